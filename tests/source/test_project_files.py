"""Which file of a project an import means: folders above, one module of that name, layers that templates tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.source.files.project_files import ProjectFiles
from invocation_lint.source.lambda_code import runs_on_lambda

SAM = """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Layers: [!Ref Common]
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/orders/
      Handler: app.handler
      Layers:
        - !If [IsProduction, !Ref Tracing, !Ref "AWS::NoValue"]
  Mail:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/mail
      Handler: app.handler
      Policies: [!Sub "${AWS::Region}"]
  Common:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: layers/common}
  Tracing:
    Type: AWS::Lambda::LayerVersion
    Properties: {Content: ./layers/tracing}
"""
SERVERLESS = """\
service: shop
provider: {name: aws, runtime: python3.12}
layers:
  common-code: {path: layers/common, name: "${self:service}-common"}
functions:
  orders:
    handler: functions/orders/app.handler
    layers: [{Ref: CommonDashcodeLambdaLayer}]
"""
MODULES = (
    "functions/orders/app.py",
    "functions/mail/app.py",
    "layers/common/python/helpers.py",
    "layers/tracing/python/spans.py",
    "old/layers/python/helpers.py",
    "old/layers/python/spans.py",
)


def project(folder: Path, *names: str, **texts: str) -> ProjectFiles:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
    for name, text in texts.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return ProjectFiles(folder)


def meant(files: ProjectFiles, importer: str, name: str) -> str | None:
    found = files.locate(f"{files.root}/{importer}", name, 0)
    return None if found is None else found.removeprefix(f"{files.root}/")


def test_of_several_modules_of_a_name_none_is_meant_where_nothing_tells(tmp_path: Path) -> None:
    files = project(tmp_path, *MODULES)
    assert meant(files, "functions/orders/app.py", "helpers") is None


@pytest.mark.parametrize("name", ["template_yaml", "deep_yml"])
def test_a_template_tells_the_layers_of_a_function(tmp_path: Path, name: str) -> None:
    files = project(tmp_path, *MODULES, **{name: SAM})
    assert meant(files, "functions/orders/app.py", "helpers") == "layers/common/python/helpers.py"
    assert meant(files, "functions/orders/app.py", "spans") == "layers/tracing/python/spans.py"
    assert meant(files, "functions/mail/app.py", "helpers") == "layers/common/python/helpers.py"
    assert meant(files, "functions/mail/app.py", "spans") is None


def test_serverless_yml_tells_them_too(tmp_path: Path) -> None:
    files = project(tmp_path, *MODULES, serverless_yml=SERVERLESS)
    assert meant(files, "functions/orders/app.py", "helpers") == "layers/common/python/helpers.py"


def test_a_layer_of_another_stack_is_the_one_that_has_the_module(tmp_path: Path) -> None:
    functions = SAM.replace("!Ref Common", "!Ref CommonLayerArn").partition("  Common:")[0]
    functions = functions.replace("!Ref Tracing", "!Ref TracingArn")
    layers = "Resources:\n  Common:" + SAM.partition("  Common:")[2]
    files = project(tmp_path, *MODULES, template_yaml=functions, layers_yaml=layers)
    assert meant(files, "functions/orders/app.py", "helpers") == "layers/common/python/helpers.py"


@pytest.mark.parametrize(
    "text",
    [
        "Resources: [AWS::Lambda::LayerVersion]",
        "Resources: {A: {Type: AWS::Lambda::LayerVersion, Properties: no}, B: {Type: [1]}}",
        "Resources: {A: {Type: AWS::Serverless::Function, Properties: {CodeUri: {Bucket: b}, Layers: {Ref: A}}}}",
        "layers: {a: {path: 3}, b: 4}\nfunctions: [1]\nprovider: text",
        "layers: &a [*a]",
        "layers: !Sub\n  - [\n",
        "layers:\n\t- tab",
        "\ud800layers:",
        "layers: {a: {path: ../../..}}\nprovider: {layers: [{Ref: ALambdaLayer}]}",
        '{"Resources": {"A": {"Type": "AWS::Lambda::LayerVersion"}}}',
    ],
)
def test_a_template_that_is_odd_tells_nothing(tmp_path: Path, text: str) -> None:
    files = project(tmp_path, *MODULES)
    (tmp_path / "template.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    assert meant(files, "functions/orders/app.py", "helpers") is None


def test_templates_are_read_only_where_an_import_cannot_be_resolved_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = project(tmp_path, *MODULES, "functions/orders/near.py", "single/only.py", template_yaml=SAM)
    read: list[str] = []
    monkeypatch.setattr(ProjectFiles, "read", lambda self, key: read.append(key) or b"")
    assert meant(files, "functions/orders/app.py", "near") == "functions/orders/near.py"
    assert meant(files, "functions/orders/app.py", "only") == "single/only.py"
    assert meant(files, "functions/orders/app.py", "requests") is None
    assert read == []


def test_what_git_ignores_is_no_part_of_the_project(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("/generated/\n*_pb2.py\n")
    files = project(tmp_path, "app.py", "generated/helpers.py", "a/helpers.py", "b/spans_pb2.py", ".venv/x.py")
    below = sorted(key.removeprefix(f"{tmp_path}/") for key in files.walked)
    assert below == ["a/helpers.py", "app.py"]
    assert meant(files, "app.py", "helpers") == "a/helpers.py"


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ('import_module("bots." + name)', True),
        ('import_module(f"bots.{name}")', True),
        ('import_module("".join(["app.bots.", name]))', True),
        ('__import__("bots.%s" % name)', True),
        ('import_module("robots." + name)', False),
        ("import_module(name)", False),
        ('print("bots." + name)', False),
    ],
)
def test_modules_of_a_folder_that_a_handler_imports_by_their_names(tmp_path: Path, named: str, expected: bool) -> None:
    (tmp_path / "bots").mkdir()
    bot = tmp_path / "bots" / "isolate.py"
    bot.write_text("def run(client):\n    return client.list_users()['Users']\n")
    (tmp_path / "index.py").write_text(f"def handler(event, context):\n    name = event['bot']\n    {named}\n")
    assert runs_on_lambda(ProjectFiles(tmp_path), str(bot)) is expected
