"""Roles and permissions of templates: what a strict service is told, and what it does with it."""

from __future__ import annotations

import json
import textwrap
import urllib.request

import pytest

from invocation_lint.reference.templates.names import Place
from invocation_lint.reference.templates.serving import serve_stack
from invocation_lint.reference.templates.stack import read_stack

PLACE = Place("us-east-1", "123456789012", "http://127.0.0.1:1", "app")
FUNCTIONS = "arn:aws:lambda:us-east-1:123456789012:function"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
CALLS = """
import boto3
from botocore.exceptions import ClientError

def call(event, context):
    try:
        return boto3.client("lambda").invoke(FunctionName=event["name"])["StatusCode"]
    except ClientError as error:
        return error.response["Error"]["Code"]

def take(event, context):
    return event
"""


def read(tmp_path, text, place=PLACE, name="template.yaml"):
    (tmp_path / "src").mkdir(exist_ok=True)
    (tmp_path / "src" / "app.py").write_text(CALLS, encoding="utf-8")
    path = tmp_path / name
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return read_stack(path, place, parameters={}, made=tmp_path / "made", permissions="strict")


def roles(stack):
    return {each.name: each.properties for each in stack.resources if each.kind == "AWS::IAM::Role"}


def function(properties, id="F"):
    return f"""
Resources:
  {id}:
    Type: AWS::Serverless::Function
    Properties: {{Handler: app.take, CodeUri: src, Runtime: python3.12, {properties}}}
"""


@pytest.mark.parametrize(
    ("policy", "statements"),
    [
        (
            "[{LambdaInvokePolicy: {FunctionName: worker}}]",
            [{"Effect": "Allow", "Action": ["lambda:InvokeFunction"], "Resource": f"{FUNCTIONS}:worker*"}],
        ),
        (
            "[{Statement: [{Effect: Allow, Action: lambda:*, Resource: !Sub '${F.Arn}:*'}]}]",
            [{"Effect": "Allow", "Action": "lambda:*", "Resource": [f"{FUNCTIONS}:app-F:*"]}],
        ),
        (
            "{Version: x, Statement: {Effect: Deny, Action: '*', Resource: '*'}}",
            [{"Effect": "Deny", "Action": "*", "Resource": ["*"]}],
        ),
        ("[{DynamoDBCrudPolicy: {TableName: t}}]", []),
        (
            "[{Statement: [{Effect: Allow, Action: lambda:*, Resource: [worker, '*']}]}]",
            [{"Effect": "Allow", "Action": "lambda:*", "Resource": ["arn:aws:local:::worker", "*"]}],
        ),
        ("[{LambdaInvokePolicy: {FunctionName: !ImportValue elsewhere}}]", [EVERYTHING]),
        (
            "[{Statement: [{Effect: Allow, Action: [lambda:Get*], Resource: !ImportValue elsewhere}]}]",
            [{"Effect": "Allow", "Action": ["lambda:Get*"], "Resource": "*"}],
        ),
        ("[{Statement: [{Effect: Deny, Action: '*', Resource: !ImportValue elsewhere}]}]", []),
        ("[!ImportValue elsewhere]", [EVERYTHING]),
    ],
)
def test_policies_of_sam(tmp_path, policy, statements):
    stack = read(tmp_path, function(f"Policies: {policy}"))
    assert stack.functions[0].role == "arn:aws:iam::123456789012:role/app-FRole"
    assert roles(stack) == {"app-FRole": {"Statements": statements, "Managed": []}}


def test_managed_policies_and_those_of_events(tmp_path):
    events = "Events: {Q: {Type: SQS, Properties: {Queue: arn:aws:sqs:us-east-1:123456789012:q}}}"
    policies = "Policies: [AWSLambda_FullAccess, arn:aws:iam::aws:policy/service-role/AWSLambdaRole]"
    assert roles(read(tmp_path, function(f"{policies}, {events}")))["app-FRole"]["Managed"] == [
        "arn:aws:iam::aws:policy/AWSLambda_FullAccess",
        "arn:aws:iam::aws:policy/service-role/AWSLambdaRole",
        "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole",
    ]


def test_roles_of_cloudformation_with_their_policies(tmp_path):
    stack = read(
        tmp_path,
        """
        Resources:
          F:
            Type: AWS::Lambda::Function
            Properties: {Handler: app.take, Code: src, Runtime: python3.12, Role: !GetAtt R.Arn}
          R:
            Type: AWS::IAM::Role
            Properties:
              RoleName: own
              Policies:
                - {PolicyName: a, PolicyDocument: {Statement: [{Effect: Allow, Action: lambda:A, Resource: "*"}]}}
              ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaRole, !Ref M]
          M:
            Type: AWS::IAM::ManagedPolicy
            Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: lambda:B, Resource: "*"}]}}
          P:
            Type: AWS::IAM::Policy
            Properties:
              Roles: [!Ref R]
              PolicyDocument: {Statement: {Effect: Allow, Action: lambda:C, Resource: "*"}}
        """,
    )
    assert stack.functions[0].role == "arn:aws:iam::123456789012:role/own"
    (properties,) = roles(stack).values()
    assert [each["Action"] for each in properties["Statements"]] == ["lambda:A", "lambda:B", "lambda:C"]
    assert properties["Managed"] == ["arn:aws:iam::aws:policy/service-role/AWSLambdaRole"]
    assert stack.notes == []


def test_a_role_from_elsewhere_may_everything(tmp_path):
    stack = read(tmp_path, function("Role: arn:aws:iam::123456789012:role/elsewhere"))
    assert roles(stack) == {"elsewhere": {"Statements": [EVERYTHING], "Managed": []}}
    assert stack.notes == ["F: its role is not in the template, so it may do everything"]


def test_connectors_allow_invocations(tmp_path):
    text = function("Timeout: 3") + (
        "    Connectors: {C: {Properties: {Destination: {Id: G}, Permissions: [Write]}}}\n"
        "  G:\n    Type: AWS::Serverless::Function\n"
        "    Properties: {FunctionName: g, Handler: app.take, CodeUri: src, Runtime: python3.12}\n"
    )
    assert roles(read(tmp_path, text))["app-FRole"]["Statements"] == [
        {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": f"{FUNCTIONS}:g"}
    ]


def test_statements_of_a_serverless_yml(tmp_path):
    stack = read(
        tmp_path,
        """
        service: shop
        provider:
          name: aws
          runtime: python3.12
          iam: {role: {statements: [{Effect: Allow, Action: lambda:InvokeFunction, Resource: !GetAtt second.Arn}]}}
        functions:
          first: {handler: src/app.take}
          second: {handler: src/app.take, iamRoleStatements: [{Effect: Allow, Action: sqs:*, Resource: "*"}]}
        """,
        name="serverless.yml",
    )
    held = {name.rsplit("-", 1)[1]: properties["Statements"] for name, properties in roles(stack).items()}
    assert held == {
        "FirstLambdaFunctionRole": [
            {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": [f"{FUNCTIONS}:shop-dev-second"]}
        ],
        "SecondLambdaFunctionRole": [{"Effect": "Allow", "Action": "sqs:*", "Resource": ["*"]}],
    }


def test_open_permissions_need_no_roles(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "template.yaml").write_text(
        function("Role: !ImportValue elsewhere, Policies: [!ImportValue elsewhere]"), encoding="utf-8"
    )
    stack = read_stack(tmp_path / "template.yaml", PLACE, parameters={}, made=tmp_path / "made")
    assert (stack.resources, stack.notes, stack.functions[0].role) == ([], [], "")


SERVED = """
Globals: {Function: {Runtime: python3.12, CodeUri: src, Timeout: 300}}
Resources:
  Without:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: without, Handler: app.call, Policies: [AWSLambdaBasicExecutionRole]}
  With:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: with, Handler: app.call, Policies: [{LambdaInvokePolicy: {FunctionName: !Ref Taker}}]}
  Taker:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: taker
      Handler: app.take
      Events:
        N: {Type: SNS, Properties: {Topic: !Ref News}}
        R: {Type: EventBridgeRule, Properties: {EventBusName: !Ref Bus, Pattern: {source: [shop]}}}
        B: {Type: S3, Properties: {Bucket: !Ref Files, Events: "s3:ObjectCreated:*"}}
        S: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 minute)}}
        Q: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}
        A: {Type: HttpApi, Properties: {Path: /take, Method: get}}
  Unasked:
    Type: AWS::Lambda::Function
    Properties: {FunctionName: unasked, Handler: app.take, Code: src, Runtime: python3.12}
  Plain:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref News, Protocol: lambda, Endpoint: !GetAtt Unasked.Arn}
  Asked:
    Type: AWS::Lambda::Function
    Properties: {FunctionName: asked, Handler: app.take, Code: src, Runtime: python3.12}
  Second:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref News, Protocol: lambda, Endpoint: !GetAtt Asked.Arn}
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Asked
      Action: lambda:InvokeFunction
      Principal: sns.amazonaws.com
      SourceArn: !Ref News
  News: {Type: AWS::SNS::Topic, Properties: {TopicName: news}}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: shop}}
  Files: {Type: AWS::S3::Bucket, Properties: {BucketName: files}}
  Jobs: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs, VisibilityTimeout: 600}}
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: flow
      Policies: [{LambdaInvokePolicy: {FunctionName: !Ref Taker}}]
      Definition: {StartAt: A, States: {A: {Type: Task, Resource: !GetAtt Taker.Arn, End: true}}}
"""


def test_what_a_template_allows_is_allowed_and_nothing_else(tmp_path, bench, invoke):
    service = bench.service(clock_factor=20, permissions="strict")
    place = Place(service.region, service.account, service.endpoint_url, "app")
    stack = read(tmp_path, SERVED, place)
    assert stack.notes == []
    serve_stack(stack, service)
    assert invoke(service, "without", {"name": "taker"})["Payload"] == "AccessDeniedException"
    assert invoke(service, "with", {"name": "taker"})["Payload"] == 200
    clients = {name: service.client(name) for name in ("sns", "events", "s3", "sqs", "stepfunctions")}
    try:
        clients["sns"].publish(TopicArn=f"arn:aws:sns:{service.region}:{service.account}:news", Message="m")
        entry = {"EventBusName": "shop", "Source": "shop", "DetailType": "t", "Detail": "{}"}
        clients["events"].put_events(Entries=[entry])
        clients["s3"].put_object(Bucket="files", Key="k", Body=b"x")
        clients["sqs"].send_message(
            QueueUrl=clients["sqs"].get_queue_url(QueueName="jobs")["QueueUrl"], MessageBody="job"
        )
        machine = f"arn:aws:states:{service.region}:{service.account}:stateMachine:flow"
        clients["stepfunctions"].start_execution(stateMachineArn=machine, input=json.dumps({"from": "machine"}))
    finally:
        for client in clients.values():
            client.close()
    with urllib.request.urlopen(f"{service.http_api_url('ServerlessHttpApi')}/take") as response:
        assert json.loads(response.read())["rawPath"] == "/take"
    expected = {"request", "sns", "events", "s3", "sqs", "schedule"}
    assert service.clock.wait_until(lambda: expected <= {run.origin for run in service.executions("taker")}, 300), {
        run.origin for run in service.executions("taker")
    }
    assert service.clock.wait_until(lambda: service.machine_executions()[0].status == "SUCCEEDED", 60)
    assert len(service.executions("asked")) == 1
    assert not service.executions("unasked")
