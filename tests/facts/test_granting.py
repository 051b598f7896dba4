"""Whether the role of a handler allows the invocation that it makes."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Unknown
from invocation_lint.facts.invocation import Permission
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration
from invocation_lint.source.parsing.tree import parse

HEAD = 'import os\n\nimport boto3\n\nclient = boto3.client("lambda")\n\n\ndef handler(event, context):\n'
CALL = '    client.invoke(FunctionName=os.environ["MAIL"], InvocationType="Event", Payload=b"{}")\n'
SELF = '    client.invoke(FunctionName=context.function_name, InvocationType="Event", Payload=b"{}")\n'
SAM = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Mail:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: shop-mail, CodeUri: s3://artifacts/mail.zip, Handler: mail.handler, Runtime: python3.12}
  Shop:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Runtime: python3.12
      Environment: {Variables: {MAIL: !Ref Mail}}
"""


def permission(folder: Path, template: str, code: str = HEAD + CALL, name: str = "template.yaml") -> Permission | None:
    """What is known of whether `app.py` may invoke what it invokes."""
    (folder / ".git").mkdir(exist_ok=True)
    app = folder / "app.py"
    app.write_text(code)
    (folder / name).write_text(template)
    programs = Project(Configuration()).programs
    assert programs is not None
    programs.note([("app.py", app, None)])
    told = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions(), programs.program(app), app)
    (found,) = (fact.data.permission for fact in told.facts if fact.kind == "invocation")
    assert found is None or isinstance(found, Permission)
    return found


def granted(folder: Path, template: str, code: str = HEAD + CALL, name: str = "template.yaml") -> object:
    found = permission(folder, template, code, name)
    assert found is not None
    return "unknown" if isinstance(found.granted, Unknown) else found.granted


def test_whose_role_and_what_it_invokes(tmp_path: Path) -> None:
    found = permission(tmp_path, SAM)
    assert found == Permission("no", "Shop", "Mail")


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ("[LambdaInvokePolicy: {FunctionName: !Ref Mail}]", "yes"),
        ("[LambdaInvokePolicy: {FunctionName: shop-mail}]", "yes"),
        ("[LambdaInvokePolicy: {FunctionName: shop-*}]", "yes"),
        ("[LambdaInvokePolicy: {FunctionName: !Ref Shop}]", "no"),
        ("[LambdaInvokePolicy: {FunctionName: other}]", "no"),
        ("[LambdaInvokePolicy: {FunctionName: !Ref Parameter}]", "unknown"),
        ("[AWSLambdaBasicExecutionRole]", "no"),
        ("[arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess]", "no"),
        ("[AWSLambdaRole]", "unknown"),
        ("[!Ref Policy]", "unknown"),
        ("[DynamoDBCrudPolicy: {TableName: orders}]", "no"),
        ("[Statement: [{Effect: Allow, Action: 'lambda:*', Resource: '*'}]]", "yes"),
        ("[Statement: [{Effect: Allow, Action: [s3:GetObject, lambda:Invoke*], Resource: !GetAtt Mail.Arn}]]", "yes"),
        ("[Statement: [{Effect: Allow, Action: lambda:InvokeFunction, Resource: !Sub '${Mail.Arn}:*'}]]", "yes"),
        ("[Statement: [{Effect: Allow, Action: lambda:InvokeFunction, Resource: 'arn:aws:s3:::orders'}]]", "no"),
        ("[Statement: [{Effect: Allow, Action: lambda:InvokeAsync, Resource: '*'}]]", "no"),
        ("[Statement: [{Effect: Allow, Action: lambda:GetFunction, Resource: '*'}]]", "no"),
        ("[Statement: [{Effect: Allow, NotAction: iam:*, Resource: '*'}]]", "unknown"),
        ("[Statement: [{Effect: Allow, Action: lambda:InvokeFunction, NotResource: 'arn:aws:s3:::a'}]]", "unknown"),
        ("[Statement: [{Effect: Allow, Action: 'lambda:*', Resource: '*', Condition: {Bool: {a: b}}}]]", "unknown"),
        ("[Statement: [{Effect: Deny, Action: 'lambda:*', Resource: '*'}]]", "no"),
        ("[!If [Guarded, {LambdaInvokePolicy: {FunctionName: !Ref Mail}}, !Ref AWS::NoValue]]", "yes"),
        ("!Ref Policies", "unknown"),
    ],
)
def test_the_policies_of_sam(tmp_path: Path, policies: str, expected: str) -> None:
    assert granted(tmp_path, SAM + f"      Policies: {policies}\n") == expected


MAY = """\
May:
  Type: AWS::Lambda::Permission
  Properties: {FunctionName: !Ref Mail, Action: lambda:InvokeFunction, Principal: "%s"}
"""
POLICY = """\
All:
  Type: AWS::IAM::Policy
  Properties:
    Roles: [%s]
    PolicyDocument: {Statement: [{Effect: Allow, Action: "%s", Resource: "*"}]}
"""
CONNECTOR = """\
Call:
  Type: AWS::Serverless::Connector
  Properties: {Source: {Id: Shop}, Destination: {Id: Mail}}
"""


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (CONNECTOR, "unknown"),
        (MAY % "123456789012", "unknown"),
        (MAY % "s3.amazonaws.com", "no"),
        (POLICY % ("!Ref ShopRole", "lambda:*"), "yes"),
        (POLICY % ("some-role", "lambda:*"), "unknown"),
        (POLICY % ("some-role", "s3:*"), "no"),
    ],
)
def test_what_stands_beside(tmp_path: Path, more: str, expected: str) -> None:
    assert granted(tmp_path, SAM + indent(more, "  ") + "\n") == expected


def test_a_role_that_is_made_elsewhere(tmp_path: Path) -> None:
    assert granted(tmp_path, SAM + "      Role: !ImportValue shop-role\n") == "unknown"


def test_itself(tmp_path: Path) -> None:
    assert permission(tmp_path, SAM, HEAD + SELF) == Permission("no", "Shop", "itself")
    may = SAM + '      Policies: [LambdaInvokePolicy: {FunctionName: !Sub "${AWS::StackName}-Shop-*"}]\n'
    assert granted(tmp_path, may, HEAD + SELF) == "unknown"


@pytest.mark.parametrize(
    "code",
    [
        HEAD.replace('"lambda")', '"lambda", aws_access_key_id=KEY)') + CALL,
        HEAD.replace('"lambda")', '"lambda", endpoint_url=URL)') + CALL,
        HEAD.replace("MAIL", "OTHER").replace("handler", "job") + CALL,
        HEAD + CALL.replace('os.environ["MAIL"]', '"other-stack"'),
    ],
)
def test_nothing_is_told(tmp_path: Path, code: str) -> None:
    assert permission(tmp_path, SAM, code) is None


SERVERLESS = """\
service: shop
provider:
  name: aws
  runtime: python3.12
  iam: {role: {statements: [%s]}}
functions:
  shop: {handler: app.handler, environment: {MAIL: shop-dev-mail}}
  mail: {handler: mail.handler, name: shop-dev-mail}
"""


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("{Effect: Allow, Action: 's3:*', Resource: '*'}", "no"),
        ("{Effect: Allow, Action: [lambda:InvokeFunction], Resource: '*'}", "yes"),
        ("{Effect: Allow, Action: lambda:InvokeFunction, Resource: 'arn:aws:lambda:eu-west-1:1:function:other'}", "no"),
        ("'${file(roles.yml)}'", "unknown"),
    ],
)
def test_a_serverless_yml(tmp_path: Path, statement: str, expected: str) -> None:
    assert granted(tmp_path, SERVERLESS % statement, name="serverless.yml") == expected


TERRAFORM = """\
resource "aws_iam_role" "shop" {
  name               = "shop"
  assume_role_policy = "{}"
}
resource "aws_lambda_function" "mail" {
  function_name = "mail"
  filename      = "mail.zip"
  handler       = "mail.handler"
  runtime       = "python3.12"
  role          = "arn:aws:iam::123456789012:role/mail"
}
resource "aws_lambda_function" "shop" {
  function_name = "shop"
  filename      = "app.zip"
  handler       = "app.handler"
  runtime       = "python3.12"
  role          = aws_iam_role.shop.arn
  environment {
    variables = { MAIL = aws_lambda_function.mail.function_name }
  }
}
"""
ROLE_POLICY = """\
resource "aws_iam_role_policy" "shop" {
  role   = aws_iam_role.shop.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "%s", Resource = "*" }] })
}
"""
ATTACHED = """\
resource "aws_iam_role_policy_attachment" "shop" {
  role       = aws_iam_role.shop.name
  policy_arn = "%s"
}
"""


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", "no"),
        (ROLE_POLICY % "s3:GetObject", "no"),
        (ROLE_POLICY % "lambda:InvokeFunction", "yes"),
        (ATTACHED % "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", "no"),
        (ATTACHED % "arn:aws:iam::123456789012:policy/shop", "unknown"),
        ((ATTACHED % "arn:aws:iam::123456789012:policy/a").replace("aws_iam_role.shop.name", "var.role"), "unknown"),
    ],
)
def test_terraform(tmp_path: Path, more: str, expected: str) -> None:
    assert granted(tmp_path, TERRAFORM + more, name="main.tf") == expected
