"""`invocation-lint contracts --check`: what a change of a handler breaks in its callers, and what it only affects."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import run_lint

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Mails:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: mails, CodeUri: src/, Runtime: python3.12, Handler: mails.handler}
"""
CALLER = """
import json
import os

import boto3

client = boto3.client("lambda")


def handler(event, context):
    response = client.invoke(FunctionName="mails", Payload=json.dumps({"to": "ann"}))
    return json.loads(response["Payload"].read())["number"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "src").mkdir()
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / ".invocation-lint.yaml").write_text("contracts: [declared.yaml]\n")
    return tmp_path


def test_an_answer_that_lost_a_key_which_a_caller_can_do_without(project: Path) -> None:
    (project / "src/caller.py").write_text(CALLER.replace('["number"]', '.get("number")'))
    (project / "src/mails.py").write_text("def handler(event, context):\n    return {'id': event['to']}\n")
    text = "version: 1\nfunctions:\n  - name: mails\n    match: {names: [mails]}\n    fields: {to: {required: true}}\n"
    (project / "declared.yaml").write_text(f"{text}    returns: [id, number]\n")
    told = run_lint("contracts", "--check", cwd=project).stdout.splitlines()
    assert told[1] == (
        "  affects src/caller.py:12, which reads number from the response of src/caller.py:11 and gets nothing"
    )
    assert "break" not in told[-2]


ACTIONS = """
def handler(event, context):
    if event["kind"] == "send":
        return event["to"]
    if event["kind"] == "drop":
        return 1
    raise ValueError(event["kind"])
"""


def test_an_action_that_the_handler_no_longer_has(project: Path) -> None:
    (project / "src/caller.py").write_text(CALLER.replace('{"to": "ann"}', '{"kind": "copy", "to": "ann"}'))
    (project / "src/mails.py").write_text(ACTIONS)
    (project / "declared.yaml").write_text(
        "version: 1\nfunctions:\n  - name: mails\n    match: {names: [mails]}\n    discriminator: kind\n"
        "    actions: {send: {fields: {to: {required: true}}}, drop: {}, copy: {}}\n"
    )
    told = run_lint("contracts", "--check", cwd=project).stdout.splitlines()
    assert told[:2] == [
        "src/mails.py:2: mails: the contract has the action copy, but the handler rejects it",
        "  breaks src/caller.py:11, which sends kind=copy",
    ]
