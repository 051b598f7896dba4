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


NAMED = """
Parameters: {Prefix: {Type: String}, Version: {Type: String}, Where: {Type: String, Default: v1/orders.zip}}
Resources:
  Orders: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.12, Handler: app.handler, Code: CODE}}
"""
PACKED = {
    "its own name": ("{S3Bucket: built, S3Key: orders.zip}", ["orders/app.py", "mails/app.py"], "orders/app.py"),
    "below a folder of the bucket": (
        "{S3Bucket: built, S3Key: v1/new-orders.zip}", ["code/new_orders/src/app.py", "code/orders/src/app.py"],
        "code/new_orders/src/app.py",
    ),
    "behind a prefix": (
        "{S3Bucket: built, S3Key: !Sub '${Prefix}/orders.zip'}", ["orders/app.py", "mails/app.py"], "orders/app.py",
    ),
    "a default": ("{S3Bucket: built, S3Key: !Ref Where}", ["orders/app.py", "mails/app.py"], "orders/app.py"),
    "half a name": ("{S3Bucket: built, S3Key: !Sub '${Prefix}orders.zip'}", ["orders/app.py", "mails/app.py"], None),
    "a version behind it": (
        "{S3Bucket: built, S3Key: !Sub 'orders-${Version}.zip'}", ["orders/app.py", "mails/app.py"], None,
    ),
    "no folder of its name": ("{S3Bucket: built, S3Key: shop.zip}", ["orders/app.py", "mails/app.py"], None),
    "a word of the folder alone": ("{S3Bucket: built, S3Key: orders.zip}", ["my-orders/app.py", "mails/app.py"], None),
    "two of its name": ("{S3Bucket: built, S3Key: orders.zip}", ["a/orders/app.py", "b/orders/app.py"], None),
    "the one without that function": (
        "{S3Bucket: built, S3Key: orders.zip}", ["orders/app.py", "mails/app.py", "old/orders/app.py#"],
        "orders/app.py",
    ),
    "another ending": ("{S3Bucket: built, S3Key: orders.jar}", ["orders/app.py", "mails/app.py"], None),
}  # fmt: skip


@pytest.mark.parametrize(("code", "modules", "expected"), PACKED.values(), ids=PACKED)
def test_the_folder_that_is_called_as_the_archive(
    tmp_path: Path, code: str, modules: list[str], expected: str | None
) -> None:
    (tmp_path / "cfn").mkdir()
    (tmp_path / "cfn" / "main.yaml").write_text(NAMED.replace("CODE", code))
    for name in modules:
        file = tmp_path / name.removesuffix("#")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x = 1\n" if name.endswith("#") else "def handler(event, context):\n    return event\n")
    deployments = ProjectFiles(tmp_path).deployments
    (function,) = deployments.deployed.all(Function)
    entry = deployments.entry_of(function)
    assert (str(Path(entry[0]).relative_to(tmp_path)) if entry is not None else None) == expected
    handlers = deployments.handlers_of(str(tmp_path / (expected or modules[0]).removesuffix("#")))
    assert (handlers is not None and "handler" in handlers.invoked_by) == (expected is not None)


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
