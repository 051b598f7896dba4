"""PyMongo, Motor and peewee: what the fact says of each way of writing a query of jobs."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Fact, Unknown
from invocation_lint.facts.job_query import Claim, JobQuery
from invocation_lint.source.parsing.tree import parse

HEAD = """\
import boto3
import pymongo
from peewee import CharField, DateTimeField, Model, fn
from models import AssetJob

sqs = boto3.client("sqs")

class Job(Model):
    status = CharField()
    created_at = DateTimeField()

    class Meta:
        table_name = "asset_jobs"
"""
WAITING = [("status", "equals", "status", "yes")]


def facts(code: str) -> list[Fact]:
    source = parse((HEAD + dedent(code)).encode(), "app.py")
    found = facts_of(source, ContractBook(), AnalysisOptions()).facts
    return [fact for fact in found if fact.kind == "job_query"]


def query(code: str) -> JobQuery:
    (fact,) = facts(code)
    assert isinstance(fact.data, JobQuery)
    return fact.data


def line(expression: str) -> JobQuery:
    return query(f"async def read(db, filters, limit, manager):\n    return {expression}\n")


def conditions(made: JobQuery) -> list[tuple[Any, ...]]:
    assert isinstance(made.conditions, tuple)
    return [(one.name, one.operator, one.role, one.waiting) for one in made.conditions]


# --- PyMongo and Motor ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expression",
    [
        'list(db["asset_jobs"].find({"status": "queued"}).sort("created_at").limit(10))',
        'list(db.asset_jobs.find({"status": "queued"}).sort("created_at", pymongo.ASCENDING).limit(10))',
        'list(db.get_collection("asset_jobs").find({"status": "queued"}).sort([("created_at", 1)]).limit(10))',
        'list(db.asset_jobs.find({"status": "queued"}, sort=[("created_at", 1)], limit=10))',
        'list(db.asset_jobs.find({"status": {"$in": ["queued"]}}).sort({"created_at": 1})[:10])',
        'await db.asset_jobs.find({"status": "queued"}).sort("created_at", 1).to_list(10)',
        'await db.asset_jobs.find({"status": {"$eq": "queued"}}).sort("created_at", 1).to_list(length=10)',
        'list(db.asset_jobs.aggregate([{"$match": {"status": "queued"}}, {"$sort": {"_id": 1}}, {"$limit": 10}]))',
        '[job async for job in db.asset_jobs.find({"$and": [{"status": "queued"}]}).sort("created_at").limit(10)]',
    ],
)
def test_a_bounded_batch_of_the_oldest(expression: str) -> None:
    made = line(expression)
    assert (made.dialect, made.fetched, made.limit, made.order) == ("pymongo", "rows", 10, "oldest_first")
    assert [(name, role, waiting) for name, _, role, waiting in conditions(made)] == [("status", "status", "yes")]


@pytest.mark.parametrize(
    "expression",
    [
        'list(db.asset_jobs.find({"status": "queued"}))',
        'list(db.asset_jobs.find({"status": "queued"}).limit(0))',
        'await db.asset_jobs.find({"status": "queued"}).to_list(None)',
        'await db.asset_jobs.find({"status": "queued"}).to_list()',
        '[job["_id"] for job in db.asset_jobs.find(filter={"status": "queued"})]',
        'list(db.asset_jobs.find(dict(status="queued")).batch_size(100))',
    ],
)
def test_all_waiting_rows(expression: str) -> None:
    made = line(expression)
    assert (made.fetched, made.limited_by, made.order, conditions(made)) == ("rows", None, "unordered", WAITING)


@pytest.mark.parametrize(
    ("expression", "fetched"),
    [
        ('db.asset_jobs.find_one({"status": "queued"})', "one"),
        ('next(db.asset_jobs.find({"status": "queued"}))', "one"),
        ('db.asset_jobs.find({"status": "queued"}).count()', "count"),
        ('list(db.asset_jobs.aggregate([{"$match": {"status": "queued"}}, {"$group": {"_id": "$user"}}]))', "count"),
    ],
)
def test_what_is_fetched(expression: str, fetched: str) -> None:
    assert line(expression).fetched == fetched


def test_newest_first_and_the_columns() -> None:
    made = line('list(db.asset_jobs.find({}, {"user_id": 1, "_id": 0}).sort("created_at", pymongo.DESCENDING))')
    assert made.order == "newest_first"
    assert isinstance(made.columns, tuple)
    assert [one.name for one in made.columns] == ["user_id"]


@pytest.mark.parametrize(
    ("filters", "operator", "role"),
    [
        ('{"run_at": {"$lte": 1}}', "less", "due"),
        ('{"story_id": "s"}', "equals", "parent"),
        ('{"_id": {"$in": [1, 2]}}', "in", "key"),
        ('{"started_at": None}', "is_null", "status"),
        ('{"started_at": {"$exists": False}}', "is_null", "status"),
        ('{"status": {"$ne": "done"}}', "not_equals", "status"),
    ],
)
def test_conditions(filters: str, operator: str, role: str) -> None:
    (found,) = conditions(line(f"list(db.asset_jobs.find({filters}))"))
    assert found[1:3] == (operator, role)


@pytest.mark.parametrize(
    "expression",
    [
        "list(db.asset_jobs.find(filters))",
        'list(db.asset_jobs.find({"$or": [{"status": "queued"}, {"status": "stale"}]}))',
        'list(db.asset_jobs.find({"status": "queued"}, tailable=True))',
        "list(db.asset_jobs.aggregate(filters))",
    ],
)
def test_what_is_not_in_sight_is_not_known(expression: str) -> None:
    assert isinstance(line(expression).conditions, Unknown)


@pytest.mark.parametrize(
    "expression",
    [
        'list(db.stories.find({"status": "queued"}))',
        'db.jobs.find("queued")',
        'list(AssetJob.find(AssetJob.status == "queued"))',
        'db.asset_jobs.find({"status": "queued"})',
    ],
)
def test_no_query_of_jobs_is_fetched(expression: str) -> None:
    assert facts(f"def read(db):\n    return {expression}\n") == []


def test_a_collection_is_followed_through_names_and_attributes() -> None:
    kept = """

        class Queue:
            def __init__(self, client):
                self.collection = client["shop"]["asset_jobs"]

            def waiting(self):
                return list(self.collection.find({"status": "queued"}))
    """
    named = """
        jobs = pymongo.MongoClient()["shop"]["asset_jobs"]

        def waiting():
            return list(jobs.find({"status": "queued"}))
    """
    handed = """
        def waiting(jobs_collection):
            return list(jobs_collection.find({"status": "queued"}))
    """
    names = [made.tables[0].name for made in map(query, (kept, named, handed)) if isinstance(made.tables, tuple)]
    assert names == ["asset_jobs", "asset_jobs", "jobs"]


@pytest.mark.parametrize(
    ("mark", "how"),
    [
        ('db.jobs.update_one({"_id": job["_id"]}, {"$set": {"status": "running"}})', "update_by_key"),
        (
            'db.jobs.update_one({"_id": job["_id"], "status": "queued"}, {"$set": {"status": "running"}})',
            "conditional_update",
        ),
        (
            'db.jobs.find_one_and_update({"_id": job["_id"], "status": "queued"}, {"$set": {"status": "running"}})',
            "conditional_update",
        ),
    ],
)
def test_how_a_document_is_claimed(mark: str, how: str) -> None:
    made = query(
        f"""
        def work(db):
            for job in db.jobs.find({{"status": "queued"}}).limit(10):
                if {mark}:
                    sqs.send_message(QueueUrl="q", MessageBody=str(job["_id"]))
        """
    )
    assert made.claim == Claim(how, "running", "yes" if how == "conditional_update" else None)
    assert (made.each_item.sends, made.each_item.writes_status) == ("yes", "yes")


# --- peewee -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expression",
    [
        'list(Job.select().where(Job.status == "queued").order_by(Job.created_at).limit(10))',
        'Job.select().where(Job.status == "queued").order_by(Job.created_at.asc()).limit(10).execute()',
        '[job.id for job in Job.select().where(Job.status == "queued").order_by(Job.created_at)[:10]]',
        'list(AssetJob.select().where(AssetJob.status == "queued").order_by(AssetJob.created_at).limit(10).dicts())',
        'await manager.execute(Job.select().where(Job.status == "queued").order_by(Job.created_at).limit(10))',
    ],
)
def test_a_bounded_batch_in_peewee(expression: str) -> None:
    made = line(expression)
    assert (made.dialect, made.fetched, made.limit, made.order) == ("peewee", "rows", 10, "oldest_first")
    assert conditions(made) == WAITING


def test_a_class_is_followed_to_its_table() -> None:
    (table,) = line("list(Job.select())").tables  # type: ignore[misc]
    assert table.name == "asset_jobs"


@pytest.mark.parametrize(
    ("expression", "fetched"),
    [
        ('Job.select().where(Job.status == "queued").get()', "one"),
        ('Job.select().where(Job.status == "queued").first()', "one"),
        ('Job.select().where(Job.status == "queued").count()', "count"),
        ('Job.select().where(Job.status == "queued").exists()', "count"),
        ('list(Job.select().where(Job.status == "queued"))', "rows"),
    ],
)
def test_what_peewee_fetches(expression: str, fetched: str) -> None:
    assert line(expression).fetched == fetched


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ('Job.status << ["queued"]', [("status", "in", "status", "yes")]),
        ('Job.status.in_(["queued"])', [("status", "in", "status", "yes")]),
        ('(Job.status == "queued") & (Job.id == 1)', [*WAITING, ("id", "equals", "key", None)]),
        ("Job.started_at >> None", [("started_at", "is_null", "status", "yes")]),
        ("Job.started_at.is_null()", [("started_at", "is_null", "status", "yes")]),
    ],
)
def test_conditions_of_peewee(condition: str, found: list[tuple[Any, ...]]) -> None:
    assert conditions(line(f"list(Job.select().where({condition}))")) == found


@pytest.mark.parametrize("order", ["-Job.created_at", "Job.created_at.desc()"])
def test_newest_first_in_peewee(order: str) -> None:
    assert line(f"list(Job.select().order_by({order}).limit(5))").order == "newest_first"


def test_columns_and_locks_of_peewee() -> None:
    made = line('list(Job.select(Job.id, Job.owner).for_update("FOR UPDATE SKIP LOCKED").limit(5))')
    assert isinstance(made.columns, tuple)
    assert [one.name for one in made.columns] == ["id", "owner"]
    assert made.claim == Claim("lock")


def test_a_page_is_bounded() -> None:
    assert line("list(Job.select().order_by(Job.id).paginate(2, 20))").limited_by == "range"


@pytest.mark.parametrize(
    ("condition", "how"),
    [
        ("Job.id == job.id", "update_by_key"),
        ('(Job.id == job.id) & (Job.status == "queued")', "conditional_update"),
    ],
)
def test_how_a_row_is_claimed_in_peewee(condition: str, how: str) -> None:
    made = query(
        f"""
        def work():
            for job in Job.select().where(Job.status == "queued").limit(10):
                if Job.update(status="running").where({condition}).execute():
                    sqs.send_message(QueueUrl="q", MessageBody=str(job.id))
        """
    )
    assert made.claim == Claim(how, "running", "yes" if how == "conditional_update" else None)


@pytest.mark.parametrize(
    "expression", ['list(Job.select(lambda job: job.status == "queued"))', 'list(Job.select(Job.status == "queued"))']
)
def test_other_mappers_that_select_are_not_followed(expression: str) -> None:
    assert facts(f"def read():\n    return {expression}\n") == []
