"""Configurations of Terraform in JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from invocation_lint.deployment.model import EventSourceMapping, Function, Queue
from tests.command import run_lint
from tests.deployment.reading import deployed_by_terraform, one, shown

FUNCTION: dict[str, Any] = {
    "function_name": "${var.stage}-orders",
    "handler": "app.handler",
    "runtime": "python3.12",
    "timeout": "${2 * 60}",
    "environment": {"variables": {"QUEUE": "${aws_sqs_queue.jobs.url}", "PLAIN": "a ${var.stage} b"}},
    "dead_letter_config": [{"target_arn": "${aws_sqs_queue.jobs.arn}"}],
}
CONFIGURATION: dict[str, Any] = {
    "variable": {"stage": {"type": "string", "default": "dev"}},
    "locals": {"size": 5},
    "resource": {
        "aws_lambda_function": {"orders": FUNCTION},
        "aws_sqs_queue": {"jobs": {"name": "jobs"}},
        "aws_lambda_event_source_mapping": {
            "jobs": {
                "event_source_arn": "${aws_sqs_queue.jobs.arn}",
                "function_name": "${aws_lambda_function.orders.arn}",
                "batch_size": "${local.size}",
            }
        },
    },
}


def configured(**changed: Any) -> str:
    return json.dumps({**CONFIGURATION, **changed}, indent=2)


@pytest.mark.parametrize(
    "resources",
    [
        CONFIGURATION["resource"],
        [{name: one} for name, one in CONFIGURATION["resource"].items()],
        {name: [one] for name, one in CONFIGURATION["resource"].items()},
        {name: {inner: [body] for inner, body in one.items()} for name, one in CONFIGURATION["resource"].items()},
    ],
)
def test_resources_however_they_are_listed(resources: Any) -> None:
    deployed = deployed_by_terraform({"main.tf.json": configured(resource=resources)})
    found = one(deployed, Function)
    told = (found.name, found.handler, found.timeout_seconds, found.dead_letter)
    assert [shown(each) for each in told] == ["${var.stage}-orders", "app.handler", 120, "${aws_sqs_queue.jobs.arn}"]
    assert {name: shown(value) for name, value in found.environment.items()} == {
        "QUEUE": "${aws_sqs_queue.jobs.url}",
        "PLAIN": "a ${var.stage} b",
    }
    assert found.name is not None
    assert found.name.text == "dev-orders"
    assert shown(one(deployed, Queue).name) == "jobs"
    assert shown(one(deployed, EventSourceMapping).batch_size) == 5


def test_beside_files_in_the_native_syntax() -> None:
    native = 'resource "aws_lambda_function" "orders" {\n  function_name = "${local.prefix}-orders"\n}\n'
    beside = json.dumps({"locals": {"prefix": "${var.stage}"}, "variable": {"stage": {}}})
    files = {"main.tf": native, "values.tf.json": beside, "a.auto.tfvars.json": '{"stage": "test"}'}
    name = one(deployed_by_terraform(files), Function).name
    assert name is not None
    assert name.text == "test-orders"


def test_places_are_those_of_the_lines() -> None:
    text = configured()
    found = one(deployed_by_terraform({"main.tf.json": text}), Function)
    lines = text.split("\n")
    assert '"orders": {' in lines[found.place.line - 1]
    assert '"handler"' in lines[found.handler.place.line - 1]
    assert (
        '"QUEUE"' in lines[found.environment["QUEUE"].place.line - 1]
        or '"variables"' in (lines[found.environment["QUEUE"].place.line - 1])
    )
    assert '"target_arn"' in lines[found.dead_letter.place.line - 1]


@pytest.mark.parametrize("text", ["[]", "3", '{"resource": 3}', '{"resource": {"aws_lambda_function": []}}', "{}"])
def test_what_is_no_configuration_deploys_nothing(text: str) -> None:
    assert list(deployed_by_terraform({"main.tf.json": text, "x.tf": "# lambda"}).all(Function)) == []


def test_a_file_that_is_no_json_is_said(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "main.tf.json").write_text('{"resource": {"aws_lambda_function": {"a": {"handler": "app.handler",}')
    ran = run_lint("check", "--no-cache", cwd=tmp_path)
    assert ran.returncode == 1
    assert "INV006" in ran.stdout and "main.tf.json" in ran.stdout
