"""Errors that a constant of the module answers, handlers that poll a queue by themselves, and counters beside sums."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.handling.deployed import told

CONSTANT = """\
import json
import logging

FAILED = {"statusCode": 500, "body": json.dumps("failed")}
DONE = {"statusCode": 200, "body": json.dumps("done")}


def handler(event, context):
    try:
        work(event)
        return DONE
    except Exception:
        logging.exception("failed")
        return ANSWER
"""


@pytest.mark.parametrize(("answer", "word"), [("FAILED", "error"), ("DONE", None), ("OTHER", None)])
def test_a_constant_that_says_error(tmp_path: Path, answer: str, word: str | None) -> None:
    (fact,) = told(tmp_path, CONSTANT.replace("ANSWER", answer), "topic", "handler")
    assert fact.failure_answer == word


def test_a_name_of_the_function_is_no_constant(tmp_path: Path) -> None:
    code = CONSTANT.replace("    try:", "    FAILED = result(event)\n    try:").replace("ANSWER", "FAILED")
    (fact,) = told(tmp_path, code, "topic", "handler")
    assert fact.failure_answer is None


POLLING = """\
import json

import boto3

sqs = boto3.client("sqs")
s3 = boto3.client("s3")


def handler(event, context):
    response = sqs.receive_message(QueueUrl=SOURCE)
    for message in response.get("Messages", []):
        key = json.loads(message["Body"])["Records"][0]["s3"]["object"]["key"]
        s3.get_object(Bucket="files", Key=key)
"""


@pytest.mark.parametrize(("source", "word"), [('"jobs"', None), ('event["queue"]', "s3")])
def test_records_of_a_message_that_it_polls_are_none_of_its_event(
    tmp_path: Path, source: str, word: str | None
) -> None:
    (fact,) = told(tmp_path, POLLING.replace("SOURCE", source), "none", "handler")
    assert fact.event_source == word


SUMS = """\
from decimal import Decimal

import boto3

totals = boto3.resource("dynamodb").Table("totals")


def handler(event, context):
    processed = 0
    for record in event["Records"]:
        one(record)
        processed += 1
    print(f"Processed {processed} records")
    return {"processed": processed}


def one(record):
    if record["eventName"] == "INSERT":
        amount = Decimal(record["dynamodb"]["NewImage"]["amount"]["N"])
        totals.update_item(
            Key={"id": "all"},
            UpdateExpression=("ADD total :amount " "SET at = :now"),
            ExpressionAttributeValues={":amount": amount, ":now": "now"},
        )
    else:
        amount = OTHER
        totals.put_item(Item={"id": "last", "amount": amount})
"""


@pytest.mark.parametrize(("other", "name"), [("Decimal(0)", "total"), ('record["dynamodb"]["Keys"]', None)])
def test_a_counter_asks_nothing_and_each_branch_has_its_number(tmp_path: Path, other: str, name: str | None) -> None:
    (fact,) = told(tmp_path, SUMS.replace("OTHER", other), "table", "handler")
    assert (fact.repeats.name if fact.repeats is not None else None) == name


def test_what_is_noted_of_an_event_may_ask(tmp_path: Path) -> None:
    code = SUMS.replace("OTHER", "Decimal(0)").replace("processed += 1", 'processed = record["eventID"]')
    (fact,) = told(tmp_path, code, "table", "handler")
    assert fact.repeats is None
