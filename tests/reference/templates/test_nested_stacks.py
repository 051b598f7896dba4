"""Stacks in stacks, and what one stack imports from another."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from invocation_lint.errors import UsageError
from invocation_lint.reference import LambdaService
from invocation_lint.reference.templates.content import Stack
from invocation_lint.reference.templates.names import Place
from invocation_lint.reference.templates.serving import serve_stack
from invocation_lint.reference.templates.stack import read_stack

CODE = "import os\n\ndef show(event, context):\n    return dict(os.environ)\n"
SHOWER = """
  {0}:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.show
      Runtime: python3.12
      CodeUri: ../src
      Environment: {{Variables: {1}}}
"""
Serve = Callable[..., Stack]


@pytest.fixture
def service() -> Iterator[LambdaService]:
    with LambdaService() as running:
        yield running


@pytest.fixture
def serve(tmp_path: Path, service: LambdaService) -> Serve:
    """`serve(exports, **templates)` serves the first one; the others are files beside it."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(CODE)
    (tmp_path / "shop").mkdir()

    def serve(exports: dict[str, str] | None = None, **templates: str) -> Stack:
        for name, text in templates.items():
            (tmp_path / "shop" / f"{name}.yaml").write_text(text)
        path = tmp_path / "shop" / f"{next(iter(templates))}.yaml"
        place = Place(service.region, service.account, service.endpoint_url, path.stem)
        stack = read_stack(path, place, parameters={}, made=tmp_path / "made", exports=exports or {})
        serve_stack(stack, service)
        return stack

    return serve


def seen(service: LambdaService, name: str) -> Any:
    return json.load(service.shared_client("lambda").invoke(FunctionName=name)["Payload"])


def test_a_nested_stack_gets_parameters_and_gives_outputs(serve: Serve, service: LambdaService) -> None:
    parent = """
Resources:
  Jobs: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs}}
  Workers:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: workers.yaml, Parameters: {Queue: !GetAtt Jobs.Arn, Zones: [a, b]}}
""" + SHOWER.format("Shower", "{WORKER: !GetAtt Workers.Outputs.Worker}")
    workers = (
        "Parameters: {Queue: {Type: String}, Zones: {Type: CommaDelimitedList}}\nResources:"
        + SHOWER.format("Worker", "{QUEUE: !Ref Queue, ZONE: !Select [1, !Ref Zones]}")
        + "      Events: {Jobs: {Type: SQS, Properties: {Queue: !Ref Queue}}}\n"
        + "Outputs: {Worker: {Value: !Ref Worker}}\n"
    )
    stack = serve(parent=parent, workers=workers)
    assert stack.notes == []
    assert seen(service, "parent-Shower")["WORKER"] == "parent-Workers-Worker"
    worker = seen(service, "parent-Workers-Worker")
    assert (worker["QUEUE"], worker["ZONE"]) == ("arn:aws:sqs:us-east-1:123456789012:jobs", "b")
    (mapping,) = service.mappings()
    assert mapping.source == worker["QUEUE"]
    described = service.shared_client("cloudformation").describe_stacks(StackName="parent-Workers")["Stacks"]
    assert described[0]["Outputs"][0]["OutputValue"] == "parent-Workers-Worker"


def test_an_application_of_sam_is_a_nested_stack(serve: Serve, service: LambdaService) -> None:
    parent = "Resources:\n  Inner: {Type: AWS::Serverless::Application, Properties: {Location: ./inner.yaml}}\n"
    serve(parent=parent, inner="Resources:\n" + SHOWER.format("Shower", "{A: b}"))
    assert seen(service, "parent-Inner-Shower")["A"] == "b"


def test_a_template_elsewhere_is_noted(serve: Serve, service: LambdaService) -> None:
    parent = """
Resources:
  Inner: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "https://example.com/inner.yaml"}}
""" + SHOWER.format("Shower", "{WHERE: !GetAtt Inner.Outputs.Address}")
    stack = serve(parent=parent)
    assert stack.notes == ["Inner: not served, its template is not beside this one"]
    assert seen(service, "parent-Shower")["WHERE"] == "Inner.Address"


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("none.yaml", "nested template none.yaml: no file there"),
        ("parent.yaml", "the template is nested in itself"),
        ("inner.yaml", "GetAtt Inner.Outputs.Gone: no output of that name"),
    ],
)
def test_what_is_wrong_is_one_line(serve: Serve, location: str, said: str) -> None:
    parent = f"""
Resources:
  Inner: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {location}}}}}
""" + SHOWER.format("Shower", "{WHERE: !GetAtt Inner.Outputs.Gone}")
    with pytest.raises(UsageError) as error:
        serve(parent=parent, inner="Resources: {}\n")
    assert error.value.message.endswith(said)


def test_a_stack_imports_what_another_one_exports(serve: Serve, service: LambdaService) -> None:
    base = """
Resources: {Jobs: {Type: AWS::SQS::Queue}}
Outputs: {Queue: {Value: !GetAtt Jobs.Arn, Export: {Name: !Sub "${AWS::StackName}-jobs"}}}
"""
    stack = serve(base=base)
    user = "Resources:\n" + SHOWER.format("Shower", "{QUEUE: !ImportValue base-jobs}")
    serve(stack.exports, user=user)
    assert seen(service, "user-Shower")["QUEUE"] == "arn:aws:sqs:us-east-1:123456789012:base-Jobs"
    with pytest.raises(UsageError, match="ImportValue base-jobs: no template exports it"):
        serve({}, user=user)
