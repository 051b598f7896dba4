"""`invocation-lint links` as text, where several templates deploy a function of one name."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from invocation_lint.cli.group import cli

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Sender:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Runtime: python3.12
      Handler: sender.handler
      Environment: {Variables: {WORKER: !Ref Worker}}
  Worker:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: worker, CodeUri: src/, Runtime: python3.12, Handler: worker.handler}
"""

SENDER = """
import json, os
import boto3

client = boto3.client("lambda")

def handler(event, context):
    client.invoke(FunctionName=os.environ["WORKER"], InvocationType="Event", Payload=json.dumps({"id": 1}))
"""


def test_a_function_of_two_templates_is_named_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "src").mkdir()
    for name in ("template.yaml", "template-staging.yaml"):
        (tmp_path / name).write_text(TEMPLATE)
    (tmp_path / "src" / "sender.py").write_text(SENDER)
    (tmp_path / "src" / "worker.py").write_text("def handler(event, context):\n    return event['id']\n")
    monkeypatch.chdir(tmp_path)
    shown = CliRunner().invoke(cli, ["links"], catch_exceptions=False).output
    assert [line.strip() for line in shown.splitlines()[:4]] == [
        "src/sender.py:8: handler -> worker",
        "handler   src/worker.py:1 handler",
        "template  template-staging.yaml:11",
        "template  template.yaml:11",
    ]
