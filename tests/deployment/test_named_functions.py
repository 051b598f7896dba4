"""Sources that name their function in one property: by a reference, an ARN, or what is set elsewhere."""

from __future__ import annotations

import pytest

from invocation_lint.deployment.model import Function, Trigger
from tests.deployment.reading import deployed_by, one

FUNCTION = """
    Resources:
      Worker: {Type: AWS::Lambda::Function, Properties: {FunctionName: shop-worker, Handler: a.b, Runtime: python3.12}}
      Where: {Type: AWS::SSM::Parameter, Properties: {Name: /shop/worker/arn, Type: String, Value: !GetAtt Worker.Arn}}
    Outputs:
      Arn: {Value: !GetAtt Worker.Arn, Export: {Name: shop-worker-arn}}
"""
API = """
    Parameters:
      Told: {Type: "AWS::SSM::Parameter::Value<String>", Default: /shop/worker/arn}
      Untold: {Type: "AWS::SSM::Parameter::Value<String>"}
      Other: {Type: String}
    Resources:
      Api: {Type: AWS::AppSync::GraphQLApi, Properties: {Name: shop}}
      Source:
        Type: TYPE
        Properties: PROPERTIES
"""
APPSYNC = "{ApiId: !GetAtt Api.ApiId, Type: AWS_LAMBDA, LambdaConfig: {LambdaFunctionArn: ARN}}"
ARNS = {
    "an ARN": ("!Sub 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:shop-worker'", True),
    "an ARN of another account": ("arn:aws:lambda:eu-west-1:123456789012:function:shop-worker", True),
    "an export": ("!ImportValue shop-worker-arn", True),
    "Systems Manager": ("'{{resolve:ssm:/shop/worker/arn}}'", True),
    "a parameter that is read there": ("!Ref Told", True),
    "one that is given at deployment": ("!Ref Untold", False),
    "a parameter": ("!Ref Other", False),
    "another function": ("arn:aws:lambda:eu-west-1:123456789012:function:other", False),
}


@pytest.mark.parametrize(("arn", "is_meant"), ARNS.values(), ids=ARNS)
def test_how_the_function_of_a_graphql_api_is_named(arn: str, is_meant: bool) -> None:
    text = API.replace("TYPE", "AWS::AppSync::DataSource").replace("PROPERTIES", APPSYNC.replace("ARN", arn))
    deployed = deployed_by({"api.yaml": text, "work.yaml": FUNCTION})
    worker = one(deployed, Function, "Worker")
    assert [trigger.kind for trigger in deployed.triggers_of(worker)] == ["service"] * is_meant


SOURCES = {
    "logs": ("AWS::Logs::SubscriptionFilter", "{LogGroupName: a, DestinationArn: IT}"),
    "rotation": ("AWS::SecretsManager::RotationSchedule", "{SecretId: a, RotationLambdaARN: IT}"),
    "authorizer": (
        "AWS::ApiGateway::Authorizer",
        "{AuthorizerUri: !Sub ['arn:aws:apigateway:${AWS::Region}:lambda:path/x/functions/${W}/invocations', {W: IT}]}",
    ),
    "config": ("AWS::Config::ConfigRule", "{Source: {Owner: CUSTOM_LAMBDA, SourceIdentifier: IT}}"),
}


@pytest.mark.parametrize(("type", "properties"), SOURCES.values(), ids=SOURCES)
def test_others_that_name_a_function(type: str, properties: str) -> None:
    text = API.replace("TYPE", type).replace("PROPERTIES", properties.replace("IT", "!ImportValue shop-worker-arn"))
    deployed = deployed_by({"api.yaml": text, "work.yaml": FUNCTION})
    assert len(deployed.triggers_of(one(deployed, Function, "Worker"))) == 1


def test_a_source_without_a_function_invokes_none() -> None:
    source = "{ApiId: !GetAtt Api.ApiId, Type: AMAZON_DYNAMODB, ServiceRoleArn: !ImportValue shop-worker-arn}"
    text = API.replace("TYPE", "AWS::AppSync::DataSource").replace("PROPERTIES", source)
    assert not list(deployed_by({"api.yaml": text, "work.yaml": FUNCTION}).all(Trigger))


def test_a_stack_that_gives_a_name_in_systems_manager_gives_no_value() -> None:
    stack = "{TemplateURL: api.yaml, Parameters: {Untold: /shop/worker/arn}}"
    root = f"Resources: {{App: {{Type: AWS::CloudFormation::Stack, Properties: {stack}}}}}\n"
    text = API.replace("TYPE", "AWS::AppSync::DataSource").replace("PROPERTIES", APPSYNC.replace("ARN", "!Ref Untold"))
    deployed = deployed_by({"root.yaml": root, "api.yaml": text, "work.yaml": FUNCTION})
    assert not deployed.triggers_of(one(deployed, Function, "Worker"))


INCLUDING = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Worker: {Type: AWS::Serverless::Function, Properties: {Handler: a.b}}
      Api:
        Type: TYPE
        Properties: {KEY: {Fn::Transform: {Name: NAME, Parameters: {Location: WHERE}}}}
"""
PATHS = """
    openapi: 3.0.1
    paths:
      /work:
        post:
          x-amazon-apigateway-integration:
            type: aws_proxy
            uri: {Fn::Sub: "arn:aws:apigateway:${AWS::Region}:lambda:path/x/functions/${Worker.Arn}/invocations"}
"""


@pytest.mark.parametrize(
    ("type", "key", "name", "where", "is_read"),
    [
        ("AWS::Serverless::HttpApi", "DefinitionBody", "AWS::Include", "api.yaml", True),
        ("AWS::Serverless::Api", "DefinitionBody", "AWS::Include", "./api.yaml", True),
        ("AWS::ApiGateway::RestApi", "Body", "AWS::Include", "api.yaml", True),
        ("AWS::Serverless::Api", "DefinitionBody", "AWS::Include", "s3://bucket/api.yaml", False),
        ("AWS::Serverless::Api", "DefinitionBody", "AWS::Include", "gone.yaml", False),
        ("AWS::Serverless::Api", "DefinitionBody", "MyMacro", "api.yaml", False),
    ],
)
def test_a_definition_that_is_included(type: str, key: str, name: str, where: str, is_read: bool) -> None:
    text = INCLUDING.replace("TYPE", type).replace("KEY", key).replace("NAME", name).replace("WHERE", where)
    deployed = deployed_by({"template.yaml": text, "api.yaml": PATHS})
    assert len(deployed.triggers_of(one(deployed, Function, "Worker"))) == is_read


def test_what_includes_itself_ends() -> None:
    text = INCLUDING.replace("TYPE", "AWS::Serverless::Api").replace("KEY", "DefinitionBody")
    text = text.replace("NAME", "AWS::Include").replace("WHERE", "api.yaml")
    again = "a: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: api.yaml}}}"
    assert not deployed_by({"template.yaml": text, "api.yaml": again}).templates["/project/template.yaml"].problems
