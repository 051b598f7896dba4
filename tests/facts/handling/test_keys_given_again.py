"""The key of an object under a name that is given something else later."""

from __future__ import annotations

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.source.parsing.tree import parse

GET = "s3.get_object(Key=key)"
LOG = "logging.info(key)"
READ = 'key = record["s3"]["object"]["key"]'
CODE = """\
import logging
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    for record in event["Records"]:
        BODY
"""


def uses(body: str, after: str = "") -> list[object]:
    code = CODE.replace("BODY", body.replace("\n", "\n        ")) + after
    told = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions())
    return [
        fact.data.used if fact.data.decoded == "no" else "decoded" for fact in told.facts if fact.kind == "object_key"
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"if event:\n    {READ}\n    {GET}\nelse:\n    {READ}\n    {LOG}", ["used", "logged"]),
        (f"if event:\n    {READ}\n    {LOG}\nelse:\n    {READ}\n    {GET}", ["logged", "used"]),
        (f"{READ}\ns3.get_object(Key=key)\nkey = 'fixed'\ns3.get_object(Key=key)", ["used"]),
        (f"{READ}\nlogging.info(key)\nkey = 'fixed'\ns3.get_object(Key=key)", ["logged"]),
        (f"{READ}\nkey = unquote_plus(key)\ns3.get_object(Key=key)", ["decoded"]),
        (f"{READ}\nkey = key.lower()\ns3.get_object(Key=key)", ["used"]),
        (f"{READ}\ns3.get_object(Key=key)", ["used"]),
    ],
)  # fmt: skip
def test_what_is_done_with_it(body: str, expected: list[object]) -> None:
    assert uses(body) == expected
