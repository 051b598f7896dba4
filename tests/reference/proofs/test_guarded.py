"""Programs whose function has the role that a template gives it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from invocation_lint.reference.proofs import WORDS, Room
from invocation_lint.reference.proofs.runner import open_runner
from invocation_lint.reference.proofs.verdict import judge

PROGRAM = """
import json, os, urllib.request
import boto3

def handler(event, context):
    boto3.client("lambda").invoke(FunctionName=os.environ["ECHO_FUNCTION"], Payload=json.dumps({"n": 1}))
    return {"statusCode": 200, "body": "sent"}

def main():
    try:
        urllib.request.urlopen(os.environ["API_URL"] + "/")
    except urllib.error.HTTPError:
        pass

if __name__ == "__main__":
    main()
"""
TEMPLATE = """
Resources:
  Worker: {{Type: AWS::Serverless::Function, Properties: {{FunctionName: echo, Handler: other.f, CodeUri: .}}}}
  Api:
    Type: AWS::Serverless::Function
    Properties: {{Handler: {name}.handler, CodeUri: ., Policies: [{policy}]}}
"""


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """A room whose programs differ in the role of their template only."""
    allowed = "{LambdaInvokePolicy: {FunctionName: !Ref Worker}}"
    for name, policy in (("bad", "AWSLambdaBasicExecutionRole"), ("good", allowed)):
        (tmp_path / f"{name}.py").write_text(PROGRAM, encoding="utf-8")
        (tmp_path / f"{name}.yaml").write_text(TEMPLATE.format(name=name, policy=policy), encoding="utf-8")
    word = WORDS["access_denied_when_guarded"]
    return Room("INX001", "ours", tmp_path / "bad.py", tmp_path / "good.py", word, word)


def test_a_role_that_lacks_a_permission_is_seen(room: Room) -> None:
    with open_runner() as runner:
        bad, good = runner.run(room.bad, room.observe), runner.run(room.good, room.absent)
        verdict = judge(room, bad.evidence, good.evidence)
        assert verdict.complaints == ()
        assert not bad.evidence.callee_executions
        assert [run.outcome for run in good.evidence.callee_executions] == ["success"]
        unguarded = runner.run(room.bad, dataclasses.replace(room.observe, given=None))
        assert [run.outcome for run in unguarded.evidence.callee_executions] == ["success"]
