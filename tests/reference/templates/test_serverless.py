"""A serverless.yml as a stack: its variables, its functions, what the framework makes for their events."""

from __future__ import annotations

import json
import textwrap

import pytest

from invocation_lint.errors import UsageError
from invocation_lint.reference import Route
from invocation_lint.reference.templates.names import Place
from invocation_lint.reference.templates.stack import read_stack
from invocation_lint.reference.templates.variables import Variables

PLACE = Place("eu-west-1", "123456789012", "http://127.0.0.1:1", "app")
MIDDLE = "eu-west-1:123456789012"


def read(tmp_path, text, **parameters):
    path = tmp_path / "serverless.yml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return read_stack(path, PLACE, parameters=parameters, made=tmp_path / "made")


def variables(tmp_path, document, **given):
    return Variables(tmp_path / "serverless.yml", document, given, PLACE)


def test_a_function_has_the_defaults_and_names_of_the_framework(tmp_path):
    (tmp_path / "shared").mkdir()
    stack = read(
        tmp_path,
        """
        service: shop
        provider:
          name: aws
          runtime: python3.12
          stage: ${opt:stage, 'dev'}
          environment: {STAGE: "${sls:stage}", LIMIT: 5, QUEUE: !Ref Jobs}
        layers: {common: {path: shared}}
        functions:
          first-one:
            handler: src/app.first
            layers: [!Ref CommonLambdaLayer]
            environment: {LIMIT: 6, OTHER: !GetAtt second.Arn}
            destinations: {onSuccess: second, onFailure: "arn:aws:sqs:eu-west-1:123456789012:dead"}
            maximumRetryAttempts: 0
            reservedConcurrency: 3
            url: true
          second:
            name: own-${sls:stage}
            handler: src/app.second
            timeout: 30
            onError: !GetAtt Jobs.Arn
        resources:
          Resources:
            Jobs: {Type: AWS::SQS::Queue, Properties: {QueueName: "jobs-${self:provider.stage}"}}
        """,
        stage="live",
    )
    first, second = stack.functions
    assert (first.name, first.handler, first.timeout, first.memory) == ("shop-live-first-one", "src/app.first", 6, 1024)
    assert (first.code_dir, first.url, first.reserved_concurrency) == (tmp_path, True, 3)
    assert first.layers == (tmp_path / "shared" / "python", tmp_path / "shared")
    assert dict(first.environment) == {
        "STAGE": "live",
        "LIMIT": "6",
        "QUEUE": "http://127.0.0.1:1/123456789012/jobs-live",
        "OTHER": f"arn:aws:lambda:{MIDDLE}:function:own-live",
    }
    assert (first.on_success, first.on_failure) == (
        f"arn:aws:lambda:{MIDDLE}:function:own-live",
        f"arn:aws:sqs:{MIDDLE}:dead",
    )
    assert (first.maximum_retry_attempts, second.maximum_retry_attempts) == (0, 2)
    assert (second.name, second.timeout, second.dead_letter) == ("own-live", 30, f"arn:aws:sqs:{MIDDLE}:jobs-live")
    assert [each.name for each in stack.resources] == ["jobs-live"]


EVENTS = """
service: shop
provider: {name: aws, runtime: python3.12}
functions:
  web:
    handler: app.web
    events:
      - http: get orders/{id}
      - http: {path: /, method: any}
      - httpApi: "*"
      - httpApi: {method: post, path: /orders}
      - websocket: $connect
  worker:
    handler: app.work
    events:
      - sqs: {arn: !GetAtt Jobs.Arn, batchSize: 5, maximumBatchingWindow: 2, maximumConcurrency: 4,
              functionResponseType: ReportBatchItemFailures, filterPatterns: [{body: {kind: [a]}}]}
      - stream: {type: dynamodb, arn: !GetAtt T.StreamArn, batchWindow: 1, bisectBatchOnFunctionError: true,
                 destinations: {onFailure: {type: sqs, arn: !GetAtt Jobs.Arn}}}
      - stream: arn:aws:kinesis:eu-west-1:123456789012:stream/clicks
      - sns: news
      - sns: {topicName: old, filterPolicy: {kind: [a]}}
      - s3: {bucket: files, event: s3:ObjectRemoved:*, rules: [{prefix: in/}, {suffix: .csv}]}
      - s3: held
      - schedule: rate(1 day)
      - schedule: {rate: [rate(2 days)], method: scheduler, timezone: Asia/Tokyo, enabled: false, input: {n: 1}}
      - eventBridge: {eventBus: shop, pattern: {source: [a]}, inputPath: $.detail}
resources:
  - Resources:
      Jobs: {Type: AWS::SQS::Queue}
      T: {Type: AWS::DynamoDB::Table, Properties: {StreamSpecification: {StreamViewType: NEW_IMAGE}}}
  - Resources:
      Held: {Type: AWS::S3::Bucket, Properties: {BucketName: held}}
"""


def test_events_become_sources_and_routes(tmp_path):
    stack = read(tmp_path, EVENTS)
    worker = f"arn:aws:lambda:{MIDDLE}:function:shop-dev-worker"
    (rest,), (http,) = stack.rest_apis, stack.http_apis
    assert (rest.stage, rest.routes) == (
        "dev",
        [Route("GET", "/orders/{id}", "shop-dev-web"), Route("ANY", "/", "shop-dev-web")],
    )
    assert [(route.method, route.path) for route in http.routes] == [
        ("ANY", "/{proxy+}"),
        ("ANY", "/"),
        ("POST", "/orders"),
    ]
    assert [note.split(": ")[1] for note in stack.notes] == ["events of the type websocket are not served"]
    kinds = [link.kind.rsplit("::", 1)[1] for link in stack.links]
    assert kinds == [
        *["EventSourceMapping"] * 3,
        *["Subscription"] * 2,
        *["Bucket NotificationConfiguration"] * 2,
        *["Rule"] * 2,
        "Schedule",
    ]
    queue, table, clicks, news, old, files, held, tick, rule, schedule = (link.properties for link in stack.links)
    assert queue == {
        "FunctionName": worker,
        "EventSourceArn": f"arn:aws:sqs:{MIDDLE}:shop-dev-Jobs",
        "BatchSize": 5,
        "MaximumBatchingWindowInSeconds": 2,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "FilterCriteria": {"Filters": [{"Pattern": {"body": {"kind": ["a"]}}}]},
        "ScalingConfig": {"MaximumConcurrency": 4},
    }
    assert (table["StartingPosition"], table["BisectBatchOnFunctionError"]) == ("TRIM_HORIZON", True)
    assert table["DestinationConfig"] == {"OnFailure": {"Destination": f"arn:aws:sqs:{MIDDLE}:shop-dev-Jobs"}}
    assert clicks["EventSourceArn"].endswith("stream/clicks")
    assert news["TopicArn"] == f"arn:aws:sns:{MIDDLE}:news"
    assert (old["FilterPolicy"], old["Endpoint"]) == ({"kind": ["a"]}, worker)
    (told,) = files["LambdaFunctionConfigurations"]
    assert told["Filter"]["Key"]["FilterRules"] == [
        {"Name": "prefix", "Value": "in/"},
        {"Name": "suffix", "Value": ".csv"},
    ]
    assert held["LambdaFunctionConfigurations"][0]["Events"] == ["s3:ObjectCreated:*"]
    assert tick["ScheduleExpression"] == "rate(1 day)"
    assert (rule["EventBusName"], rule["EventPattern"]) == ("shop", {"source": ["a"]})
    assert (schedule["State"], schedule["ScheduleExpressionTimezone"]) == ("DISABLED", "Asia/Tokyo")
    assert sorted(each.name for each in stack.resources) == [
        "files",
        "held",
        "news",
        "old",
        "shop",
        "shop-dev-Jobs",
        "shop-dev-T",
    ]


def test_machines_of_the_plugin(tmp_path):
    stack = read(
        tmp_path,
        """
        service: shop
        provider: {name: aws, runtime: python3.12}
        functions: {work: {handler: app.work}}
        stepFunctions:
          stateMachines:
            flow:
              name: flow-${sls:stage}
              type: EXPRESS
              events: [{schedule: rate(1 hour)}]
              definition:
                StartAt: Work
                States: {Work: {Type: Task, Resource: !GetAtt work.Arn, End: true}}
        """,
    )
    machine, rule = stack.links
    assert (machine.name, machine.properties["StateMachineType"]) == ("flow-dev", "EXPRESS")
    definition = json.loads(machine.properties["DefinitionString"])
    assert definition["States"]["Work"]["Resource"] == f"arn:aws:lambda:{MIDDLE}:function:shop-dev-work"
    assert rule.properties["Targets"][0]["Arn"] == f"arn:aws:states:{MIDDLE}:stateMachine:flow-dev"


def test_variables_stand_for_values_of_any_kind(tmp_path, monkeypatch):
    (tmp_path / "config.yml").write_text("live: {sizes: [1, 2], name: '${sls:stage}-n'}\n", encoding="utf-8")
    (tmp_path / "text.txt").write_text("a text", encoding="utf-8")
    monkeypatch.setenv("TOKEN", "secret")
    document = {
        "service": "shop",
        "provider": {"name": "aws", "stage": "${opt:stage, self:custom.stage}"},
        "custom": {"stage": "live", "file": "${file(config.yml):${sls:stage}}", "deep": {"key": "${self:service}-x"}},
        "params": {"default": {"zone": "a", "size": 1}, "live": {"size": 2}},
    }
    found = variables(tmp_path, document)
    cases = {
        "${self:provider.stage}": "live",
        "${self:custom.file}": {"sizes": [1, 2], "name": "live-n"},
        "${self:custom.file.sizes.1}": 2,
        "${file(./config.yml):live.name}!": "live-n!",
        "${file(text.txt)}": "a text",
        "${self:custom.deep.key}/${self:custom.nothing, 'd,e'}": "shop-x/d,e",
        "${opt:size, 5}": 5,
        "${opt:on, true}": True,
        "${param:size}-${param:zone}": "2-a",
        "${env:TOKEN}": "secret",
        "${env:NOBODY_SETS_THIS, ''}": "",
        "${aws:accountId}-${aws:region}": "123456789012-eu-west-1",
        "arn:aws:sqs:#{AWS::Region}:${AWS::AccountId}:${Queue.QueueName}": f"arn:aws:sqs:{MIDDLE}:${{Queue.QueueName}}",
        "${strToBool('true')}": True,
        "${self:custom.${self:custom.nothing, 'stage'}}": "live",
    }
    for text, value in cases.items():
        assert found.filled(text) == value, text


def test_values_are_given(tmp_path):
    found = variables(tmp_path, {"provider": "aws"}, stage="s", size="3", **{"ssm:/shop/key": "k", "env:TOKEN": "t"})
    assert found.filled(["${opt:size}", "${ssm:/shop/key}", "${env:TOKEN}", "${sls:stage}"]) == ["3", "k", "t", "s"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${opt:size}", r"\$\{opt:size\} has no value"),
        ("${ssm:/shop/key}", r"\$\{ssm:/shop/key\} has no value"),
        ("${file(nowhere.yml):x}", "has no value"),
        ("${file(config.js):x}", "has no value"),
        ("${self:custom.a}", "lead to each other"),
    ],
)
def test_a_variable_without_a_value_is_one_line(tmp_path, text, message):
    document = {"provider": "aws", "custom": {"a": "${self:custom.b}", "b": "${self:custom.a}"}}
    with pytest.raises(UsageError, match=message) as raised:
        variables(tmp_path, document).filled(text)
    assert "\n" not in raised.value.message


def test_what_is_not_served(tmp_path):
    with pytest.raises(UsageError, match="the provider google is not served"):
        read(tmp_path, "service: s\nprovider: {name: google}\n")
    stack = read(tmp_path, "service: s\nprovider: {name: aws}\nfunctions: {f: {image: base}}\n")
    assert stack.notes == ["FLambdaFunction: not served, it is an image and not Python"]


@pytest.mark.parametrize(
    ("event", "notes"),
    [
        ("http: {path: a, method: get, authorizer: {name: check}}", ["ApiGatewayRestApi"]),
        ("http: {path: a, method: get, authorizer: aws_iam}", ["ApiGatewayRestApi"]),
        ("httpApi: {path: /a, method: get, authorizer: {name: check}}", ["HttpApi"]),
        ("http: {path: a, method: get}", []),
        ("httpApi: GET /a", []),
    ],
)
def test_authorizers_are_said_to_be_left_out(tmp_path, event, notes):
    stack = read(
        tmp_path,
        f"""
        service: shop
        provider: {{name: aws, runtime: python3.12}}
        functions:
          f:
            handler: app.f
            events:
              - {event}
              - http: GET b
        """,
    )
    said = "authorizers are not served, every request comes through"
    assert stack.notes == [f"{api}: {said}" for api in notes]
