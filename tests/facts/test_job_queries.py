"""Ways of writing a query of jobs: what the fact says of each, whatever its dialect."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Fact, Unknown
from invocation_lint.facts.job_query import JobQuery
from invocation_lint.source.parsing.tree import parse

HEAD = (
    "import boto3\nfrom sqlalchemy import and_, desc, func, select, text, update\nfrom models import AssetJob, Story\n"
)


def facts(code: str, tables: tuple[str, ...] | None = None) -> list[Fact]:
    source = parse((HEAD + dedent(code)).encode(), "app.py")
    found = facts_of(source, ContractBook(), AnalysisOptions(job_tables=tables)).facts
    return [fact for fact in found if fact.kind == "job_query"]


def query(code: str) -> JobQuery:
    (fact,) = facts(code)
    assert isinstance(fact.data, JobQuery)
    return fact.data


def line(expression: str) -> JobQuery:
    """The one query of an expression in a function with everything that it needs."""
    return query(f"def read(supabase, session, cursor, limit, ids):\n    return {expression}\n")


def shape(made: JobQuery) -> tuple[Any, ...]:
    return made.dialect, made.fetched, made.limit, made.order, conditions(made)


def conditions(made: JobQuery) -> list[tuple[Any, ...]]:
    assert isinstance(made.conditions, tuple)
    return [(one.name, one.operator, one.role, one.waiting) for one in made.conditions]


WAITING = [("status", "equals", "status", "yes")]
SAME = {
    "supabase": 'supabase.table("asset_jobs").select("*").eq("status", "queued").order("created_at").limit(10)'
    ".execute()",
    "sqlalchemy": 'session.scalars(select(AssetJob).where(AssetJob.status == "queued").order_by(AssetJob.created_at)'
    ".limit(10)).all()",
    "django": 'list(AssetJob.objects.filter(status="queued").order_by("created_at")[:10])',
    "sql": "session.execute(text(\"SELECT * FROM asset_jobs WHERE status = 'queued' ORDER BY created_at LIMIT 10\"))"
    ".all()",
}


@pytest.mark.parametrize("dialect", SAME)
def test_every_dialect_has_the_same_shape(dialect: str) -> None:
    assert shape(line(SAME[dialect])) == (dialect, "rows", 10, "oldest_first", WAITING)


@pytest.mark.parametrize(
    "expression",
    [
        'session.query(AssetJob).filter(AssetJob.status == "queued").all()',
        'session.query(AssetJob).filter_by(status="queued").all()',
        'session.execute(select(AssetJob).filter_by(status="queued")).scalars().all()',
        'session.execute(select(AssetJob).where(and_(AssetJob.status == "queued"))).fetchall()',
        'AssetJob.query.filter_by(status="queued").all()',
        "session.execute(text('select * from asset_jobs where status = :s'), {'s': 'queued'}).fetchall()",
        "cursor.execute('select * from asset_jobs where status = ?', ('queued',)).fetchall()",
        'list(AssetJob.objects.filter(status="queued"))',
        '[job.id for job in AssetJob.objects.filter(status="queued")]',
        'supabase.from_("asset_jobs").select("*").eq("status", "queued").execute()',
    ],
)
def test_all_waiting_rows(expression: str) -> None:
    made = line(expression)
    assert (made.fetched, made.limited_by, conditions(made)) == ("rows", None, WAITING)


@pytest.mark.parametrize(
    ("expression", "fetched"),
    [
        ('session.query(AssetJob).filter_by(status="queued").first()', "one"),
        ('session.query(AssetJob).filter_by(status="queued").count()', "count"),
        ("session.execute(select(func.count(AssetJob.id))).all()", "count"),
        ("session.execute(select(AssetJob)).scalar_one_or_none()", "one"),
        ("session.execute(select(AssetJob))", "lazy"),
        ('AssetJob.objects.filter(status="queued").exists()', "count"),
        ('AssetJob.objects.filter(status="queued").first()', "one"),
        ('supabase.table("jobs").select("*").single().execute()', "one"),
        ('supabase.table("jobs").select("*", count="exact", head=True).execute()', "count"),
        ('cursor.execute("select count(*) from jobs").fetchall()', "count"),
        ('cursor.execute("select * from jobs").fetchone()', "one"),
    ],
)
def test_what_is_fetched(expression: str, fetched: str) -> None:
    assert line(expression).fetched == fetched


@pytest.mark.parametrize(
    "expression",
    [
        'AssetJob.objects.filter(status="queued")',
        'AssetJob.objects.filter(status="queued").delete()',
        'session.query(AssetJob).filter_by(status="queued")',
        'session.execute(update(AssetJob).values(status="done"))',
        "session.execute(select(Story)).all()",
        'supabase.table("stories").select("*").execute()',
        'supabase.table(limit).select("*").execute()',
        'supabase.rpc("take_jobs").execute()',
        'cursor.execute("update jobs set status = 1")',
        "cursor.execute(\"select * from stories where kind = 'job'\").fetchall()",
        'cursor.execute(f"select * from {limit} where job = 1").fetchall()',
        'cursor.execute("no sql, and a job").fetchall()',
    ],
)
def test_no_read_of_jobs(expression: str) -> None:
    assert facts(f"def read(supabase, session, cursor, limit):\n    return {expression}\n") == []


@pytest.mark.parametrize(
    ("order", "word"),
    [
        ("AssetJob.created_at", "oldest_first"),
        ("AssetJob.created_at.desc()", "newest_first"),
        ("desc(AssetJob.created_at)", "newest_first"),
        ("AssetJob.name, AssetJob.created_at.asc()", "oldest_first"),
        ("AssetJob.name", "other"),
        ('"created_at desc"', "newest_first"),
    ],
)
def test_the_order(order: str, word: str) -> None:
    assert line(f"session.scalars(select(AssetJob).order_by({order})).all()").order == word


def test_an_order_by_priority_alone_is_not_known() -> None:
    made = line("session.scalars(select(AssetJob).order_by(AssetJob.priority)).all()")
    assert isinstance(made.order, Unknown)


@pytest.mark.parametrize(
    ("condition", "role", "waiting"),
    [
        ("AssetJob.id == limit", "key", None),
        ("AssetJob.id.in_(ids)", "key", None),
        ("AssetJob.story_id == limit", "parent", None),
        ("AssetJob.started_at < limit", "time", None),
        ("AssetJob.run_at <= limit", "due", None),
        ("AssetJob.completed_at.is_(None)", "status", "yes"),
        ("AssetJob.completed_at == None", "status", "yes"),
        ("AssetJob.done == False", "status", "yes"),
        ('AssetJob.status == "failed"', "status", "no"),
        ('AssetJob.status.in_(["queued", "pending"])', "status", "yes"),
        ("AssetJob.status == AssetJob.QUEUED", "status", "yes"),
        ('AssetJob.name == "cover"', "other", None),
    ],
)
def test_what_a_condition_says(condition: str, role: str, waiting: str | None) -> None:
    made = line(f"session.scalars(select(AssetJob).where({condition})).all()")
    assert [one[2:] for one in conditions(made)] == [(role, waiting)]


@pytest.mark.parametrize("condition", ['AssetJob.status.in_(["queued", "failed"])', 'AssetJob.status != "done"'])
def test_a_status_that_may_wait_is_not_known(condition: str) -> None:
    ((*_, waiting),) = conditions(line(f"session.scalars(select(AssetJob).where({condition})).all()"))
    assert isinstance(waiting, Unknown)


@pytest.mark.parametrize(
    "expression",
    [
        'supabase.table("jobs").select("*").anything().execute()',
        "session.scalars(select(AssetJob).anything()).all()",
        "session.scalars(select(AssetJob).where(limit)).all()",
        "list(AssetJob.objects.waiting())",
        "list(AssetJob.objects.filter(**limit))",
        'cursor.execute(f"select * from jobs where {limit}").fetchall()',
    ],
)
def test_what_more_may_be_asked_for_is_not_known(expression: str) -> None:
    made = line(expression)
    assert isinstance(made.limited_by, Unknown)
    assert isinstance(made.conditions, Unknown)


def test_a_limit_on_some_paths_only_is_not_known() -> None:
    made = query("""
        def read(supabase, limit):
            query = supabase.table("jobs").select("*").eq("status", "queued")
            if limit:
                query = query.limit(limit)
            return query.execute()
    """)
    assert isinstance(made.limited_by, Unknown)
    assert conditions(made) == WAITING


def test_a_query_of_a_helper_is_told_with_the_loop_of_its_caller() -> None:
    alone, called = facts("""
        client = boto3.client("lambda")

        def waiting(supabase):
            return supabase.table("jobs").select("*").eq("status", "queued").execute()

        def run(supabase):
            for job in waiting(supabase).data:
                client.invoke(FunctionName="worker", Payload=b"{}")
    """)
    assert (alone.chain, alone.data.each_item.invokes) == ((), "no")
    assert (len(called.chain), called.site) == (1, alone.site)
    assert (called.data.each_item.invokes, called.data.each_item.waits) == ("yes", "yes")


@pytest.mark.parametrize(
    ("statement", "act"),
    [
        ('client.invoke(FunctionName="worker", InvocationType="Event", Payload=b"")', {"invokes"}),
        ('client.invoke(FunctionName="worker", Payload=b"")', {"invokes", "waits"}),
        ('queue.send_message(MessageBody="x")', {"sends"}),
        ("start_job.delay(job.id)", {"sends"}),
        ('job.status = "done"', {"writes_status"}),
        ('job.name = "done"', set()),
        ('supabase.table("jobs").update({"status": "done"}).eq("id", job.id).execute()', {"writes_status"}),
        ('supabase.table("jobs").update({"name": "done"}).eq("id", job.id).execute()', set()),
        ('supabase.table("jobs").delete().eq("id", job.id).execute()', {"removes"}),
        ("job.delete()", {"removes"}),
        ('if job.status == "queued": print(job)', {"tests_status"}),
        ("if context.get_remaining_time_in_millis() < 100: break", {"checks_time"}),
        ("print(job)", set()),
    ],
)
def test_what_a_loop_does(statement: str, act: set[str]) -> None:
    made = query(f"""
        client = boto3.client("lambda")

        def run(supabase, session, queue, context):
            for job in session.scalars(select(AssetJob)).all():
                {statement}
    """)
    assert {name for name in made.each_item.__dataclass_fields__ if getattr(made.each_item, name) == "yes"} == act


def test_a_cursor_is_followed_to_what_it_executed_last() -> None:
    first, second = facts("""
        def run(connection):
            with connection.cursor() as cursor:
                cursor.execute("SELECT id FROM jobs WHERE status = %s", ("queued",))
                for row in cursor.fetchall():
                    cursor.execute("UPDATE jobs SET status = 'done' WHERE id = %s", (row[0],))
                cursor.execute("SELECT id FROM jobs LIMIT 5")
                return cursor.fetchall()
    """)
    assert (first.data.limited_by, first.data.each_item.writes_status) == (None, "yes")
    assert (second.data.limited_by, second.data.limit) == ("limit", 5)


def test_a_class_is_followed_to_its_table() -> None:
    code = """
        from sqlalchemy.orm import DeclarativeBase

        class Base(DeclarativeBase): ...

        class Work(Base):
            __tablename__ = "asset_jobs"

        class Plain(Base):
            __tablename__ = "plains"

        def run(session):
            session.scalars(select(Plain)).all()
            return session.scalars(select(Work)).all()
    """
    assert [table.name for table in query(code).tables] == ["asset_jobs"]


def test_a_document_of_mongoengine_is_left_alone() -> None:
    code = """
        from mongoengine import Document

        class AssetJob(Document): ...

        def run():
            return list(AssetJob.objects.filter(status="queued"))
    """
    assert facts(code) == []


def test_the_user_says_which_tables_hold_jobs() -> None:
    code = 'def run(supabase):\n    return supabase.table("errands").select("*").execute()\n'
    assert facts(code) == []
    assert len(facts(code, tables=("errand*",))) == 1
    assert facts(code.replace("errands", "jobs"), tables=("errand*",)) == []
    assert facts(code.replace("errands", "jobs"), tables=()) == []


@pytest.mark.parametrize(
    ("body", "how"),
    [
        ("send(job)", None),
        ("send(job); mark(job)", None),
        ("mark(job); send(job)", "update_by_key"),
        ('job.status = "running"; send(job)', "attribute"),
        ("mark_if(job); send(job)", "conditional_update"),
        ("load_story(job.story_id); send(job)", None),
        ("print(job); send(job)", None),
    ],
)
def test_how_a_row_is_claimed(body: str, how: str | None) -> None:
    assert getattr(claim(body), "how", None) == how
    assert not isinstance(claim(body), Unknown)


@pytest.mark.parametrize("body", ["take(job); send(job)", "take(job.id); send(job)", "job.take(); send(job)"])
def test_what_is_not_followed_may_claim(body: str) -> None:
    assert isinstance(claim(body), Unknown)


def claim(body: str) -> Any:
    made = [
        fact.data
        for fact in facts(f"""
        from elsewhere import load_story, take

        client = boto3.client("lambda")

        def send(job):
            client.invoke(FunctionName="worker", InvocationType="Event", Payload=b"")

        def mark(job):
            supabase.table("jobs").update({{"status": "running"}}).eq("id", job.id).execute()

        def mark_if(job):
            query = supabase.table("jobs").update({{"status": "running"}}).eq("id", job.id)
            query.eq("status", "queued").execute()

        def run(session):
            for job in session.scalars(select(AssetJob)).all():
                {body}
    """)
    ]
    (one,) = made
    return one.claim


def test_a_helper_that_reaps_does_so_for_whoever_calls_it() -> None:
    code = """
        def reap_lost_jobs(session):
            for job in session.query(AssetJob).filter_by(status="queued").all():
                job.status = "failed"

        def schedule(session):
            reap_lost_jobs(session)
    """
    assert {fact.data.caller.purpose for fact in facts(code)} == {"cleans_up"}


@pytest.mark.parametrize(
    ("name", "purpose"),
    [
        ("list_jobs", "lists"),
        ("handle_list_jobs", "lists"),
        ("_api_search_jobs", "lists"),
        ("handleListJobs", "lists"),
        ("listen_to_jobs", "other"),
        ("handle_jobs", "other"),
        ("handle_purge_jobs", "cleans_up"),
    ],
)
def test_what_a_function_is_for(name: str, purpose: str) -> None:
    code = f"""
        def {name}(session):
            return session.query(AssetJob).filter_by(status="queued").all()
    """
    assert {fact.data.caller.purpose for fact in facts(code)} == {purpose}


@pytest.mark.parametrize("column", ["created", "createdAt", "date_added", "queued", "gather_started", "id"])
def test_an_order_by_age(column: str) -> None:
    assert line(f"session.query(AssetJob).order_by(AssetJob.{column}).limit(5).all()").order == "oldest_first"


def test_the_rows_of_a_helper_are_seen_where_its_caller_loops_over_them() -> None:
    code = """
        import boto3

        sqs = boto3.client("sqs")

        def waiting_jobs(session):
            return session.query(AssetJob).filter_by(status="queued").all()

        def lambda_handler(event, context):
            for job in waiting_jobs(event["session"]):
                sqs.send_message(QueueUrl="q", MessageBody=job.id)
    """
    called = next(fact for fact in facts(code) if fact.chain)
    assert (called.function, called.data.each_item.sends) == ("lambda_handler", "yes")
