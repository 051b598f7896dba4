"""A stack on a service: every kind of event reaches its function."""

from __future__ import annotations

import json
import textwrap
import urllib.request
from collections.abc import Iterator

import pytest

from invocation_lint.errors import UsageError
from invocation_lint.reference import LambdaService
from invocation_lint.reference.templates.names import Place
from invocation_lint.reference.templates.serving import serve_stack
from invocation_lint.reference.templates.stack import read_stack

TEMPLATE = """
Globals: {Function: {Runtime: python3.12, CodeUri: src, Timeout: 20}}
Resources:
  Taker:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: taker
      Handler: app.take
      Events:
        Q: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}
        T: {Type: DynamoDB, Properties: {Stream: !GetAtt Orders.StreamArn, StartingPosition: TRIM_HORIZON}}
        K:
          Type: Kinesis
          Properties:
            Stream: !GetAtt Clicks.Arn
            StartingPosition: TRIM_HORIZON
            DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Lost.Arn}}
        N: {Type: SNS, Properties: {Topic: !Ref News}}
        B: {Type: S3, Properties: {Bucket: !Ref Files, Events: "s3:ObjectCreated:*"}}
        R: {Type: EventBridgeRule, Properties: {EventBusName: !Ref Bus, Pattern: {source: [shop]}}}
        S: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}
  Web:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: web
      Handler: app.answer
      Environment: {Variables: {MACHINE: !Ref Flow, SETTING: !Ref Setting}}
      Events:
        Any: {Type: Api, Properties: {Path: "/own/{status}", Method: get}}
        Start: {Type: HttpApi, Properties: {Path: /start, Method: post}}
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {RedrivePolicy: {maxReceiveCount: 3, deadLetterTargetArn: !GetAtt Lost.Arn}}
  Lost: {Type: AWS::SQS::Queue}
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: orders
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  Clicks: {Type: AWS::Kinesis::Stream, Properties: {Name: clicks, ShardCount: 1}}
  News: {Type: AWS::SNS::Topic, Properties: {TopicName: news}}
  Files: {Type: AWS::S3::Bucket, Properties: {BucketName: files}}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: shop}}
  Setting: {Type: AWS::SSM::Parameter, Properties: {Name: /shop/mode, Type: String, Value: "fast"}}
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: flow
      Definition:
        StartAt: Take
        States:
          Take:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            Parameters: {FunctionName: "${Taker}", Payload: {from: machine}}
            End: true
      DefinitionSubstitutions: {Taker: !GetAtt Taker.Arn}
"""
CODE = """
import json, os
import boto3

def take(event, context):
    return event

def answer(event, context):
    if "status" in (event.get("pathParameters") or {}):
        return {"statusCode": int(event["pathParameters"]["status"]), "body": "from the handler"}
    started = boto3.client("stepfunctions").start_execution(stateMachineArn=os.environ["MACHINE"])
    mode = boto3.client("ssm").get_parameter(Name=os.environ["SETTING"])["Parameter"]["Value"]
    return {"statusCode": 202, "body": json.dumps({"mode": mode})}
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LambdaService]:
    """A service with the stack."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "src").mkdir()
    (folder / "src" / "app.py").write_text(textwrap.dedent(CODE), encoding="utf-8")
    (folder / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    with LambdaService(clock_factor=8) as service:
        place = Place(service.region, service.account, service.endpoint_url, "shop")
        stack = read_stack(folder / "template.yaml", place, parameters={}, made=folder / "made")
        assert stack.notes == []
        serve_stack(stack, service)
        yield service


@pytest.fixture
def client(shop: LambdaService):
    clients = {}

    def get(name: str):
        clients[name] = clients.get(name) or shop.client(name)
        return clients[name]

    yield get
    for each in clients.values():
        each.close()


def test_every_source_reaches_its_function(shop, client):
    url = client("sqs").get_queue_url(QueueName="shop-Jobs")["QueueUrl"]
    client("sqs").send_message(QueueUrl=url, MessageBody="job")
    client("dynamodb").put_item(TableName="orders", Item={"id": {"S": "o1"}})
    client("kinesis").put_record(StreamName="clicks", Data=b"click", PartitionKey="k")
    client("sns").publish(TopicArn=f"arn:aws:sns:{shop.region}:{shop.account}:news", Message="news")
    client("s3").put_object(Bucket="files", Key="a b.txt", Body=b"x")
    entry = {"EventBusName": "shop", "Source": "shop", "DetailType": "t", "Detail": "{}"}
    client("events").put_events(Entries=[entry])
    expected = {"sqs", "dynamodb", "kinesis", "sns", "s3", "events"}
    assert shop.clock.wait_until(lambda: expected <= {run.origin for run in shop.executions("taker")}, 600)
    assert shop.wait_until_idle()
    assert {run.outcome for run in shop.executions("taker")} == {"success"}
    assert client("scheduler").list_schedules()["Schedules"][0]["Name"] == "shop-TakerS"


def test_a_front_starts_a_machine(shop, client):
    request = urllib.request.Request(f"{shop.http_api_url('ServerlessHttpApi')}/start", method="POST", data=b"")
    with urllib.request.urlopen(request) as response:
        assert (response.status, json.loads(response.read())) == (202, {"mode": "fast"})
    assert shop.wait_until_idle()
    (execution,) = shop.machine_executions("flow")
    assert json.loads(execution.output)["Payload"] == {"from": "machine"}


@pytest.mark.parametrize("status", [500, 502, 504])
def test_the_own_status_of_a_function_stays(shop, status):
    url = f"{shop.rest_api_url('ServerlessRestApi')}/own/{status}"
    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.urlopen(url)
    with answer.value as response:
        assert (response.code, response.read()) == (status, b"from the handler")
    assert shop.front_requests("web")[-1].note == ""


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        (
            "M: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: f, EventSourceArn: !GetAtt Q.Arn}}",
            "AWS::Lambda::EventSourceMapping app-M: Queue visibility timeout: 5 seconds is less than Function timeout",
        ),
        (
            "M: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: '{\"States\":{}}'}}",
            "AWS::StepFunctions::StateMachine app-M: ASLParserException",
        ),
        (
            'M: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: \'{"StartAt": "A"}\'}}',
            "AWS::StepFunctions::StateMachine app-M: ",
        ),
        (
            (
                "M: {Type: AWS::Serverless::StateMachine, Properties: {Definition: "
                "{StartAt: A, States: {A: {Type: Task, Resource: none, End: true}}}}}"
            ),
            "AWS::StepFunctions::StateMachine app-M: Error=ValueError",
        ),
        ("M: {Type: AWS::SSM::Parameter}", "AWS::SSM::Parameter app-M: property 'Value' is missing"),
    ],
)
def test_what_the_service_refuses_is_one_line(tmp_path, bench, resource, message):
    (tmp_path / "src").mkdir()
    lines = [
        "Resources:",
        "  F: {Type: AWS::Lambda::Function, Properties: {FunctionName: f, Handler: a.b, Code: src, Timeout: 30}}",
        "  Q: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 5}}",
        f"  {resource}",
    ]
    (tmp_path / "template.yaml").write_text("\n".join(lines), encoding="utf-8")
    service = bench.service()
    place = Place(service.region, service.account, service.endpoint_url, "app")
    stack = read_stack(tmp_path / "template.yaml", place, parameters={}, made=tmp_path / "made")
    with pytest.raises(UsageError) as raised:
        serve_stack(stack, service)
    assert raised.value.message.startswith(message)
    assert "\n" not in raised.value.message
    assert len(raised.value.message) < 300  # a parser lists all that would have been right


def test_a_serverless_yml_is_served(tmp_path, bench, invoke):
    (tmp_path / "src").mkdir()
    code = "import os\ndef web(event, context):\n    return os.environ['TABLE']\n"
    (tmp_path / "src" / "app.py").write_text(code, encoding="utf-8")
    (tmp_path / "serverless.yml").write_text(
        "service: shop\nprovider: {name: aws, runtime: python3.12, environment: {TABLE: 'orders-${sls:stage}'}}\n"
        "functions: {web: {handler: src/app.web, timeout: 30, events: [{sqs: !GetAtt Jobs.Arn}]}}\n"
        "resources: {Resources: {Jobs: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 60}}}}\n",
        encoding="utf-8",
    )
    service = bench.service(clock_factor=10)
    place = Place(service.region, service.account, service.endpoint_url, "app")
    serve_stack(read_stack(tmp_path / "serverless.yml", place, parameters={"stage": "x"}, made=tmp_path), service)
    assert invoke(service, "shop-x-web")["Payload"] == "orders-x"
    (mapping,) = service.mappings()
    assert mapping.source.endswith(":shop-x-Jobs")
