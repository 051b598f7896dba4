"""A small project whose sender invokes a worker, and what is found in it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from invocation_lint.engine import Input, lint
from invocation_lint.findings import Finding
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration

HEAD = """\
import json
import os

import boto3

client = boto3.client("lambda")


def send(name, payload):
    client.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(payload))


"""
WORKER = """
def handler(event, context):
    return {"id": event["order"]["id"], "note": event.get("note")}
"""
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Stage: {Type: String}}
Globals: {Function: {Runtime: python3.12}}
Resources:
  Sender:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: sender/
      Handler: app.handler
      Environment:
        Variables: {WORKER: !Ref Worker, ARN: !GetAtt Worker.Arn, NAME: !Sub "${Stage}-worker", STAGE: !Ref Stage}
  Worker:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: !Sub "${Stage}-worker", CodeUri: worker/, Handler: work.handler}
  Other:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: !Sub "${Stage}-worker-dlq", CodeUri: other/, Handler: work.handler}
"""
BAD = '{"order": {}}'
GOOD = '{"order": {"id": 1}}'


def findings(folder: Path, files: dict[str, str], linted: str = "sender/app.py") -> list[Finding]:
    every = {"worker/work.py": WORKER, "other/work.py": "def handler(event, context):\n    return 1\n", **files}
    for name, text in {"template.yaml": TEMPLATE, ".git/HEAD": "", **every}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(text))
    path = folder / linted
    run = lint([Input(linted, path)], Project(Configuration()))
    return [one for one in run.report.findings if one.id.startswith(("INV2", "INV4"))]


def sender(call: str) -> dict[str, str]:
    body = "\n".join(f"    {line}" for line in dedent(call).split("\n"))
    return {"sender/app.py": f"{HEAD}def handler(event, context):\n{body}\n"}


def sends(payload: str, worker: str) -> dict[str, str]:
    """A sender that invokes the worker with a payload, and the worker."""
    return {**sender(f'send(os.environ["WORKER"], {payload})'), "worker/work.py": dedent(worker)}
