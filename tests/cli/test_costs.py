"""What a run cost, and what was too much for it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.command import run_lint

LARGE = (
    "import boto3\n\n\ndef send(a):\n"
    + "".join(f"    x{n} = [a, a, a, a, a, a, a, a]\n" for n in range(4000))
    + '    boto3.client("lambda").invoke(FunctionName="f", InvocationType="Event", Payload=b"{}")\n'
)


def test_functions_over_a_budget_are_named(folder: Path) -> None:
    (folder / "large.py").write_text(LARGE)
    ran = run_lint("check", "--verbose", "--output", "concise", "large.py", cwd=folder)
    assert "large.py: send: too large to follow" in ran.stderr
    assert "1 function too large to follow" in ran.stdout
    assert "too large" not in run_lint("check", "--output", "concise", "large.py", cwd=folder).stderr


def test_where_the_time_went(folder: Path) -> None:
    ran = run_lint("check", "--profile-analysis", "--output", "concise", cwd=folder)
    assert re.search(r"^ +\d+\.\d\d s  bad\.py$", ran.stderr, re.M)
    assert re.search(r"^ +\d+\.\d\d s +[\d,]+ nodes  bad\.py: \w+$", ran.stderr, re.M)
    assert "nodes" not in ran.stdout


def test_where_the_time_went_in_several_processes(folder: Path) -> None:
    ran = run_lint("check", "--profile-analysis", "--jobs", "2", "--output", "concise", cwd=folder)
    assert re.search(r"nodes  bad\.py: \w+$", ran.stderr, re.M)
