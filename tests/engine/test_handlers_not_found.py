"""Handlers that are named by Terraform, by a program of the CDK, and by several functions in the same way (INV912)."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.engine import inputs_of, lint
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration

CODE = "def lambda_handler(event, context):\n    return 1\n"
TERRAFORM = """\
data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/src"
  output_path = "code.zip"
}

resource "aws_lambda_function" "worker" {
  function_name = "worker"
  handler       = "HANDLER"
  runtime       = "python3.12"
  filename      = data.archive_file.code.output_path
}
"""
BUILT = """
resource "null_resource" "build" {
  provisioner "local-exec" {
    command = "cp other/*.py src"
  }
}
"""
PROGRAM = """\
from aws_cdk import App, Stack, aws_lambda as lambda_

stack = Stack(App(), "Shop")
code = lambda_.Code.from_asset("src")
lambda_.Function(stack, "Worker", runtime=lambda_.Runtime.PYTHON_3_12, handler="HANDLER", code=code)
"""
TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.12}}
Resources:
  First: {Type: AWS::Serverless::Function, Properties: {CodeUri: src, Handler: HANDLER}}
  Second: {Type: AWS::Serverless::Function, Properties: {CodeUri: OTHER, Handler: HANDLER}}
"""


def found(folder: Path, **files: str) -> list[str]:
    (folder / ".git").mkdir()
    for name, text in {"src/app.py": CODE, "more/app.py": CODE, **files}.items():
        path = folder / name.replace("__", ".")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    project = Project(Configuration(values={"select": ["INV912"]}))
    findings = lint(inputs_of([str(folder)], project).files, project).report.findings
    return [one.message.partition("cannot be found: ")[2] for one in findings]


@pytest.mark.parametrize(
    ("handler", "more", "seen"),
    [
        ("app.lambda_handler", "", []),
        ("app.handler", "", ["app.py does not define handler, but defines lambda_handler"]),
        ("app.handler", BUILT, ["app.py does not define handler, but defines lambda_handler"]),
        ("main.handler", "", ["there is no src/main.py, but there is app.py"]),
        ("main.handler", BUILT, []),
    ],
)
def test_a_folder_that_terraform_archives(handler: str, more: str, seen: list[str], tmp_path: Path) -> None:
    assert found(tmp_path, main__tf=TERRAFORM.replace("HANDLER", handler) + more) == seen


@pytest.mark.parametrize(
    ("handler", "seen"),
    [
        ("app.lambda_handler", []),
        ("app.handler", ["app.py does not define handler, but defines lambda_handler"]),
        ("main.handler", []),
    ],
)
def test_a_folder_that_the_cdk_takes(handler: str, seen: list[str], tmp_path: Path) -> None:
    assert found(tmp_path, stack__py=PROGRAM.replace("HANDLER", handler)) == seen


@pytest.mark.parametrize(("other", "count"), [("more", 0), ("src", 2)])
def test_a_module_that_is_missing_everywhere(other: str, count: int, tmp_path: Path) -> None:
    template = TEMPLATE.replace("HANDLER", "wrapper.handler").replace("OTHER", other)
    assert found(tmp_path, template__yaml=template) == ["there is no src/wrapper.py, but there is app.py"] * count
