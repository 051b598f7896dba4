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
from invocation_lint.reference.templates.serving import Deployment
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


def name(event, context):
    respond(event, Status="SUCCESS", PhysicalResourceId=event["ResourceProperties"]["Name"])


def refuse_update(event, context):
    if event["RequestType"] == "Update":
        respond(event, Status="FAILED", Reason="no change", PhysicalResourceId=event["PhysicalResourceId"])
    else:
        respond(event, Status="SUCCESS", Data={"Address": "db-1"})


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
        deployment = Deployment(service)

        def serve(template: str) -> tuple[Stack, Callable[[str], Any]]:
            (tmp_path / "src").mkdir(exist_ok=True)
            (tmp_path / "src" / "app.py").write_text(textwrap.dedent(CODE))
            (tmp_path / "template.yaml").write_text(template)
            place = Place(service.region, service.account, service.endpoint_url, "shop")
            stack = read_stack(tmp_path / "template.yaml", place, parameters={}, made=tmp_path / "made")
            deployment.serve(stack)

            def invoke(name: str) -> Any:
                return json.load(service.shared_client("lambda").invoke(FunctionName=name)["Payload"])

            return stack, invoke

        serve.deployment = deployment  # type: ignore[attr-defined]
        serve.service = service  # type: ignore[attr-defined]
        yield serve


def told(served: Any, name: str = "maker") -> list[tuple[str, str, str]]:
    """What the function was told: type of the request, logical and physical id."""
    events = [json.loads(run.payload) for run in served.service.executions(name)]
    return [(each["RequestType"], each["LogicalResourceId"], each.get("PhysicalResourceId", "")) for each in events]


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


def test_a_change_is_told_as_update(served: Any) -> None:
    before = HEAD + function("maker", "make")
    served(before + custom("Database", "maker", ", Size: 3, Public: true"))
    after = before + custom("Database", "maker", ", Size: 4")
    stack, invoke = served(after + function("shower", "show", "{EVENT: !GetAtt Database.Event}"))
    event = json.loads(invoke("shower")["EVENT"])
    assert (event["RequestType"], event["PhysicalResourceId"]) == ("Update", "made-1")
    arn = "arn:aws:lambda:us-east-1:123456789012:function:maker"
    assert event["ResourceProperties"] == {"ServiceToken": arn, "Size": "4"}
    assert event["OldResourceProperties"] == {"ServiceToken": arn, "Size": "3", "Public": "true"}
    assert stack.notes == []
    served(after)
    assert told(served) == [("Create", "Database", ""), ("Update", "Database", "made-1")]


def test_an_update_that_gives_another_physical_id_has_replaced_the_resource(served: Any) -> None:
    """The old one is deleted when all else is made, with the properties that it had."""
    before = HEAD + function("maker", "name") + function("shower", "show", "{WHICH: !Ref Database}")
    served(before + custom("Database", "maker", ", Name: one"))
    _, invoke = served(before + custom("Database", "maker", ", Name: two"))
    assert invoke("shower")["WHICH"] == "two"
    assert told(served) == [
        ("Create", "Database", ""),
        ("Update", "Database", "one"),
        ("Delete", "Database", "one"),
    ]
    last = json.loads(served.service.executions("maker")[-1].payload)
    assert last["ResourceProperties"]["Name"] == "one"
    assert served.deployment.end() == []
    assert told(served)[3:] == [("Delete", "Database", "two")]


def test_what_a_template_has_no_more_is_deleted(served: Any) -> None:
    before = HEAD + function("maker", "make")
    served(before + custom("First", "maker") + custom("Second", "maker", ", Behind: !Ref First"))
    served(before)
    assert told(served)[2:] == [("Delete", "Second", "made-1"), ("Delete", "First", "made-1")]
    served(HEAD + function("other", "make"))
    assert [each.function.name for each in served.service.functions()] == ["other"]


def test_in_the_end_all_are_deleted_the_last_first(served: Any) -> None:
    kept = custom("Kept", "maker").replace("Type:", "DeletionPolicy: Retain, Type:")
    template = HEAD + function("maker", "make") + function("breaker", "refuse_update") + kept
    served(template + custom("First", "maker") + custom("Second", "maker", ", Behind: !Ref First"))
    assert served.deployment.end() == []
    assert told(served)[3:] == [("Delete", "Second", "made-1"), ("Delete", "First", "made-1")]
    assert served.deployment.end() == []
    assert len(told(served)) == 5


def test_an_update_that_fails_leaves_the_resource_as_it_was(served: Any) -> None:
    before = HEAD + function("maker", "refuse_update") + function("shower", "show", "{WHERE: !GetAtt Database.Address}")
    served(before + custom("Database", "maker", ", Size: 3"))
    stack, invoke = served(before + custom("Database", "maker", ", Size: 4"))
    assert stack.notes == ["Database: Custom::Database failed: no change"]
    assert invoke("shower")["WHERE"] == "db-1"
    served(before + custom("Database", "maker", ", Size: 5"))
    last = json.loads(served.service.executions("maker")[-1].payload)
    assert last["OldResourceProperties"]["Size"] == "3"


def test_a_delete_that_fails_is_told(served: Any) -> None:
    served(HEAD + function("maker", "make") + custom("Database", "maker"))
    (served.service.functions()[0].function.code_dir / "app.py").write_text(CODE.replace("def make(", "def no_more("))
    served.service.forget_sandboxes()
    why = "maker ended without a response, for which CloudFormation waits an hour"
    assert served.deployment.end() == [f"Database: Custom::Database was not deleted: {why}"]


def test_other_resources_that_change_stay_and_are_noted(served: Any) -> None:
    before = HEAD + function("shower", "show", "{SIZE: '1'}")
    served(before + "  Q: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 1}}\n  T: {Type: AWS::SNS::Topic}\n")
    after = before.replace("'1'", "'2'") + "  Q: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 2}}\n"
    stack, invoke = served(after + "  New: {Type: AWS::SQS::Queue}\n")
    assert stack.notes == [
        "shop-Q: AWS::SQS::Queue is as it was until the next start",
        "shop-T: AWS::SNS::Topic is there until the next start",
    ]
    assert invoke("shower")["SIZE"] == "2"
    queues = served.service.shared_client("sqs").list_queues()["QueueUrls"]
    assert sorted(each.rsplit("/", 1)[1] for each in queues) == ["shop-New", "shop-Q"]
