"""`invocation-lint links` where nothing tells the function or its code surely: what is suggested is never certain."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from click.testing import CliRunner

from invocation_lint.cli.group import cli
from invocation_lint.facts.building.links.words import likeness, words_of
from tests.command import run_lint

SENDER = """
    import json
    import os
    import boto3

    client = boto3.client("lambda")

    def handler(event, context):
        client.invoke(FunctionName=NAME, Payload=json.dumps({"other": 1}))
"""
WORKER = """
    def handler(event, context):
        return event["order"]
"""
TEMPLATE = """
    Transform: AWS::Serverless-2016-10-31
    Globals: {Function: {Runtime: python3.12}}
    Parameters: {Target: {Type: String}}
    Resources:
      Sender:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: sender/
          Handler: app.handler
          Environment: {Variables: {OTHER: !Ref Target}}
          Policies: [POLICY]
      Worker:
        Type: AWS::Serverless::Function
        Properties: {FunctionName: price-orders, CodeUri: worker/, Handler: work.handler}
      Reporter:
        Type: AWS::Serverless::Function
        Properties: {CodeUri: reporter/, Handler: work.handler}
"""
POLICY = "{LambdaInvokePolicy: {FunctionName: !Ref Worker}}"


def links(folder: Path, files: dict[str, str]) -> list[dict[str, Any]]:
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(dedent(text))
    (folder / ".git").mkdir()
    shown = CliRunner().invoke(cli, ["links", "--format", "json", str(folder)], catch_exceptions=False).output
    found: list[dict[str, Any]] = json.loads(shown)["links"]
    return found


def targets(link: dict[str, Any]) -> list[str]:
    return sorted(one["handler"]["path"].split("/")[-2] for one in link["targets"] if one["handler"])


def project(name: str, more: dict[str, str] | None = None, policy: str = "") -> dict[str, str]:
    return {
        "sender/app.py": SENDER.replace("NAME", name),
        "worker/work.py": WORKER,
        "reporter/work.py": WORKER,
        "template.yaml": TEMPLATE.replace("[POLICY]", f"[{policy}]"),
        **(more or {}),
    }


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ('os.environ["WORKER_LAMBDA_ARN"]', "no template sets WORKER_LAMBDA_ARN; suggested by its name"),
        ('os.environ["PRICE_ORDERS"]', "no template sets PRICE_ORDERS; suggested by its name"),
        ('"acme-prod-worker"', "no template names acme-prod-worker; suggested by its name"),
        ("f\"{os.environ['STAGE']}-acme-worker\"", "no template defines such a name; suggested by its name"),
        ("settings.worker_function", "its name is unknown; suggested by its name"),
    ],
)
def test_a_name_suggests_a_function(tmp_path: Path, name: str, reason: str) -> None:
    files = project(name.replace("settings.", "event.settings."))
    (link,) = links(tmp_path, files)
    assert (targets(link), link["certain"], link["reason"]) == (["worker"], False, reason)
    assert link["contract"] is None and link["targets"][0]["contract"]["required"] == ["order"]


@pytest.mark.parametrize("name", ['event["name"]', 'os.environ["TARGET_ARN"]', '"billing"', 'os.environ["INVOICES"]'])
def test_a_name_that_suggests_none(tmp_path: Path, name: str) -> None:
    (link,) = links(tmp_path, project(name))
    assert link["targets"] == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".env.example", "X=1\nNEXT=price-orders\n"),
        ("deploy.sh", "export NEXT='price-orders'  # where they go\n"),
        ("docker-compose.yml", "services:\n  app:\n    environment:\n      - NEXT=price-orders\n"),
        (".github/workflows/deploy.yml", "env:\n  NEXT: price-orders\n"),
        ("config/dev.json", '{"Variables": {"NEXT": "arn:aws:lambda:eu-west-1:123456789012:function:price-orders"}}'),
        ("tests/test_app.py", 'def test_it(monkeypatch):\n    monkeypatch.setenv("NEXT", "price-orders")\n'),
        ("Makefile", "run:\n\tNEXT=price-orders python app.py\n"),
    ],
)
def test_another_file_says_what_a_variable_is(tmp_path: Path, path: str, text: str) -> None:
    (link,) = links(tmp_path, project('os.environ["NEXT"]', {path: text}))
    assert (targets(link), link["certain"]) == (["worker"], path == "")
    assert f"{path} has " in link["reason"] and link["reason"].endswith(" for NEXT")


@pytest.mark.parametrize(
    "text", ["NEXT=$OTHER", "NEXT=${OTHER}", "NEXT=", "# about NEXT: see the wiki", "MY_NEXT=price-orders"]
)
def test_another_file_that_does_not_say_it(tmp_path: Path, text: str) -> None:
    (link,) = links(tmp_path, project('os.environ["NEXT"]', {".env": f"{text}\n"}))
    assert link["targets"] == []


def test_a_role_says_what_may_be_invoked(tmp_path: Path) -> None:
    (link,) = links(tmp_path, project('event["name"]', policy=POLICY))
    assert (targets(link), link["certain"]) == (["worker"], False)
    assert link["reason"].endswith("suggested by what its role may invoke")


def test_a_role_that_may_invoke_all_says_nothing(tmp_path: Path) -> None:
    policy = '{Statement: [{Effect: Allow, Action: "lambda:*", Resource: "*"}]}'
    (link,) = links(tmp_path, project('event["name"]', policy=policy))
    assert link["targets"] == []


def test_a_caller_that_names_the_function_comes_first(tmp_path: Path) -> None:
    sender = """
        import os
        import boto3

        def send(worker_function):
            boto3.client("lambda").invoke(FunctionName=worker_function)

        def handler(event, context):
            send("price-orders")
    """
    found = links(tmp_path, {**project(""), "sender/app.py": sender})
    assert [(one["call"]["line"], targets(one), one["certain"]) for one in found] == [(9, ["worker"], True)]


TERRAFORM = """
    variable "package" {}
    resource "aws_lambda_function" "prices" {
      function_name = "acme-orders-prices"
      filename      = var.package
      handler       = "handler.main"
      runtime       = "python3.12"
    }
    resource "aws_lambda_function" "orders" {
      function_name = "acme-orders-orders"
      filename      = var.package
      handler       = "handler.main"
      runtime       = "python3.12"
      environment { variables = { PRICES = aws_lambda_function.prices.function_name } }
    }
"""


def test_the_name_of_a_function_suggests_its_code(tmp_path: Path) -> None:
    handler = "def main(event, context):\n    return event['order']\n"
    sender = SENDER.replace("def handler", "def main").replace("NAME", 'os.environ["PRICES"]')
    files = {"infra/main.tf": TERRAFORM, "lambda/prices/handler.py": handler, "lambda/orders/handler.py": sender}
    (link,) = links(tmp_path, files)
    (target,) = link["targets"]
    assert (target["name"], target["handler"]["path"][-len("lambda/prices/handler.py") :], target["suggested"]) == (
        "acme-orders-prices",
        "lambda/prices/handler.py",
        True,
    )
    assert not link["certain"]
    # No rule rests on it: the field that the handler needs is not sent.
    assert "INV2" not in run_lint("check", "--output", "concise", "--no-cache", str(tmp_path), cwd=tmp_path).stdout


def test_code_that_no_name_tells(tmp_path: Path) -> None:
    handler = "def main(event, context):\n    return event['order']\n"
    sender = SENDER.replace("def handler", "def main").replace("NAME", 'os.environ["PRICES"]')
    others = dict.fromkeys(("lambda/a/handler.py", "lambda/b/handler.py"), handler)
    found = links(tmp_path, {"infra/main.tf": TERRAFORM, "lambda/orders/handler.py": sender, **others})
    assert [target["handler"] for link in found for target in link["targets"]] == [None]


ONE_OF = """
    import os
    import boto3

    def handler(event, context):
        known = {"a": os.environ["WORKER_ARN"], "b": os.environ["REPORTER_ARN"]}
        boto3.client("lambda").invoke(FunctionName=known.get(event["name"]))
"""
BY_HELPER = """
    import boto3

    FIRST = "acme-Worker"
    SECOND = "acme-Reporter"

    def send(name):
        boto3.client("lambda").invoke(FunctionName=name)

    def handler(event, context):
        send(FIRST)
        send(SECOND)
"""


def test_each_of_several_names_suggests_a_function(tmp_path: Path) -> None:
    (link,) = links(tmp_path, {**project(""), "sender/app.py": ONE_OF})
    assert (targets(link), link["certain"]) == (["reporter", "worker"], False)


def test_what_callers_give_a_helper_suggests_functions(tmp_path: Path) -> None:
    found = links(tmp_path, {**project(""), "sender/app.py": BY_HELPER})
    assert [(one["call"]["line"], targets(one), one["certain"]) for one in found] == [
        (11, ["worker"], False),
        (12, ["reporter"], False),
    ]


@pytest.mark.parametrize(("key", "expected"), [("WorkerFunctionArn", ["worker"]), ("Other", [])])
def test_an_output_that_a_script_looks_up_suggests_a_function(tmp_path: Path, key: str, expected: list[str]) -> None:
    script = """
        import boto3

        def name_of(stack):
            outputs = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
            return next(one["OutputValue"] for one in outputs if one["OutputKey"] == "KEY")

        def main(stack):
            boto3.client("lambda").invoke(FunctionName=name_of(stack))
    """
    files = project("")
    files["template.yaml"] = (
        dedent(files["template.yaml"]) + "Outputs: {WorkerFunctionArn: {Value: !GetAtt Worker.Arn}}\n"
    )
    (link,) = links(tmp_path, {**files, "sender/app.py": "", "scripts/run.py": script.replace("KEY", key)})
    assert (targets(link), link["certain"]) == (expected, False)


@pytest.mark.parametrize(
    ("name", "folder", "is_like"),
    [
        ("FactoryGraphQLClient", "graphql-client", True),
        ("TOKENVALIDATION_ARN", "token_validation", True),
        ("orders", "orders-archive", True),
        ("ORDERS_FUNCTION", "prices", False),
        ("LAMBDA_ARN", "lambda", False),
        ("OTP", "laptop-orders", False),
    ],
)
def test_names_that_are_alike(name: str, folder: str, is_like: bool) -> None:
    assert (likeness(words_of(name), words_of(folder)) > 0) == is_like


@pytest.mark.parametrize("made", ["app = Mangum(api)", "app: Handler = make()", "app = App(debug=True)"])
def test_a_handler_that_is_no_function_is_shown_where_it_is_made(tmp_path: Path, made: str) -> None:
    worker = f"from frames import *\n\n\n{made}\n"
    template = TEMPLATE.replace("[POLICY]", "[]").replace("work.handler", "work.app")
    (link,) = links(tmp_path, {**project('"price-orders"'), "worker/work.py": worker, "template.yaml": template})
    (target,) = link["targets"]
    assert (target["handler"]["function"], target["handler"]["line"], target["suggested"]) == ("app", 4, False)
    assert link["certain"] and link["contract"] is None


LISTING = """
    import json
    import os
    import boto3

    KNOWN = json.loads(os.environ["KNOWN"])

    def handler(event, context):
        boto3.client("lambda").invoke(FunctionName=KNOWN[event["kind"]])
"""


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("KNOWN", """!Sub '{"a": "${Worker.Arn}", "b": "${Reporter}"}'""", ["reporter", "worker"]),
        ("KNOWN", '!Join [",", [!Ref Worker, !Ref Reporter]]', ["reporter", "worker"]),
        ("OTHERS", """!Sub '{"a": "${Worker.Arn}"}'""", []),
    ],
)
def test_a_variable_that_lists_functions_suggests_them(
    tmp_path: Path, variable: str, value: str, expected: list[str]
) -> None:
    template = TEMPLATE.replace("[POLICY]", "[]").replace("OTHER: !Ref Target", f"{variable}: {value}")
    (link,) = links(tmp_path, {**project(""), "sender/app.py": LISTING, "template.yaml": template})
    assert (targets(link), link["certain"]) == (expected, False)


def test_a_helper_that_names_the_function_is_shown_once(tmp_path: Path) -> None:
    helper = """
        import json, os, boto3

        def send(payload):
            boto3.client("lambda").invoke(FunctionName=os.environ["WORKER_ARN"], Payload=json.dumps(payload))
    """
    caller = """
        from helper import send

        def handler(event, context):
            send({"a": 1})
            send({"b": 1})
    """
    files = {**project(""), "sender/app.py": caller, "sender/helper.py": helper}
    (link,) = links(tmp_path, files)
    assert (link["call"]["line"], targets(link), link["certain"]) == (5, ["worker"], False)
