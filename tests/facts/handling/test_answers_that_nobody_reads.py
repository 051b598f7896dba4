"""The response of a batch operation in the answer of a handler: an API's client may look at it, a queue never does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.handling.deployed import told

CODE = """\
import json

import boto3
from aws_lambda_powertools import Logger

events = boto3.client("events")
logger = Logger()
jobs = []


def send(entries):
    return events.put_events(Entries=entries)


DECORATOR
def handler(event, context):
    BODY
"""
CALL = 'events.put_events(Entries=[{"Detail": "{}"}])'


def failures(folder: Path, event: str, body: str, decorator: str = "") -> object:
    code = CODE.replace("BODY", body.replace("\n", "\n    ")).replace("DECORATOR\n", decorator)
    of_helper, *of_handler = told(folder, code, event, "batch_call")
    return (of_handler[0] if of_handler else of_helper).failures


BODIES = [
    f"return {CALL}",
    f"response = {CALL}\nreturn response",
    f'return {{"statusCode": 200, "body": json.dumps({CALL})}}',
    f'response = {CALL}\nanswer = {{"statusCode": 200, "body": json.dumps(response)}}\nprint(answer)\nreturn answer',
    f'response = {CALL}\nreturn {{"sent": [response, 1]}}',
    'return send([{"Detail": "{}"}])',
    'return {"sent": send([{"Detail": "{}"}])}',
]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("event", ["bus", "queue", "bucket"])
def test_nothing_reads_what_a_handler_answers_to_an_event(event: str, body: str, tmp_path: Path) -> None:
    assert failures(tmp_path, event, body) == "unread"


@pytest.mark.parametrize("body", BODIES)
def test_the_client_of_an_api_may_read_it(body: str, tmp_path: Path) -> None:
    assert failures(tmp_path, "api", body) in {"returned", "handed_over"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f'response = {CALL}\njobs.append(response)\nreturn {{"sent": response}}', "handed_over"),
        (f'response = {CALL}\nanswer = {{"sent": response}}\njobs.append(answer)\nreturn answer', "handed_over"),
        (f'response = {CALL}\nif response["FailedEntryCount"]:\n    raise ValueError\nreturn response', "tested"),
        (f'response = {CALL}\nprint(response["FailedEntryCount"])\nreturn {{"sent": response}}', "logged"),
    ],
)
def test_what_else_is_done_about_failures_counts(body: str, expected: str, tmp_path: Path) -> None:
    assert failures(tmp_path, "bus", body) == expected


def test_a_decorator_may_read_it(tmp_path: Path) -> None:
    assert failures(tmp_path, "bus", f"return {CALL}", "@logger.inject_lambda_context\n") == "unread"
    assert failures(tmp_path, "bus", f"return {CALL}", "@checked\n") == "returned"


CHOICE = "success = True\nfor record in event['Records']:\n    success = json.loads(record['body']) and success\n"


def answered(folder: Path, event: str, body: str) -> object:
    code = CODE.replace("BODY", body.replace("\n", "\n    ")).replace("DECORATOR\n", "")
    (fact,) = told(folder, code, event, "handler")
    return fact.answered_by


@pytest.mark.parametrize(
    "body",
    [
        f"{CHOICE}return {{'statusCode': 200 if success else 500}}",
        f"{CHOICE}status_code = 200 if success else 500\nreturn {{'statusCode': status_code, 'body': '{{}}'}}",
        f"{CHOICE}answer = {{'statusCode': 500 if not success else 200}}\nreturn answer",
        "errors = json.loads(event['Records'][0]['body'])\nreturn {'status_code': '500' if errors else '200'}",
        f"{CHOICE}print(success)\nreturn {{'statusCode': 200 if success else 500}}",
    ],
)
def test_an_error_is_answered_by_the_choice_of_a_status(body: str, tmp_path: Path) -> None:
    assert answered(tmp_path, "queue", body) == "choice"
    assert answered(tmp_path, "api", body) is None


@pytest.mark.parametrize(
    "body",
    [
        f"{CHOICE}if not success:\n    raise ValueError\nreturn {{'statusCode': 200 if success else 500}}",
        f"{CHOICE}return {{'statusCode': 200 if success else 202}}",
        f"{CHOICE}return {{'statusCode': 200 if success else 500, 'batchItemFailures': []}}",
        "found = json.loads(event['Records'][0]['body'])\nreturn {'statusCode': 200 if found else 404}",
        f"{CHOICE}return {{'statusCode': 200}}",
        f"{CHOICE}return 200 if success else 500",
    ],
)
def test_a_choice_that_hides_nothing(body: str, tmp_path: Path) -> None:
    assert answered(tmp_path, "queue", body) is None
