"""Ways of writing a read, and a claim, of a DynamoDB table of jobs: what the fact says of each."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Unknown
from invocation_lint.facts.job_query import Claim, JobQuery
from invocation_lint.source.parsing.tree import parse

HEAD = """\
import os
import aioboto3
import boto3
from boto3.dynamodb.conditions import Attr, Key

resource = boto3.resource("dynamodb")
table = resource.Table("jobs")
client = boto3.client("dynamodb")
sqs = boto3.client("sqs")
"""
WAITING = [("status", "equals", "status", "yes")]


def queries(code: str, tables: tuple[str, ...] | None = None) -> list[JobQuery]:
    source = parse((HEAD + dedent(code)).encode(), "app.py")
    found = facts_of(source, ContractBook(), AnalysisOptions(job_tables=tables)).facts
    return [fact.data for fact in found if fact.kind == "job_query"]


def query(code: str, tables: tuple[str, ...] | None = None) -> JobQuery:
    (made,) = queries(code, tables)
    assert made.dialect == "dynamodb"
    return made


def line(expression: str) -> JobQuery:
    return query(f"def read(jobs, limit, index):\n    return {expression}\n")


def conditions(made: JobQuery) -> list[tuple[Any, ...]]:
    assert isinstance(made.conditions, tuple)
    return [(one.name, one.operator, one.role, one.waiting) for one in made.conditions]


NAMED = 'ExpressionAttributeNames={"#s": "status"}, ExpressionAttributeValues={":q": "queued"}'
TYPED = 'ExpressionAttributeNames={"#s": "status"}, ExpressionAttributeValues={":q": {"S": "queued"}}'


@pytest.mark.parametrize(
    "expression",
    [
        'table.query(IndexName="status-index", KeyConditionExpression=Key("status").eq("queued"))',
        'table.scan(FilterExpression=Attr("status").eq("queued"))',
        'table.scan(FilterExpression=Attr("status").is_in(["queued"]))["Items"]',
        f'table.scan(FilterExpression="#s = :q", {NAMED}).get("Items", [])',
        f'client.scan(TableName="jobs", FilterExpression="(#s = :q)", {TYPED})',
        f'boto3.client("dynamodb").query(TableName="jobs", IndexName="i", KeyConditionExpression="#s=:q", {TYPED})',
        f'client.get_paginator("scan").paginate(TableName="jobs", FilterExpression="#s = :q", {TYPED})',
        'jobs.Table("jobs").scan(FilterExpression=Attr("status").eq("queued"))',
        """client.execute_statement(Statement="SELECT * FROM jobs WHERE status = 'queued'")""",
    ],
)
def test_all_waiting_items(expression: str) -> None:
    made = line(expression)
    assert (made.fetched, made.limit, made.limited_by) == ("rows", None, None)
    assert [(name, role, waiting) for name, _, role, waiting in conditions(made)] == [("status", "status", "yes")]


@pytest.mark.parametrize(
    ("named", "shown"),
    [
        ('"asset-jobs"', "asset-jobs"),
        ('"AssetJobs"', "AssetJobs"),
        ('f"{stage}-asset-jobs"', "asset-jobs"),
        ('os.environ["JOBS_TABLE"]', "JOBS_TABLE"),
        ('os.environ.get("ASSET_JOBS_TABLE_NAME")', "ASSET_JOBS_TABLE_NAME"),
        ('os.getenv("TABLE", "jobs")', "jobs"),
        ('"jobs-dev"', "jobs-dev"),
    ],
)
def test_the_name_of_a_table(named: str, shown: str) -> None:
    made = query(f"def read(stage):\n    return resource.Table({named}).scan()\n")
    assert isinstance(made.tables, tuple)
    assert [one.name for one in made.tables] == [shown]


@pytest.mark.parametrize("named", ['"stories"', 'os.environ["TABLE"]', 'os.environ["JOB_STATUS_TABLE"]', "stage"])
def test_a_table_of_something_else_or_not_known_is_silent(named: str) -> None:
    assert queries(f"def read_jobs(stage, jobs):\n    return resource.Table({named}).scan()\n") == []


def test_the_user_names_the_tables_of_jobs() -> None:
    code = 'def read():\n    return resource.Table("asset-work").scan()\n'
    assert queries(code) == []
    assert query(code, ("asset-work",)).fetched == "rows"


@pytest.mark.parametrize(
    ("given", "bound"),
    [
        ("Limit=10", (10, "limit")),
        ("Limit=limit", (None, "limit")),
        ("Limit=10, ExclusiveStartKey=jobs", (None, "fetch_size")),
    ],
)
def test_a_limit_bounds_one_page(given: str, bound: tuple[int | None, str]) -> None:
    made = line(f"table.scan({given})")
    assert (made.limit, made.limited_by) == bound


def test_max_items_bounds_a_paginator_and_page_size_does_not_end_it() -> None:
    paginate = 'client.get_paginator("query").paginate(TableName="jobs", PaginationConfig={})'
    assert line(paginate.replace("{}", '{"MaxItems": 10}')).limit == 10
    assert line(paginate.replace("{}", '{"PageSize": 10}')).limited_by == "fetch_size"


@pytest.mark.parametrize(
    ("given", "order"),
    [
        ('IndexName="status-index"', "sort_key"),
        ('IndexName="status-index", ScanIndexForward=False', "sort_key"),
        ('IndexName="status-created_at-index"', "oldest_first"),
        ('IndexName="status-createdAt-index", ScanIndexForward=False', "newest_first"),
        ('IndexName="status-createdAt-index", ScanIndexForward=limit', "sort_key"),
    ],
)
def test_items_come_in_the_order_of_the_sort_key(given: str, order: str) -> None:
    assert line(f'table.query(KeyConditionExpression=Key("status").eq("queued"), {given})').order == order


def test_a_scan_has_no_order() -> None:
    assert line("table.scan()").order == "unordered"


def test_conditions_that_are_joined() -> None:
    made = line('table.query(KeyConditionExpression=Key("status").eq("queued") & Key("createdAt").lt(limit))')
    assert conditions(made) == [*WAITING, ("createdAt", "less", "time", None)]
    text = "begins_with(kind, :k) AND #s IN (:q, :q) and attribute_not_exists(started_at)"
    made = line(f'table.scan(FilterExpression="{text}", {NAMED})')
    assert conditions(made) == [
        ("kind", "like", "other", None),
        ("status", "in", "status", "yes"),
        ("started_at", "is_null", "status", "yes"),
    ]


@pytest.mark.parametrize(
    "expression", ['Attr("a").eq("b") | Attr("a").eq(1)', '"#s = :q OR a = :b"', "jobs", '~Attr("a").exists()']
)
def test_a_condition_that_is_not_told_is_not_known(expression: str) -> None:
    made = line(f"table.scan(FilterExpression={expression})")
    assert isinstance(made.conditions, Unknown)
    assert isinstance(made.limited_by, Unknown)


def test_columns_by_their_names() -> None:
    made = line('table.scan(ProjectionExpression="id, #s", ExpressionAttributeNames={"#s": "status"})')
    assert isinstance(made.columns, tuple)
    assert [one.name for one in made.columns] == ["id", "status"]


@pytest.mark.parametrize(
    ("expression", "fetched"),
    [
        ('table.get_item(Key={"id": jobs})', "one"),
        ('client.get_item(TableName="jobs", Key={"id": {"S": jobs}})', "one"),
        ('table.scan(Select="COUNT")', "count"),
    ],
)
def test_what_is_fetched(expression: str, fetched: str) -> None:
    made = queries(f"def read(jobs):\n    table.scan()\n    return {expression}\n")
    assert [one.fetched for one in made] == ["rows", fetched]


EACH = """
def work(error):
    for job in table.query(KeyConditionExpression=Key("status").eq("queued"), Limit=5)["Items"]:
        {claim}
        sqs.send_message(QueueUrl="q", MessageBody=job["id"])
"""
UPDATE = 'table.update_item(Key={"id": job["id"]}, UpdateExpression="SET #s = :n, tries = tries + :n REMOVE note"'
IN_TRANSACTION = '{"Update": {"TableName": "jobs", "Key": {}, "ConditionExpression": "a = :a"}}'
AS = ', ExpressionAttributeNames={"#s": "status"}'


@pytest.mark.parametrize(
    ("claim", "how"),
    [
        ("print(job)", None),
        (f"{UPDATE}{AS})", "update_by_key"),
        (f'{UPDATE}{AS}, ConditionExpression="attribute_exists(id)")', "update_by_key"),
        (f'{UPDATE}{AS}, ConditionExpression="#s = :q")', "conditional_update"),
        (f'{UPDATE}{AS}, ConditionExpression=Attr("status").eq("queued"))', "conditional_update"),
        (f'{UPDATE}{AS}, ConditionExpression=Attr("id").exists() & Attr("owner").not_exists())', "conditional_update"),
        ('table.put_item(Item=job)', "update_by_key"),
        ('table.put_item(Item=job, ConditionExpression=Attr("status").eq("queued"))', "conditional_update"),
        (f"client.transact_write_items(TransactItems=[{IN_TRANSACTION}])", "conditional_update"),
    ],
)  # fmt: skip
def test_how_an_item_is_claimed(claim: str, how: str | None) -> None:
    made = query(EACH.format(claim=claim))
    assert made.each_item.sends == "yes"
    assert (made.claim.how if isinstance(made.claim, Claim) else None) == how


def test_what_an_update_writes_is_seen() -> None:
    assert query(EACH.format(claim=f"{UPDATE}{AS})")).each_item.writes_status == "yes"
    assert query(EACH.format(claim=f"{UPDATE})").replace("#s", "a")).each_item.writes_status == "no"


def test_pages_are_followed_to_the_loop_over_their_items() -> None:
    made = query("""
    def work():
        request, jobs = {"FilterExpression": Attr("status").eq("queued")}, []
        while True:
            page = table.scan(**request)
            jobs.extend(page.get("Items", []))
            if "LastEvaluatedKey" not in page:
                break
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
        for job in jobs:
            sqs.send_message(QueueUrl="q", MessageBody=job["id"])
    """)
    assert (made.limited_by, made.each_item.sends) == (None, "yes")


@pytest.mark.parametrize(
    "opened",
    [
        'session.client("dynamodb") as db:\n        page = await db.scan(TableName="jobs")',
        'session.resource("dynamodb") as db:\n        jobs = await db.Table("jobs")\n        page = await jobs.scan()',
        'boto3.resource("dynamodb") as db:\n        page = await (await db.Table("jobs")).scan()',
    ],
)
def test_aioboto3(opened: str) -> None:
    made = query(
        f"async def work():\n    session = aioboto3.Session()\n    async with {opened}\n"
        '        for job in page["Items"]:\n            sqs.send_message(QueueUrl="q", MessageBody=job["id"])\n'
    )
    assert made.each_item.sends == "yes"


def test_a_table_that_the_class_holds() -> None:
    made = query("""
    class Jobs:
        def __init__(self):
            self.table = boto3.resource("dynamodb").Table(os.environ["JOBS_TABLE"])

        def waiting(self):
            return self.table.scan(FilterExpression=Attr("status").eq("queued"))["Items"]
    """)
    assert conditions(made) == WAITING


@pytest.mark.parametrize("expression", ["session.query(Job)", 'client.query("jobs")', 'es.scan(index="jobs")'])
def test_other_things_that_are_called_query_or_scan_are_none(expression: str) -> None:
    assert queries(f"def read(session, client, es, Job):\n    return {expression}\n") == []


PAGED = """
    def read(limit):
        request = {{"IndexName": "status", "KeyConditionExpression": Key("status").eq("queued")}}
        page = table.query(**request)
        jobs = page["Items"]
        while {test}:
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
            page = table.query(**request)
            jobs.extend(page["Items"])
            {leave}
        return jobs[:limit]
"""


@pytest.mark.parametrize(
    ("test", "leave", "limited_by"),
    [
        ('"LastEvaluatedKey" in page and len(jobs) < limit', "pass", "fetch_size"),
        ('"LastEvaluatedKey" in page', "if len(jobs) >= limit: break", "fetch_size"),
        ('"LastEvaluatedKey" in page', "if len(jobs) >= limit: print(jobs)", None),
        ('"LastEvaluatedKey" in page and len(jobs) > 0', "pass", None),
        ('"LastEvaluatedKey" in page', "pass", None),
    ],
)
def test_pages_that_are_read_until_there_are_enough(test: str, leave: str, limited_by: str | None) -> None:
    made = queries(PAGED.format(test=test, leave=leave))
    assert [one.limited_by for one in made] == [limited_by] * 2
