"""The plugin in real flake8: the findings of the command line, through flake8's own machinery."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command import Ran, run_lint
from tests.notebooks import notebook
from tests.samples import BAD, FOUND, GOOD

Flake8 = Callable[..., Ran]
OURS = ("--select", "INV,INX")
USER_RULE = """\
id: INX001
name: invoked-at-all
summary: our team invokes nothing
severity: error
fact: invocation
when: {api: invoke}
message: nothing may be invoked here
"""


def test_the_same_line_as_the_command_line(flake8: Flake8, folder: Path) -> None:
    (folder / "bad.py").write_text(BAD)
    (folder / "good.py").write_text(GOOD)
    ran = flake8(*OURS, ".", cwd=folder)
    assert ran.returncode == 1
    ours = run_lint("check", "-q", "--output", "concise", cwd=folder).stdout
    assert f"bad.py:7:12: {FOUND}" in ours
    assert ran.stdout.replace("./", "") == ours


@pytest.mark.parametrize("form", ["{}", "./{}", "src/../{}", "FOLDER/{}"])
def test_however_the_files_are_named(flake8: Flake8, folder: Path, form: str) -> None:
    (folder / "src").mkdir()
    (folder / "src" / "sending.py").write_text(BAD)
    (folder / "calling.py").write_text("from src.sending import start\n\n\ndef main():\n    start('a')\n")
    names = [form.format(name).replace("FOLDER", str(folder)) for name in ("calling.py", "src/sending.py")]
    ran = flake8("-j1", *OURS, *names, cwd=folder)
    assert "INV107" in ran.stdout


def test_codes_show_next_to_the_default_ones(flake8: Flake8, folder: Path) -> None:
    (folder / "bad.py").write_text(BAD)
    assert "INV107" in flake8("bad.py", cwd=folder).stdout
    (folder / ".flake8").write_text("[flake8]\nselect = E,F,W\nextend-select = INV,INX\n")
    assert "INV107" in flake8("bad.py", cwd=folder).stdout


def test_own_rules_have_their_own_entry(flake8: Flake8, folder: Path) -> None:
    (folder / "bad.py").write_text(BAD)
    (folder / "team").mkdir()
    (folder / "team" / "rule.yaml").write_text(USER_RULE)
    (folder / ".invocation-lint.yaml").write_text("extra-rules: [team]\n")
    ran = flake8("bad.py", cwd=folder)
    codes = sorted(line.split()[1] for line in ran.stdout.splitlines())
    assert codes == sorted({"INV107", "INX001"} | set(codes)) and len(codes) == len(set(codes))
    assert {"INV107", "INX001"} <= set(codes)


def test_the_baseline_of_the_configuration_counts(flake8: Flake8, folder: Path) -> None:
    (folder / "bad.py").write_text(BAD)
    (folder / ".invocation-lint.yaml").write_text("baseline: known.json\n")
    assert "cannot read known.json" in flake8(*OURS, "bad.py", cwd=folder).stdout
    assert run_lint("check", "--write-baseline", cwd=folder).returncode == 0
    assert flake8(*OURS, "bad.py", cwd=folder).stdout == ""
    (folder / "more.py").write_text(BAD)
    assert "more.py:7:12: INV107" in flake8(*OURS, ".", cwd=folder).stdout


@pytest.mark.parametrize("comment", ["# noqa: INV107", "# invocation-lint: ignore[invalid-invocation-type] why"])
def test_a_comment_on_the_last_line_of_the_statement_counts(flake8: Flake8, folder: Path, comment: str) -> None:
    (folder / "bad.py").write_text(BAD.replace("    )\n", f"    )  {comment}\n"))
    assert flake8(*OURS, "bad.py", cwd=folder).stdout == ""


def test_flake8_filters_again(flake8: Flake8, folder: Path) -> None:
    (folder / "bad.py").write_text(BAD)
    assert flake8("--select", "INV", "--ignore", "INV1", "bad.py", cwd=folder).stdout == ""
    (folder / "bad.py").write_text("# flake8: noqa\n" + BAD)
    assert flake8(*OURS, "bad.py", cwd=folder).stdout == ""


def test_noqa_inside_a_string_silences_flake8_only(flake8: Flake8, folder: Path) -> None:
    """A documented difference: flake8 reads physical lines, we read comments."""
    (folder / "bad.py").write_text(BAD.replace("return client.invoke(", 'return "# noqa", client.invoke('))
    assert flake8(*OURS, "bad.py", cwd=folder).stdout == ""
    assert "INV107" in run_lint("check", cwd=folder).stdout


def test_a_syntax_error_is_flake8s(flake8: Flake8, folder: Path) -> None:
    (folder / "bad.py").write_text(BAD + "def (:\n")
    ran = flake8("--select", "E9,INV,INX", "bad.py", cwd=folder)
    assert "E999" in ran.stdout and "INV" not in ran.stdout


def test_what_is_off_by_default_is_not_yielded(flake8: Flake8, folder: Path) -> None:
    (folder / "bad.py").write_text(BAD)
    (folder / ".invocation-lint.yaml").write_text("ignore: [INV107]\n")
    assert "INV107" not in flake8("--ignore", "E501", "--select", "INV,INX", "bad.py", cwd=folder).stdout


def test_the_configuration_may_exclude(flake8: Flake8, folder: Path) -> None:
    (folder / "bad.py").write_text(BAD)
    (folder / ".invocation-lint.yaml").write_text("exclude: [bad.py]\n")
    assert flake8(*OURS, "bad.py", cwd=folder).stdout == ""


def test_standard_input_with_a_display_name(flake8: Flake8, folder: Path) -> None:
    (folder / "app").mkdir()
    (folder / "app" / ".invocation-lint.yaml").write_text("ignore: [INV107]\n")
    plain = flake8(*OURS, "-", cwd=folder, stdin=BAD)
    assert plain.stdout.startswith(f"stdin:7:12: {FOUND}")
    named = flake8(*OURS, "--stdin-display-name", "x/new.py", "-", cwd=folder, stdin=BAD)
    assert named.stdout.startswith(f"x/new.py:7:12: {FOUND}")
    inside = flake8(*OURS, "--stdin-display-name", "app/new.py", "-", cwd=folder, stdin=BAD)
    assert "INV107" not in inside.stdout


def test_the_buffer_is_linted_not_the_file_of_its_name(flake8: Flake8, folder: Path) -> None:
    (folder / "bad.py").write_text(BAD)
    assert flake8(*OURS, "--stdin-display-name", "bad.py", "-", cwd=folder, stdin=GOOD).stdout == ""


def test_several_processes(flake8: Flake8, folder: Path) -> None:
    for number in range(6):
        (folder / f"bad{number}.py").write_text(BAD)
    one, two = (flake8(*OURS, f"-j{jobs}", ".", cwd=folder) for jobs in (1, 2))
    assert sorted(one.stdout.splitlines()) == sorted(two.stdout.splitlines())
    assert one.stdout.count("INV107") == 6


@pytest.mark.parametrize("where", ["option", "file"])
def test_the_configuration_can_be_given(flake8: Flake8, folder: Path, where: str) -> None:
    (folder / "bad.py").write_text(BAD)
    (folder / "etc").mkdir()
    (folder / "etc" / "lint.yaml").write_text("ignore: [INV107]\n")
    if where == "file":
        (folder / ".flake8").write_text("[flake8]\ninvocation-lint-config = etc/lint.yaml\n")
        ran = flake8(*OURS, "bad.py", cwd=folder)
    else:
        ran = flake8(*OURS, "--invocation-lint-config", "etc/lint.yaml", "bad.py", cwd=folder)
    assert (ran.stdout, ran.stderr) == ("", "")


def test_a_wrong_configuration_is_a_finding_and_flake8_goes_on(flake8: Flake8, folder: Path) -> None:
    (folder / "bad.py").write_text(BAD + "import os\n")
    (folder / ".invocation-lint.yaml").write_text("selct: []\n")
    ran = flake8("bad.py", cwd=folder)
    assert 'INV000 [internal-error] nothing was checked: .invocation-lint.yaml:1:1: unknown key "selct"' in ran.stdout
    assert ran.stdout.count("INV000") == 1
    assert "F401" in ran.stdout and ran.stderr == ""


def test_a_crash_is_a_finding_and_nothing_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    import ast

    from invocation_lint import flake8_plugin

    class Broken(list[str]):
        def __iter__(self):  # type: ignore[no-untyped-def]
            raise RuntimeError("no lines")

    plugin = flake8_plugin.InvocationPlugin(ast.parse(""), "x.py", [BAD])
    plugin.text = Broken()  # type: ignore[assignment]
    ((line, column, message, kind),) = plugin.run()
    assert (line, column, kind) == (1, 0, flake8_plugin.InvocationPlugin)
    assert message.startswith("INV000 [internal-error] ")
    assert capsys.readouterr() == ("", "")


def test_columns_count_characters(flake8: Flake8, folder: Path) -> None:
    source = BAD.replace("return client.invoke(", 'return "é名", client.invoke(')
    (folder / "bad.py").write_text(source, "utf-8")
    assert "bad.py:7:18: INV107" in flake8(*OURS, "bad.py", cwd=folder).stdout


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8-sig"])
def test_a_file_in_its_own_encoding(flake8: Flake8, folder: Path, encoding: str) -> None:
    cookie = "# coding: latin-1\n" if encoding == "latin-1" else "#\n"
    (folder / "bad.py").write_bytes((cookie + BAD.replace("{}", "\\x00") + "# é\n").encode(encoding))
    assert "bad.py:8:12: INV107" in flake8(*OURS, "bad.py", cwd=folder).stdout


def test_the_module_is_cheap_to_import(folder: Path) -> None:
    code = "import invocation_lint.flake8_plugin, sys; print(sorted({'libcst', 'yaml', 'click'} & set(sys.modules)))"
    ran = run_lint("--version", cwd=folder, prelude=code)
    assert ran.stdout.startswith("[]\n"), (ran.stdout, sys.version)


def test_a_notebook_that_is_named_gives_lines_of_the_file_and_the_cell(flake8: Flake8, folder: Path) -> None:
    text = notebook("x = 1", BAD)
    (folder / "nb.ipynb").write_text(text)
    ran = flake8("--select", "INV", "nb.ipynb", cwd=folder)
    line = next(number for number, row in enumerate(text.split("\n"), 1) if "return client.invoke(" in row)
    assert ran.stdout.startswith(f'nb.ipynb:{line}:1: {FOUND} cell 2:7:12: "Async"')
