"""How a worker claims one job, and what counts as a claim."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Unknown
from invocation_lint.facts.job_query import Claim, JobQuery
from invocation_lint.source.parsing.tree import parse

HEAD = """\
import boto3
from sqlalchemy import func, select, text, update
from models import AssetJob
table = boto3.resource("dynamodb").Table("asset-jobs")
"""


def claim(body: str) -> Claim | Unknown | None:
    code = f"{HEAD}\ndef work(session, cursor, supabase, db, me, key, lock):\n{indent(dedent(body), '    ')}"
    found = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions()).facts
    queries = [fact.data for fact in found if isinstance(fact.data, JobQuery)]
    queries = [
        one for one in queries if isinstance(one.conditions, tuple) and {c.role for c in one.conditions} != {"key"}
    ] or queries
    assert len(queries) == 1, queries
    assert not isinstance(queries[0].claim, Unknown) or isinstance(queries[0].claim.reason, str)
    return queries[0].claim


FIRST = 'job = session.query(AssetJob).filter_by(status="queued").first()\nif job is None:\n    return None\n'
ROW = (
    "cursor.execute(\"SELECT id FROM asset_jobs WHERE status = 'queued' ORDER BY id LIMIT 1\")\n"
    "row = cursor.fetchone()\nif not row:\n    return None\n"
)
DJANGO = 'job = AssetJob.objects.filter(status="queued").first()\n'
TAKE = (
    'table.update_item(Key={"id": key}, UpdateExpression="SET #s = :s", ExpressionAttributeNames={"#s": "status"}, '
    'ExpressionAttributeValues={":s": "running"})'
)
ITEM = 'job = table.get_item(Key={"id": key})["Item"]\nif job["status"] != "queued":\n    return\n'
MONGO = 'job = db.jobs.find_one({"status": "queued"})\n'
SUPABASE = """\
found = supabase.table("asset_jobs").select("*").eq("status", "queued").limit(1).execute().data
if not found:
    return
job = found[0]
"""
TAKEN = (
    "cursor.execute(\"UPDATE asset_jobs SET status = 'running' "
    'WHERE id IN (SELECT id FROM asset_jobs WHERE {queued})")'
)


@pytest.mark.parametrize(
    "body",
    [
        FIRST + 'job.status = "processing"\nsession.commit()\nreturn job',
        FIRST + "job.locked_by = me\nsession.commit()\nreturn job",
        FIRST + "job.started_at = func.now()\nsession.commit()\nreturn job",
        FIRST + "job.status = JobStatus.IN_PROGRESS\nsession.commit()\nreturn job",
        'job = AssetJob.objects.filter(status="queued").order_by("id").first()\njob.status = "running"\njob.save()',
        'job = AssetJob.objects.get(pk=key)\nif job.status != "queued":\n    return\njob.status = "running"',
        'job = session.get(AssetJob, key)\nif job.status == "queued":\n    job.status = "running"',
    ],
)
def test_an_attribute_of_one_row(body: str) -> None:
    assert claim(body) == Claim("attribute", "running")


@pytest.mark.parametrize(
    "body",
    [
        FIRST + 'session.execute(update(AssetJob).where(AssetJob.id == job.id).values(status="running"))',
        FIRST + 'session.query(AssetJob).filter_by(id=job.id).update({"status": "running"})',
        ROW + "cursor.execute(\"UPDATE asset_jobs SET status = 'running' WHERE id = %s\", (row[0],))",
        ROW + 'cursor.execute("UPDATE asset_jobs SET status = %s WHERE id = %s", ("running", row[0]))',
        ROW + 'cursor.execute("UPDATE asset_jobs SET locked_at = NOW(), tries = tries + 1 WHERE id = %s", (row[0],))',
        DJANGO + 'AssetJob.objects.filter(pk=job.pk).update(status="running")',
        SUPABASE + 'supabase.table("asset_jobs").update({"status": "processing"}).eq("id", job["id"]).execute()',
        MONGO + 'db.jobs.update_one({"_id": job["_id"]}, {"$set": {"status": "running"}})',
        FIRST + 'again = session.get(AssetJob, job.id)\nagain.status = "running"',
        FIRST + 'again = session.query(AssetJob).filter(AssetJob.id == job.id).first()\nagain.status = "running"',
        TAKEN.format(queued="status = 'queued' ORDER BY id LIMIT 1"),
        ITEM + TAKE,
        TAKEN.format(queued="status = 'queued' LIMIT 1").replace("id IN", "id ="),
    ],
)
def test_an_update_by_key(body: str) -> None:
    assert claim(body) == Claim("update_by_key", "running")


@pytest.mark.parametrize(
    ("body", "looked_at"),
    [
        (ROW + "cursor.execute(\"UPDATE asset_jobs SET status = 'running' WHERE id = 1 AND status = 'queued'\")", None),
        (DJANGO + 'AssetJob.objects.filter(pk=job.pk, status="queued").update(status="running")', "no"),
        (DJANGO + 'return AssetJob.objects.filter(pk=job.pk, status="queued").update(status="running")', "yes"),
    ],
)
def test_an_update_that_asks_for_the_old_status(body: str, looked_at: str | None) -> None:
    found = claim(body)
    assert isinstance(found, Claim)
    assert found.how == "conditional_update"
    assert looked_at is None or found.looked_at == looked_at


@pytest.mark.parametrize(
    "body",
    [
        FIRST + 'job.status = "done"\nsession.commit()',
        FIRST + "job.tries += 1\nsession.commit()",
        FIRST + 'job.status = "queued"\nsession.commit()',
        FIRST + "return job.status",
        ROW + "cursor.execute(\"UPDATE asset_jobs SET status = 'failed' WHERE id = %s\", (row[0],))",
        ROW + 'cursor.execute("UPDATE asset_jobs SET locked_by = NULL WHERE id = %s", (row[0],))',
        ROW + "cursor.execute(\"UPDATE stories SET status = 'running' WHERE id = %s\", (row[0],))",
    ],
)
def test_what_is_no_claim(body: str) -> None:
    assert claim(body) is None


@pytest.mark.parametrize(
    "body",
    [
        f"with lock:\n{indent(FIRST, '    ')}    job.status = 'running'",
        "session.execute(text('SELECT pg_advisory_xact_lock(1)'))\n" + FIRST + 'job.status = "running"',
        "me.acquire()\n" + FIRST + 'job.status = "running"',
    ],
)
def test_a_lock_may_let_one_worker_in_at_a_time(body: str) -> None:
    assert isinstance(claim(body), Unknown)


@pytest.mark.parametrize(
    "body",
    [
        FIRST.replace(".first()", ".with_for_update(skip_locked=True).first()") + 'job.status = "running"',
        TAKEN.format(queued="status = 'queued' LIMIT 1 FOR UPDATE SKIP LOCKED"),
    ],
)
def test_rows_that_are_locked(body: str) -> None:
    found = claim(body)
    assert isinstance(found, Claim)
    assert found.how == "lock"


READ = 'answer = table.get_item(Key={"id": key})\n'
TYPED = 'answer = boto3.client("dynamodb").get_item(TableName="asset-jobs", Key={"id": {"S": key}})\n'


@pytest.mark.parametrize(
    "look",
    [
        READ + 'job = answer["Item"]\nif job["status"] != "queued":\n    return',
        READ + 'job = answer.get("Item")\nif not job or job["status"] != "queued":\n    return',
        READ + 'job = answer.get("Item", {})\nif job.get("status") not in ("queued", "pending"):\n    return',
        READ + 'status = answer["Item"]["status"]\nif status != "queued":\n    return',
        TYPED + 'if answer["Item"]["status"]["S"] != "QUEUED":\n    return',
    ],
)
def test_a_look_at_an_item_of_dynamodb(look: str) -> None:
    code = f"{HEAD}\ndef work(key):\n{indent(look, '    ')}\n    {TAKE}"
    found = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions()).facts
    (query,) = [fact.data for fact in found if isinstance(fact.data, JobQuery)]
    assert [one.waiting for one in query.conditions if one.role == "status"] == ["yes"]


ROWS = """\
rows = supabase.table("asset_jobs").select("*").eq("status", "queued").limit(5).execute().data
for row in rows:
    if {test}:
        continue
    supabase.table("asset_jobs").update({{"status": "running"}}).eq("id", row["id"]).execute()
"""


@pytest.mark.parametrize(
    ("before", "test"),
    [
        ("seen = set()", 'row["id"] in seen'),
        ("seen = {}", 'row["id"] not in seen'),
        ("pass", 'row["kind"] in ("a", "b")'),
        ("pass", 'row["id"] == me'),
    ],
)
def test_a_row_that_is_compared(before: str, test: str) -> None:
    assert claim(f"{before}\n{ROWS.format(test=test)}") == Claim("update_by_key", "running")


@pytest.mark.parametrize(
    ("before", "test"),
    [
        ("pass", 'row["id"] in key'),
        ("seen = key.seen", 'row["id"] in seen'),
        ("def load():\n    return set()\nseen = load()", 'row["id"] in seen'),
    ],
)
def test_a_row_that_may_be_among_those_of_others(before: str, test: str) -> None:
    assert isinstance(claim(f"{before}\n{ROWS.format(test=test)}"), Unknown)
