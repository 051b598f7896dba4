"""Which of several files of one name is the code of a function whose archive is made by a build."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.deployment.model import Function
from invocation_lint.source.files.project_files import ProjectFiles

TEMPLATE = """
Resources:
  Worker:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.12, Handler: work.handler, Code: {S3Bucket: built, S3Key: work.zip}}
"""


def codes(folder: Path, templates: list[str], modules: list[str]) -> dict[str, str | None]:
    """The module that is the code of the function of each template."""
    for name in templates:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(TEMPLATE)
    for name in modules:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("def handler(event, context):\n    return event\n")
    deployments = ProjectFiles(folder).deployments
    found = {}
    for function in deployments.deployed.all(Function):
        entry = deployments.entry_of(function)
        path = str(Path(entry[0]).relative_to(folder)) if entry is not None else None
        found[str(Path(function.key.template).relative_to(folder))] = path
    return found


@pytest.mark.parametrize(
    ("templates", "modules", "expected"),
    [
        (["cfn/main.yaml"], ["code/work.py"], ["code/work.py"]),
        (["cfn/main.yaml", "gov/cfn/main.yaml"], ["code/work.py", "gov/code/work.py"],
         ["code/work.py", "gov/code/work.py"]),
        (["a/cfn/main.yaml", "b/cfn/main.yaml"], ["a/code/work.py", "b/code/work.py"],
         ["a/code/work.py", "b/code/work.py"]),
        (["cfn/main.yaml"], ["a/work.py", "b/work.py"], [None]),
        (["cfn/a.yaml", "cfn/b.yaml"], ["a/work.py", "b/work.py"], [None, None]),
        (["a/cfn/main.yaml"], ["a/code/work.py", "a/old/work.py", "b/work.py"], [None]),
    ],
)  # fmt: skip
def test_the_file_beside_the_template(
    tmp_path: Path, templates: list[str], modules: list[str], expected: list[str | None]
) -> None:
    assert codes(tmp_path, templates, modules) == dict(zip(templates, expected, strict=True))


STACK = """
import { App, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { packed } from './packing';

export class Shop extends Stack {
  constructor(scope: any, id: string) {
    super(scope, id);
    new lambda.Function(this, 'Work', {
      runtime: lambda.Runtime.PYTHON_3_12, handler: 'work.handler', code: packed(this, 'work'),
    });
    MORE
  }
}
new Shop(new App(), 'Shop');
"""
OTHER = """new lambda.Function(this, 'Other', {
      runtime: lambda.Runtime.PYTHON_3_12, handler: 'work.handler', code: lambda.Code.fromAsset('b'),
    });"""
HANDLER = "def handler(event, context): ...\n"


@pytest.mark.parametrize(
    ("modules", "more", "expected"),
    [
        ({"a/work.py": HANDLER}, "", "a/work.py"),
        ({"a/work.py": "handler = Mangum(app)\n"}, "", "a/work.py"),
        ({"a/work.py": "def handle(event, context): ...\n"}, "", None),
        ({"a/work.py": HANDLER, "b/work.py": HANDLER}, "", None),
        ({"b/work.py": HANDLER}, OTHER, None),  # that is the code of another function
        ({}, "", None),
    ],
)
def test_code_that_is_made_in_a_way_that_is_not_followed(
    tmp_path: Path, modules: dict[str, str], more: str, expected: str | None
) -> None:
    files = {"bin/shop.ts": STACK.replace("MORE", more), "cdk.json": '{"app": "npx ts-node bin/shop.ts"}', **modules}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    deployments = ProjectFiles(tmp_path).deployments
    (work,) = (one for one in deployments.deployed.all(Function) if one.key.id == "Shop/Work")
    assert work.code.kind == "unknown"
    entry = deployments.entry_of(work)
    assert (str(Path(entry[0]).relative_to(tmp_path)) if entry is not None else None) == expected
