"""Rules, topics and buckets that invoke a function, and whether a template lets them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from invocation_lint.facts.base import Unknown
from invocation_lint.facts.building.templates.facts_at import facts_of_template
from invocation_lint.facts.deployed.trigger import Trigger
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration

CLOUDFORMATION = """\
Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: worker
      Code: {S3Bucket: artifacts, S3Key: worker.zip}
      Handler: app.handler
      Runtime: python3.12
      Role: arn:aws:iam::123456789012:role/worker
  Orders:
    Type: AWS::Events::Rule
    Properties: {EventPattern: {source: [shop]}, Targets: [{Id: worker, Arn: !GetAtt Worker.Arn}]}
"""
TERRAFORM = """\
resource "aws_lambda_function" "worker" {
  function_name = "worker"
  filename      = "worker.zip"
  handler       = "app.handler"
  runtime       = "python3.12"
  role          = "arn:aws:iam::123456789012:role/worker"
}
resource "aws_sns_topic" "news" {}
resource "aws_sns_topic_subscription" "worker" {
  topic_arn = aws_sns_topic.news.arn
  protocol  = "lambda"
  endpoint  = aws_lambda_function.worker.arn
}
"""


def trigger(folder: Path, text: str, name: str = "template.yaml", **files: str) -> Trigger:
    """The only trigger of a template, in a project with these files."""
    (folder / ".git").mkdir(exist_ok=True)
    for other, content in {name: text, **files}.items():
        (folder / other).write_text(content)
    programs = Project(Configuration()).programs
    assert programs is not None
    path = folder / name
    programs.note([(name, path, None)])
    sites = facts_of_template(path, name, text.encode(), programs.program(path), {"trigger"})
    (found,) = (fact.data for site in sites for fact in site)
    assert isinstance(found, Trigger)
    return found


def permission(function: str, principal: str = "events.amazonaws.com") -> str:
    return CLOUDFORMATION + (
        f"  May:\n    Type: AWS::Lambda::Permission\n    Properties:\n      FunctionName: {function}\n"
        f"      Action: lambda:InvokeFunction\n      Principal: {principal}\n"
    )


def test_nothing_gives_it(tmp_path: Path) -> None:
    found = trigger(tmp_path, CLOUDFORMATION)
    assert (found.source, found.service, found.function, found.permission) == (
        "rule",
        "events.amazonaws.com",
        "Worker",
        "missing",
    )


@pytest.mark.parametrize(
    ("function", "principal", "expected"),
    [
        ("!Ref Worker", "events.amazonaws.com", "found"),
        ("!GetAtt Worker.Arn", "events.amazonaws.com", "found"),
        ("worker", "events.amazonaws.com", "found"),
        ("!Sub arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:worker", "events.amazonaws.com", "found"),
        ("!Ref Worker", "!Sub events.${AWS::URLSuffix}", "found"),
        ("!Ref Worker", "'*'", "found"),
        ("!Ref Worker", "s3.amazonaws.com", "missing"),
        ("other", "s3.amazonaws.com", "missing"),
        ("!Ref Worker", "!Ref Principal", None),
        ("!ImportValue other", "events.amazonaws.com", None),
    ],
)
def test_what_a_permission_says(tmp_path: Path, function: str, principal: str, expected: str | None) -> None:
    found = trigger(tmp_path, permission(function, principal)).permission
    assert found == expected if expected is not None else isinstance(found, Unknown)


def test_a_permission_in_another_template(tmp_path: Path) -> None:
    other = permission("worker").partition("  May:")[2]
    assert trigger(tmp_path, CLOUDFORMATION, **{"may.yaml": f"Resources:\n  May:{other}"}).permission == "found"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("deploy.sh", "aws lambda add-permission --function-name worker\n"),
        ("deploy.py", 'client.add_permission(FunctionName="worker")\n'),
        ("deploy.js", "await client.send(new AddPermissionCommand({}))\n"),
    ],
)
def test_a_script_may_give_it(tmp_path: Path, name: str, text: str) -> None:
    assert isinstance(trigger(tmp_path, CLOUDFORMATION, **{name: text}).permission, Unknown)


def test_terraform(tmp_path: Path) -> None:
    given = dedent("""\
        resource "aws_lambda_permission" "news" {
          action        = "lambda:InvokeFunction"
          function_name = aws_lambda_function.worker.function_name
          principal     = "sns.amazonaws.com"
        }
        """)
    assert trigger(tmp_path, TERRAFORM, "main.tf").permission == "missing"
    assert trigger(tmp_path, TERRAFORM + given, "main.tf").permission == "found"


def test_a_permission_for_each_of_several_functions(tmp_path: Path) -> None:
    given = dedent("""\
        resource "aws_lambda_permission" "news" {
          for_each      = toset(var.functions)
          action        = "lambda:InvokeFunction"
          function_name = each.value
          principal     = "sns.amazonaws.com"
        }
        """)
    assert isinstance(trigger(tmp_path, TERRAFORM + given, "main.tf").permission, Unknown)
