"""What is imported when there is nothing to do: start-up must stay cheap."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.command import Ran, run_lint

HEAVY = {"libcst", "yaml", "sqlglot", "rich", "jsonschema", "pathspec", "tomllib", "tomli"}
TRACE = "import atexit, sys\natexit.register(lambda: print('IMPORTED', *sorted(sys.modules), file=sys.stderr))"


def imported(ran: Ran) -> set[str]:
    line = next(line for line in ran.stderr.splitlines() if line.startswith("IMPORTED"))
    return {name.split(".")[0] for name in line.split()[1:]}


def test_version(folder: Path) -> None:
    ran = run_lint("--version", cwd=folder, prelude=TRACE)
    assert ran.returncode == 0
    assert re.fullmatch(r"invocation-lint \d+\.\d+\.\d+\S*\n", ran.stdout)
    assert not imported(ran) & HEAVY


def test_files_without_invocations(folder: Path) -> None:
    ran = run_lint("check", "good.py", cwd=folder, prelude=TRACE)
    assert ran.returncode == 0
    assert not imported(ran) & (HEAVY - {"pathspec"})


def test_the_measure_sees_what_is_imported(folder: Path) -> None:
    ran = run_lint("check", "bad.py", cwd=folder, prelude=TRACE)
    assert "libcst" in imported(ran)


@pytest.mark.parametrize("command", ["check", "explain", "rules", "facts", "config"])
def test_help_of_each_command(folder: Path, command: str) -> None:
    ran = run_lint(command, "--help", cwd=folder)
    assert ran.returncode == 0
    assert f" invocation-lint {command} " in ran.stdout.splitlines()[0]
