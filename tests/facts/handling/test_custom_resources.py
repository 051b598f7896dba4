"""Whether a custom resource answers when what it does first fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration
from invocation_lint.source.parsing.tree import parse

CODE = """\
import boto3
import cfnresponse
import psycopg2

ssm = boto3.client("ssm")


def handler(event, context):
    BEFORE
    try:
        if event["RequestType"] == "Create":
            ssm.put_parameter(Name="a", Value=event["ResourceProperties"]["Value"])
        cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, "a")
    except Exception as error:
        cfnresponse.send(event, context, cfnresponse.FAILED, {"Error": str(error)}, "a")
"""


def work(before: str) -> tuple[object, object]:
    code = CODE.replace("BEFORE", before.replace("\n", "\n    "))
    told = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions())
    (found,) = (fact.data for fact in told.facts if fact.kind == "custom_resource")
    return found.error_answered, found.work


@pytest.mark.parametrize(
    ("before", "called"),
    [
        ('connection = psycopg2.connect(host=event["ResourceProperties"]["Host"])', "psycopg2.connect"),
        ('value = ssm.get_parameter(Name="a")', "ssm.get_parameter"),
        (
            'if event["RequestType"] == "Delete":\n    ssm.delete_parameter(Name="a")\n    return',
            "ssm.delete_parameter",
        ),
        ('boto3.client("s3").create_bucket(Bucket="a")', "s3.create_bucket"),
        ('boto3.resource("dynamodb").Table("a").put_item(Item={})', "a.put_item"),
        ('boto3.Session().client("iam").create_role(RoleName="a")', "iam.create_role"),
        ('make_client(kind).delete_role(RoleName="a")', "delete_role"),
        ('table = boto3.resource("dynamodb").Table("a")\nrow = table.get_item(Key={"id": "a"})', "table.get_item"),
    ],
)
def test_what_comes_before_the_clause_is_not_answered(before: str, called: str) -> None:
    assert work(before) == ("no", called)


@pytest.mark.parametrize(
    "before",
    [
        'client = boto3.client("iam")',
        'client = boto3.Session().client("iam")',
        'table = boto3.resource("dynamodb").Table("a")',
        'bucket = boto3.Session().resource("s3").Bucket("a")',
        'pages = ssm.get_paginator("describe_parameters")',
        "print(event)",
        'try:\n    ssm.get_parameter(Name="a")\nexcept Exception:\n    print("none")',
        'name = event["LogicalResourceId"].lower()',
        'later = lambda: ssm.get_parameter(Name="a")',
    ],
)
def test_what_cannot_fail_there_is_answered(before: str) -> None:
    assert work(before)[0] == "yes"


def test_what_comes_after_it_has_been_answered() -> None:
    after = CODE.replace("    BEFORE\n", "") + '    ssm.get_parameter(Name="a")\n'
    told = facts_of(parse(after.encode(), "app.py"), ContractBook(), AnalysisOptions())
    assert [fact.data.error_answered for fact in told.facts if fact.kind == "custom_resource"] == ["yes"]


STACK = """\
from aws_cdk import App, CustomResource, Stack, aws_lambda as lambda_, custom_resources

stack = Stack(App(), "Shop")
function = lambda_.Function(
    stack, "Setup", runtime=lambda_.Runtime.PYTHON_3_12, handler="app.handler", code=lambda_.Code.from_asset(".")
)
provider = custom_resources.Provider(stack, "Provider", on_event_handler=function)
CustomResource(stack, "Resource", service_token=TOKEN)
"""


@pytest.mark.parametrize(
    ("token", "framework"), [("provider.service_token", "provider"), ("function.function_arn", "raw")]
)
def test_the_provider_framework_answers_for_it(tmp_path: Path, token: str, framework: str) -> None:
    (tmp_path / ".git").mkdir()
    stack = STACK.replace("TOKEN", token)
    if framework == "raw":
        stack = stack.replace(
            'provider = custom_resources.Provider(stack, "Provider", on_event_handler=function)\n', ""
        )
    (tmp_path / "stack.py").write_text(stack)
    code = CODE.replace("    BEFORE\n", "").replace("    except Exception as error:", "    except KeyError as error:")
    app = tmp_path / "app.py"
    app.write_text(code)
    programs = Project(Configuration()).programs
    assert programs is not None
    programs.note([("app.py", app, None)])
    told = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions(), programs.program(app), app)
    assert [fact.data.framework for fact in told.facts if fact.kind == "custom_resource"] == [framework]


MATCHING = """\
import boto3
import cfnresponse

s3 = boto3.client("s3")


def handler(event, context):
    match event["RequestType"]:
        case "Create" | "Update":
            s3.create_bucket(Bucket="a")
        case CASE:
            s3.delete_bucket(Bucket="a")
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {})
"""


@pytest.mark.parametrize(("case", "does"), [('"Delete"', "undoes"), ('"Create" | "Delete"', None), ("_", None)])
def test_what_delete_does_in_a_match(case: str, does: str | None) -> None:
    told = facts_of(parse(MATCHING.replace("CASE", case).encode(), "app.py"), ContractBook(), AnalysisOptions())
    assert [fact.data.delete_does for fact in told.facts if fact.kind == "custom_resource"] == [does]
