"""What was not looked at is said: in a finding where an invocation may be in it, else in the closing line."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.command import Ran, run_lint
from tests.report.samples import SARIF_SCHEMAS
from tests.samples import BAD, GOOD


def check(*arguments: str | Path, cwd: Path, stdin: str | bytes | None = None) -> Ran:
    return run_lint("check", "--output", "concise", *arguments, cwd=cwd, stdin=stdin)


def closing(ran: Ran) -> str:
    return ran.stdout.splitlines()[-1]


LARGE = {
    "a call": (b"client.invoke(FunctionName='f', Payload=b'')\n", 2),
    "a call in other words": (b"client . invoke_async(\n FunctionName='f')\n", 2),
    "the parameter alone": (b"import boto3\nx = {'FunctionName': 'f', 'Items': [r['Items']]}\n", 0),
    "a query of jobs": (b"rows = session.execute('select * from jobs')\n", 0),
    "a comment for us": (b"x = 1  # noqa: INV101\n", 0),
    "an import of a helper": (b"from aws import start\nstart('f')\n", 0),
    "nothing": (b"x = 1\n", 0),
}


@pytest.mark.parametrize("size", ["bytes", "lines"])
@pytest.mark.parametrize("kind", LARGE)
def test_a_file_that_is_too_large(folder: Path, kind: str, size: str) -> None:
    start, status = LARGE[kind]
    filler = b"DATA = '" + b"x" * 2_000_001 + b"'\n" if size == "bytes" else b"y = 1\n" * 50_001
    (folder / "bad.py").unlink()
    (folder / "aws.py").write_text(BAD.replace("Async", "Event").replace("start(name)", "start(name, **more)"))
    (folder / "large.py").write_bytes(start + filler)
    for _ in range(2):  # the second time from the cache
        ran = check("large.py", "good.py", cwd=folder)
        assert ran.returncode == status, ran.stdout
        assert ("large.py:1:1: INV001" in ran.stdout) is (status == 2)
        assert ("1 file too large to analyse, without invocations: large.py" in closing(ran)) is (status == 0)
    summary = json.loads(run_lint("check", "--output", "json", "large.py", cwd=folder).stdout)["summary"]
    assert summary["files_too_large"] == (["large.py"] if status == 0 else [])


def test_sarif_notes_a_file_that_is_too_large(folder: Path) -> None:
    (folder / "large.py").write_bytes(b"y = 1\n" * 50_001)
    ran = run_lint("check", "--output", "sarif", "large.py", cwd=folder)
    document = json.loads(ran.stdout)
    for schema in SARIF_SCHEMAS:
        jsonschema.validate(document, schema)
    (invocation,) = document["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is True
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["level"] == "note"
    assert notification["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "large.py"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_file_that_python_does_not_read_for_its_encoding(folder: Path, encoding: str) -> None:
    (folder / "wide.py").write_bytes(BAD.encode(encoding))
    ran = check("wide.py", cwd=folder)
    assert ran.returncode == 2
    assert ran.stdout.startswith("wide.py:1:1: INV001") or encoding.endswith("e")
    assert "UTF-16" in ran.stdout or "UTF-32" in ran.stdout or "NUL byte" in ran.stdout
    (folder / "wide.py").write_bytes(GOOD.encode(encoding))
    assert check("wide.py", cwd=folder).returncode == 0, "nobody's business without an invocation"


PYTHON_2 = {
    "print": ("import boto3\nclient = boto3.client('lambda')\n\nprint 'x'\nclient.invoke(FunctionName='f')\n", 4),
    "exec": ("import boto3\nboto3.client('lambda').invoke(FunctionName='f')\nexec 'x'\n", 3),
    "a number": ("import boto3\nboto3.client('lambda').invoke(FunctionName='f')\nx = 0777\n", 3),
}


@pytest.mark.parametrize("kind", PYTHON_2)
def test_python_2_is_told_with_its_line(folder: Path, kind: str) -> None:
    code, line = PYTHON_2[kind]
    (folder / "old.py").write_text(code)
    ran = check("old.py", cwd=folder)
    assert ran.returncode == 2
    assert ran.stdout.startswith(f"old.py:{line}:")
    assert "INV001" in ran.stdout


def test_tabs_and_spaces_that_python_takes_are_analysed(folder: Path) -> None:
    (folder / "bad.py").write_text(BAD.replace("    return", "    if name:\n\t        return"))
    ran = check(cwd=folder)
    assert (ran.returncode, ran.stdout.count("INV107")) == (1, 1)
    assert ran.stdout.startswith("bad.py:8:17: INV107")
    fixed = run_lint("check", "--fix", "--unsafe-fixes", cwd=folder)
    assert fixed.returncode == 1, "no edit is made where the trees do not write the very text back"


def test_type_stubs_are_skipped_and_this_is_said(folder: Path) -> None:
    (folder / "bad.pyi").write_text(BAD)
    (folder / "more.pyi").write_text(BAD)
    ran = check(cwd=folder)
    assert ran.stdout.count("INV107") == 1
    assert "; 2 type stubs (.pyi) skipped" in closing(ran)
    named = check("bad.pyi", cwd=folder)
    assert (named.returncode, named.stdout) == (
        0, "no findings; 0 files scanned, 0 analysed; 1 type stub (.pyi) skipped\n"
    )  # fmt: skip
    assert json.loads(run_lint("check", "--output", "json", cwd=folder).stdout)["summary"]["stubs_skipped"] == 2


def installed(folder: Path, record: str | None) -> None:
    """A package, a module and their distributions, installed into a folder as pip does."""
    for name in ("langtool/inner", "langtool-1.2.dist-info", "six_ish-2.0.dist-info"):
        (folder / name).mkdir(parents=True)
    (folder / "langtool" / "client.py").write_text(BAD)
    (folder / "langtool" / "inner" / "more.py").write_text(BAD)
    (folder / "six_ish.py").write_text(BAD)
    (folder / "_native.so").touch()
    if record is not None:
        (folder / "langtool-1.2.dist-info" / "RECORD").write_text(record)


@pytest.mark.parametrize(
    "record",
    [
        "langtool/client.py,sha256=x,1\nlangtool/inner/more.py,,\nlangtool-1.2.dist-info/RECORD,,\n_native.so,,\n../../bin/x,,\n",
        None,
    ],
)
def test_installed_packages_are_skipped_and_this_is_said(folder: Path, record: str | None) -> None:
    layer = folder / "layer" / "python"
    installed(layer, record)
    (layer / "own.py").write_text(BAD)
    ran = check(cwd=folder)
    assert {line.split(":")[0] for line in ran.stdout.splitlines() if "INV107" in line} == {
        "bad.py",
        "layer/python/own.py",
    }
    assert "; 2 installed packages skipped: langtool, six_ish" in closing(ran)
    told = json.loads(run_lint("check", "--output", "json", cwd=folder).stdout)
    assert told["summary"]["packages_skipped"] == ["langtool", "six_ish"]


def test_installed_packages_that_are_named_are_linted(folder: Path) -> None:
    layer = folder / "layer" / "python"
    installed(layer, None)
    for named in ("layer/python", "layer/python/langtool", "layer/python/langtool/client.py"):
        ran = check(named, cwd=folder)
        assert "layer/python/langtool/client.py" in ran.stdout, named
        assert "skipped" not in closing(ran)


def test_a_folder_of_nothing_but_installed_packages_is_no_mistake(folder: Path) -> None:
    installed(folder / "layer" / "python", None)
    ran = check("layer", cwd=folder)
    assert (ran.returncode, closing(ran)) == (
        0, "no findings; 0 files scanned, 0 analysed; 2 installed packages skipped: langtool, six_ish"
    )  # fmt: skip


def test_a_script_without_an_end_is_found(folder: Path) -> None:
    (folder / "bin").mkdir()
    (folder / "bin" / "start").write_text(f"#!/usr/bin/env python3\n{BAD}")
    (folder / "bin" / "notes").write_text(BAD)
    assert [line.split(": ")[0] for line in check(cwd=folder).stdout.splitlines()[:-1]] == [
        "bad.py:7:12", "bin/start:8:12", "[*] 2 fixable with --fix --unsafe-fixes"
    ]  # fmt: skip


def test_a_file_that_is_linked_to_is_named_not_the_link(folder: Path) -> None:
    (folder / "alink.py").symlink_to("bad.py")
    assert check(cwd=folder).stdout.startswith("bad.py:7:12")


HINT = "callers in other folders were not followed: name the project folder with --project DIR"


def test_a_folder_without_a_top_says_that_callers_elsewhere_were_not_followed(folder: Path) -> None:
    (folder / ".git").rmdir()
    for _ in range(2):
        assert closing(check(cwd=folder)).endswith(f"; {HINT}")
    summary = json.loads(run_lint("check", "--output", "json", cwd=folder).stdout)["summary"]
    assert summary["project_unknown"] is True
    assert HINT not in check("good.py", cwd=folder).stdout, "nothing was analysed"
    assert HINT not in check("--project", ".", cwd=folder).stdout
    assert HINT not in check("--isolated", cwd=folder).stdout, "as it was asked for"
    (folder / ".invocation-lint.yaml").write_text("ignore: [INV999]\n".replace("INV999", "INV101"))
    assert HINT not in check(cwd=folder).stdout


def test_a_folder_with_a_repository_above_says_nothing(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "bad.py").rename(folder / "sub" / "bad.py")
    assert HINT not in check(cwd=folder / "sub").stdout


NEAR = {
    ".invocation-lint.yml": ("ignore: [INV107]\n", ""),
    ".invocation-lint.toml": ('ignore = ["INV107"]\n', ""),
    ".invocation_lint.yaml": ("ignore: [INV107]\n", ""),
    "pyproject.toml": ('[project]\nname = "x"\n\n[tool.invocation_lint]\nignore = ["INV107"]\n', ":4"),
    "sub/../pyproject.toml": ('[tool.invocationlint]\nignore = ["INV107"]\n', ":1"),
    "./pyproject.toml": ('[[tool.invocation_lint.overrides]]\nignore = ["INV107"]\n', ":1"),
    ".//pyproject.toml": ('["invocation-lint"]\nignore = ["INV107"]\n', ":1"),
}


@pytest.mark.parametrize("name", NEAR)
def test_a_configuration_under_another_name_is_named_as_the_mistake(folder: Path, name: str) -> None:
    text, line = NEAR[name]
    (folder / "sub").mkdir()
    (folder / name).write_text(text)
    for arguments in (["check"], ["check", "sub"], ["rules"], ["init"], ["config", "show", "bad.py"]):
        (folder / "sub" / "x.py").write_text(GOOD)
        ran = run_lint(*arguments, cwd=folder)
        assert (ran.returncode, ran.stdout) == (2, ""), arguments
        assert ran.stderr.startswith(f"error: {Path(name).name}{line}: " if line else f"error: {name} is not read")
        assert "[tool.invocation-lint]" in ran.stderr
    assert run_lint("check", "--isolated", cwd=folder).returncode == 1


def test_what_only_looks_like_such_a_table_is_no_mistake(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('x = """\n[tool.invocation_lint]\n"""\n[tool.other]\ninvocation_lint = 1\n')
    assert check(cwd=folder).returncode == 1
