"""A template that cannot be read is said, with its line: what it deploys is unknown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command import run_lint

SAM = "Transform: AWS::Serverless-2016-10-31\nResources:\n  A:\n    Type: AWS::Serverless::Function\n"
BROKEN = {
    "template.yaml": f"{SAM}  - : [\n",
    "stack.yml": f"AWSTemplateFormatVersion: '2010-09-09'\n{SAM}   B: 1\n",
    "stack.json": '{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"A": [}}',
    "serverless.yml": "service: a\nprovider:\n  name: aws\n    runtime: python3.12\nfunctions: {}\n",
    "other.yaml": "provider:\n  name: aws\nfunctions:\n  a: {handler: [}\n",
    "list.yaml": "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  - a\n",
    "main.tf": 'resource "aws_lambda_function" "a" {\n  timeout = 3 3\n}\n',
    "unfinished.tf": 'resource "aws_lambda_function" "a" {\n  timeout = 3\n',
}
FINE = {
    "template.yaml": SAM,
    "broken-but-none.yaml": "a: [\n",
    "values.yaml": "functions:\n  a: {b: [}\n",
    "package.json": '{"provider": }',
    "docs/notes.yml": "AWS: [\n",
    "main.tf": 'resource "aws_lambda_function" "a" {\n  timeout = 3\n}\n',
    "network.tf": 'resource "aws_vpc" "a" {\n  cidr_block = 3 3\n}\n',
}


def check(folder: Path, files: dict[str, str], *options: str) -> tuple[int, list[tuple[str, int, str, str]], str]:
    """The exit status, the findings as path, line, id and severity, and the closing line."""
    (folder / ".git").mkdir()
    for name, text in {"app.py": "x = 1\n", **files}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    ran = run_lint("check", "--no-cache", "--output", "json", *options, cwd=folder)
    closing = run_lint("check", "--no-cache", *options, cwd=folder).stdout.strip().rpartition("\n")[2]
    found = [(one["path"], one["line"], one["id"], one["severity"]) for one in _places(json.loads(ran.stdout))]
    return ran.returncode, found, closing


def _places(told: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [{**one, **one["place"]} for one in told["findings"]]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_template_is_a_warning(tmp_path: Path, name: str) -> None:
    status, found, _ = check(tmp_path, {name: BROKEN[name]})
    assert status == 1
    assert [(file, id, level) for file, _, id, level in found] == [(name, "INV006", "warning")]
    assert 1 <= found[0][1] <= len(BROKEN[name].split("\n"))


def test_the_line_is_that_of_the_mistake(tmp_path: Path) -> None:
    assert check(tmp_path, {"template.yaml": BROKEN["template.yaml"]})[1][0][1] == 5


@pytest.mark.parametrize("name", FINE)
def test_what_is_no_template_or_not_broken_is_none(tmp_path: Path, name: str) -> None:
    assert check(tmp_path, {name: FINE[name]})[:2] == (0, [])


BESIDE = {
    "a function": 'resource "aws_lambda_function" "a" {\n  timeout = 3\n}\n',
    "a module of functions": 'module "work" {\n  source = "./modules/lambda"\n}\n',
}


@pytest.mark.parametrize("beside", BESIDE)
def test_what_is_beside_a_function_is_one_configuration_with_it(tmp_path: Path, beside: str) -> None:
    files = {"infra/main.tf": BESIDE[beside], "infra/variables.tf": 'variable "a" {\n  default = 3 3\n}\n'}
    _, found, _ = check(tmp_path, {**files, "elsewhere/variables.tf": files["infra/variables.tf"]})
    assert [(path, id) for path, _, id, _ in found] == [("infra/variables.tf", "INV006")]


def test_what_another_tool_fills_in_first_is_said_in_the_closing_line(tmp_path: Path) -> None:
    text = f"{SAM}{{% for one in names %}}\n  {{{{ one }}}}: [\n{{% endfor %}}\n"
    status, found, closing = check(tmp_path, {"template.yaml": text})
    assert (status, found) == (0, [])
    assert "template" in closing
    assert "template.yaml" in closing


@pytest.mark.parametrize("options", [("--ignore", "INV006"), ("--exclude", "template.yaml"), ("--select", "INV3")])
def test_it_can_be_left_out(tmp_path: Path, options: tuple[str, str]) -> None:
    assert check(tmp_path, {"template.yaml": BROKEN["template.yaml"]}, *options)[:2] == (0, [])


def test_the_others_are_linted(tmp_path: Path) -> None:
    code = 'import boto3\nboto3.client("lambda").invoke(FunctionName="a", InvocationType="Async", Payload=b"{}")\n'
    status, found, _ = check(tmp_path, {"template.yaml": BROKEN["template.yaml"], "call.py": code})
    assert (status, sorted(one[2] for one in found)) == (1, ["INV006", "INV107"])


def test_a_configuration_that_is_too_large_to_be_read_is_said(tmp_path: Path) -> None:
    status, found, _ = check(tmp_path, {"main.tf": f"{FINE['main.tf']}# {'x' * 1_000_000}\n"})
    assert (status, found) == (1, [("main.tf", 1, "INV006", "warning")])
