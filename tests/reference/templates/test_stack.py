"""Templates as stacks: functions, APIs, resources, references."""

from __future__ import annotations

import textwrap

import pytest

from invocation_lint.errors import UsageError
from invocation_lint.reference import Route
from invocation_lint.reference.templates.names import Place
from invocation_lint.reference.templates.stack import read_stack

PLACE = Place("eu-west-1", "123456789012", "http://127.0.0.1:1", "app")


def read(tmp_path, text, **parameters):
    (tmp_path / "src").mkdir(exist_ok=True)
    path = tmp_path / "template.yaml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return read_stack(path, PLACE, parameters=parameters, made=tmp_path / "made")


def test_a_function_with_globals_parameters_and_references(tmp_path):
    stack = read(
        tmp_path,
        """
        Parameters:
          Stage: {Type: String, Default: staging}
          Sizes: {Type: CommaDelimitedList, Default: "1,2"}
        Mappings:
          Times: {staging: {agent: 30}, production: {agent: 60}}
        Conditions:
          IsStaging: !Equals [!Ref Stage, staging]
        Globals:
          Function:
            Runtime: python3.12
            CodeUri: src
            Timeout: 20
            Environment: {Variables: {STAGE: !Ref Stage, SHARED: "no"}}
        Resources:
          Agent:
            Type: AWS::Serverless::Function
            Properties:
              FunctionName: !Sub agent-${Stage}
              Handler: app.handler
              MemorySize: 512
              Timeout: !FindInMap [Times, !Ref Stage, agent]
              ReservedConcurrentExecutions: !If [IsStaging, 2, !Ref AWS::NoValue]
              AutoPublishAlias: live
              Policies: [{LambdaInvokePolicy: {FunctionName: !ImportValue elsewhere}}]
              DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Letters.Arn}
              EventInvokeConfig:
                MaximumRetryAttempts: 1
                MaximumEventAgeInSeconds: 600
                DestinationConfig: {OnFailure: {Type: SNS, Destination: !Ref News}}
              FunctionUrlConfig: {AuthType: NONE}
              Environment:
                Variables:
                  QUEUE: !Ref Letters
                  TABLE: !Ref Stories
                  WORKER: !GetAtt Worker.Arn
                  SECOND: !Select [1, !Ref Sizes]
                  JOINED: !Join ["-", [a, !Select [0, !Split [":", "x:y"]]]]
                  LITERAL: !Sub "${!Stage}-${AWS::Region}-${Worker.Arn}"
                  SHARED: "on"
                  FLAG: true
          Worker:
            Type: AWS::Lambda::Function
            Properties: {Handler: app.handler, Code: src, Runtime: python3.11}
          Letters: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 60}}
          News: {Type: AWS::SNS::Topic}
          Stories: {Type: AWS::Serverless::SimpleTable}
          Kept: {Type: AWS::SQS::Queue, Condition: IsStaging}
        """,
    )
    agent, worker = stack.functions
    assert (agent.name, agent.timeout, agent.memory, agent.reserved_concurrency) == ("agent-staging", 30, 512, 2)
    assert (agent.code_dir, dict(agent.aliases), agent.url) == (tmp_path / "src", {"live": "1"}, True)
    assert agent.dead_letter == "arn:aws:sqs:eu-west-1:123456789012:app-Letters"
    assert (agent.maximum_retry_attempts, agent.maximum_event_age) == (1, 600)
    assert agent.on_failure == "arn:aws:sns:eu-west-1:123456789012:app-News"
    assert dict(agent.environment) == {
        "STAGE": "staging",
        "SHARED": "on",
        "QUEUE": "http://127.0.0.1:1/123456789012/app-Letters",
        "TABLE": "app-Stories",
        "WORKER": "arn:aws:lambda:eu-west-1:123456789012:function:app-Worker",
        "SECOND": "2",
        "JOINED": "a-x",
        "LITERAL": "${Stage}-eu-west-1-arn:aws:lambda:eu-west-1:123456789012:function:app-Worker",
        "FLAG": "true",
    }
    assert (worker.name, worker.timeout, dict(worker.environment)) == ("app-Worker", 3, {})
    assert [each.name for each in stack.resources] == ["app-Letters", "app-News", "app-Stories", "app-Kept"]


def test_a_condition_leaves_resources_out(tmp_path):
    stack = read(
        tmp_path,
        """
        Parameters: {Stage: {Type: String}}
        Conditions:
          Never: !Not [!Equals [!Ref Stage, test]]
          Both: !And [!Condition Never, !Or [!Condition Never, !Equals [a, a]]]
        Resources:
          Q: {Type: AWS::SQS::Queue, Condition: Never}
          R: {Type: AWS::SQS::Queue, Condition: Both, Properties: {QueueName: r}}
        """,
        Stage="test",
    )
    assert stack.resources == []


def test_apis_get_the_routes_of_the_functions(tmp_path):
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
              Events:
                Get: {Type: Api, Properties: {Path: "/stories/{id}", Method: get}}
                Post: {Type: Api, Properties: {Path: /stories, Method: post, RestApiId: !Ref Own}}
                All: {Type: HttpApi}
                Tick: {Type: Schedule, Properties: {Schedule: rate(1 minute)}}
          Own: {Type: AWS::Serverless::Api, Properties: {StageName: v1, BinaryMediaTypes: [image~1png]}}
          Machine: {Type: AWS::StepFunctions::StateMachine}
        """,
    )
    implicit, own = stack.rest_apis
    assert (implicit.name, implicit.stage, implicit.routes) == (
        "ServerlessRestApi",
        "Prod",
        [Route("GET", "/stories/{id}", "app-F")],
    )
    assert (own.stage, own.binary_media_types) == ("v1", ["image/png"])
    assert [each.path for each in stack.http_apis[0].routes] == ["/{proxy+}", "/"]
    assert [note.split(":")[0] for note in stack.notes] == ["Machine"]
    assert [link.kind for link in stack.links] == ["AWS::Events::Rule"]


def test_inline_code_layers_attached_resources_and_default_destinations(tmp_path):
    (tmp_path / "layer" / "python").mkdir(parents=True)
    stack = read(
        tmp_path,
        """
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties:
              Handler: index.handler
              InlineCode: |
                def handler(event, context):
                    return 1
              Layers: [!Ref Shared, "arn:aws:lambda:us-east-1:1:layer:other:1"]
              EventInvokeConfig: {DestinationConfig: {OnSuccess: {Type: SQS}}}
          Shared: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layer}}
          G:
            Type: AWS::Lambda::Function
            Properties: {FunctionName: g, Handler: index.handler, Code: {ZipFile: "handler = print"}}
          Config:
            Type: AWS::Lambda::EventInvokeConfig
            Properties: {FunctionName: !Ref G, Qualifier: $LATEST, MaximumRetryAttempts: 0}
          Url: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !GetAtt G.Arn, AuthType: NONE}}
          Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref G, Name: live, FunctionVersion: "1"}}
          Here: {Type: AWS::Serverless::Function, Properties: {Handler: app.handler}}
          Node: {Type: AWS::Serverless::Function, Properties: {Runtime: nodejs22.x, Handler: a.b, CodeUri: src}}
        """,
    )
    f, g, here = stack.functions
    assert here.code_dir == tmp_path
    assert (f.code_dir / "index.py").read_text(encoding="utf-8").startswith("def handler")
    assert list(f.layers) == [tmp_path / "layer" / "python", tmp_path / "layer"]
    assert f.on_success == "arn:aws:sqs:eu-west-1:123456789012:app-F-OnSuccess"
    assert [each.name for each in stack.resources] == ["app-F-OnSuccess"]
    assert (g.maximum_retry_attempts, g.url, dict(g.aliases)) == (0, True, {"live": "1"})
    assert any("nodejs22.x" in note for note in stack.notes)
    assert any("layer:other" in note for note in stack.notes)


FUNCTION = (
    "Resources:\n  F: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, Runtime: python3.12, CodeUri: %s}}"
)

SERVERLESS = FUNCTION % "src, %s"
QUEUE = "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: %s}}}"
QUEUES = """
Resources:
  A: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt B.QueueName}}
  B: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt A.QueueName}}
"""
CONDITIONS = """
Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}
Resources: {Q: {Type: AWS::SQS::Queue, Condition: A}}
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1", ":2:1: "),
        ("a: 1", "no `Resources`"),
        ("Resources: {A: 1}", "resource A: no `Type`"),
        (FUNCTION % "nowhere", "CodeUri nowhere: no folder there"),
        (FUNCTION % "s3://bucket/key", "the code is not in a folder"),
        (FUNCTION % "src, Timeout: 901", "timeout 901.0 s"),
        (FUNCTION % "!Ref Nothing", "Ref Nothing: no parameter or resource"),
        (FUNCTION % "!GetAtt Nothing.Arn", "GetAtt Nothing.Arn: no resource"),
        (FUNCTION % "!ImportValue x", "ImportValue x: no template exports it"),
        (FUNCTION % "!GetAZs x", "Fn::GetAZs is not supported here"),
        (FUNCTION % "!FindInMap [a, b, c]", "FindInMap a.b.c: no such entry"),
        (FUNCTION % "!If [Never, a, b]", "no condition 'Never'"),
        (FUNCTION % "!Select [3, [a]]", "Select 3 of 1 values"),
        (FUNCTION % "!Select [x, [a]]", "Fn::Select cannot take ['x', ['a']]"),
        (FUNCTION % "!Join [a]", "Fn::Join cannot take ['a']"),
        (FUNCTION % "!Sub [a]", "Fn::Sub cannot take ['a']"),
        (FUNCTION % "!Ref [a]", "Ref cannot take ['a']"),
        (QUEUES, "in a circle: GetAtt B.QueueName -> GetAtt A.QueueName -> GetAtt B.QueueName"),
        (QUEUES.replace("!GetAtt A.QueueName", "!Sub '${B}'"), "references in a circle: Ref B -> Ref B"),
        (CONDITIONS, "condition A -> condition B -> condition A"),
        ("Conditions: [a]\nResources: {}", "`Conditions` is not an object"),
        ("Parameters: {P: x}\nResources: {}", "`Parameters.P` is not an object"),
        ("Parameters: {P: }\nResources: {}", "`Parameters.P` is not an object"),
        ("Outputs: {O: x}\nResources: {}", "`Outputs.O` is not an object"),
        ("Globals: {Function: [a]}\nResources: {}", "`Globals.Function` is not an object"),
        ("Resources: {F: [a]}", "resource F: no `Type`"),
        ("Resources: {Q: {Type: AWS::SQS::Queue, Properties: [a]}}", "resource Q: `Properties` is not an object"),
        (SERVERLESS % "Events: [a]", "resource F: `Properties.Events` is not an object"),
        (SERVERLESS % "Events: {E: SQS}", "`Properties.Events.E` is not an object"),
        (SERVERLESS % "Events: {E: {Type: [SQS]}}", "resource F: event E: no `Type`"),
        (SERVERLESS % "Events: {E: {Type: SQS, Properties: x}}", "`Properties.Events.E.Properties` is not an object"),
        (SERVERLESS % "Environment: {Variables: [a]}", "`Properties.Environment.Variables` is not an object"),
        (SERVERLESS % "EventInvokeConfig: {DestinationConfig: {OnFailure: x}}", "OnFailure` is not an object"),
        (SERVERLESS % "Timeout: soon", "function F: `Timeout` is 'soon', not a number"),
        (SERVERLESS % "MemorySize: [1]", "function F: `MemorySize` is [1], not a number"),
        ("Parameters: {P: {Type: String}}\nResources: {}", "parameter P has no value"),
        ("Resources: {F: {Type: AWS::Lambda::Function, Properties: {Code: src}}}", "a function needs `Handler`"),
    ],
)
def test_a_mistake_is_one_clear_line(tmp_path, text, message):
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)
    assert message in caught.value.message
    assert "\n" not in caught.value.message
    assert str(tmp_path / "template.yaml") in caught.value.message


@pytest.mark.parametrize("policy", ["5", "[a]", "'{'", "'[1]'"])
def test_a_wrong_redrive_policy_is_left_to_the_maker_of_queues(tmp_path, policy):
    stack = read(tmp_path, QUEUE % policy)
    assert [each.name for each in stack.resources] == ["app-Q"]


def test_what_a_condition_chooses_may_be_an_object(tmp_path):
    chosen = "EventInvokeConfig: {DestinationConfig: !If [Yes, {OnFailure: {Destination: a}}, !Ref AWS::NoValue]}"
    stack = read(tmp_path, 'Conditions: {"Yes": !Equals [a, a]}\n' + SERVERLESS % chosen.replace("[Yes", '["Yes"'))
    assert stack.functions[0].on_failure == "a"


API = """
Resources:
  Api: {Type: AWS::Serverless::%s, Properties: {StageName: p, %s}}
  F: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, Runtime: python3.12, CodeUri: src, Events: {E: %s}}}
"""
ROUTE = "{Type: %s, Properties: {%s: !Ref Api, Path: /a, Method: get%s}}"
LET_THROUGH = "Api: authorizers are not served, every request comes through"


@pytest.mark.parametrize(
    ("kind", "of_api", "of_event", "notes"),
    [
        ("Api", "Auth: {DefaultAuthorizer: AWS_IAM}", "", [LET_THROUGH]),
        ("Api", "Auth: {Authorizers: {A: {UserPoolArn: x}}}", "", [LET_THROUGH]),
        ("HttpApi", "Auth: {Authorizers: {A: {JwtConfiguration: {}}}}", "", [LET_THROUGH]),
        ("HttpApi", "Name: a", ", Auth: {Authorizer: A}", [LET_THROUGH]),
        ("Api", "Auth: {ApiKeyRequired: false}", ", Auth: {Authorizer: NONE}", []),
        ("Api", "Name: a", "", []),
    ],
)
def test_authorizers_are_said_to_be_left_out(tmp_path, kind, of_api, of_event, notes):
    route = ROUTE % (kind, "RestApiId" if kind == "Api" else "ApiId", of_event)
    assert read(tmp_path, API % (kind, of_api, route)).notes == notes


def test_an_unknown_parameter_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no parameter 'Stge'"):
        read(tmp_path, "Parameters: {Stage: {Type: String, Default: a}}\nResources: {}", Stge="x")


def test_names_of_functions_are_cut_as_cloudformation_does(tmp_path):
    (tmp_path / "template.yaml").write_text(
        "Resources:\n"
        "  Worker:\n"
        "    Type: AWS::Serverless::Function\n"
        "    Properties: {Handler: app.handler, Runtime: python3.12, InlineCode: x}\n",
        encoding="utf-8",
    )
    place = Place("eu-west-1", "123456789012", "http://127.0.0.1:1", "a-stack-" + "x" * 100)
    (function,) = read_stack(tmp_path / "template.yaml", place, parameters={}, made=tmp_path).functions
    assert len(function.name) == 64
    assert function.name.startswith("a-stack-xxx")
    assert function.name.endswith("x-Worker")
