"""Keys of S3 that a function of the module returns, or yields: what becomes of them where it is called."""

from __future__ import annotations

from textwrap import dedent

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.source.parsing.tree import parse

HEAD = """\
import boto3
from urllib.parse import unquote, unquote_plus

s3 = boto3.client("s3")


def plain(record):
    return record["s3"]["object"]["key"]


def both(record):
    return record["s3"]["bucket"]["name"], record["s3"]["object"]["key"]


def named(record):
    return {"bucket": record["s3"]["bucket"]["name"], "key": record["s3"]["object"]["key"]}


def each(event):
    for record in event["Records"]:
        yield record["s3"]["object"]["key"]


def pairs(event):
    for record in event["Records"]:
        yield record["s3"]["bucket"]["name"], record["s3"]["object"]["key"]


"""
HANDLER = """\
def handler(event, context):
    record = event["Records"][0]
    BODY
"""
FUNCTIONS = {"plain": "plain(", "both": "both(", "named": "named(", "each": "each(", "pairs": "pairs("}


def told(body: str) -> tuple[str, str]:
    """How the key is decoded, and used, that the one function which the body calls returns."""
    code = HEAD + HANDLER.replace("BODY", dedent(body).strip().replace("\n", "\n    "))
    facts = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions()).facts
    (name,) = (one for one, call in FUNCTIONS.items() if call in body)
    first = HEAD[: HEAD.index(f"def {name}")].count("\n") + 1
    lines = range(first, first + 4)
    (fact,) = (fact for fact in facts if fact.kind == "object_key" and fact.site.line in lines)
    return fact.data.decoded, fact.data.used


@pytest.mark.parametrize(
    "body",
    [
        's3.get_object(Bucket="a", Key=plain(record))',
        'key = plain(record)\ns3.get_object(Bucket="a", Key=key)',
        "bucket, key = both(record)\ns3.get_object(Bucket=bucket, Key=key)",
        's3.get_object(Bucket="a", Key=both(record)[1])',
        "found = both(record)\ns3.get_object(Bucket=found[0], Key=found[1])",
        'found = named(record)\ns3.get_object(Bucket=found["bucket"], Key=found["key"])',
        's3.get_object(Bucket="a", Key=named(record).get("key"))',
        'for key in each(event):\n    s3.get_object(Bucket="a", Key=key)',
        'return [s3.get_object(Bucket="a", Key=key) for key in each(event)]',
        "for bucket, key in pairs(event):\n    s3.get_object(Bucket=bucket, Key=key)",
        "for found in pairs(event):\n    s3.get_object(Bucket=found[0], Key=found[1])",
    ],
)
def test_it_is_used_where_it_is_returned_to(body: str) -> None:
    assert told(body) == ("no", "used")


@pytest.mark.parametrize(
    "body",
    [
        's3.get_object(Bucket="a", Key=unquote_plus(plain(record)))',
        "bucket, key = both(record)\ns3.get_object(Bucket=bucket, Key=unquote_plus(key))",
        'key = unquote_plus(named(record)["key"])\ns3.get_object(Bucket="a", Key=key)',
        'for key in each(event):\n    s3.get_object(Bucket="a", Key=unquote_plus(key))',
        "for bucket, key in pairs(event):\n    s3.get_object(Bucket=bucket, Key=unquote_plus(key))",
    ],
)
def test_it_is_decoded_there(body: str) -> None:
    assert told(body)[0] == "yes"


@pytest.mark.parametrize(
    "body",
    [
        "print(plain(record))",
        "bucket, key = both(record)\ns3.list_objects_v2(Bucket=bucket)",
        "found = both(record)\ns3.list_objects_v2(Bucket=found[0])",
        "found = named(record)\ns3.list_objects_v2(Bucket=found['bucket'])",
        "for bucket, _ in pairs(event):\n    s3.list_objects_v2(Bucket=bucket)",
        "work(both(record))",
    ],
)
def test_it_is_not_used_there(body: str) -> None:
    assert told(body)[1] != "used"
