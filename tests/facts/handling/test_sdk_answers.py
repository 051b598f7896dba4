"""Answers of boto3 that a handler returns, of which the runtime cannot encode a part."""

from __future__ import annotations

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.source.parsing.tree import parse

CODE = """\
import json
import boto3
from shop import keep

machines = boto3.client("stepfunctions")
objects = boto3.client("s3")
queues = boto3.client("sqs")
table = boto3.resource("dynamodb").Table("orders")


def start(order):
    return machines.start_execution(stateMachineArn="a", input=json.dumps(order))


def handler(event, context):
    BODY
"""
WITH_DATE = "what start_execution returned, with a datetime in it"
EXECUTION = 'found = machines.start_execution(stateMachineArn="a", input="{}")\n'


def told(body: str) -> list[str | None]:
    code = CODE.replace("BODY", body.replace("\n", "\n    "))
    facts = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions()).facts
    return [fact.data.unserializable for fact in facts if fact.kind == "handler_answer"]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ('return machines.start_execution(stateMachineArn="a")', WITH_DATE),
        (f"{EXECUTION}print(found)\nreturn found", WITH_DATE),
        (f'{EXECUTION}return {{"statusCode": 200, "body": found}}', WITH_DATE),
        (f'{EXECUTION}return {{"at": found["startDate"]}}', "a datetime"),
        ("return start(event)", WITH_DATE),
        ('return objects.get_object(Bucket="a", Key="b")', "what get_object returned, with a stream in it"),
        ('return {"body": objects.get_object(Bucket="a", Key="b")["Body"]}', "a stream"),
        ('return boto3.client("lambda").invoke(FunctionName="a")', "what invoke returned, with a stream in it"),
    ],
)  # fmt: skip
def test_what_json_cannot_hold(body: str, what: str) -> None:
    assert told(body) == [what]


TWICE = """\
try:
    start(event)
except KeyError as error:
    print(error)
    return {}
except Exception as error:
    return {"body": error}
"""


@pytest.mark.parametrize(("after", "what"), [("", "an exception"), ("error = str(event)\n", None)])
def test_the_exception_of_one_of_several_clauses(after: str, what: str | None) -> None:
    body = TWICE.replace('    return {"body"', f'    {after}    return {{"body"' if after else '    return {"body"')
    assert told(body)[-1] == what


@pytest.mark.parametrize(
    "body",
    [
        f'{EXECUTION}return {{"arn": found["executionArn"]}}',
        f'{EXECUTION}found.pop("startDate")\nreturn found',
        f'{EXECUTION}del found["startDate"]\nreturn found',
        f'{EXECUTION}found["startDate"] = found["startDate"].isoformat()\nreturn found',
        f"{EXECUTION}keep(found)\nreturn found",
        f'{EXECUTION}return {{"at": str(found["startDate"])}}',
        f"{EXECUTION}return json.dumps(found, default=str)",
        'return objects.list_objects_v2(Bucket="a")',  # of an empty bucket it has no date
        'return queues.send_message(QueueUrl="a", MessageBody="b")',
        'return table.get_item(Key={"id": "a"})',
        'return keep.start_execution(stateMachineArn="a")',
        'return objects.get_object(Bucket="a", Key="b")["Body"].read().decode()',
    ],
)
def test_what_it_can(body: str) -> None:
    assert set(told(body)) <= {None}
