"""Where code sends messages and events, and where templates say that failed ones go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import run_lint
from tests.graph.test_graph import write

TEMPLATE = """
    Transform: AWS::Serverless-2016-10-31
    Parameters: {Stage: {Type: String}, BusName: {Type: "AWS::SSM::Parameter::Value<String>"}}
    Globals: {Function: {Runtime: python3.12, CodeUri: src/}}
    Resources:
      Sender:
        Type: AWS::Serverless::Function
        Properties:
          Handler: sender.handler
          Environment: {Variables: {JOBS: !Ref Jobs, BUS: !Ref BusName, OTHER: other, TOPIC: TOPICARN}}
      Reader:
        Type: AWS::Serverless::Function
        Properties:
          Handler: reader.handler
          Events: {Rows: {Type: DynamoDB, Properties: {Stream: !GetAtt Rows.StreamArn, StartingPosition: LATEST,
            DestinationConfig: {OnFailure: {Destination: !GetAtt Dead.Outputs.QueueArn}}}}}
      Listener:
        Type: AWS::Serverless::Function
        Properties:
          Handler: reader.handler
          Events: {All: {Type: EventBridgeRule, Properties: {EventBusName: !Ref BusName, Pattern: {source: [shop]}}}}
      Jobs: {Type: AWS::SQS::Queue}
      Rows: {Type: AWS::DynamoDB::Table, Properties: {StreamSpecification: {StreamViewType: NEW_IMAGE}}}
      Dead: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: WHERE}}
"""
DEAD = """
    Resources: {Failed: {Type: AWS::SQS::Queue}}
    Outputs: {QueueArn: {Value: !GetAtt Failed.Arn}}
"""
HEAD = "import os\nimport boto3\n\n"
PUT = "boto3.client('events').put_events(Entries=entries)"


def edges(
    folder: Path, code: str = "def handler(event, context): ...\n", where: str = "dead.yaml", topic: str = "none"
) -> set[str]:
    """The edges of the project as texts."""
    files = {
        ".git/HEAD": "",
        "app/template.yaml": TEMPLATE.replace("WHERE", where).replace("TOPICARN", topic),
        "app/dead.yaml": DEAD,
        "common/dlq.yaml": DEAD,
        "app/src/sender.py": HEAD + code,
        "app/src/reader.py": "def handler(event, context): ...\n",
    }
    write(folder, files)
    told = json.loads(run_lint("graph", "--format", "json", cwd=folder).stdout)
    return {f"{one['source']} -> {one['target']} {one['kind']}" for one in told["edges"]}


SENDS = {
    "a resource": (
        """
queue = boto3.resource("sqs").Queue(os.environ["JOBS"])


def handler(event, context):
    queue.send_message(MessageBody="{}")
""",
        "Jobs queue",
    ),
    "a resource that is looked up": (
        """
def handler(event, context):
    queue = boto3.resource("sqs").get_queue_by_name(QueueName=os.environ["JOBS"])
    queue.send_messages(Entries=[])
""",
        "Jobs queue",
    ),
    "entries": (
        f"""
def handler(event, context):
    entries = [{{"EventBusName": os.environ["BUS"], "Detail": "{{}}"}}]
    {PUT}
""",
        "BusName bus",
    ),
    "entries that are made elsewhere": (
        f"""
BUS = os.environ["BUS"]


def made(one):
    return {{"EventBusName": BUS, "Detail": one}}


def send(entries):
    {PUT}


def handler(event, context):
    send([made("{{}}")])
""",
        "BusName bus",
    ),
    "a helper that is given the queue": (
        """
def send(url, body):
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody=body)


def handler(event, context):
    if event:
        url = os.environ.get("JOBS")
        return send(url, "{}")
    url = os.environ["JOBS"]
    send(url, "{}")
""",
        "Jobs queue",
    ),
    "a method of a helper, by keyword": (
        """
class Sender:
    def put(self, body, *, more=None):
        return self.send(body=body, url=os.environ["JOBS"])

    def send(self, url, body):
        boto3.client("sqs").send_message(QueueUrl=url, MessageBody=body)


def handler(event, context):
    Sender().put("{}")
""",
        "Jobs queue",
    ),
    "a helper that calls itself": (
        """
def send(url, body):
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody=body)
    send(url, body)


def handler(event, context):
    send(event["url"], "{}")
""",
        "",
    ),
    "a helper that chooses the queue": (
        """
def send(url, body):
    if body:
        url = event["other"]
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody=body)


def handler(event, context):
    send(event["url"], os.environ["JOBS"])
""",
        "",
    ),
    "entries for several buses": (
        f"""
def made(one):
    if one:
        return {{"EventBusName": os.environ["BUS"]}}
    return {{"EventBusName": os.environ["OTHER"]}}


def handler(event, context):
    entries = [made(1)]
    {PUT}
""",
        "",
    ),
    "something else": (
        "queue = make()\n\n\ndef handler(event, context):\n    queue.send_message(MessageBody='')\n",
        "",
    ),
}


@pytest.mark.parametrize(("code", "target"), [pytest.param(*case, id=name) for name, case in SENDS.items()])
def test_where_code_sends_something(tmp_path: Path, code: str, target: str) -> None:
    found = {edge for edge in edges(tmp_path, code) if edge.startswith("Sender -> ")}
    assert found == ({f"Sender -> {target}"} if target else set())


def test_a_bus_that_a_parameter_names_is_one_for_who_sends_and_who_listens(tmp_path: Path) -> None:
    code = (
        "def handler(event, context):\n    boto3.client('events').put_events(Entries=[{'EventBusName': "
        "os.environ['BUS']}])\n"
    )
    assert {"Sender -> BusName bus", "BusName -> Listener bus"} <= edges(tmp_path, code)


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ('!Sub "arn:aws:sns:${AWS::Region}:${AWS::AccountId}:${Stage}-news"', "${Stage}-news"),
        ('!Sub "arn:aws:sns:eu-west-1:1:shop-${Stage}-news"', "shop-${Stage}-news"),
        ("arn:aws:sns:eu-west-1:1:news", "news"),
    ],
)
def test_a_name_with_open_parts_is_shown_whole(tmp_path: Path, topic: str, name: str) -> None:
    code = "def handler(event, context):\n    boto3.client('sns').publish(TopicArn=os.environ['TOPIC'], Message='')\n"
    assert f"Sender -> {name} topic" in edges(tmp_path, code, topic=topic)


@pytest.mark.parametrize(
    ("where", "is_found"),
    [("dead.yaml", True), ("../common/dlq.yaml", True), ("../../common/dlq.yaml", True), ("../gone.yaml", False)],
)
def test_where_a_mapping_sends_what_it_gives_up(tmp_path: Path, where: str, is_found: bool) -> None:
    """A path may count from the folder into which a build puts the template."""
    assert ("Reader -> Failed queue" in edges(tmp_path, where=where)) is is_found


VARIANT = """
    Transform: AWS::Serverless-2016-10-31
    Globals: {Function: {Runtime: python3.12, CodeUri: src/}}
    Resources:
      Front:
        Type: AWS::Serverless::Function
        Properties: {Handler: front.handler, Environment: {Variables: {WORKER: !Ref Worker}}}
      Worker: {Type: AWS::Serverless::Function, Properties: {Handler: worker.handler}}
"""
FRONT = """
    import os
    import boto3


    def handler(event, context):
        boto3.client("lambda").invoke(FunctionName=os.environ["WORKER"], Payload=b"{}")
"""


def test_each_deployment_of_code_invokes_its_own_functions(tmp_path: Path) -> None:
    files = {".git/HEAD": "", "src/worker.py": "def handler(event, context): ...\n", "src/front.py": FRONT}
    write(tmp_path, {**files, "template.yaml": VARIANT, "template-vpc.yaml": VARIANT})
    told = json.loads(run_lint("graph", "--format", "json", cwd=tmp_path).stdout)
    assert {(one["source"], one["target"], one["certain"]) for one in told["edges"]} == {
        ("Front", "Worker", True),
        ("Front (template.yaml)", "Worker (template.yaml)", True),
    }
