"""What an application of Chalice deploys: its variables are those of its configuration, and its functions have no
destinations of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration
from invocation_lint.source.parsing.tree import parse

CODE = """\
import json
import os
import time

import boto3
from chalice import Chalice

app = Chalice(app_name="shop")
sqs = boto3.client("sqs")


@app.on_s3_event(bucket="files")
def stored(event):
    sqs.send_message(QueueUrl=os.environ["VARIABLE"], MessageBody=json.dumps({"key": event.key}))


@app.schedule("rate(1 minute)")
def often(event):
    print(event)
"""


def told(folder: Path, kind: str, variable: str = "JOBS_URL", code: str = CODE, **more: Any) -> list[Any]:
    (folder / ".git").mkdir()
    (folder / ".chalice").mkdir()
    settings = {"version": "2.0", "app_name": "shop", "environment_variables": {"QUEUE_URL": "jobs"}, **more}
    (folder / ".chalice" / "config.json").write_text(json.dumps(settings))
    app = folder / "app.py"
    app.write_text(code.replace("VARIABLE", variable))
    programs = Project(Configuration()).programs
    assert programs is not None
    programs.note([("app.py", app, None)])
    found = facts_of(parse(app.read_bytes(), "app.py"), ContractBook(), AnalysisOptions(), programs.program(app), app)
    return [fact.data for fact in found.facts if fact.kind == kind]


@pytest.mark.parametrize(("variable", "is_set"), [("QUEUE_URL", "yes"), ("JOBS_URL", "no")])
def test_its_configuration_sets_its_variables(tmp_path: Path, variable: str, is_set: str) -> None:
    (message,) = told(tmp_path, "message", variable)
    assert (message.sink.set, message.sink.reader) == (is_set, "stored")
    assert message.sink.granted not in {"yes", "no"}  # Chalice makes the policy of what it sees in the code


def test_what_a_bucket_invokes_has_no_destination(tmp_path: Path) -> None:
    (delivery,) = told(tmp_path, "delivery")
    assert (delivery.kind, delivery.consumer, delivery.kept, delivery.may_fail) == (
        "asynchronous",
        "stored",
        "no",
        "yes",
    )
    assert "chalice package" in delivery.remedy


def test_a_schedule_knows_the_timeout_of_the_configuration(tmp_path: Path) -> None:
    (schedule,) = told(tmp_path, "schedule", lambda_timeout=300)
    assert schedule.function.timeout_seconds == 300


ONE = """\
import json

import boto3
from chalice import Chalice
from shop import work

app = Chalice(app_name="shop")


@DECORATOR
def handle(event):
    BODY
"""
GUARDED = """for record in event:
        try:
            work(json.loads(record.body))
        except Exception as error:
            print(error)"""


def one(folder: Path, decorator: str, body: str) -> list[Any]:
    return told(folder, "handler", code=ONE.replace("DECORATOR", decorator).replace("BODY", body))


@pytest.mark.parametrize(
    ("decorator", "source"),
    [
        ('app.on_sqs_message(queue="jobs", batch_size=10)', "queue"),
        ('app.on_kinesis_record(stream="jobs")', "stream"),
        ('app.on_dynamodb_record(stream_arn="arn:aws:dynamodb:eu-west-1:1:table/a/stream/b")', "stream"),
    ],
)
def test_the_records_are_what_the_event_yields(tmp_path: Path, decorator: str, source: str) -> None:
    (handler,) = one(tmp_path, decorator, GUARDED)
    assert (handler.event_source, handler.known_by, handler.item_failure) == (source, "template", "swallowed")
    assert handler.records_read == "all"


def test_a_batch_of_one_is_the_default_of_chalice(tmp_path: Path) -> None:
    (handler,) = one(tmp_path, 'app.on_sqs_message(queue="jobs")', GUARDED)
    assert handler.one_record == "yes"


@pytest.mark.parametrize(
    ("decorator", "source"),
    [
        ('app.on_s3_event(bucket="files")', "s3"),
        ('app.on_sns_message(topic="news")', "sns"),
        ('app.on_cw_event({"source": ["shop"]})', "eventbridge"),
        ('app.schedule("rate(1 hour)")', "schedule"),
    ],
)
def test_what_is_made_for_each_event_is_seen(tmp_path: Path, decorator: str, source: str) -> None:
    (handler,) = one(tmp_path, decorator, 'boto3.client("s3").delete_object(Bucket="a", Key="b")')
    assert (handler.event_source, handler.made, handler.made_when) == (
        source,
        "creates a client of s3",
        "on each invocation",
    )


@pytest.mark.parametrize("decorator", ['app.route("/orders/{event}")', "app.middleware", "work.on_change()"])
def test_what_takes_no_event_is_no_handler(tmp_path: Path, decorator: str) -> None:
    assert one(tmp_path, decorator, 'boto3.client("s3").delete_object(Bucket="a", Key="b")') == []
