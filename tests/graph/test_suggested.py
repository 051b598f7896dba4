"""`invocation-lint graph --suggested`: the functions that `links` suggests are drawn, and nothing is concluded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command import run_lint
from tests.graph.test_graph import write

TEMPLATE = """
    Transform: AWS::Serverless-2016-10-31
    Globals: {Function: {Runtime: python3.12, Handler: app.handler}}
    Resources:
      Sender: {Type: AWS::Serverless::Function, Properties: {CodeUri: sender/, Timeout: 5}}
      Prices: {Type: AWS::Serverless::Function, Properties: {CodeUri: prices/, Timeout: 60, FunctionName: acme-prices}}
      Stocks: {Type: AWS::Serverless::Function, Properties: {CodeUri: stocks/, FunctionName: acme-stocks}}
"""
SENDER = """
    import boto3

    def handler(event, context):
        boto3.client("lambda").invoke(FunctionName=NAME, InvocationType="MODE", Payload=b"{}")
"""
BACK = """
    import boto3

    def handler(event, context):
        boto3.client("lambda").invoke(FunctionName=event["sender_function"], InvocationType="Event", Payload=b"{}")
"""
IDLE = "def handler(event, context):\n    return 1\n"


def project(folder: Path, name: str, mode: str = "Event", prices: str = BACK) -> Path:
    sender = SENDER.replace("NAME", name).replace("MODE", mode)
    files = {"sender/app.py": sender, "prices/app.py": prices, "stocks/app.py": IDLE, "reports/app.py": IDLE}
    write(folder, {".git/HEAD": "", "template.yaml": TEMPLATE, **files})
    return folder


def edges(folder: Path, *options: str) -> list[tuple[Any, ...]]:
    ran = run_lint("graph", "--format", "json", *options, cwd=folder)
    assert (ran.returncode, ran.stderr) == (0, "")
    found = json.loads(ran.stdout)["edges"]
    return [(one["source"], one["target"], one["certain"], one["is_suggested"], one["marks"]) for one in found]


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ('event["prices_function"]', "acme-prices"),
        ('event["reports"]', "reports/app.py:handler"),  # a handler that no template names
    ],
)
def test_they_are_drawn_when_they_are_asked_for(tmp_path: Path, name: str, target: str) -> None:
    project(tmp_path, name, prices=IDLE)
    assert edges(tmp_path, "--suggested") == [("Sender", target, False, True, [])]
    assert edges(tmp_path) == [("Sender", "?", False, False, [])]


def test_a_handler_without_a_template_is_only_its_code(tmp_path: Path) -> None:
    project(tmp_path, 'event["reports"]', prices=IDLE)
    nodes = json.loads(run_lint("graph", "--format", "json", "--suggested", cwd=tmp_path).stdout)["nodes"]
    (node,) = (node for node in nodes if node["name"] == "reports/app.py:handler")
    assert (node["template"], node["timeout_seconds"]) == (None, None)
    assert node["handler"] == {"path": "reports/app.py", "line": 1}


BOTH = """
    import boto3

    def handler(event, context):
        client = boto3.client("lambda")
        client.invoke(FunctionName=event["prices_function"], InvocationType="Event", Payload=b"{}")
        client.invoke(FunctionName="acme-prices", InvocationType="Event", Payload=b"{}")
"""


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        # what is told is no circle by what is suggested
        (SENDER.replace("NAME", 'event["prices_function"]').replace("MODE", "Event"),
         [("acme-prices", "Sender", True, False, []), ("Sender", "acme-prices", False, True, [])]),
        # what is suggested is none of a circle that is told, and no second call of what is told
        (BOTH, [("acme-prices", "Sender", True, False, ["cycle"]), ("Sender", "acme-prices", False, True, []),
                ("Sender", "acme-prices", True, False, ["cycle"])]),
    ],
)  # fmt: skip
def test_they_are_kept_apart_from_what_is_told(tmp_path: Path, sender: str, expected: list[tuple[Any, ...]]) -> None:
    back = BACK.replace('event["sender_function"]', "__import__('os').environ['BACK']")
    prices = "FunctionName: acme-prices"
    template = TEMPLATE.replace(prices, f"{prices}, Environment: {{Variables: {{BACK: !Ref Sender}}}}")
    write(tmp_path, {".git/HEAD": "", "template.yaml": template, "sender/app.py": sender, "prices/app.py": back})
    assert edges(tmp_path, "--suggested") == expected


@pytest.mark.parametrize("mode", ["Event", "RequestResponse"])
def test_nothing_is_concluded_from_them(tmp_path: Path, mode: str) -> None:
    project(tmp_path, 'event["prices_function"]', mode)  # which would be a circle, and a wait that is too short
    assert sorted(edges(tmp_path, "--suggested")) == [
        ("Sender", "acme-prices", False, True, []),
        ("acme-prices", "Sender", False, True, []),
    ]
    nodes = json.loads(run_lint("graph", "--format", "json", "--suggested", cwd=tmp_path).stdout)["nodes"]
    assert [node["marks"] for node in nodes] == [[], [], []]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ('"acme-prices"', [("Sender", "acme-prices", True, False, [])]),
        ('event["name"]', [("Sender", "?", False, False, [])]),  # nothing suggests one
        ("context.function_name", [("Sender", "Sender", True, False, ["cycle"])]),
    ],
)
def test_what_is_told_is_drawn_as_ever(tmp_path: Path, name: str, expected: list[tuple[Any, ...]]) -> None:
    project(tmp_path, name, prices=IDLE)
    assert edges(tmp_path, "--suggested") == edges(tmp_path) == expected


def test_how_pictures_draw_them(tmp_path: Path) -> None:
    project(tmp_path, 'event["prices_function"]', prices=IDLE)
    mermaid = run_lint("graph", "--suggested", cwd=tmp_path).stdout
    assert '-.->|"async<br>suggested"|' in mermaid and "linkStyle 0 stroke:#888,stroke-dasharray:1 5" in mermaid
    dot = run_lint("graph", "--format", "dot", "--suggested", cwd=tmp_path).stdout
    assert '"Sender" -> "acme-prices" [label="async\\nsuggested", style=dotted, color="#888888"];' in dot
    page = run_lint("graph", "--format", "html", "--suggested", cwd=tmp_path).stdout
    assert '"is_suggested": true' in page and '"says": ["async", "suggested"]' in page
