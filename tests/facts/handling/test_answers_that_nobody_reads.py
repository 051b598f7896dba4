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
