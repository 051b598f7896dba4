"""Names of files, and values of code, that are no text, break lines or steer a terminal: shown, never obeyed."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from invocation_lint.plain import plain, quoted_path
from invocation_lint.report import FORMATS
from tests.command import run_lint
from tests.samples import BAD

NO_TEXT = os.fsdecode(b"caf\xe9")
EVIL = "e\x1b[31mvil\nbad.py:1:1: INV000\x9b2J\u202e"
_STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
HELPER = """\
import boto3

client = boto3.client("lambda")


def send(name, mode):
    return client.invoke(FunctionName=name, InvocationType=mode, Payload=b"{}")
"""
CALLER = "from aws import send\n\n\ndef handler(event, context):\n    send('f', 'Async')\n"
TEMPLATE = """\
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.handler, CodeUri: .}
"""


@pytest.fixture
def odd(folder: Path) -> Path:
    """A package in a folder whose name is no text, with a finding that two of its files take part in."""
    inner = folder / NO_TEXT
    inner.mkdir()
    (inner / "aws.py").write_text(HELPER)
    (inner / "app.py").write_text(CALLER)
    (inner / f"{NO_TEXT}.py").write_text(CALLER)
    (inner / "template.yaml").write_text(TEMPLATE)
    (folder / "bad.py").unlink()
    return folder


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("output", FORMATS)
def test_a_folder_whose_name_is_no_text_is_analysed(odd: Path, output: str, jobs: int) -> None:
    for _ in range(2):  # the second time from the cache
        ran = run_lint("check", "-j", str(jobs), "--output", f"{output}=report", "--output", "concise", cwd=odd)
        found = [line for line in ran.stdout.splitlines() if "INV107" in line]
        assert (ran.returncode, len(found), ran.stderr) == (1, 2, "")
        assert [line.split(": INV")[0] for line in found] == ["caf\\xe9/app.py:5:5", "caf\\xe9/caf\\xe9.py:5:5"]
        assert "INV107" in (odd / "report").read_text("utf-8")


def test_every_command_takes_such_a_name(odd: Path) -> None:
    name = f"{NO_TEXT}/app.py"
    assert "caf\\xe9/aws.py:7:12: invocation" in run_lint("facts", f"{NO_TEXT}/aws.py", cwd=odd).stdout
    assert run_lint("config", "show", name, cwd=odd).returncode == 0
    assert run_lint("init", "--print", cwd=odd).returncode == 0
    stdin = run_lint("check", "-", "--stdin-filename", name, "--output", "concise", cwd=odd, stdin=CALLER)
    assert "caf\\xe9/app.py:5:5: INV107" in stdin.stdout
    written = run_lint("check", "--write-baseline", cwd=odd)
    assert written.returncode == 0, written.stderr
    assert run_lint("check", "--baseline", ".invocation-lint-baseline.json", cwd=odd).returncode == 0
    profiled = run_lint("check", "--profile-analysis", "--no-cache", cwd=odd)
    assert "caf\\xe9/app.py" in profiled.stderr


@pytest.mark.parametrize("output", [*FORMATS, "step summary", "diff"])
def test_a_name_neither_steers_the_terminal_nor_adds_a_line(folder: Path, output: str) -> None:
    (folder / "bad.py").unlink()
    fixable = BAD.replace("Async", "event")
    (folder / f"{EVIL}.py").write_text(fixable)
    env = {"GITHUB_STEP_SUMMARY": str(folder / "summary")}
    format = "github" if output == "step summary" else "full"
    arguments = ["--show-fixes", "--unsafe-fixes"] if output == "diff" else ["--output", output]
    ran = run_lint("check", *(["--output", format] if output == "step summary" else arguments), cwd=folder, env=env)
    text = (folder / "summary").read_text("utf-8") if output == "step summary" else ran.stdout
    assert ran.returncode == 1
    assert "vil" in text
    assert not _STEERS.search(text)
    if output == "json":
        assert json.loads(text)["findings"][0]["place"]["path"] == f"{EVIL}.py", "programs get the name as it is"
    elif output == "junit":
        ElementTree.fromstring(text)
    assert not any(line.startswith("bad.py:1:1") for line in text.splitlines())
    assert not _STEERS.search(ran.stderr)


def test_a_value_of_the_code_does_not_steer_the_terminal(folder: Path) -> None:
    (folder / "bad.py").write_text(BAD.replace('"Async"', r'"A\x1b[2J\nbad.py:9:9: X"').replace("=name", r'="\x1bx"'))
    for output in ("full", "concise", "github"):
        ran = run_lint("check", "--output", output, cwd=folder)
        assert ran.returncode == 1
        assert "INV107" in ran.stdout
        assert not _STEERS.search(ran.stdout)
        assert not any(line.startswith("bad.py:9:9") for line in ran.stdout.splitlines())
    assert not _STEERS.search(run_lint("facts", "bad.py", cwd=folder).stdout)


def test_what_the_command_complains_about_is_plain_too(folder: Path) -> None:
    ran = run_lint("check", EVIL, cwd=folder)
    assert ran.returncode == 2
    assert not _STEERS.search(ran.stderr)
    assert len(ran.stderr.splitlines()) == 2


def test_a_name_cannot_add_a_line_to_the_configuration_that_init_writes(folder: Path) -> None:
    (folder / "bad.py").write_text(BAD.replace("=name", r'="f\nignore = [\"all\"]"'))
    (folder / "pyproject.toml").touch()
    assert run_lint("init", cwd=folder).returncode == 0
    assert run_lint("check", cwd=folder).returncode == 1


def test_git_takes_the_diff_of_a_file_with_an_odd_name(folder: Path) -> None:
    (folder / "bad.py").unlink()
    (folder / f'{NO_TEXT} "q\\.py').write_text(BAD.replace("Async", "event"))
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    diff = run_lint("check", "--show-fixes", "--unsafe-fixes", cwd=folder).stdout
    assert "+++ " in diff
    subprocess.run(["git", "apply", "-"], input=diff.encode(), cwd=folder, check=True)
    assert run_lint("check", "--select", "INV107", cwd=folder).returncode == 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ä 名 🚀", "plain ä 名 🚀"),
        ("a\tb\r\n", "a\\tb\\r\\n"),
        ("\x1b[0m\x07\x85", "\\x1b[0m\\x07\\x85"),
        ("\u202egnp.exe\u2028", "\\u202egnp.exe\\u2028"),
        (os.fsdecode(b"\xff"), "\\xff"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_is_not_plain_is_escaped(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_path_is_quoted_as_git_does() -> None:
    assert quoted_path("a/ä b.py") == "a/ä b.py"
    assert quoted_path('a/"\n.py') == '"a/\\"\\012.py"'


@pytest.mark.parametrize(
    "command", [["init", EVIL], ["check", "--fail-on", EVIL], [EVIL], ["facts", EVIL], ["--x" + EVIL]]
)
def test_what_is_refused_before_a_command_runs_is_shown_plainly(folder: Path, command: list[str]) -> None:
    ran = run_lint(*command, cwd=folder)
    assert ran.returncode == 2
    assert "vil" in ran.stderr
    assert not _STEERS.search(ran.stderr)


NARROW = {"PYTHONIOENCODING": "ascii"}


@pytest.mark.parametrize("arguments", [["check"], ["check", "--show-fixes", "--unsafe-fixes"], ["facts", "bad.py"]])
def test_a_console_that_lacks_letters_is_no_error(folder: Path, arguments: list[str]) -> None:
    (folder / "bad.py").write_text(BAD.replace("Async", "event").replace('b"{}"', '"日本"'), "utf-8")
    ran = run_lint(*arguments, cwd=folder, env=NARROW)
    assert (ran.returncode, ran.stderr.count("Traceback")) == (0 if arguments[0] == "facts" else 1, 0)
    assert ran.stdout


def test_every_page_is_shown_on_such_a_console(folder: Path) -> None:
    for rule in ("INV101", "INV001", "INV504", "INV3"):
        ran = run_lint("explain", rule, cwd=folder, env=NARROW)
        assert (ran.returncode, ran.stderr) == (0, "")
