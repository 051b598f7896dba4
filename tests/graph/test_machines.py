"""What starts state machines, in `invocation-lint graph`."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from tests.command import run_lint

SERVERLESS = """
    service: shop
    provider: {name: aws, runtime: python3.12}
    functions: {work: {handler: app.work}}
    stepFunctions:
      stateMachines:
        flow:
          name: flow
          events: [EVENT]
          definition:
            StartAt: Work
            States: {Work: {Type: Task, Resource: !GetAtt work.Arn, End: true}}
"""
SAM = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Work:
        Type: AWS::Serverless::Function
        Properties: {Handler: app.work, Runtime: python3.12, CodeUri: .}
      Front: {Type: AWS::Serverless::Api, Properties: {StageName: live}}
      Flow:
        Type: AWS::Serverless::StateMachine
        Properties:
          Name: flow
          Events: {Start: EVENT}
          Definition:
            StartAt: Work
            States: {Work: {Type: Task, Resource: !GetAtt Work.Arn, End: true}}
"""


def edges(folder: Path, name: str, text: str) -> list[tuple[str, str, str]]:
    """The edges that end at the state machine: the name of their source, their kind and their label."""
    (folder / ".git").mkdir()
    (folder / "app.py").write_text("def work(event, context):\n    return event\n")
    (folder / name).write_text(dedent(text))
    graph = json.loads(run_lint("graph", "--format", "json", ".", cwd=folder).stdout)
    names = {one["id"]: one["name"] for one in graph["nodes"]}
    ends = [(names[one["source"]], names[one["target"]], one["kind"], one["label"]) for one in graph["edges"]]
    assert ("flow", "state_machine") in {(source, kind) for source, _, kind, _ in ends}
    return [(source, kind, label) for source, target, kind, label in ends if target == "flow"]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("{http: {path: orders, method: post}}", ("REST API", "http", "POST orders")),
        ("{http: POST orders}", ("REST API", "http", "POST orders")),
        ("{schedule: rate(1 hour)}", ("rate(1 hour)", "schedule", "")),
        ("{eventBridge: {eventBus: shop, pattern: {source: [shop]}}}", ("shop", "bus", "")),
        ("{cloudwatchEvent: {event: {source: [aws.s3]}}}", ("default bus", "bus", "")),
    ],
)
def test_what_starts_a_machine_of_the_plugin(tmp_path: Path, event: str, expected: tuple[str, str, str]) -> None:
    ((source, kind, label),) = edges(tmp_path, "serverless.yml", SERVERLESS.replace("EVENT", event))
    assert (source, kind, label if kind == "http" else "") == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("{Type: Api, Properties: {Path: /orders, Method: post}}", ("ServerlessRestApi", "http", "POST /orders")),
        (
            "{Type: Api, Properties: {Path: /orders, Method: post, RestApiId: !Ref Front}}",
            ("Front", "http", "POST /orders"),
        ),
        ("{Type: Schedule, Properties: {Schedule: rate(1 hour)}}", ("rate(1 hour)", "schedule", "")),
        ("{Type: EventBridgeRule, Properties: {Pattern: {source: [shop]}}}", ("default bus", "bus", "")),
    ],
)
def test_what_starts_a_machine_of_sam(tmp_path: Path, event: str, expected: tuple[str, str, str]) -> None:
    ((source, kind, label),) = edges(tmp_path, "template.yaml", SAM.replace("EVENT", event))
    assert (source, kind, label if kind == "http" else "") == expected
