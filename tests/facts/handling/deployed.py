"""A handler beside a template that deploys it, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Fact
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration
from invocation_lint.source.parsing.tree import parse

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Stream: {Type: AWS::Kinesis::Stream}
  Bucket: {Type: AWS::S3::Bucket}
  Table:
    Type: AWS::DynamoDB::Table
    Properties: {StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Runtime: python3.12
      Events:
        It: EVENT
"""

EVENTS = {
    "queue": "{Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}",
    "kinesis": "{Type: Kinesis, Properties: {Stream: !GetAtt Stream.Arn, StartingPosition: LATEST}}",
    "table": "{Type: DynamoDB, Properties: {Stream: !GetAtt Table.StreamArn, StartingPosition: LATEST}}",
    "bucket": "{Type: S3, Properties: {Bucket: !Ref Bucket, Events: 's3:ObjectCreated:*'}}",
    "bus": "{Type: EventBridgeRule, Properties: {Pattern: {source: [shop]}}}",
    "topic": "{Type: SNS, Properties: {Topic: 'arn:aws:sns:eu-west-1:123456789012:orders'}}",
    "none": "{Type: NoEvent, Properties: {}}",
    "api": "{Type: Api, Properties: {Path: /orders, Method: post}}",
}
"""What invokes it, as SAM says it."""


def told(folder: Path, code: str, event: str, kind: str) -> list[Any]:
    """The data of the facts of a kind that `app.py` gives; the event is one of `EVENTS`."""
    return [fact.data for fact in facts_told(folder, code, event, kind)]


def facts_told(folder: Path, code: str, event: str, kind: str) -> list[Fact]:
    """The facts of a kind that `app.py` gives, with their places."""
    (folder / ".git").mkdir(exist_ok=True)
    (folder / "template.yaml").write_text(TEMPLATE.replace("EVENT", EVENTS[event]))
    app = folder / "app.py"
    app.write_text(code)
    programs = Project(Configuration()).programs
    assert programs is not None
    programs.note([("app.py", app, None)])
    found = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions(), programs.program(app), app)
    return [fact for fact in found.facts if fact.kind == kind]
