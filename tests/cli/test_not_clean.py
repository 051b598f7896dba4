"""Never clean without having looked: each way in which a file, or a whole run, cannot be checked."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import Ran, clean_environment, run_lint
from tests.samples import BAD, FOUND, GOOD


def check(*arguments: str | Path, cwd: Path, prelude: str = "", env: dict[str, str] | None = None) -> Ran:
    return run_lint("check", "-q", "--output", "concise", *arguments, cwd=cwd, prelude=prelude, env=env)


def linted(ran: Ran) -> bool:
    return ran.stdout != ""


MISTAKES = {
    "unknown option": (["--selct", "x"], "--selct"),
    "unknown rule id": (["--select", "INV999"], "no rule is called 'INV999'"),
    "unknown rule name": (["--ignore", "sync-long-tsk"], "did you mean 'sync-long-task'?"),
    "unknown family": (["--extend-select", "INV8xx,INV1xx", "--ignore", "QQQ"], "no rule is called"),
    "unknown level": (["--fail-on", "fatal"], "fatal"),
    "unknown format": (["--output", "sarf"], 'unknown format "sarf"'),
    "unwritable output": (["--output", "json=no/such/folder/x.json"], "cannot write no/such/folder/x.json"),
    "output is a folder": (["--output", "json=."], "cannot write ."),
    "two reports to one place": (["--output", "json", "--output", "concise"], "two reports would be written to"),
    "no file after =": (["--output", "json="], "no file is named"),
    "no such configuration": (["--config", "none.toml"], "there is no such configuration file"),
    "no such path": (["none.py"], "none.py"),
    "one of two paths": (["bad.py", "none.py"], "none.py"),
    "glob that matches nothing": (["src/*.py"], "src/*.py"),
    "name without standard input": (["--stdin-filename", "x.py", "bad.py"], "--stdin-filename needs standard input"),
    "the unreadable cannot be ignored": (["--ignore", "INV001"], "INV001 cannot be ignored"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_on_the_command_line_is_exit_2_and_nothing_is_linted(folder: Path, mistake: str) -> None:
    arguments, message = MISTAKES[mistake]
    ran = run_lint("check", *arguments, cwd=folder)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert message in ran.stderr
    assert "Traceback" not in ran.stderr


RULE = """\
id: {id}
name: {name}
summary: s
severity: error
fact: invocation
when: {{invocation_type: Async}}
message: m
"""
CONFIGURATIONS = {
    "unknown key": ("selcet: []", ":1:1: unknown key"),
    "wrong type": ("possible: 1", ":1:11: possible: expected true or false"),
    "unknown rule id": ("ignore: [INV999]", ":1: ignore: no rule is called 'INV999'"),
    "unknown rule in an override": (
        "overrides: [{paths: [x], ignore: [INV999]}]",
        ":1: ignore: no rule is called 'INV999'",
    ),
    "unknown rule with options": ("rules: {sync-long-tsk: {x: 1}}", "did you mean 'sync-long-task'?"),
    "unknown option": ("rules: {sync-long-task: {max_seconds: 1}}", 'did you mean "max_sync_seconds"?'),
    "wrong type of an option": (
        "rules: {INV101: {max_sync_seconds: ten}}",
        ":1:36: max_sync_seconds: expected a number",
    ),
    "wrong option in an override": ("overrides: [{paths: [x], rules: {INV101: {y: 1}}}]", 'unknown option "y"'),
    "no such contract": ("contracts: [none.yaml]", ":1:13: contracts: 'none.yaml' does not exist"),
    "wrong contract": ("contracts: [contract.yaml]", "contract.yaml:1:"),
    "no such folder of rules": ("extra-rules: [none]", ":1:15: extra-rules: 'none' does not exist"),
    "a folder without rules": ("extra-rules: [empty]", "no rules here"),
    "duplicate rule ids": ("extra-rules: [twice]", 'the id "INX001" is taken'),
    "a wrong rule": ("extra-rules: [wrong]", "wrong/rule.yaml:6:8: "),
    "a YAML bomb": ("a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    ), "more than 100000 values"),
    "no YAML": ("a: [", "not valid YAML"),
    "no text": ("\x00", "not valid YAML"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", CONFIGURATIONS)
def test_a_mistake_in_the_configuration_is_exit_2_and_nothing_is_linted(folder: Path, mistake: str) -> None:
    text, message = CONFIGURATIONS[mistake]
    (folder / "empty").mkdir()
    for name, ids in (("twice", ("INX001", "INX001")), ("wrong", ("INX001",))):
        (folder / name).mkdir()
        for number, id_ in enumerate(ids):
            rule = RULE.format(id=id_, name=f"r{number}")
            rule = rule.replace("invocation_type:", "invocation_typ:") if name == "wrong" else rule
            (folder / name / ("rule.yaml" if len(ids) == 1 else f"{number}.yaml")).write_text(rule)
    (folder / "contract.yaml").write_text("functionz: []\n")
    (folder / ".invocation-lint.yaml").write_text(text)
    ran = check(cwd=folder)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert message in ran.stderr
    assert "Nothing was linted." in ran.stderr


def test_a_mistake_in_toml_is_told_with_its_line(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.invocation-lint]\n\nignore = ["INV999"]\n')
    ran = check(cwd=folder)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "pyproject.toml:3: ignore: no rule is called 'INV999'" in ran.stderr


def test_a_mistake_in_the_configuration_of_one_folder_stops_the_whole_run(folder: Path) -> None:
    (folder / "service").mkdir()
    (folder / "service" / "app.py").write_text(GOOD)
    (folder / "service" / ".invocation-lint.yaml").write_text("ignor: []\n")
    assert check("bad.py", "service", cwd=folder).stdout == ""


BROKEN = {
    "syntax": (b"client.invoke(FunctionName=", ":1:"),
    "encoding": (b"client.invoke(FunctionName='\xff')", ":1:"),
    "unknown coding": (b"# coding: no-such\nclient.invoke(FunctionName=1, Payload=b'')", ":1:1: "),
    "a NUL byte": (b"client.invoke(FunctionName=1, Payload=b'')\n\0", ":2:1: "),
    "more than 2 MB": (b"client.invoke(FunctionName=1, Payload=b'')\n" + b"#" * 2_200_000, ": INV001"),
    "more than 50,000 lines": (b"client.invoke(FunctionName=1, Payload=b'')\n" + b"\n" * 50_001, ": INV001"),
    "brackets beyond the parser": (b"client.invoke(FunctionName=1, Payload=b'')\nx = " + b"[" * 5000, ": INV001"),
    "a sum beyond the parser": (b"client.invoke(FunctionName=1, Payload=b'')\nx = 1" + b" + 1" * 30000, ": INV001"),
    "a chain beyond the parser": (b"client.invoke(FunctionName=1, Payload=b'')\nx = a" + b".b()" * 5000, ": INV001"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_file_that_cannot_be_analysed_is_a_finding_and_exit_2_and_the_others_are_linted(
    folder: Path, kind: str
) -> None:
    data, place = BROKEN[kind]
    (folder / "broken.py").write_bytes(data)
    ran = check(cwd=folder)
    assert ran.returncode == 2, ran.stderr
    lines = ran.stdout.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("bad.py:7:12: " + FOUND)
    assert lines[1].startswith("broken.py:")
    assert "INV001 [unreadable-file]" in lines[1] and place in lines[1]
    assert "Traceback" not in ran.stderr


def test_the_unreadable_is_not_silenced_by_a_family_or_a_level(folder: Path) -> None:
    (folder / "broken.py").write_text("client.invoke(FunctionName=")
    for arguments in (["--ignore", "all"], ["--select", "INV2"], ["--fail-on", "never"], ["--ignore", "INV0xx"]):
        ran = check(*arguments, "broken.py", cwd=folder)
        assert (ran.returncode, "INV001" in ran.stdout) == (2, True), arguments


def test_the_unreadable_can_be_excluded_by_path_and_the_message_says_how(folder: Path) -> None:
    (folder / "broken.py").write_text("client.invoke(FunctionName=")
    told = run_lint("check", "broken.py", cwd=folder).stdout
    line = next(line for line in told.splitlines() if "exclude = " in line)
    (folder / "pyproject.toml").write_text("[tool.invocation-lint]\n" + line[line.index("exclude =") :] + "\n")
    assert check(cwd=folder).returncode == 1


def test_a_broken_file_without_invocations_is_nobody_elses_business(folder: Path) -> None:
    (folder / "template.py").write_text("def {{ name }}(:\n")
    assert check("template.py", cwd=folder).returncode == 0


CRASH = """
import invocation_lint.facts as facts
real = facts.facts_of
def crash(source, *rest):
    if source.name == "crash.py":
        raise ZeroDivisionError("by zero")
    return real(source, *rest)
facts.facts_of = crash
"""


def test_a_crash_names_the_file_and_the_others_go_on(folder: Path) -> None:
    (folder / "crash.py").write_text(BAD)
    ran = check(cwd=folder, prelude=CRASH)
    assert ran.returncode == 2
    lines = ran.stdout.splitlines()
    assert lines[0].startswith("bad.py:7:12: " + FOUND)
    assert lines[1].startswith("crash.py:1:1: INV000 [internal-error] ")
    assert "ZeroDivisionError: by zero" in lines[1]
    assert ran.stderr == ""


def test_a_crash_shows_its_traceback_under_debug(folder: Path) -> None:
    (folder / "crash.py").write_text(BAD)
    ran = check("--debug", cwd=folder, prelude=CRASH)
    assert ran.stderr.startswith("crash.py:\nTraceback")
    assert ran.stderr.endswith("in crash\nZeroDivisionError: by zero\n")


def as_nobody(arguments: list[str], cwd: Path) -> Ran:
    """The command run by a user who may not read everything (root may)."""
    script = (
        "import contextlib, io, os\n"
        "from invocation_lint.cli import main\n"
        "from invocation_lint.cli.group import cli\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"  # imports all: Python may be out of reach for that user
        "    cli.main(['check', '-q', '--exit-zero', '--output', 'concise', 'bad.py'], standalone_mode=False)\n"
        "if os.getuid() == 0:\n"
        "    os.setgid(65534); os.setuid(65534)\n"
        "main()"
    )
    environment = clean_environment(PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run(
        [sys.executable, "-c", script, "check", "-q", "--output", "concise", *arguments],
        cwd=cwd,
        capture_output=True,
        env=environment,
        text=True,
        timeout=600,
        check=False,
    )
    return Ran(done.args, done.returncode, done.stdout, done.stderr)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """The project where everybody can reach it: pytest's own folders are for their owner only."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / ".git").mkdir()
        (folder / "bad.py").write_text(BAD)
        yield folder


def test_a_file_that_may_not_be_read(open_folder: Path) -> None:
    (open_folder / "secret.py").write_text(BAD)
    (open_folder / "secret.py").chmod(0)
    ran = as_nobody(["."], open_folder)
    assert ran.returncode == 2, ran.stderr
    assert f"secret.py:1:1: INV001 [unreadable-file] cannot be read: {os.strerror(errno.EACCES)}" in ran.stdout
    assert "bad.py:7:12" in ran.stdout


def test_a_folder_that_may_not_be_read(open_folder: Path) -> None:
    (open_folder / "closed").mkdir()
    (open_folder / "closed" / "app.py").write_text(BAD)
    (open_folder / "closed").chmod(0)
    try:
        found, given = as_nobody(["."], open_folder), as_nobody(["closed"], open_folder)
    finally:
        (open_folder / "closed").chmod(0o755)
    assert found.returncode == given.returncode == 2
    assert "closed" in found.stdout + found.stderr


def test_a_broken_link_is_skipped_when_found_and_exit_2_when_given(folder: Path) -> None:
    (folder / "link.py").symlink_to(folder / "gone.py")
    (folder / "loop.py").symlink_to(folder / "loop.py")
    (folder / "round").mkdir()
    (folder / "round" / "again").symlink_to(folder)
    found = check(cwd=folder)
    assert (found.returncode, found.stdout.count("INV107")) == (1, 1), found.stdout + found.stderr
    for name in ("link.py", "loop.py"):
        assert check(name, cwd=folder).returncode == 2, name


def test_a_folder_without_python_is_exit_2(folder: Path) -> None:
    (folder / "empty").mkdir()
    ran = check("empty", cwd=folder)
    assert (ran.returncode, linted(ran)) == (2, False)
    assert "empty" in ran.stderr


def test_the_same_file_twice_is_linted_once(folder: Path) -> None:
    ran = check("bad.py", "./bad.py", ".", folder / "bad.py", cwd=folder)
    assert (ran.returncode, ran.stdout.count("INV107")) == (1, 1)


def test_the_excerpt_shows_the_bytes_that_were_read(folder: Path) -> None:
    change = """
import pathlib, invocation_lint.facts as facts
real = facts.facts_of
def changed(*given):
    pathlib.Path("bad.py").write_text("# somebody saved meanwhile\\n")
    return real(*given)
facts.facts_of = changed
"""
    ran = run_lint("check", cwd=folder, prelude=change)
    assert ran.returncode == 1
    assert 'InvocationType="Async"' in ran.stdout


@pytest.mark.parametrize(
    "name", ["with space.py", "-dash.py", "naïve.py", "new\nline.py", "quote'\".py", "per%cent.py", "x:1:2.py"]
)
def test_odd_names_of_files(folder: Path, name: str) -> None:
    (folder / "bad.py").rename(folder / name)
    assert check(cwd=folder).returncode == 1
    ran = check("--", name, cwd=folder)
    assert (ran.returncode, ran.stdout.count("INV107")) == (1, 1), ran.stderr


def test_a_name_that_is_no_text(folder: Path) -> None:
    (folder / "bad.py").rename(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.py"))
    for output in ("concise", "full", "json"):
        ran = run_lint("check", "--output", output, cwd=folder)
        assert (ran.returncode, "INV107" in ran.stdout, ran.stderr) == (1, True, ""), output


def test_a_console_that_cannot_show_every_letter(folder: Path) -> None:
    (folder / "bad.py").write_text(BAD.replace('b"{}"', '"名前"'), "utf-8")
    ran = run_lint("check", cwd=folder, env={"PYTHONIOENCODING": "ascii"})
    assert (ran.returncode, ran.stderr) == (1, "")


def test_deep_expressions_are_analysed_or_reported_but_never_kill(folder: Path) -> None:
    deep = BAD + "x = " + "(" * 90 + "1" + ")" * 90 + "\ny = a" + ".b" * 400 + "\n"
    (folder / "bad.py").write_text(deep)
    ran = check(cwd=folder)
    assert (ran.returncode, ran.stdout.count("INV107")) == (1, 1), ran.stdout + ran.stderr


def test_possible_findings_are_marked_and_never_change_the_exit_code(folder: Path) -> None:
    call = "client.invoke(FunctionName='f', InvocationType=mode)"
    (folder / "maybe.py").write_text(f"import boto3\nclient = boto3.client('lambda')\ndef start(mode):\n    {call}\n")
    only = ("--select", "INV102", "maybe.py")
    silent = check(*only, cwd=folder)
    assert (silent.returncode, silent.stdout) == (0, "")
    shown = check("--possible", *only, cwd=folder)
    assert shown.returncode == 0
    assert "maybe.py:4:5: INV102 [sync-result-unused] possible: " in shown.stdout
    assert '"confidence": "possible"' in run_lint("check", "--possible", "--output", "json", *only, cwd=folder).stdout
    assert "possible warning[INV102]" in run_lint("check", "--possible", *only, cwd=folder).stdout


def test_code_in_a_template_is_said_not_to_be_read(tmp_path: Path) -> None:
    inline = "        ZipFile: |\n          import cfnresponse\n          def handler(event, context): pass\n"
    function = f"    Type: AWS::Lambda::Function\n    Properties:\n      Code:\n{inline}"
    text = f"AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  First:\n{function}  Second:\n{function}"
    (tmp_path / "template.yaml").write_text(text)
    for _ in range(2):  # the second time from the cache
        ran = run_lint("check", cwd=tmp_path)
        assert "inline code of 2 functions not read" in ran.stdout + ran.stderr
    (tmp_path / "template.yaml").write_text(text.replace("def handler(event, context): pass", "exports.handler = 1"))
    ran = run_lint("check", cwd=tmp_path)
    assert "inline code" not in ran.stdout + ran.stderr
