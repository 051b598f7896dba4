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


BARE = """
import contextlib, json, logging, uuid
import boto3
from django.db import transaction
from store import close

client = boto3.client("lambda")
table = boto3.resource("dynamodb").Table("runs")

def answer(code, body):
    return {"statusCode": code, "body": json.dumps(body)}

def send(run):
    client.invoke(FunctionName="report", InvocationType="Event", Payload=json.dumps({"run_id": run}))

def start(run):
    table.put_item(Item={"id": run, "status": "RUNNING"})
    send(run)
    return answer(202, {"id": run})

"""
ROUTER = """
def lambda_handler(event, context):
    try:
        if event["rawPath"] == "/runs":
            return start(event["id"])
        return answer(404, {})
    except Exception as error:
        logging.exception("failed")
        return answer(500, {"error": str(error)})
"""
BY_METHOD = """
class Runs:
    def begin(self, run):
        table.put_item(Item={"id": run, "status": "QUEUED"})
        client.invoke(FunctionName="report", InvocationType="Event", Payload=json.dumps({"run_id": run}))

runs = Runs()

def lambda_handler(event, context):
    try:
        runs.begin(event["id"])
    except Exception as error:
        print(error)
        return answer(500, {"error": str(error)})
    return answer(202, {})
"""
VIEW = """
from fastapi import FastAPI, HTTPException
app = FastAPI()

@app.post("/runs/{run}")
def post(run: str):
    try:
        return start(run)
    except Exception as error:
        raise HTTPException(500, str(error))
"""
ROUTES = (
    ROUTER.replace("lambda_handler", "route")
    + """
def lambda_handler(event, context):
    found = route(event, context)
    return found
"""
)
TESTED = (
    ROUTER
    + """
def test_start():
    assert start("1")["statusCode"] == 202
"""
)


def _told(code: str) -> list[object]:
    told = facts_of(parse((BARE + code).encode(), "app.py"), ContractBook(), AnalysisOptions())
    records = [fact.data.record_written for fact in told.facts if isinstance(fact.data, Invocation)]
    return [record.touched_on_failure for record in records if record is not None]


@pytest.mark.parametrize(
    "code",
    [
        ROUTER,
        BY_METHOD,
        VIEW,
        ROUTES,
        TESTED,
        ROUTER.replace("        return answer(5", "        raise\n        return (5"),
    ],
)
def test_the_clause_of_a_caller_leaves_it(code: str) -> None:
    assert "no" in _told(code)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "def lambda_handler(event, context):\n    return start(event['id'])\n",  # INV301 tells
        ROUTER.replace('logging.exception("failed")', "close(event['id'])"),
        ROUTER.replace('logging.exception("failed")', "table.update_item(Key={'id': event['id']})"),
        ROUTER.replace('            return start(event["id"])', '            with transaction.atomic():\n'
                       '                return start(event["id"])'),
        ROUTER + "    finally:\n        close(event['id'])\n",
        ROUTES.replace("    return found\n", "    if found['statusCode'] == 500: close(event['id'])\n    return 1\n"),
        VIEW + "\ndef other(run):\n    return start(run)\n",
        ROUTER.replace("lambda_handler", "consume").replace('event["rawPath"]', 'event["Records"][0]').replace(
            "        logging.exception", "        raise\n        logging.exception"
        ),
    ],
)  # fmt: skip
def test_another_way_may_change_it(code: str) -> None:
    assert "no" not in _told(code)


QUEUE = """
def lambda_handler(event, context):
    record = event["Records"][0]
    try:
        start(record["body"])
    except Exception as error:
        logging.exception("failed")
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}
    return {"batchItemFailures": []}
"""
ITSELF = QUEUE.replace(
    '        start(record["body"])',
    """
        table.put_item(Item={"id": record["body"], "status": "RUNNING"})
        send(record["body"])
""",
).replace("lambda_handler", "other_handler")


@pytest.mark.parametrize("code", [QUEUE, ITSELF])
def test_what_a_queue_sends_again_does_not_wait(code: str) -> None:
    assert "no" not in _told(code)


POOL = """
from concurrent.futures import ThreadPoolExecutor, as_completed

def start_all(runs):
    table.update_item(Key={"id": "all"}, AttributeUpdates={"status": {"Value": "processing"}})
    with ThreadPoolExecutor() as pool:
        sent = [pool.submit(send, run) for run in runs]
        for future in as_completed(sent):
            try:
                future.result()
            except Exception:
                logging.exception("not sent")

def lambda_handler(event, context):
    try:
        start_all(event["runs"])
    except Exception as error:
        return answer(500, {"error": str(error)})
    return answer(202, {})
"""


def test_what_is_taken_at_the_result_of_a_future_goes_on() -> None:
    assert "no" not in _told(POOL)


def test_what_the_error_undoes_is_none() -> None:
    start = BARE[BARE.index("def start") :]
    for undone in (
        start.replace("def start", "@transaction.atomic\ndef start"),
        start.replace("    table.put_item", "    with transaction.atomic():\n      table.put_item").replace(
            "    send(run)", "      send(run)"
        ),
        start.replace("    send(run)", "    try:\n        send(run)\n    finally:\n        close(run)"),
    ):
        code = BARE.replace(start, undone) + ROUTER
        told = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions())
        assert all(fact.data.record_written is None for fact in told.facts if isinstance(fact.data, Invocation))
