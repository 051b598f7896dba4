"""What invokes functions, and what carries messages, by SAM and CloudFormation templates."""

from __future__ import annotations

import pytest

from invocation_lint.deployment.model import (
    Api,
    Bucket,
    Bus,
    EventSourceMapping,
    Function,
    Permission,
    Queue,
    Rule,
    Schedule,
    Subscription,
    Table,
    Topic,
    Trigger,
)
from tests.deployment.reading import deployed_by, one, shown

EVENTS = """
    Resources:
      Jobs: {Type: AWS::SQS::Queue}
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Events:
            One:
              Type: TYPE
              Properties: PROPERTIES
"""


@pytest.mark.parametrize(
    ("type", "properties", "kind"),
    [
        ("Api", "{Path: /orders, Method: post}", "rest_api"),
        ("HttpApi", "{Path: /orders, Method: post}", "http_api"),
        ("SQS", "{Queue: !GetAtt Jobs.Arn, BatchSize: 5}", "queue"),
        ("Kinesis", "{Stream: arn, StartingPosition: LATEST}", "stream"),
        ("DynamoDB", "{Stream: arn, StartingPosition: LATEST}", "stream"),
        ("S3", "{Bucket: !Ref Files, Events: 's3:ObjectCreated:*'}", "s3"),
        ("SNS", "{Topic: !Ref News}", "sns"),
        ("SNS", "{Topic: !Ref News, SqsSubscription: true}", "queue"),
        ("Schedule", "{Schedule: rate(1 minute)}", "schedule"),
        ("ScheduleV2", "{ScheduleExpression: rate(1 minute)}", "schedule"),
        ("EventBridgeRule", "{Pattern: {source: [shop]}}", "eventbridge"),
        ("CloudWatchEvent", "{Pattern: {source: [shop]}}", "eventbridge"),
        ("CloudWatchLogs", "{LogGroupName: a, FilterPattern: b}", "event"),
        ("Cognito", "{UserPool: !Ref Pool, Trigger: PreSignUp}", "cognito"),
        ("AlexaSkill", "{}", "service"),
    ],
)
def test_events_of_sam_invoke_their_function(type: str, properties: str, kind: str) -> None:
    deployed = deployed_by({"template.yaml": EVENTS.replace("TYPE", type).replace("PROPERTIES", properties)})
    orders = one(deployed, Function)
    (trigger,) = deployed.triggers_of(orders)
    assert (trigger.kind, trigger.key.id) == (kind, "OrdersOne")
    assert deployed.invoked_by(orders) == {kind}


def test_a_mapping_has_all_that_it_sets() -> None:
    settings = """{
        Queue: !GetAtt Jobs.Arn, BatchSize: 5, MaximumBatchingWindowInSeconds: 2, Enabled: false,
        FunctionResponseTypes: [ReportBatchItemFailures], FilterCriteria: {Filters: [{Pattern: '{"a": [1]}'}]},
        ScalingConfig: {MaximumConcurrency: 3}}"""
    deployed = deployed_by({"template.yaml": EVENTS.replace("TYPE", "SQS").replace("PROPERTIES", settings)})
    mapping = one(deployed, EventSourceMapping)
    assert (shown(mapping.source), shown(mapping.batch_size), shown(mapping.window_seconds)) == ("${Jobs.arn}", 5, 2)
    assert (shown(mapping.is_enabled), shown(mapping.max_concurrency)) == (False, 3)
    assert shown(mapping.reports_item_failures) == ["ReportBatchItemFailures"]
    assert [shown(pattern) for pattern in mapping.filters] == ['{"a": [1]}']
    assert (mapping.on_failure, mapping.max_attempts, mapping.starting_position) == (None, None, None)


def test_a_mapping_of_a_stream() -> None:
    text = """
        Resources:
          Orders: {Type: AWS::Lambda::Function}
          Mapping:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !GetAtt Orders.Arn
              EventSourceArn: !GetAtt Jobs.StreamArn
              StartingPosition: TRIM_HORIZON
              MaximumRetryAttempts: 3
              MaximumRecordAgeInSeconds: 600
              BisectBatchOnFunctionError: true
              ParallelizationFactor: 2
              DestinationConfig: {OnFailure: {Destination: !GetAtt Dead.Arn}}
          Jobs: {Type: AWS::DynamoDB::Table, Properties: {StreamSpecification: {StreamViewType: NEW_IMAGE}}}
          Dead: {Type: AWS::SQS::Queue}
    """
    deployed = deployed_by({"template.yaml": text})
    mapping = one(deployed, EventSourceMapping)
    assert (mapping.kind, shown(mapping.source), shown(mapping.on_failure)) == (
        "stream", "${Jobs.stream_arn}", "${Dead.arn}",
    )  # fmt: skip
    found = (mapping.max_attempts, mapping.max_age_seconds, mapping.bisects, mapping.parallel_batches)
    assert [shown(value) for value in found] == [3, 600, True, 2]
    assert shown(one(deployed, Table).stream_view) == "NEW_IMAGE"
    assert [one.kind for one in deployed.triggers_of(one(deployed, Function))] == ["stream"]


def test_a_queue_and_what_it_does_not_know() -> None:
    text = """
        Resources:
          Dead: {Type: AWS::SQS::Queue, Properties: {MessageRetentionPeriod: 1209600}}
          Jobs:
            Type: AWS::SQS::Queue
            Properties:
              QueueName: jobs.fifo
              FifoQueue: true
              ContentBasedDeduplication: true
              VisibilityTimeout: 120
              VisibilityTimout: 60
              RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}
    """
    queue = one(deployed_by({"template.yaml": text}), Queue, "Jobs")
    found = (queue.name, queue.fifo, queue.deduplicates_by_content, queue.visibility_seconds, queue.max_receives)
    assert [shown(value) for value in found] == ["jobs.fifo", True, True, 120, 3]
    assert shown(queue.dead_letter) == "${Dead.arn}"
    assert [(name, place.line) for name, place in queue.unread] == [("VisibilityTimout", 11)]


def test_topics_and_what_they_are_subscribed_by() -> None:
    text = """
        Resources:
          News:
            Type: AWS::SNS::Topic
            Properties: {Subscription: [{Protocol: lambda, Endpoint: !GetAtt Orders.Arn}]}
          Orders: {Type: AWS::Lambda::Function}
          Jobs: {Type: AWS::SQS::Queue}
          ToQueue:
            Type: AWS::SNS::Subscription
            Properties:
              TopicArn: !Ref News
              Protocol: sqs
              Endpoint: !GetAtt Jobs.Arn
              RawMessageDelivery: true
              FilterPolicy: {kind: [order]}
              FilterPolicyScope: MessageBody
    """
    deployed = deployed_by({"template.yaml": text})
    first, second = deployed.all(Subscription)
    assert (shown(first.topic), shown(first.endpoint)) == ("${News.arn}", "${Orders.arn}")
    assert (shown(second.filter_policy), shown(second.filter_scope)) == ({"kind": ["order"]}, "MessageBody")
    assert (shown(second.is_raw), shown(second.protocol)) == (True, "sqs")
    assert [trigger.kind for trigger in deployed.all(Trigger)] == ["sns"]
    assert one(deployed, Topic).fifo is None


def test_rules_and_schedules() -> None:
    text = """
        Resources:
          Events: {Type: AWS::Events::EventBus, Properties: {Name: shop}}
          Orders: {Type: AWS::Lambda::Function}
          Placed:
            Type: AWS::Events::Rule
            Properties:
              EventBusName: !Ref Events
              EventPattern: {source: [shop], detail-type: [placed]}
              State: DISABLED
              Targets:
                - {Id: a, Arn: !GetAtt Orders.Arn, DeadLetterConfig: {Arn: !GetAtt Dead.Arn}, Input: '{"a": 1}'}
          Nightly:
            Type: AWS::Scheduler::Schedule
            Properties:
              ScheduleExpression: cron(0 3 * * ? *)
              Target: {Arn: !GetAtt Orders.Arn, RetryPolicy: {MaximumRetryAttempts: 0}}
          Dead: {Type: AWS::SQS::Queue}
    """
    deployed = deployed_by({"template.yaml": text})
    rule, schedule = one(deployed, Rule), one(deployed, Schedule)
    assert shown(one(deployed, Bus).name) == "shop"
    assert shown(rule.pattern) == {"source": ["shop"], "detail-type": ["placed"]}
    assert (shown(rule.bus), shown(rule.is_enabled)) == ("${Events.name}", False)
    assert (shown(rule.targets[0].dead_letter), shown(rule.targets[0].input)) == ("${Dead.arn}", '{"a": 1}')
    assert schedule.target is not None
    assert (shown(schedule.expression), shown(schedule.target.retry_attempts)) == ("cron(0 3 * * ? *)", 0)
    assert deployed.invoked_by(one(deployed, Function)) == {"eventbridge", "schedule"}


def test_the_rule_behind_an_event_of_sam() -> None:
    text = EVENTS.replace("TYPE", "EventBridgeRule").replace("PROPERTIES", "{EventBusName: shop, Pattern: {a: [b]}}")
    rule = one(deployed_by({"template.yaml": text}), Rule)
    assert (shown(rule.bus), shown(rule.pattern), shown(rule.targets[0].arn)) == (
        "shop", {"a": ["b"]}, "${Orders.arn}",
    )  # fmt: skip


def test_a_bucket_tells_functions() -> None:
    text = """
        Resources:
          Orders: {Type: AWS::Lambda::Function}
          Files:
            Type: AWS::S3::Bucket
            Properties:
              BucketName: !Sub files-${AWS::AccountId}
              NotificationConfiguration:
                EventBridgeConfiguration: {EventBridgeEnabled: true}
                LambdaConfigurations:
                  - Event: s3:ObjectCreated:*
                    Function: !GetAtt Orders.Arn
                    Filter: {S3Key: {Rules: [{Name: prefix, Value: in/}, {Name: Suffix, Value: .csv}]}}
    """
    deployed = deployed_by({"template.yaml": text})
    bucket = one(deployed, Bucket)
    (told,) = bucket.notifications
    assert (shown(told.prefix), shown(told.suffix), shown(told.events[0])) == ("in/", ".csv", "s3:ObjectCreated:*")
    assert (shown(bucket.name), shown(bucket.tells_bus)) == ("files-${AWS::AccountId}", True)
    assert deployed.invoked_by(one(deployed, Function)) == {"s3"}


def test_apis_and_permissions() -> None:
    text = """
        Resources:
          Orders: {Type: AWS::Lambda::Function}
          Web:
            Type: AWS::ApiGatewayV2::Api
            Properties: {ProtocolType: HTTP, CorsConfiguration: {AllowOrigins: ['*']}}
          Integration:
            Type: AWS::ApiGatewayV2::Integration
            Properties: {ApiId: !Ref Web, IntegrationUri: !GetAtt Orders.Arn, TimeoutInMillis: 5000}
          Allowed:
            Type: AWS::Lambda::Permission
            Properties:
              FunctionName: !Ref Orders
              Action: lambda:InvokeFunction
              Principal: apigateway.amazonaws.com
              SourceArn: !Sub arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Web}/*
    """
    deployed = deployed_by({"template.yaml": text})
    api, permission = one(deployed, Api), one(deployed, Permission)
    assert (api.kind, shown(api.cors)) == ("http_api", {"AllowOrigins": ["*"]})
    assert (shown(permission.principal), shown(permission.action)) == (
        "apigateway.amazonaws.com", "lambda:InvokeFunction",
    )  # fmt: skip
    (trigger,) = deployed.triggers_of(one(deployed, Function))
    assert (shown(trigger.source), shown(trigger.timeout_ms)) == ("${Web.id}", 5000)


def test_an_api_that_is_written_in_openapi_invokes_its_functions() -> None:
    text = """
        Resources:
          Orders: {Type: AWS::Lambda::Function}
          Web:
            Type: AWS::Serverless::Api
            Properties:
              DefinitionBody:
                paths:
                  /orders:
                    post:
                      x-amazon-apigateway-integration:
                        uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/f/functions/${Orders.Arn}/invocations
    """
    deployed = deployed_by({"template.yaml": text})
    assert deployed.invoked_by(one(deployed, Function)) == {"rest_api"}


@pytest.mark.parametrize(
    ("type", "properties", "kinds"),
    [
        ("Schedule", "{Schedule: rate(1 minute)}", {"schedule"}),
        ("SQS", "{Queue: !GetAtt Jobs.Arn}", {"queue"}),
        ("Kinesis", "{Stream: arn, StartingPosition: LATEST}", {"stream"}),
        ("S3", "{Bucket: !Ref Files, Events: 's3:ObjectCreated:*'}", {"s3"}),
        ("Api", "{Path: /orders, Method: post}", {"rest_api", "event"}),
        ("AlexaSkill", "{}", {"service", "event"}),
    ],
)
@pytest.mark.parametrize(
    "setting",
    [
        "DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Jobs.Arn}",
        "EventInvokeConfig: {MaximumRetryAttempts: 0}",
    ],
)
def test_where_failed_events_go_tells_nothing_of_a_function_whose_events_are_known(
    setting: str, type: str, properties: str, kinds: set[str]
) -> None:
    text = EVENTS.replace("Handler: app.handler", f"Handler: app.handler\n          {setting}")
    deployed = deployed_by({"template.yaml": text.replace("TYPE", type).replace("PROPERTIES", properties)})
    assert deployed.invoked_by(one(deployed, Function)) == kinds
