"""What is imported when there is nothing to do: start-up must stay cheap."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.command import Ran, run_lint

HEAVY = {"libcst", "yaml", "sqlglot", "rich", "jsonschema", "pathspec", "tomllib", "tomli"}
SELDOM = {"multiprocessing", "concurrent", "logging", "asyncio", "difflib"}  # of the standard library
TRACE = "import atexit, sys\natexit.register(lambda: print('IMPORTED', *sorted(sys.modules), file=sys.stderr))"


def modules(ran: Ran) -> set[str]:
    line = next(line for line in ran.stderr.splitlines() if line.startswith("IMPORTED"))
    return set(line.split()[1:])


def imported(ran: Ran) -> set[str]:
    return {name.split(".")[0] for name in modules(ran)}


def test_version(folder: Path) -> None:
    ran = run_lint("--version", cwd=folder, prelude=TRACE)
    assert ran.returncode == 0
    assert re.fullmatch(r"invocation-lint \d+\.\d+\.\d+\S*\n", ran.stdout)
    assert not imported(ran) & (HEAVY | SELDOM)
    assert not modules(ran) & {"invocation_lint.engine", "invocation_lint.cli.check"}


def test_help(folder: Path) -> None:
    ran = run_lint("--help", cwd=folder, prelude=TRACE)
    assert ran.returncode == 0
    assert not imported(ran) & (HEAVY | SELDOM)
    assert not modules(ran) & {"invocation_lint.engine", "invocation_lint.cli.check"}


def test_files_without_invocations(folder: Path) -> None:
    ran = run_lint("check", "good.py", cwd=folder, prelude=TRACE)
    assert ran.returncode == 0
    assert not imported(ran) & (HEAVY - {"pathspec"} | SELDOM)
    floors = {name.split(".")[1] for name in modules(ran) if name.startswith("invocation_lint.")}
    assert not floors & {"analysis", "contracts", "facts", "fixes", "rulebook"}


def test_the_measure_sees_what_is_imported(folder: Path) -> None:
    ran = run_lint("check", "bad.py", cwd=folder, prelude=TRACE)
    assert "libcst" in imported(ran)


@pytest.mark.parametrize("format", ["full", "concise"])
def test_files_with_invocations_and_no_template_beside_them(folder: Path, format: str) -> None:
    """What only other files and other reports need stays where it is."""
    ran = run_lint("check", "bad.py", "--output", format, cwd=folder, prelude=TRACE)
    assert ran.returncode == 1
    assert not imported(ran) & {
        "rich",
        "pygments",
        "sqlglot",
        "jsonschema",
        "multiprocessing",
        "hcl2",
        "lark",
        "tree_sitter",
    }
    readers = {"cloudformation", "serverless", "terraform", "state_machines", "chalice"}
    readers |= {"cdk_constructs", "cdk_python", "cdk_typescript"}
    assert not modules(ran) & {f"invocation_lint.deployment.{name}" for name in readers}


@pytest.mark.parametrize("command", ["check", "explain", "rules", "facts", "config"])
def test_help_of_each_command(folder: Path, command: str) -> None:
    ran = run_lint(command, "--help", cwd=folder)
    assert ran.returncode == 0
    assert f" invocation-lint {command} " in ran.stdout.splitlines()[0]
