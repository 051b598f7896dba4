"""Records of which the function that wrote them raises the error of the invocation to callers that answer it."""

from __future__ import annotations

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Unknown
from invocation_lint.facts.invocation import Invocation
from invocation_lint.source.parsing.tree import parse

HEAD = """
import json, logging
import boto3

client = boto3.client("lambda")
table = boto3.resource("dynamodb").Table("stories")

def invoke(story):
    try:
        client.invoke(FunctionName="teller", InvocationType="Event", Payload=json.dumps({"id": story}))
    except Exception as error:
        logging.error(error)
        raise

def start(story):
    try:
        table.put_item(Item={"id": story, "status": "processing"})
        invoke(story)
    except Exception as error:
        logging.error(error)
        raise

"""
ANSWERS = """
def lambda_handler(event, context):
    try:
        start(event["id"])
    except Exception as error:
        return {"statusCode": 500, "body": str(error)}
    return {"statusCode": 202}
"""
MARKS = ANSWERS.replace(
    "        return {", "        table.put_item(Item={'id': event['id'], 'status': 'failed'})\n        return {"
)
GOES_ON = ANSWERS.replace('        return {"statusCode": 500, "body": str(error)}\n', "        close(event)\n")
BETWEEN = """
def begin(story):
    start(story)

def lambda_handler(event, context):
    try:
        begin(event["id"])
    except Exception as error:
        return {"statusCode": 500, "body": str(error)}
    return {"statusCode": 202}
"""


def _touched(code: str) -> list[object]:
    told = facts_of(parse((HEAD + code).encode(), "app.py"), ContractBook(), AnalysisOptions())
    records = [fact.data.record_written for fact in told.facts if isinstance(fact.data, Invocation)]
    return [record.touched_on_failure for record in records if record is not None]


@pytest.mark.parametrize("code", [ANSWERS, BETWEEN, ANSWERS.replace("start(", "start(str(").replace("])", "]))")])
def test_no_caller_touches_it(code: str) -> None:
    assert _touched(code) == ["no"]


@pytest.mark.parametrize(
    "code",
    [
        "",
        MARKS,
        GOES_ON,
        BETWEEN.replace(
            "    start(story)", "    try:\n        start(story)\n    except ValueError:\n        close(story)"
        ),
        ANSWERS + "\ndef other(story):\n    start(story)\n",
        ANSWERS.replace("lambda_handler(event, context)", "answer(event)"),
    ],
)
def test_a_caller_may_touch_it(code: str) -> None:
    (touched,) = _touched(code)
    assert isinstance(touched, Unknown)
