"""What CloudFormation tells of a stack that is served."""

from __future__ import annotations

import urllib.request

import pytest
from botocore.exceptions import ClientError

from invocation_lint.reference.templates.names import Place
from invocation_lint.reference.templates.serving import serve_stack
from invocation_lint.reference.templates.stack import read_stack

TEMPLATE = """
Parameters:
  Stage: {Type: String, Default: test}
  Secret: {Type: String, Default: hush, NoEcho: true}
  Names: {Type: CommaDelimitedList, Default: "a,b"}
Conditions: {Never: !Equals [a, b]}
Resources:
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      Runtime: python3.12
      InlineCode: "def handler(event, context): return {'statusCode': 200, 'body': 'good evening'}"
      FunctionUrlConfig: {AuthType: NONE}
      Events:
        Rest: {Type: Api, Properties: {Method: GET, Path: /greet}}
        Http: {Type: HttpApi, Properties: {Method: GET, Path: /greet}}
  Queue: {Type: AWS::SQS::Queue}
  Topic: {Type: AWS::SNS::Topic}
  Left: {Type: AWS::SQS::Queue, Condition: Never}
Outputs:
  Rest: {Value: !Sub "https://${ServerlessRestApi}.execute-api.${AWS::Region}.amazonaws.com/Prod/greet"}
  Http: {Value: !Sub "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/greet"}
  Url: {Value: !GetAtt GreeterUrl.FunctionUrl}
  Arn: {Value: !GetAtt Greeter.Arn, Description: Who greets}
  Elsewhere: {Value: "https://other.execute-api.us-east-1.amazonaws.com/?a=1&b=<2>"}
  Left: {Value: x, Condition: Never}
  Unknown: {Value: !ImportValue of-another-stack}
"""


@pytest.fixture
def stack(tmp_path, bench):
    """A client of CloudFormation, for the stack `shop`."""
    (tmp_path / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    service = bench.service()
    place = Place(service.region, service.account, service.endpoint_url, "shop")
    serve_stack(read_stack(tmp_path / "template.yaml", place, parameters={}, made=tmp_path), service)
    client = service.client("cloudformation")
    yield client
    client.close()


def read(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read()


def test_outputs_are_addresses_that_answer(stack):
    (told,) = stack.describe_stacks(StackName="shop")["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in told["Outputs"]}
    assert [read(outputs[name]) for name in ("Rest", "Http", "Url")] == [b"good evening"] * 3
    assert outputs["Arn"].endswith(":function:shop-Greeter")
    assert [each["OutputKey"] for each in told["Outputs"] if each.get("Description") == "Who greets"] == ["Arn"]
    assert outputs["Elsewhere"] == "https://other.execute-api.us-east-1.amazonaws.com/?a=1&b=<2>"
    assert {"Left", "Unknown"}.isdisjoint(outputs)
    assert told["StackStatus"] == "CREATE_COMPLETE"
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in told["Parameters"]}
    assert parameters == {"Stage": "test", "Secret": "****", "Names": "a,b"}
    assert [each["StackName"] for each in stack.describe_stacks()["Stacks"]] == ["shop"]


def test_resources_have_the_names_that_they_were_given(stack):
    listed = stack.list_stack_resources(StackName="shop")["StackResourceSummaries"]
    names = {each["LogicalResourceId"]: (each["ResourceType"], each["PhysicalResourceId"]) for each in listed}
    assert names.keys() == {"Greeter", "Queue", "Topic"}
    assert names["Greeter"] == ("AWS::Lambda::Function", "shop-Greeter")
    assert names["Queue"][1].endswith("/shop-Queue")
    assert names["Topic"][1].startswith("arn:aws:sns:")
    (queue,) = stack.describe_stack_resources(StackName="shop", LogicalResourceId="Queue")["StackResources"]
    assert (queue["StackName"], queue["PhysicalResourceId"]) == ("shop", names["Queue"][1])


def test_of_other_stacks_moto_tells(stack):
    with pytest.raises(ClientError, match="Stack with id none does not exist"):
        stack.describe_stacks(StackName="none")
    template = '{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}'
    stack.create_stack(StackName="made", TemplateBody=template)
    assert stack.describe_stacks(StackName="made")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
