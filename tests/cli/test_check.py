"""`invocation-lint check`, as a shell sees it: what is linted, what is printed, the exit code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import WAITS, Ran, clean_environment, run_lint
from tests.samples import BAD, FOUND, GOOD, USER_RULE


def concise(*arguments: str, cwd: Path, **more: str) -> Ran:
    return run_lint("check", "--output", "concise", "-q", *arguments, cwd=cwd, **more)


def test_findings_are_exit_1(folder: Path) -> None:
    ran = run_lint("check", cwd=folder)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "error[INV107] invalid-invocation-type" in ran.stdout
    assert "--> bad.py:7:12" in ran.stdout
    assert "return client.invoke(" in ran.stdout
    assert ran.stdout.endswith("\n1 error; 2 files scanned, 1 analysed\n")
    assert "\x1b" not in ran.stdout


def test_nothing_found_is_exit_0(folder: Path) -> None:
    ran = run_lint("check", "good.py", cwd=folder)
    assert (ran.returncode, ran.stdout) == (0, "no findings; 1 file scanned, 0 analysed\n")


def test_concise(folder: Path) -> None:
    ran = concise(cwd=folder)
    assert ran.stdout.startswith(f'bad.py:7:12: {FOUND} "Async" ')
    assert ran.stdout.count("\n") == 1


def test_quiet_leaves_the_closing_line_away(folder: Path) -> None:
    ran = run_lint("check", "-q", "good.py", cwd=folder)
    assert (ran.stdout, ran.stderr) == ("", "")


def test_several_outputs_in_one_run(folder: Path) -> None:
    ran = run_lint("check", "--output", "concise", "--output", "json=report.json", cwd=folder)
    assert FOUND in ran.stdout
    (finding,) = json.loads((folder / "report.json").read_text())["findings"]
    assert (finding["id"], finding["place"]["line"], finding["place"]["column"]) == ("INV107", 7, 12)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--fail-on", "error"], 1),
        (["--fail-on", "never"], 0),
        (["--exit-zero"], 0),
        (["--ignore", "INV107,INV3"], 0),
        (["--ignore", "invalid-invocation-type", "--ignore", "INV3xx"], 0),
        (["--select", "INV2"], 0),
        (["--select", "INV107"], 1),
        (["--select", "INV2", "--extend-select", "INV107"], 1),
        (["--exclude", "bad.py"], 0),
    ],
)
def test_options_decide_the_exit_code(folder: Path, arguments: list[str], status: int) -> None:
    ran = run_lint("check", *arguments, cwd=folder)
    assert ran.returncode == status, ran.stdout + ran.stderr


def test_exit_zero_does_not_hide_what_was_not_checked(folder: Path) -> None:
    (folder / "broken.py").write_text("client.invoke(FunctionName=\n")
    assert run_lint("check", "--exit-zero", cwd=folder).returncode == 2


@pytest.mark.parametrize("name", ["pyproject.toml", ".invocation-lint.yaml"])
def test_the_configuration_is_obeyed_in_both_forms(folder: Path, name: str) -> None:
    toml = name.endswith("toml")
    (folder / name).write_text('[tool.invocation-lint]\nselect = ["INV2"]\n' if toml else "select: [INV2]\n")
    assert run_lint("check", cwd=folder).returncode == 0
    assert run_lint("check", "--isolated", cwd=folder).returncode == 1
    assert run_lint("check", "--select", "INV107", cwd=folder).returncode == 1


def test_options_that_exclude_each_other(folder: Path) -> None:
    ran = run_lint("check", "--isolated", "--project", ".", cwd=folder)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "--isolated" in ran.stderr
    assert "--project" in ran.stderr


def test_the_nearest_configuration_of_each_file(folder: Path) -> None:
    for name in ("one", "two"):
        (folder / name).mkdir()
        (folder / name / "app.py").write_text(BAD)
    (folder / "one" / ".invocation-lint.yaml").write_text("ignore: [INV107]\n")
    assert concise(cwd=folder).stdout.count("INV107") == 2
    (folder / "pyproject.toml").write_text('[tool.invocation-lint]\nexclude = ["bad.py", "/two"]\n')
    assert concise(cwd=folder).stdout == ""


def test_overrides_by_path(folder: Path) -> None:
    (folder / "tests").mkdir()
    (folder / "tests" / "app.py").write_text(BAD)
    (folder / ".invocation-lint.yaml").write_text("overrides: [{paths: [tests/], ignore: [INV107]}]\n")
    ran = concise(cwd=folder)
    assert [line.split(":")[0] for line in ran.stdout.splitlines()] == ["bad.py"]


def test_exclude_and_files_given(folder: Path) -> None:
    (folder / ".invocation-lint.yaml").write_text("exclude: [bad.py]\n")
    assert run_lint("check", cwd=folder).returncode == 0
    assert run_lint("check", "bad.py", cwd=folder).returncode == 1
    given = run_lint("check", "--force-exclude", "bad.py", cwd=folder)
    assert (given.returncode, given.stdout) == (0, "no findings; 0 files scanned, 0 analysed\n")


def test_a_folder_that_is_excluded_above_is_excluded_however_its_files_are_reached(folder: Path) -> None:
    (folder / "gen").mkdir()
    (folder / "gen" / "app.py").write_text(BAD)
    (folder / "gen" / ".invocation-lint.yaml").write_text("profile: strict\n")
    (folder / ".invocation-lint.yaml").write_text("exclude: [gen]\n")
    (folder / "bad.py").unlink()
    assert run_lint("check", cwd=folder).returncode == 0
    assert run_lint("check", "--force-exclude", "gen/app.py", cwd=folder).returncode == 0
    assert run_lint("check", "gen/app.py", cwd=folder).returncode == 1


def test_standard_input(folder: Path) -> None:
    ran = concise("-", cwd=folder, stdin=BAD)
    assert ran.stdout.startswith(f"stdin:7:12: {FOUND}")
    named = concise("--stdin-filename", "app/new.py", "-", cwd=folder, stdin=BAD)
    assert named.stdout.startswith("app/new.py:7:12")
    assert concise("-", cwd=folder, stdin=GOOD).returncode == 0


def test_standard_input_replaces_the_file_of_its_name(folder: Path) -> None:
    ran = concise("--stdin-filename", "./bad.py", "-", ".", cwd=folder, stdin=GOOD)
    assert (ran.returncode, ran.stdout) == (0, "")


def test_the_name_of_standard_input_chooses_its_settings(folder: Path) -> None:
    (folder / "tests").mkdir()
    (folder / "tests" / ".invocation-lint.yaml").write_text("ignore: [INV107]\nexclude: [gen.py]\n")
    assert concise("--stdin-filename", "tests/x.py", "-", cwd=folder, stdin=BAD).returncode == 0
    excluded = ("--force-exclude", "--select", "INV107", "--stdin-filename", "tests/gen.py", "-")
    assert concise(*excluded, cwd=folder, stdin=BAD).returncode == 0


def test_color(folder: Path) -> None:
    assert "\x1b[" in run_lint("check", "--color", "always", cwd=folder).stdout
    assert "\x1b[" not in run_lint("check", "--color", "never", cwd=folder).stdout


PATIENT = "import invocation_lint.cli.progress as progress\nprogress.PATIENCE_SECONDS = {}\n"


def on_a_terminal(arguments: list[str], cwd: Path, patience: float = 1e9, **env: str) -> str:
    """Standard output and error of the command when both are a terminal."""
    main, child = os.openpty()
    code = f"{PATIENT.format(patience)}from invocation_lint.cli import main; main()"
    command = [sys.executable, "-c", code, *arguments]
    with subprocess.Popen(command, cwd=cwd, stdout=child, stderr=child, env=clean_environment(**env)) as process:
        os.close(child)
        shown = b""
        while True:
            try:
                read = os.read(main, 65536)
            except OSError:  # the other end is closed
                break
            if not read:
                break
            shown += read
        process.wait(timeout=600)
    os.close(main)
    return shown.decode()


def test_color_is_for_terminals_that_want_it(folder: Path) -> None:
    assert "\x1b[1;31m" in on_a_terminal(["check"], folder)
    assert "\x1b[" not in on_a_terminal(["check"], folder, NO_COLOR="1")
    assert "\x1b[" not in on_a_terminal(["check"], folder, TERM="dumb")


def test_a_progress_bar_only_on_a_terminal_and_when_it_takes_long(folder: Path) -> None:
    assert "/2" in on_a_terminal(["check"], folder, patience=0)
    assert "/2" not in on_a_terminal(["check"], folder)
    assert "/2" not in on_a_terminal(["check", "-q"], folder, patience=0)
    assert "/2" not in on_a_terminal(["check"], folder, patience=0, TERM="dumb")
    ran = run_lint("check", cwd=folder, prelude=PATIENT.format(0))
    assert (ran.stderr, "/2" in ran.stdout) == ("", False)


def test_without_arguments_it_says_how_to_start(folder: Path) -> None:
    ran = run_lint(cwd=folder)
    assert ran.returncode == 2
    assert "invocation-lint check" in ran.stderr


def test_suppressed_findings_are_counted_and_shown_when_asked_for(folder: Path) -> None:
    (folder / "bad.py").write_text(BAD.replace("    )\n", "    )  # noqa: INV107\n"))
    ran = run_lint("check", cwd=folder)
    assert (ran.returncode, ran.stdout) == (0, "no findings; 1 suppressed; 2 files scanned, 1 analysed\n")
    assert 'suppressed: "Async"' in concise("--show-suppressed", cwd=folder).stdout


def test_ctrl_c_is_exit_130(folder: Path) -> None:
    code = (
        f"import invocation_lint.engine as e\n{WAITS}e.lint_file = wait\nfrom invocation_lint.cli import main\nmain()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, "check"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=clean_environment(),
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=600)
    assert (process.returncode, errors.strip()) == (130, b"")


@pytest.mark.parametrize(("name", "status"), [("bad.py", 1), ("good.py", 0)])
def test_a_closed_reader_changes_nothing_but_the_reading(folder: Path, name: str, status: int) -> None:
    for how in (f"check {name} | true; exit ${{PIPESTATUS[0]}}", f"check {name} >&-"):
        ran = subprocess.run(
            ["bash", "-c", f"sleep 0; {sys.executable} -m invocation_lint {how}"],
            cwd=folder,
            capture_output=True,
            env=clean_environment(),
            check=False,
        )
        assert (ran.returncode, ran.stderr) == (status, b""), how


def test_many_findings_into_head(folder: Path) -> None:
    call = "client.invoke(FunctionName=name, InvocationType='Async')\n"
    (folder / "bad.py").write_text("import boto3\nclient = boto3.client('lambda')\n" + call * 3000)
    ran = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m invocation_lint check | head -1; exit ${{PIPESTATUS[0]}}"],
        cwd=folder,
        capture_output=True,
        env=clean_environment(),
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (1, b"")
    assert ran.stdout.count(b"\n") == 1


def test_a_related_place_in_another_file_is_shown_with_its_code(folder: Path) -> None:
    call = "boto3.client('lambda').invoke(FunctionName='f', InvocationType=mode)"
    (folder / "aws.py").write_text(f"import boto3\n\n\ndef send(mode):\n    return {call}\n")
    (folder / "app.py").write_text("from aws import send\n\n\ndef start():\n    return send('Async')\n")
    ran = run_lint("check", "-q", "--select", "INV107", "app.py", cwd=folder)
    assert ran.returncode == 1
    assert "--> app.py:5:12" in ran.stdout
    assert "::: aws.py:5:" in ran.stdout
    assert "invoke(FunctionName='f', InvocationType=mode)" in ran.stdout


@pytest.mark.parametrize("name", [".invocation-lint.yaml", "contracts/own.yaml", "team/own.yaml", "template.yaml"])
def test_a_file_that_holds_for_all_of_the_project_stands_for_it(folder: Path, name: str) -> None:
    """As in a hook: a changed contract can make a finding in a file that did not change."""
    (folder / "contracts").mkdir()
    (folder / "team").mkdir()
    (folder / "contracts" / "own.yaml").write_text("version: 1\nfunctions: []\n")
    (folder / "team" / "own.yaml").write_text(USER_RULE)
    (folder / "template.yaml").write_text("Resources: {A: {Type: AWS::Serverless::Function}}\n")
    (folder / ".invocation-lint.yaml").write_text("contracts: [contracts/*.yaml]\nextra-rules: [team]\n")
    ran = run_lint("check", "--output", "concise", "--force-exclude", "good.py", name, cwd=folder)
    assert (ran.returncode, "bad.py:7:12: INV107" in ran.stdout) == (1, True), ran.stderr
    assert "; whole project checked, because its configuration" in ran.stdout
    only = run_lint("check", "--output", "concise", "--force-exclude", "good.py", cwd=folder)
    assert (only.returncode, "whole project" in only.stdout) == (0, False)


def test_files_that_are_no_python_are_passed_over_as_hooks_name_them(folder: Path) -> None:
    (folder / "compose.yaml").write_text("a: [\n")
    (folder / "pyproject.toml").write_text("[tool.other]\n")
    ran = run_lint("check", "compose.yaml", "pyproject.toml", "good.py", cwd=folder)
    assert (ran.returncode, ran.stdout) == (0, "no findings; 1 file scanned, 0 analysed\n")
