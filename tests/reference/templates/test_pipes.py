"""Pipes of a template: made with what they name, and refused their source without a role that may read it."""

from __future__ import annotations

import json
import textwrap

import pytest

from invocation_lint.reference import LambdaService
from invocation_lint.reference.templates.names import Place
from invocation_lint.reference.templates.serving import serve_stack
from invocation_lint.reference.templates.stack import read_stack

TEMPLATE = """
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  Worker:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.work, CodeUri: src, Runtime: python3.12}
  PipeRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      Policies:
        - PolicyName: pipe
          PolicyDocument:
            Statement: [{Effect: Allow, Action: ACTIONS, Resource: "*"}]
  Pipe:
    Type: AWS::Pipes::Pipe
    Properties:
      RoleArn: !GetAtt PipeRole.Arn
      Source: !GetAtt Table.StreamArn
      SourceParameters:
        DynamoDBStreamParameters: {StartingPosition: TRIM_HORIZON, BatchSize: 1}
        FilterCriteria: {Filters: [{Pattern: {eventName: [INSERT]}}]}
      Target: !GetAtt Worker.Arn
      TargetParameters:
        InputTemplate: '{"id": "<$.dynamodb.Keys.id.S>"}'
"""


@pytest.mark.parametrize(
    ("mode", "actions", "seen"),
    [
        ("open", "[s3:GetObject]", [("success", [{"id": "s1"}])]),
        ("strict", "[dynamodb:*, lambda:InvokeFunction]", [("success", [{"id": "s1"}])]),
        ("strict", "[dynamodb:*]", []),
        ("strict", "[lambda:InvokeFunction]", []),
    ],
)
def test_a_pipe(tmp_path, mode, actions, seen):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text("def work(event, context):\n    return {}\n", encoding="utf-8")
    path = tmp_path / "template.yaml"
    text = textwrap.dedent(TEMPLATE).replace("ACTIONS", actions)
    if "dynamodb" in actions and "lambda" not in actions:  # what fails for ever would keep the service at work
        text = text.replace("BatchSize: 1}", "BatchSize: 1, MaximumRetryAttempts: 0}")
    path.write_text(text, encoding="utf-8")
    lines = []
    with LambdaService(clock_factor=50, permissions=mode, on_event=lines.append) as service:
        place = Place("us-east-1", service.account, service.endpoint_url, "app")
        stack = read_stack(path, place, parameters={}, made=tmp_path / "made", permissions=mode)
        assert stack.notes == []
        assert stack.made["Pipe"] == ("AWS::Pipes::Pipe", "app-Pipe")
        serve_stack(stack, service)
        service.shared_client("dynamodb").put_item(TableName="app-Table", Item={"id": {"S": "s1"}})
        assert service.wait_until_idle()
        assert [(run.outcome, json.loads(run.payload)) for run in service.executions("app-Worker")] == seen
    refused = "PIPE     app-Pipe does not run: Cannot access stream"
    assert any(line.startswith(refused) for line in lines) == (actions == "[lambda:InvokeFunction]")
    given_up = [batch.error for batch in service.batches("app-Worker") if batch.outcome == "failed"]
    assert ["lambda:InvokeFunction" in str(error) for error in given_up] == [True] * (actions == "[dynamodb:*]")
