"""What a file is for is told by the folders of its project, not by those above it."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.engine import Input, lint
from invocation_lint.programs import Programs
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration

SOURCE = b"""
import boto3

def refresh(name):
    boto3.client("lambda").invoke(FunctionName=name, Payload=b"{}")
"""


@pytest.mark.parametrize(("name", "found"), [("app.py", True), ("tests/app.py", False), ("test_app.py", True)])
def test_a_checkout_below_a_folder_called_test_is_not_a_test_for_that(tmp_path: Path, name: str, found: bool) -> None:
    root = tmp_path / "test" / "shop"
    path = root / name
    path.parent.mkdir(parents=True)
    (root / ".git").mkdir()
    path.write_bytes(SOURCE)
    run = lint([Input(str(path), path)], Project(Configuration()))
    assert ("INV102" in {finding.id for finding in run.report.findings}) is found


@pytest.mark.parametrize("top", [".git", "pyproject.toml"])
@pytest.mark.parametrize(("name", "found"), [("shop/app.py", True), ("tests/helpers/app.py", False)])
def test_a_file_that_is_looked_at_alone_knows_its_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, top: str, name: str, found: bool
) -> None:
    root = tmp_path / "tests" / "shop"
    path = root / name
    path.parent.mkdir(parents=True)
    (root / top).mkdir()
    path.write_bytes(SOURCE)
    monkeypatch.chdir(path.parent)
    run = lint([Input("app.py", Path("app.py"))], Project(Configuration(isolated=True)))
    assert ("INV102" in {finding.id for finding in run.report.findings}) is found


TEMPLATE = """
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: orders, Handler: app.handler, Layers: [!Ref Common]}
  Common: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layers/common}}
"""
SENDER = """
import boto3

def send(payload):
    return boto3.client("lambda").invoke(FunctionName="mail", InvocationType="MODE", Payload=payload)
"""
HANDLER = "from sender import send\n\ndef handler(event, context):\n    send(event['mail'])\n"


@pytest.mark.parametrize(("template", "found"), [(TEMPLATE, ["INV402"]), ("", [])])
def test_a_helper_in_a_layer_is_followed(tmp_path: Path, template: str, found: list[str]) -> None:
    texts = {
        "orders/app.py": HANDLER.replace("event['mail']", "{'to': event['mail']}"),
        "layers/common/python/sender.py": SENDER.replace("MODE", "Event"),
        "layers/old/python/sender.py": SENDER.replace("MODE", "DryRun"),
        "template.yaml": template,
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / ".invocation-lint.yaml").write_text("")
    app = tmp_path / "orders" / "app.py"
    run = lint([Input(str(app), app)], Project(Configuration()))
    assert sorted({finding.id for finding in run.report.findings}) == found


@pytest.mark.parametrize(
    ("mark", "root"), [("cdk.json", "shop"), ("package.json", "shop"), ("README.md", "shop/lib/stacks")]
)
def test_a_program_in_typescript_is_of_the_application_around_it(tmp_path: Path, mark: str, root: str) -> None:
    path = tmp_path / "shop/lib/stacks/orders.ts"
    path.parent.mkdir(parents=True)
    (tmp_path / "shop" / mark).write_text("{}")
    programs = Programs(lambda _path: None)
    assert programs.root_of(path) == tmp_path / root
    assert programs.root_of(path.with_suffix(".py")) == path.parent
    (tmp_path / "shop/lib/.git").mkdir()
    assert Programs(lambda _path: None).root_of(path) == tmp_path / "shop/lib"
