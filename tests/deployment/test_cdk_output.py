"""What the CDK made of a program, beside it or without it: synthesized templates, and the snapshots of tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from invocation_lint.deployment.cdk_output.logical_ids import logical_id, logical_ids
from invocation_lint.deployment.cdk_output.snapshots import read_snapshots
from invocation_lint.deployment.model import Function
from invocation_lint.deployment.reading import may_be_synthesized
from invocation_lint.source.files.project_files import ProjectFiles
from tests.deployment.reading import shown

WORKER, SENDER = logical_id(["Worker", "Resource"]), logical_id(["Sender", "Resource"])
HASH = "5f1a" * 16
HANDLER = "def handler(event, context):\n    return event\n"

PROGRAM = """
import { App, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { settings } from './settings';

export class Shop extends Stack {
  constructor(scope: any, id: string) {
    super(scope, id);
    const worker = new lambda.Function(this, 'Worker', {
      runtime: lambda.Runtime.PYTHON_3_12, handler: 'work.handler', code: lambda.Code.fromAsset('worker'),
    });
    new lambda.Function(this, 'Sender', {
      runtime: lambda.Runtime.PYTHON_3_12, handler: 'send.handler', code: lambda.Code.fromAsset('sender'),
      environment: { PLAIN: 'new', WORKER: settings.workerOf(worker) },
    });
  }
}
new Shop(new App(), 'Shop');
"""


def function(handler: str, **more: Any) -> dict[str, Any]:
    """A function as the CDK makes it."""
    code = {"S3Bucket": {"Fn::Sub": "cdk-assets-${AWS::AccountId}"}, "S3Key": f"{HASH}.zip"}
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {"Handler": handler, "Runtime": "python3.12", "Code": code, **more},
    }


def variables(**names: Any) -> dict[str, Any]:
    return {"Variables": names}


def template(**resources: Any) -> dict[str, Any]:
    return {"Resources": {**resources, "CDKMetadata": {"Type": "AWS::CDK::Metadata", "Properties": {}}}}


SHOP = template(**{
    WORKER: function("work.handler"),
    SENDER: function("send.handler", Environment=variables(PLAIN="old", WORKER={"Ref": WORKER})),
})  # fmt: skip
CODE = {"sender/send.py": HANDLER, "worker/work.py": HANDLER}
PROJECT = {"cdk.json": '{"app": "npx ts-node bin/shop.ts"}', "bin/shop.ts": PROGRAM, **CODE}


def functions(folder: Path, files: dict[str, Any]) -> dict[str, tuple[str | None, dict[str, Any]]]:
    """The functions of a project by their ids, each with its handler's file and its variables."""
    for name, text in {".git/HEAD": "", **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text if isinstance(text, str) else json.dumps(text))
    deployments = ProjectFiles(folder).deployments
    found = {}
    for one in deployments.deployed.all(Function):
        entry = deployments.entry_of(one)
        path = str(Path(entry[0]).relative_to(folder)) if entry is not None else None
        assert one.key.id not in found
        found[one.key.id] = path, {name: shown(value) for name, value in one.environment.items()}
    return found


def snapshot(value: Any, indent: int = 0, *, is_old: bool = False) -> str:
    """A value as pretty-format writes it."""
    if isinstance(value, (dict, list)):
        word = ("Object " if isinstance(value, dict) else "Array ") if is_old else ""
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        inner = " " * (indent + 2)
        lines = [
            inner + (f'"{one}": ' if isinstance(value, dict) else "") + snapshot(
                value[one] if isinstance(value, dict) else one, indent + 2, is_old=is_old
            ) + ",\n"
            for one in value
        ]  # fmt: skip
        return word + opening + (f"\n{''.join(lines)}{' ' * indent}" if lines else "") + closing
    if isinstance(value, str):
        return f'"{value}"'.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
    return json.dumps(value)


def exported(*values: Any, is_old: bool = False) -> str:
    parts = (
        f"exports[`a stack {at} 1`] = `\n{snapshot(value, is_old=is_old)}\n`;\n" for at, value in enumerate(values)
    )
    return "// Jest Snapshot v1, https://goo.gl/fbAQLP\n\n" + "\n".join(parts)


# -- logical ids ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("RagEngines/DataImport/RssSubscription/RssIngestor", "RagEnginesDataImportRssSubscriptionRssIngestorC19E7D9E"),
        ("Stack/coreLambda/LambdaFunction", "coreLambdaLambdaFunction003C6073"),
        ("Stack/Worker", WORKER),
        ("Stack/OneName", "OneName"),  # of a resource that is no construct of a higher level
    ],
)
def test_a_logical_id_is_that_of_its_construct(path: str, expected: str) -> None:
    assert expected in set(logical_ids(path))


# -- synthesized templates --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metadata", "files"),
    [
        ({"aws:asset:path": f"asset.{HASH}"}, {f"cdk.out/asset.{HASH}/work.py": HANDLER}),  # the copy
        ({"aws:asset:path": f"asset.{HASH}"}, {f"cdk.out/asset.{HASH}/work.py": "an older version"}),
        ({"aws:asset:path": f"asset.{HASH}"}, {}),
        ({"aws:asset:path": f"asset.{HASH}.zip"}, {}),
        ({}, {}),
        ({}, {f"cdk.out/asset.{HASH}/work.py": HANDLER, "cdk.out/Shop.assets.json": {"files": {HASH: {
            "source": {"path": f"asset.{HASH}"}, "destinations": {"here": {"objectKey": f"{HASH}.zip"}}}}}}),
    ],
)  # fmt: skip
def test_the_code_is_what_was_packed(tmp_path: Path, metadata: dict[str, str], files: dict[str, Any]) -> None:
    made = template(Worker={**function("work.handler"), "Metadata": metadata})
    assert functions(tmp_path, {**CODE, **files, "cdk.out/Shop.template.json": made}) == {
        "Worker": ("worker/work.py", {})
    }


@pytest.mark.parametrize(
    ("original", "expected"),
    [
        ("/home/someone/shop/second", "second/work.py"),
        ("second", "second/work.py"),
        ("C:\\code\\shop\\worker", "worker/work.py"),
        ("/somewhere/else", None),
    ],
)
def test_the_folder_that_was_packed_is_told(tmp_path: Path, original: str, expected: str | None) -> None:
    metadata = {"aws:asset:path": f"asset.{HASH}", "aws:asset:original-path": original}
    made = template(Worker={**function("work.handler"), "Metadata": metadata})
    files = {**CODE, "second/work.py": HANDLER + "\n", "cdk.out/Shop.template.json": made}
    assert functions(tmp_path, files) == {"Worker": (expected, {})}


def test_of_files_of_a_name_the_one_that_is_the_same_was_packed(tmp_path: Path) -> None:
    made = template(Worker={**function("work.handler"), "Metadata": {"aws:asset:path": f"asset.{HASH}"}})
    packed = {"cdk.out/Shop.template.json": made, f"cdk.out/asset.{HASH}/work.py": HANDLER}
    files = {**CODE, **packed, "second/work.py": HANDLER + "\n"}
    assert functions(tmp_path, files) == {"Worker": ("worker/work.py", {})}


def test_templates_of_nested_stacks_and_stages_are_read(tmp_path: Path) -> None:
    inner = {
        "Parameters": {"Name": {"Type": "String"}},
        **template(Worker=function("work.handler", Environment=variables(NAME={"Ref": "Name"}))),
    }
    url = {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::Region"}, f".amazonaws.com/cdk-assets/{HASH}.json"]]}
    nested = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": url, "Parameters": {"Name": "given"}},
        "Metadata": {"aws:asset:path": "ShopInner.nested.template.json"},
    }
    files = {
        "cdk.out/assembly-Prod/Shop.template.json": template(Inner=nested, Sender=function("send.handler")),
        "cdk.out/assembly-Prod/ShopInner.nested.template.json": inner,
    }
    assert functions(tmp_path, {**CODE, **files}) == {
        "Sender": ("sender/send.py", {}),
        "Worker": ("worker/work.py", {"NAME": "given"}),
    }


@pytest.mark.parametrize("ignored", ["cdk.out", "cdk.out/", "*.template.json", "/cdk.out/*"])
def test_what_git_ignores_is_not_read(tmp_path: Path, ignored: str) -> None:
    files = {**CODE, "cdk.out/Shop.template.json": SHOP, ".gitignore": f"{ignored}\n"}
    assert functions(tmp_path, files) == {}


# -- beside the program -----------------------------------------------------------------------------------------------

OUTPUTS: dict[str, Any] = {
    "cdk.out/Shop.template.json": SHOP,
    "deployment/shop.json": SHOP,
    "test/__snapshots__/shop.test.ts.snap": exported(SHOP),
    "tests/__snapshots__/test_stack/test_snapshot.json": SHOP,
}


@pytest.mark.parametrize("names", [*([name] for name in OUTPUTS), list(OUTPUTS)])
def test_the_program_counts_and_what_was_made_of_it_fills_it_in(tmp_path: Path, names: list[str]) -> None:
    found = functions(tmp_path, {**PROJECT, **{name: OUTPUTS[name] for name in names}})
    assert found == {
        "Shop/Worker": ("worker/work.py", {}),
        "Shop/Sender": ("sender/send.py", {"PLAIN": "new", "WORKER": "${Shop/Worker.name}"}),
    }


def test_without_it_what_the_program_works_out_is_unknown(tmp_path: Path) -> None:
    assert functions(tmp_path, PROJECT)["Shop/Sender"][1] == {"PLAIN": "new", "WORKER": "?"}


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("cdk.out/Shop.template.json", 1),
        ("test/__snapshots__/a.snap", 0),
        ("tests/__snapshots__/test_stack/test_snapshot.json", 0),
    ],
)
def test_functions_that_the_program_is_not_seen_to_make(tmp_path: Path, name: str, count: int) -> None:
    """A synthesized template tells of them; a snapshot may be of something that only a test makes."""
    more = {**SHOP["Resources"], "ReportC0FFEE00": function("report.handler", Environment=variables(W={"Ref": WORKER}))}
    made = {"Resources": more}
    files = {**PROJECT, "report/report.py": HANDLER, name: made if name.endswith(".json") else exported(made)}
    found = functions(tmp_path, files)
    assert len(found) == 2 + count
    if count:
        assert found["ReportC0FFEE00"] == ("report/report.py", {"W": "${Shop/Worker.name}"})


def test_a_function_that_was_renamed_since_counts_once(tmp_path: Path) -> None:
    made = template(**{
        "OldSenderC0FFEE00": function("send.handler", Environment=variables(PLAIN="old", WORKER={"Ref": WORKER})),
        WORKER: function("work.handler"),
    })  # fmt: skip
    found = functions(tmp_path, {**PROJECT, "cdk.out/Shop.template.json": made})
    assert sorted(found) == ["Shop/Sender", "Shop/Worker"]


def test_a_snapshot_of_a_construct_alone_is_none_of_another_function(tmp_path: Path) -> None:
    """A test may make a construct under any id."""
    alone = template(**{logical_id(["Test", "Sender", "Resource"]): function("send.handler")})
    files = {**PROJECT, "test/__snapshots__/sender.test.ts.snap": exported(alone)}
    assert sorted(functions(tmp_path, files)) == ["Shop/Sender", "Shop/Worker"]


def test_a_package_of_its_own_beside_a_program(tmp_path: Path) -> None:
    """What is made of a program that is in no language which is read here."""
    other = {"java/package.json": "{}", "java/test/shop.snap": exported(template(Other=function("other.handler")))}
    files = {**{f"app/{name}": text for name, text in PROJECT.items()}, **other}
    assert sorted(functions(tmp_path, files)) == ["Other", "Shop/Sender", "Shop/Worker"]


# -- snapshots --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_old", [True, False])
def test_a_snapshot_alone_tells_what_is_deployed(tmp_path: Path, is_old: bool) -> None:
    files = {**CODE, "test/__snapshots__/shop.test.js.snap": exported(SHOP, is_old=is_old)}
    assert functions(tmp_path, files) == {
        WORKER: ("worker/work.py", {}),
        SENDER: ("sender/send.py", {"PLAIN": "old", "WORKER": f"${{{WORKER}.name}}"}),
    }


def test_a_snapshot_does_not_say_where_code_lies(tmp_path: Path) -> None:
    """Of several files of a name none is nearer to it than another."""
    snapshot = {"test/__snapshots__/shop.test.js.snap": exported(SHOP)}
    files = {**CODE, "test/work.py": HANDLER, "sender/send.py": "def handle(event, context): ...\n", **snapshot}
    found = functions(tmp_path, files)
    assert found[WORKER][0] is None
    assert found[SENDER][0] is None


def test_a_synthesized_template_counts_before_snapshots(tmp_path: Path) -> None:
    files = {**CODE, "cdk.out/Shop.template.json": SHOP, "test/__snapshots__/shop.test.js.snap": exported(SHOP, SHOP)}
    assert sorted(functions(tmp_path, files)) == sorted([SENDER, WORKER])


TEXTS = [
    "plain",
    'def f():\n    return {"a": 1}\n',
    '{"a": "b",\n      "c": "d",\n}',
    "a `tick`, ${a hole} and \\ a backslash",
    "",
    '",',
    'an inch: 1"',
    "true",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_what_it_was(text: str) -> None:
    made = template(Worker=function("work.handler", Environment=variables(A=text, B="b", C=3)))
    data = exported({"Other": ["x", {}, []], "Last": None}, made).encode()
    (found,) = read_snapshots("/project/a.snap", data, lambda _: None)
    (worker,) = (one for one in found.resources if isinstance(one, Function))
    assert {name: shown(value) for name, value in worker.environment.items()} == {"A": text, "B": "b", "C": 3}
    assert data.decode().split("\n")[worker.place.line - 1][worker.place.column - 1 :].startswith('"Worker": {')


def test_quotes_were_escaped_once() -> None:
    data = exported(template(Worker=function("w.handler", Environment=variables(A='{\\"a\\"}'))), is_old=True).encode()
    (found,) = read_snapshots("/project/a.snap", data, lambda _: None)
    (worker,) = (one for one in found.resources if isinstance(one, Function))
    assert shown(worker.environment["A"]) == '{"a"}'


@pytest.mark.parametrize(
    "text",
    [
        "exports[`a 1`] = `\n{\n  \"Resources\": {\n",
        "exports[`a 1`] = `\n{\n  what is this\n}\n`;\n",
        "exports[`a 1`] = `\"a text\"`;\n",
        "exports[`a 1`] = `\n<div>\n  AWS\n</div>\n`;\n",
        "exports[`a 1`] = `" + "\n".join(" " * 2 * depth + "{" for depth in range(200)) + "\n`;\n",
    ],
)  # fmt: skip
def test_what_is_no_template_is_left_out(text: str) -> None:
    assert read_snapshots("/project/a.snap", text.encode(), lambda _: None) == []


def in_json(value: Any, indent: int | None, *, is_escaped: bool, is_quoted: bool = True) -> str:
    """A template that a test snapped as a text of JSON, or that a serializer wrote as one."""
    text = json.dumps(value, indent=indent)
    text = text.replace("\\", "\\\\").replace('"', '\\"') if is_escaped else text
    text = (f'"{text}"' if is_quoted else text).replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
    lines = f"\n{text}\n" if "\n" in text else text
    before = 'exports[`a text 1`] = `"short"`;\n\n'
    return f"// Jest Snapshot v1\n\n{before}exports[`a stack 1`] = `{lines}`;\n\n{before}"


@pytest.mark.parametrize(
    ("indent", "is_escaped", "is_quoted"),
    [(2, True, True), (2, False, True), (None, True, True), (None, False, True), (2, False, False), (4, False, False)],
)
@pytest.mark.parametrize("text", ["plain", 'a "quote"', "a \\ and\na `line` ${of} it"])
def test_a_template_that_is_a_text_of_json(indent: int | None, is_escaped: bool, is_quoted: bool, text: str) -> None:
    made = template(Worker=function("work.handler", Environment=variables(A=text)))
    data = in_json(made, indent, is_escaped=is_escaped, is_quoted=is_quoted).encode()
    assert may_be_synthesized("/project/a.snap", data)
    (found,) = read_snapshots("/project/a.snap", data, lambda _: None)
    (worker,) = (one for one in found.resources if isinstance(one, Function))
    assert {name: shown(value) for name, value in worker.environment.items()} == {"A": text}
    assert '"Worker' in data.decode().split("\n")[worker.place.line - 1].replace("\\", "")


def test_only_so_much_is_read_and_the_rest_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("invocation_lint.deployment.deployments.MAX_TOGETHER", len(json.dumps(SHOP)) + 10)
    files = {**CODE, "b.snap": exported(template(Other=function("other.handler"))), "cdk.out/Shop.template.json": SHOP}
    for name, told in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(told if isinstance(told, str) else json.dumps(told))
    deployments = ProjectFiles(tmp_path).deployments
    assert deployments.left_out == ()
    assert sorted(one.key.id for one in deployments.deployed.all(Function)) == sorted([SENDER, WORKER])
    assert deployments.left_out == ("b.snap",)


def test_a_stack_that_is_tested_in_several_ways_is_one(tmp_path: Path) -> None:
    smaller = template(**{WORKER: function("work.handler")})
    files = {**CODE, "a.snap": exported(smaller, SHOP, template(Other=function("other.handler")))}
    assert sorted(functions(tmp_path, files)) == sorted(["Other", SENDER, WORKER])
