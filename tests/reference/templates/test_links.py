"""What leads to functions in a template: events of SAM, resources of CloudFormation, APIs beside their functions."""

from __future__ import annotations

import json
import textwrap
import zipfile

import pytest

from invocation_lint.errors import UsageError
from invocation_lint.reference import Route
from invocation_lint.reference.service.functions import Mapped
from invocation_lint.reference.templates.names import Place
from invocation_lint.reference.templates.stack import read_stack

PLACE = Place("eu-west-1", "123456789012", "http://127.0.0.1:1", "app")
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:app-F"
FUNCTION = """
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.handler, CodeUri: src, Runtime: python3.12, Events: EVENTS}
"""


def read(tmp_path, text):
    (tmp_path / "src").mkdir(exist_ok=True)
    path = tmp_path / "template.yaml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return read_stack(path, PLACE, parameters={}, made=tmp_path / "made")


def links(tmp_path, events, more=""):
    stack = read(tmp_path, FUNCTION.replace("EVENTS", events) + more)
    assert stack.notes == []
    return stack.links


def test_queues_and_streams_become_mappings(tmp_path):
    events = """{
      Q: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn, BatchSize: 5, FunctionResponseTypes: [Report]}},
      T: {Type: DynamoDB, Properties: {Stream: !GetAtt T.StreamArn, StartingPosition: LATEST, Enabled: false}},
    }"""
    more = """
  Q: {Type: AWS::SQS::Queue}
  T: {Type: AWS::DynamoDB::Table, Properties: {StreamSpecification: {StreamViewType: NEW_IMAGE}}}
"""
    queue, table = links(tmp_path, events, more)
    assert queue.properties == {
        "FunctionName": ARN,
        "EventSourceArn": "arn:aws:sqs:eu-west-1:123456789012:app-Q",
        "BatchSize": 5,
        "FunctionResponseTypes": ["Report"],
    }
    assert table.properties["EventSourceArn"].startswith("arn:aws:dynamodb:eu-west-1:123456789012:table/app-T/stream/")
    assert table.properties["Enabled"] is False


def test_the_type_of_a_destination_is_for_the_policies_of_sam_alone(tmp_path):
    events = """{
      T: {Type: DynamoDB, Properties: {Stream: !GetAtt T.StreamArn, StartingPosition: LATEST, DestinationConfig: {
        OnFailure: {Type: SQS, Destination: !GetAtt Q.Arn}}}},
    }"""
    more = """
  Q: {Type: AWS::SQS::Queue}
  T: {Type: AWS::DynamoDB::Table, Properties: {StreamSpecification: {StreamViewType: NEW_IMAGE}}}
"""
    (mapping,) = links(tmp_path, events, more)
    queue = "arn:aws:sqs:eu-west-1:123456789012:app-Q"
    assert mapping.properties["DestinationConfig"] == {"OnFailure": {"Destination": queue}}


def test_rules_and_schedules(tmp_path):
    made = links(
        tmp_path,
        """{
      R: {Type: EventBridgeRule, Properties: {Pattern: {source: [a]}, EventBusName: own, InputPath: $.detail}},
      S: {Type: Schedule, Properties: {Schedule: rate(1 hour), Enabled: false, Input: '{"n": 1}'}},
      V: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day), ScheduleExpressionTimezone: Asia/Tokyo}},
    }""",
    )
    assert [link.kind for link in made] == ["AWS::Events::Rule", "AWS::Events::Rule", "AWS::Scheduler::Schedule"]
    rule, schedule, scheduler = (link.properties for link in made)
    assert rule == {
        "Name": "app-FR",
        "EventPattern": {"source": ["a"]},
        "EventBusName": "own",
        "State": "ENABLED",
        "Targets": [{"Id": "target", "Arn": ARN, "InputPath": "$.detail"}],
    }
    assert (schedule["State"], schedule["ScheduleExpression"]) == ("DISABLED", "rate(1 hour)")
    assert schedule["Targets"][0]["Input"] == '{"n": 1}'
    assert scheduler["ScheduleExpressionTimezone"] == "Asia/Tokyo"
    assert scheduler["Target"] == {"Arn": ARN}


def test_topics_and_buckets(tmp_path):
    events = """{
      N: {Type: SNS, Properties: {Topic: !Ref N, FilterPolicy: {kind: [a]}}},
      B: {Type: S3, Properties: {Bucket: !Ref B, Events: s3:ObjectCreated:*,
          Filter: {S3Key: {Rules: [{Name: suffix, Value: .png}]}}}},
    }"""
    more = """
  N: {Type: AWS::SNS::Topic, Properties: {Subscription: [{Protocol: sqs, Endpoint: !GetAtt Q.Arn}]}}
  Q: {Type: AWS::SQS::Queue}
  B:
    Type: AWS::S3::Bucket
    Properties:
      NotificationConfiguration:
        QueueConfigurations: [{Event: "s3:ObjectRemoved:*", Queue: !GetAtt Q.Arn}]
        EventBridgeConfiguration: {EventBridgeEnabled: true}
"""
    topic, plain, event, bucket = links(tmp_path, events, more)
    assert topic.properties == {
        "TopicArn": "arn:aws:sns:eu-west-1:123456789012:app-N",
        "Protocol": "lambda",
        "Endpoint": ARN,
        "FilterPolicy": {"kind": ["a"]},
    }
    assert (plain.properties["Protocol"], plain.properties["Endpoint"].rsplit(":", 1)[1]) == ("sqs", "app-Q")
    assert (event.name, bucket.name) == ("app-b", "app-b")
    assert event.properties == {
        "LambdaFunctionConfigurations": [
            {
                "LambdaFunctionArn": ARN,
                "Events": ["s3:ObjectCreated:*"],
                "Filter": {"Key": {"FilterRules": [{"Name": "suffix", "Value": ".png"}]}},
            }
        ]
    }
    queue = {"QueueArn": "arn:aws:sqs:eu-west-1:123456789012:app-Q", "Events": ["s3:ObjectRemoved:*"]}
    assert bucket.properties == {"QueueConfigurations": [queue], "EventBridgeConfiguration": {}}


def test_events_go_to_the_alias_that_is_published(tmp_path):
    text = FUNCTION.replace("EVENTS", "{S: {Type: Schedule, Properties: {Schedule: rate(1 hour)}}}")
    (link,) = read(tmp_path, text.replace("Handler:", "AutoPublishAlias: live, Handler:")).links
    assert link.properties["Targets"][0]["Arn"] == f"{ARN}:live"


def test_what_is_not_served_is_said(tmp_path):
    stack = read(tmp_path, FUNCTION.replace("EVENTS", "{K: {Type: MSK, Properties: {Stream: x}}}"))
    assert stack.notes == ["F.K: events of the type MSK are not served"]
    assert stack.links == []


def test_machines_get_their_substitutions_and_events(tmp_path):
    states = "  A: {Type: Task, Resource: '${Function}', Next: B}\n  B: {Type: Wait, Seconds: '${Wait}'}\n"
    (tmp_path / "machine.asl.yaml").write_text(f"StartAt: A\nStates:\n{states}", encoding="utf-8")
    stack = read(
        tmp_path,
        """
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties: {Handler: app.handler, CodeUri: src, Runtime: python3.12}
          M:
            Type: AWS::Serverless::StateMachine
            Properties:
              Type: EXPRESS
              DefinitionUri: machine.asl.yaml
              DefinitionSubstitutions: {Function: !GetAtt F.Arn, Wait: "5"}
              Events: {S: {Type: Schedule, Properties: {Schedule: rate(1 day)}}}
          Plain:
            Type: AWS::StepFunctions::StateMachine
            Properties:
              StateMachineName: plain
              RoleArn: arn:aws:iam::123456789012:role/own
              DefinitionString: !Sub '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${F.Arn}"}}}'
          Elsewhere: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionS3Location: {Bucket: b, Key: k}}}
        """,
    )
    machine, plain, rule = stack.links
    assert machine.properties["StateMachineType"] == "EXPRESS"
    assert machine.properties["RoleArn"] == "arn:aws:iam::123456789012:role/app-MRole"
    assert json.loads(machine.properties["DefinitionString"])["States"] == {
        "A": {"Type": "Task", "Resource": ARN, "Next": "B"},
        "B": {"Type": "Wait", "Seconds": "5"},
    }
    assert (plain.name, plain.properties["RoleArn"]) == ("plain", "arn:aws:iam::123456789012:role/own")
    assert json.loads(plain.properties["DefinitionString"])["States"]["A"]["Resource"] == ARN
    assert rule.properties["Targets"][0]["Arn"] == "arn:aws:states:eu-west-1:123456789012:stateMachine:app-M"
    assert stack.notes == ["Elsewhere: not served, its definition is not beside the template"]


def test_a_definition_that_is_not_there(tmp_path):
    text = "Resources:\n  M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: nowhere.json}}\n"
    with pytest.raises(UsageError, match=r"state machine M: DefinitionUri nowhere\.json: no file there"):
        read(tmp_path, text)


def test_a_rest_api_by_its_resources(tmp_path):
    uri = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations"
    stack = read(
        tmp_path,
        f"""
        Resources:
          F: {{Type: AWS::Lambda::Function, Properties: {{Handler: app.handler, Code: src, Runtime: python3.12}}}}
          Api: {{Type: AWS::ApiGateway::RestApi, Properties: {{Name: orders}}}}
          Orders:
            Type: AWS::ApiGateway::Resource
            Properties: {{RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders}}
          Order:
            Type: AWS::ApiGateway::Resource
            Properties: {{RestApiId: !Ref Api, ParentId: !Ref Orders, PathPart: "{{id}}"}}
          Get:
            Type: AWS::ApiGateway::Method
            Properties:
              RestApiId: !Ref Api
              ResourceId: !Ref Order
              HttpMethod: GET
              Integration: {{Type: AWS_PROXY, IntegrationHttpMethod: POST, Uri: !Sub "{uri}"}}
          Root:
            Type: AWS::ApiGateway::Method
            Properties:
              RestApiId: !Ref Api
              ResourceId: !GetAtt Api.RootResourceId
              HttpMethod: ANY
              Integration: {{Type: AWS_PROXY, IntegrationHttpMethod: GET, Uri: !Sub "{uri}"}}
          Queue:
            Type: AWS::ApiGateway::Method
            Properties:
              RestApiId: !Ref Api
              ResourceId: !Ref Orders
              HttpMethod: POST
              Integration: {{Type: AWS, Uri: "arn:aws:apigateway:us-east-1:sqs:path/1/q"}}
          Mapped:
            Type: AWS::ApiGateway::Method
            Properties:
              RestApiId: !Ref Api
              ResourceId: !Ref Orders
              HttpMethod: PUT
              Integration: {{Type: AWS, IntegrationHttpMethod: POST, Uri: !Sub "{uri}"}}
          Cors:
            Type: AWS::ApiGateway::Method
            Properties:
              RestApiId: !Ref Api
              ResourceId: !Ref Orders
              HttpMethod: OPTIONS
              Integration: {{Type: MOCK}}
          Live: {{Type: AWS::ApiGateway::Stage, Properties: {{RestApiId: !Ref Api, StageName: live}}}}
        """,
    )
    (api,) = stack.rest_apis
    assert (api.name, api.stage) == ("Api", "live")
    assert api.routes == [
        Route("GET", "/orders/{id}", "app-F"),
        Route("ANY", "/", "app-F", "GET"),
        Route("PUT", "/orders", "app-F", mapped=Mapped({}, [])),
    ]
    assert stack.notes == ["Api: POST /orders is not served, its integration is not a function"]


def test_an_http_api_by_its_routes(tmp_path):
    stack = read(
        tmp_path,
        """
        Resources:
          F: {Type: AWS::Lambda::Function, Properties: {Handler: app.handler, Code: src, Runtime: python3.12}}
          Api: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: HTTP}}
          Calls: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationUri: !GetAtt F.Arn}}
          Get:
            Type: AWS::ApiGatewayV2::Route
            Properties: {ApiId: !Ref Api, RouteKey: GET /a, Target: !Sub "integrations/${Calls}"}
          Web: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationUri: "https://x.y"}}
          Put:
            Type: AWS::ApiGatewayV2::Route
            Properties: {ApiId: !Ref Api, RouteKey: PUT /a, Target: !Sub "integrations/${Web}"}
          Quick: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: HTTP, Target: !GetAtt F.Arn}}
        """,
    )
    own, quick = stack.http_apis
    assert (own.name, own.routes) == ("Api", [Route("GET", "/a", "app-F")])
    assert stack.notes == ["Api: PUT /a is not served, its integration is not a function"]
    assert [(route.method, route.path) for route in quick.routes] == [("ANY", "/{proxy+}"), ("ANY", "/")]


def test_an_api_by_its_document(tmp_path):
    uri = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations"
    document = f"""
openapi: 3.0.1
paths:
  /orders/{{id}}:
    parameters: []
    get:
      x-amazon-apigateway-integration: {{type: aws_proxy, httpMethod: POST, uri: !Sub "{uri}"}}
    x-amazon-apigateway-any-method:
      x-amazon-apigateway-integration: {{type: aws_proxy, httpMethod: POST, uri: {{"Fn::Sub": "{uri}"}}}}
    options:
      x-amazon-apigateway-integration: {{type: mock}}
    put:
      x-amazon-apigateway-integration: {{type: http, uri: "https://x.y"}}
    head: {{responses: {{}}}}
"""
    (tmp_path / "api.yaml").write_text(document, encoding="utf-8")
    stack = read(
        tmp_path,
        """
        Resources:
          F: {Type: AWS::Lambda::Function, Properties: {Handler: app.handler, Code: src, Runtime: python3.12}}
          Api:
            Type: AWS::Serverless::Api
            Properties:
              StageName: v1
              DefinitionBody: {"Fn::Transform": {Name: AWS::Include, Parameters: {Location: api.yaml}}}
        """,
    )
    (api,) = stack.rest_apis
    assert api.routes == [Route("GET", "/orders/{id}", "app-F"), Route("ANY", "/orders/{id}", "app-F")]
    assert stack.notes == ["Api: PUT /orders/{id} is not served, its integration is not a function"]


def test_what_sam_makes_may_be_referred_to(tmp_path):
    stack = read(
        tmp_path,
        """
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties:
              Handler: app.handler
              CodeUri: src
              Runtime: python3.12
              AutoPublishAlias: live
              Environment:
                Variables:
                  ALIAS: !Ref F.Alias
                  VERSION: !GetAtt F.Version
                  ROLE: !GetAtt FRole.Arn
                  API: !Sub "https://${ServerlessRestApi}.execute-api"
                  URL: !GetAtt FUrl.FunctionUrl
        """,
    )
    assert dict(stack.functions[0].environment) == {
        "ALIAS": f"{ARN}:live",
        "VERSION": f"{ARN}:1",
        "ROLE": "arn:aws:iam::123456789012:role/app-FRole",
        "API": "https://app-ServerlessRestApi.execute-api",
        "URL": "app-FUrl.FunctionUrl",
    }
    with pytest.raises(UsageError, match=r"Ref F\.Nothing: no parameter or resource of that name"):
        read(tmp_path, "Resources:\n  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref F.Nothing}}\n")


def test_queues_come_after_their_dead_letters(tmp_path):
    redrive = "RedrivePolicy: {{maxReceiveCount: 3, deadLetterTargetArn: !GetAtt {}.Arn}}"
    stack = read(
        tmp_path,
        f"""
        Resources:
          A: {{Type: AWS::SQS::Queue, Properties: {{{redrive.format("B")}}}}}
          T: {{Type: AWS::SNS::Topic}}
          B: {{Type: AWS::SQS::Queue, Properties: {{{redrive.format("C")}}}}}
          C: {{Type: AWS::SQS::Queue}}
          Self: {{Type: AWS::SQS::Queue, Properties: {{{redrive.format("Self")}}}}}
        """,
    )
    names = [each.name for each in stack.resources]
    assert names.index("app-C") < names.index("app-B") < names.index("app-A")
    assert len(names) == 5


def test_code_in_an_archive_or_a_file(tmp_path):
    with zipfile.ZipFile(tmp_path / "code.zip", "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return 1\n")
    (tmp_path / "single.py").write_text("", encoding="utf-8")
    stack = read(
        tmp_path,
        """
        Resources:
          A: {Type: AWS::Serverless::Function, Properties: {Handler: app.f, CodeUri: code.zip, Runtime: python3.12}}
          B: {Type: AWS::Serverless::Function, Properties: {Handler: single.f, CodeUri: single.py, Runtime: python3.12}}
        """,
    )
    packed, single = stack.functions
    assert (packed.code_dir / "app.py").is_file()
    assert single.code_dir == tmp_path


def test_a_layer_that_is_not_beside_the_template(tmp_path):
    text = """
  L: {Type: AWS::Lambda::LayerVersion, Properties: {Content: {S3Bucket: b, S3Key: k}}}
"""
    stack = read(tmp_path, FUNCTION.replace("Events: EVENTS", "Layers: [!Ref L]") + text)
    assert stack.notes == ["layer L: not beside the template"]


def test_a_question_mark_in_a_flow_mapping(tmp_path):
    (rule,) = links(tmp_path, "{S: {Type: Schedule, Properties: {Schedule: cron(0 8 * * ? *)}}}")
    assert rule.properties["ScheduleExpression"] == "cron(0 8 * * ? *)"
