"""Messages that a module sends which handlers import: whose variables and whose role count."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import run_lint

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Jobs: {Type: AWS::SQS::Queue}
  Shop:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.handler, Runtime: python3.12, Policies: [], SHOP}
  Office:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: office.handler, Runtime: python3.12, Policies: [], OFFICE}
"""
SENDING = """\
import json
import os

import boto3

sqs = boto3.client("sqs")


def send(job):
    sqs.send_message(QueueUrl=os.environ["JOBS_URL"], MessageBody=json.dumps(job))


def call(job):
    return job
"""
ROLE = "Policies: [SQSSendMessagePolicy: {QueueName: !GetAtt Jobs.QueueName}]"
VARIABLE = "Environment: {Variables: {JOBS_URL: !Ref Jobs}}"
LINE = 10


def found(
    folder: Path, app: str, office: str = "", shop: str = "", of_office: str = "", sending: str = SENDING
) -> list[tuple[str, int]]:
    """The rules that find something in the module that sends, with the lines."""
    (folder / ".git").mkdir()
    template = TEMPLATE
    for name, given in (("SHOP", shop), ("OFFICE", of_office)):
        kept = "Policies: [], " if ROLE not in given else ""
        template = template.replace(f"Policies: [], {name}", f"{kept}{given or 'Timeout: 3'}")
    (folder / "template.yaml").write_text(template)
    (folder / "sending.py").write_text(sending)
    (folder / "app.py").write_text(app)
    (folder / "office.py").write_text(office or "def handler(event, context):\n    return event\n")
    ran = run_lint(
        "check", "--no-cache", "--select", "INV916,INV917", "--output", "json", "--profile", "strict", cwd=folder
    )
    assert ran.returncode in (0, 1), ran.stderr
    told = json.loads(ran.stdout)["findings"]
    assert {one["place"]["path"] for one in told} <= {"sending.py"}
    return [(one["id"], one["place"]["line"]) for one in told]


SENDS = "from sending import send\n\n\ndef handler(event, context):\n    send(event)\n"
CALLS = SENDS.replace("send(event)", "call(event)").replace("import send", "import call")


@pytest.mark.parametrize("app", [SENDS, "import sending\n\n\ndef handler(event, context):\n    sending.send(event)\n"])
def test_the_handler_that_imports_it_is_asked(app: str, tmp_path: Path) -> None:
    assert found(tmp_path, app) == [("INV916", LINE), ("INV917", LINE)]


@pytest.mark.parametrize(("given", "expected"), [(ROLE, "INV916"), (VARIABLE, "INV917")])
def test_what_it_is_given_counts(given: str, expected: str, tmp_path: Path) -> None:
    assert found(tmp_path, SENDS, shop=given) == [(expected, LINE)]


def test_where_one_of_two_may_send_nothing_is_said(tmp_path: Path) -> None:
    assert found(tmp_path, SENDS, SENDS, of_office=f"{ROLE}, {VARIABLE}") == []


def test_who_imports_something_else_does_not_count(tmp_path: Path) -> None:
    assert found(tmp_path, SENDS, CALLS, shop=f"{ROLE}, {VARIABLE}") == []


METHODS = (
    SENDING
    + """

def post(job):
    send(job)


class Sender:
    def __init__(self, job):
        self.job = job

    def put(self):
        sqs.send_message(QueueUrl=os.environ["JOBS_URL"], MessageBody=self.job)
"""
)
WHOLE = "import sending\n\n\ndef handler(event, context):\n    sending.BODY\n"


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("call(event)", []),
        ("send(event)", [LINE]),
        ("post(event)", [LINE]),
        ("Sender(event)", []),
        ("Sender(event).put()", [26]),
        ("Sender(event).put(), sending.post(event)", [LINE, 26]),
    ],
)
def test_of_a_module_that_is_imported_whole_what_is_named_counts(body: str, lines: list[int], tmp_path: Path) -> None:
    told = found(tmp_path, WHOLE.replace("BODY", body), shop=VARIABLE, sending=METHODS)
    assert told == [("INV917", line) for line in lines]


def test_what_no_handler_comes_to_is_no_handler_s(tmp_path: Path) -> None:
    assert found(tmp_path, CALLS) == []
