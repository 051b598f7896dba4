"""What SAM and CloudFormation templates say of functions, and how they are written."""

from __future__ import annotations

import pytest

from invocation_lint.deployment.gaps import gaps_of
from invocation_lint.deployment.model import (
    Alias,
    Function,
    Layer,
    Queue,
    Topic,
)
from tests.deployment.reading import deployed_by, function, one, read, shown

SAM = """
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function:
        Timeout: 20
        Runtime: python3.12
        Environment: {Variables: {STAGE: test, LEVEL: INFO}}
        Layers: [!Ref Common]
    Conditions:
      Live: !Equals [!Ref Stage, prod]
    Resources:
      Common: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layers/common}}
      Orders:
        Type: AWS::Serverless::Function
        Condition: Live
        Properties:
          FunctionName: !Sub ${AWS::StackName}-orders
          Handler: app.handler
          CodeUri: src/orders/
          MemorySize: 512
          Environment: {Variables: {LEVEL: DEBUG, QUEUE: !Ref Queue}}
          Layers: [!Ref Own]
          ReservedConcurrentExecutions: 5
          DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Dead.Arn}
          EventInvokeConfig:
            MaximumRetryAttempts: 0
            DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Dead.Arn}}
          FunctionUrlConfig: {AuthType: NONE}
          AutoPublishAlias: live
      Own: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layers/own}}
"""


def test_a_function_of_sam_has_what_globals_say_and_its_own() -> None:
    deployed = deployed_by({"template.yaml": SAM})
    orders = one(deployed, Function)
    assert shown(orders.name) == "${AWS::StackName}-orders"
    assert (shown(orders.handler), shown(orders.runtime)) == ("app.handler", "python3.12")
    assert orders.code.folder == "/project/src/orders"
    assert (shown(orders.timeout_seconds), shown(orders.memory_mb), shown(orders.concurrency)) == (20, 512, 5)
    assert {name: shown(value) for name, value in orders.environment.items()} == {
        "STAGE": "test", "LEVEL": "DEBUG", "QUEUE": "?",
    }  # fmt: skip
    assert [shown(layer) for layer in orders.layers] == ["${Common.arn}", "${Own.arn}"]
    assert shown(orders.url) == "NONE"
    assert [(key.id, holds) for key, holds in orders.when] == [("Live", True)]


def test_how_a_function_fails_is_told() -> None:
    orders = function(SAM)
    assert orders.retries is not None
    assert (shown(orders.dead_letter), shown(orders.retries.attempts)) == ("?", 0)
    deployed = deployed_by({"template.yaml": SAM + "      Dead: {Type: AWS::SQS::Queue}\n"})
    orders = one(deployed, Function)
    assert orders.retries is not None
    assert (shown(orders.dead_letter), shown(orders.retries.on_failure)) == ("${Dead.arn}", "${Dead.arn}")


def test_the_alias_that_sam_publishes_means_the_function() -> None:
    deployed = deployed_by({"template.yaml": SAM})
    alias = one(deployed, Alias)
    found = deployed.function(alias.key)
    assert found is not None
    assert found.key.id == "Orders"


def test_layers_have_their_folders() -> None:
    layers = deployed_by({"template.yaml": SAM}).all(Layer)
    assert [layer.code.folder for layer in layers] == ["/project/layers/common", "/project/layers/own"]


def test_what_stands_in_a_template_has_its_place() -> None:
    orders = function(SAM)
    assert (orders.place.path, orders.place.line, orders.place.column) == ("/project/template.yaml", 13, 3)
    assert orders.memory_mb is not None
    place = orders.memory_mb.place
    assert (place.line, place.column, place.end_line, place.end_column) == (20, 19, 20, 22)
    assert orders.environment["LEVEL"].place.line == 21
    assert orders.environment["STAGE"].place.line == 7


def test_a_resource_that_is_never_there_is_left_out() -> None:
    assert not list(deployed_by({"template.yaml": SAM.replace("!Ref Stage, prod", "a, b")}).all(Function))


CODE = """
    Resources:
      Orders:
        Type: AWS::TYPE::Function
        Properties: PROPERTIES
"""


@pytest.mark.parametrize(
    ("type", "properties", "kind", "folder"),
    [
        ("Serverless", "{Handler: a.b}", "folder", "/project"),
        ("Serverless", "{CodeUri: ./src/a/}", "folder", "/project/src/a"),
        ("Serverless", "{CodeUri: ../other}", "folder", "/other"),
        ("Serverless", "{CodeUri: build/a.zip}", "archive", None),
        ("Serverless", "{CodeUri: s3://bucket/a.zip}", "archive", None),
        ("Serverless", "{CodeUri: {Bucket: a, Key: b}}", "archive", None),
        ("Serverless", "{CodeUri: !Ref Where}", "unknown", None),
        ("Serverless", "{InlineCode: 'def handler(): ...'}", "inline", None),
        ("Serverless", "{PackageType: Image}", "image", None),
        ("Lambda", "{Code: {ZipFile: 'def handler(): ...'}}", "inline", None),
        ("Lambda", "{Code: {S3Bucket: a, S3Key: b}}", "archive", None),
        ("Lambda", "{Code: {ImageUri: a}}", "image", None),
        ("Lambda", "{Code: src/a}", "folder", "/project/src/a"),
        ("Lambda", "{Handler: a.b}", "unknown", None),
    ],
)
def test_where_the_code_lies(type: str, properties: str, kind: str, folder: str | None) -> None:
    code = function(CODE.replace("TYPE", type).replace("PROPERTIES", properties)).code
    assert (code.kind, code.folder) == (kind, folder)
    assert code.reason or code.kind in {"folder", "inline"}


def test_an_image_has_its_command_and_its_folder() -> None:
    text = CODE.replace("TYPE", "Serverless") + "        Metadata: {DockerContext: ./worker, Dockerfile: Dockerfile}\n"
    image = function(text.replace("PROPERTIES", "{PackageType: Image, ImageConfig: {Command: [worker.handler]}}"))
    assert (shown(image.handler), image.code.kind, image.code.folder) == ("worker.handler", "image", "/project/worker")


def test_json_is_read_as_yaml_is() -> None:
    text = """
    {
    \t"AWSTemplateFormatVersion": "2010-09-09",
    \t"Resources": {
    \t\t"Orders": {"Type": "AWS::Lambda::Function",
    \t\t\t"Properties": {"Timeout": 7, "Description": "\\ud83d\\ude00 \\ud800"}}
    \t}
    }
    """
    template = read(text, "stack.json")
    (orders,) = template.resources
    assert isinstance(orders, Function)
    assert (orders.place.line, shown(orders.timeout_seconds)) == (5, 7)


def test_anchors_merges_and_keys_that_stand_twice() -> None:
    text = """
        x-common: &common {Timeout: 9, MemorySize: 128}
        Resources:
          First: {Type: AWS::Lambda::Function, Properties: {<<: *common, MemorySize: 256}}
          Twice: {Type: AWS::SQS::Queue}
          Twice: {Type: AWS::SNS::Topic}
    """
    deployed = deployed_by({"template.yaml": text})
    first = one(deployed, Function)
    assert (shown(first.timeout_seconds), shown(first.memory_mb)) == (9, 256)
    assert one(deployed, Topic).key.id == "Twice"


def test_loops_over_words_are_unrolled() -> None:
    text = """
        Transform: AWS::LanguageExtensions
        Resources:
          Fn::ForEach::Queues:
            - Name
            - [Orders, Mail]
            - ${Name}Queue:
                Type: AWS::SQS::Queue
                Properties: {QueueName: !Sub 'shop-${Name}'}
          Fn::ForEach::More:
            - Name
            - !Ref Names
            - ${Name}Topic: {Type: AWS::SNS::Topic}
    """
    deployed = deployed_by({"template.yaml": text})
    assert [(one.key.id, shown(one.name)) for one in deployed.all(Queue)] == [
        ("OrdersQueue", "shop-Orders"), ("MailQueue", "shop-Mail"),
    ]  # fmt: skip
    assert not list(deployed.all(Topic))
    assert any("Fn::ForEach::More" in reason for reason, _ in gaps_of(deployed.templates["/project/template.yaml"]))


@pytest.mark.parametrize(
    ("path", "kind", "folders"),
    [("src/orders", "archive", ("/project/src/orders",)), ("asset.1f2e.zip", "archive", ())],
)
def test_what_the_cdk_says_to_have_packed(path: str, kind: str, folders: tuple[str, ...]) -> None:
    found = function(f"""
        Resources:
          Orders:
            Type: AWS::Lambda::Function
            Properties: {{Handler: app.handler, Code: {{S3Bucket: assets, S3Key: 1f2e.zip}}}}
            Metadata: {{"aws:asset:path": {path}, "aws:asset:property": Code}}
    """)
    assert (found.code.kind, found.code.handler_folders) == (kind, folders)
