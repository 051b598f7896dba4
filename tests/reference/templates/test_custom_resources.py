"""Custom resources of a stack: their function is told of Create, and the stack gets what it responds."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from invocation_lint.reference import LambdaService
from invocation_lint.reference.templates.content import Stack
from invocation_lint.reference.templates.custom_resources import CustomResource, in_order, token
from invocation_lint.reference.templates.names import Place
from invocation_lint.reference.templates.serving import serve_stack
from invocation_lint.reference.templates.stack import read_stack

CODE = """
import json, os, urllib.request


def respond(event, **answer):
    held = {"PhysicalResourceId": "made-1", **{k: event[k] for k in ("StackId", "RequestId", "LogicalResourceId")}}
    body = json.dumps({**held, **answer}).encode()
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], body, {"Content-Type": ""}, method="PUT"))


def make(event, context):
    respond(event, Status="SUCCESS", Data={"Address": "db-1", "Event": json.dumps(event)})


def make_after(event, context):
    respond(event, Status="SUCCESS", Data={"Address": event["ResourceProperties"]["Behind"] + "/behind"})


def refuse(event, context):
    respond(event, Status="FAILED", Reason="no room")


def raise_error(event, context):
    raise ValueError("not answered")


def show(event, context):
    return dict(os.environ)
"""
HEAD = "Globals: {Function: {Runtime: python3.12, CodeUri: src, Timeout: 20}}\nResources:\n"


def function(name: str, handler: str, environment: str = "{}") -> str:
    properties = f"{{FunctionName: {name}, Handler: app.{handler}, Environment: {{Variables: {environment}}}}}"
    return f"  {name}: {{Type: AWS::Serverless::Function, Properties: {properties}}}\n"


def custom(name: str, function: str, more: str = "") -> str:
    properties = f"{{ServiceToken: !GetAtt {function}.Arn{more}}}"
    return f"  {name}: {{Type: Custom::{name}, Properties: {properties}}}\n"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Callable[[str], tuple[Stack, Callable[[str], Any]]]]:
    """`served(template)`: the stack, and a function that invokes one of its functions by name."""
    with LambdaService() as service:

        def serve(template: str) -> tuple[Stack, Callable[[str], Any]]:
            (tmp_path / "src").mkdir()
            (tmp_path / "src" / "app.py").write_text(textwrap.dedent(CODE))
            (tmp_path / "template.yaml").write_text(template)
            place = Place(service.region, service.account, service.endpoint_url, "shop")
            stack = read_stack(tmp_path / "template.yaml", place, parameters={}, made=tmp_path / "made")
            serve_stack(stack, service)

            def invoke(name: str) -> Any:
                return json.load(service.shared_client("lambda").invoke(FunctionName=name)["Payload"])

            return stack, invoke

        yield serve


def test_what_the_function_responds_is_what_ref_and_getatt_give(served: Any) -> None:
    template = HEAD + function("maker", "make") + custom("Database", "maker", ", Size: 3, Public: true")
    template += function("shower", "show", "{WHERE: !GetAtt Database.Address, WHICH: !Sub 'id ${Database}'}")
    template += "  Box: {Type: AWS::SSM::Parameter, Properties: {Name: /box, Type: String, Value: !Ref Database}}\n"
    stack, invoke = served(template)
    seen = invoke("shower")
    assert (seen["WHERE"], seen["WHICH"]) == ("db-1", "id made-1")
    assert stack.made["Database"] == ("Custom::Database", "made-1")
    assert stack.notes == []


def test_the_event_is_cloudformations(served: Any) -> None:
    template = HEAD + function("maker", "make") + custom("Database", "maker", ", Size: 3, Public: true")
    template += function("shower", "show", "{EVENT: !GetAtt Database.Event}")
    _, invoke = served(template)
    event = json.loads(invoke("shower")["EVENT"])
    assert event.pop("ResponseURL").startswith("http://127.0.0.1:")
    assert event.pop("RequestId")
    arn = "arn:aws:lambda:us-east-1:123456789012:function:maker"
    assert event == {
        "RequestType": "Create",
        "ServiceToken": arn,
        "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/local",
        "LogicalResourceId": "Database",
        "ResourceType": "Custom::Database",
        "ResourceProperties": {"ServiceToken": arn, "Size": "3", "Public": "true"},
    }


def test_one_that_waits_for_another_comes_after_it(served: Any) -> None:
    template = HEAD + custom("Second", "after", ", Behind: !GetAtt First.Address") + custom("First", "maker")
    template += function("maker", "make") + function("after", "make_after")
    template += function("shower", "show", "{WHERE: !GetAtt Second.Address}")
    _, invoke = served(template)
    assert invoke("shower")["WHERE"] == "db-1/behind"


@pytest.mark.parametrize(
    ("handler", "note"),
    [
        ("refuse", "Database: Custom::Database failed: no room"),
        (
            "raise_error",
            "Database: Custom::Database failed: maker ended without a response, for which CloudFormation waits an hour",
        ),
    ],
)
def test_one_that_fails_is_noted_and_the_rest_is_served(served: Any, handler: str, note: str) -> None:
    template = HEAD + function("maker", handler) + custom("Database", "maker")
    template += function("shower", "show", "{WHERE: !GetAtt Database.Address}")
    stack, invoke = served(template)
    assert stack.notes == [note]
    assert invoke("shower")["WHERE"] == "Database.Address"
    assert "Database" not in stack.made


def test_one_of_a_function_elsewhere_is_noted(served: Any) -> None:
    template = HEAD + function("shower", "show", "{WHERE: !GetAtt Database.Address}")
    template += "  Database: {Type: AWS::CloudFormation::CustomResource, Properties: {ServiceToken: 'arn:x'}}\n"
    stack, invoke = served(template)
    assert stack.notes == ["Database: AWS::CloudFormation::CustomResource is not served, nor is its function"]
    assert invoke("shower")["WHERE"] == "Database.Address"


def test_inline_code_has_the_module_that_lambda_puts_beside_it(served: Any) -> None:
    code = """
import cfnresponse

def handler(event, context):
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Address": "db-2"}, "made-2")
"""
    inline = {"Runtime": "python3.12", "Handler": "index.handler", "Code": {"ZipFile": code}, "FunctionName": "maker"}
    template = HEAD + f"  maker: {{Type: AWS::Lambda::Function, Properties: {json.dumps(inline)}}}\n"
    template += custom("Database", "maker") + function("shower", "show", "{WHERE: !GetAtt Database.Address}")
    stack, invoke = served(template)
    assert (invoke("shower")["WHERE"], stack.made["Database"][1]) == ("db-2", "made-2")


def test_those_that_wait_for_each_other_come_once() -> None:
    a = CustomResource("shop", "A", "Custom::A", "", {"b": [{"of": token("shop", "B", "Id")}]})
    b = CustomResource("shop", "B", "Custom::B", "", {"a": token("shop", "A")})
    assert in_order([a, b]) == [a, b]
