"""The commands beside `check`: explain, rules, facts, config show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from invocation_lint.tool_findings import TOOL_FINDINGS
from tests.command import ROOT, run_lint
from tests.samples import BAD, USER_RULE


@pytest.mark.parametrize("word", ["INV107", "inv107", "invalid-invocation-type"])
def test_explain_prints_the_readme_of_the_rule(folder: Path, word: str) -> None:
    ran = run_lint("explain", word, cwd=folder)
    readme = (ROOT / "rules" / "INV107-invalid-invocation-type" / "README.md").read_text("utf-8")
    assert (ran.returncode, ran.stdout.strip(), ran.stderr) == (0, readme.strip(), "")


@pytest.mark.parametrize("finding", TOOL_FINDINGS, ids=lambda finding: finding.id)
def test_explain_knows_the_findings_of_the_tool(folder: Path, finding: object) -> None:
    ran = run_lint("explain", finding.name, cwd=folder)  # type: ignore[attr-defined]
    assert ran.returncode == 0
    assert ran.stdout.startswith(f"# {finding.id} {finding.name}\n")  # type: ignore[attr-defined]


def test_explain_an_unknown_rule(folder: Path) -> None:
    ran = run_lint("explain", "sync-long-tsk", cwd=folder)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "no rule is called 'sync-long-tsk'; did you mean 'sync-long-task'?" in ran.stderr


@pytest.mark.parametrize("word", ["INV3", "inv3xx", "INV10x", "all", "INX"])
def test_explain_takes_the_words_that_select_takes(team: Path, word: str) -> None:
    ran = run_lint("explain", word, cwd=team)
    selected = json.loads(run_lint("rules", "--format", "json", "--select", word, cwd=team).stdout)
    listed = [line.split()[0] for line in ran.stdout.splitlines() if line.startswith("IN")]
    assert (ran.returncode, ran.stderr) == (0, "")
    assert listed == [row["id"] for row in selected if row["runs"] and row["id"] not in ("INV000", "INV001")] or (
        word == "all" and listed == [row["id"] for row in selected]
    )
    assert ran.stdout.splitlines()[-1] == f"`invocation-lint explain {listed[0]}` explains a single rule."


def test_explain_runs_the_proof_of_one_rule_only(folder: Path) -> None:
    ran = run_lint("explain", "INV3", "--run", cwd=folder)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "--run needs a single rule" in ran.stderr


def test_rules_lists_every_text_of_a_rule(team: Path) -> None:
    ran = run_lint("rules", "--messages", cwd=team)
    assert ran.returncode == 0
    assert "INX001 message: do not invoke\n" in ran.stdout
    rows = json.loads(run_lint("rules", "--messages", "--format", "json", cwd=team).stdout)
    assert {"id": "INX001", "kind": "message", "text": "do not invoke"} in rows
    assert {row["kind"] for row in rows} == {"message", "label", "help"}
    assert [line.split(": ", 1)[1].strip() for line in ran.stdout.splitlines()] == [row["text"] for row in rows]


@pytest.fixture
def team(folder: Path) -> Path:
    (folder / "team").mkdir()
    (folder / "team" / "own.yaml").write_text(USER_RULE)
    (folder / ".invocation-lint.yaml").write_text("extra-rules: [team]\n")
    return folder


def test_a_rule_of_ones_own_is_known_everywhere(team: Path) -> None:
    explained = run_lint("explain", "our-own", cwd=team)
    assert explained.stdout == "# INX001 our-own\n\nnothing may be invoked\n\nThe team said so.\n"
    assert "* INX001 our-own " in run_lint("rules", cwd=team).stdout
    found = run_lint("check", "--select", "INX", "--output", "concise", "-q", cwd=team)
    assert found.stdout == "bad.py:7:12: INX001 [our-own] do not invoke\n"
    assert "INX001" not in run_lint("rules", "--isolated", cwd=team).stdout


def test_rules_lists_every_room_and_marks_what_runs(folder: Path) -> None:
    ran = run_lint("rules", cwd=folder)
    listed = {line[2:8]: line for line in ran.stdout.splitlines()}
    rooms = {room.parent.name[:6] for room in (ROOT / "rules").glob("INV*/rule.yaml")}
    assert set(listed) == rooms | {finding.id for finding in TOOL_FINDINGS}
    assert listed["INV107"].startswith("* INV107 invalid-invocation-type ")
    only = run_lint("rules", "--select", "INV2", cwd=folder).stdout
    assert {line[2:6] for line in only.splitlines() if line.startswith("*") and "INV00" not in line} == {"INV2"}


def test_rules_as_json(folder: Path) -> None:
    rows = json.loads(run_lint("rules", "--format", "json", cwd=folder).stdout)
    (row,) = [row for row in rows if row["id"] == "INV107"]
    assert row | {"summary": ""} == {
        "id": "INV107",
        "name": "invalid-invocation-type",
        "severity": "error",
        "profile": "default",
        "runs": True,
        "summary": "",
    }


def test_facts_as_text(folder: Path) -> None:
    ran = run_lint("facts", "bad.py", cwd=folder)
    assert ran.returncode == 0
    first, *rest = ran.stdout.splitlines()
    assert first == "bad.py:7:12: invocation in start"
    assert any(line.split()[:2] == ["invocation_type", "Async"] and "line 9" in line for line in rest)


def test_facts_as_json(folder: Path) -> None:
    document = json.loads(run_lint("facts", "bad.py", "--format", "json", cwd=folder).stdout)
    (fact,) = document["facts"]
    assert (document["version"], fact["kind"], fact["site"]["line"]) == (1, "invocation", 7)
    assert fact["data"]["invocation_type"] == "Async"
    assert fact["data"]["in_loop"] is None
    assert "unknown" in fact["data"]["function"]["name"]


def test_facts_of_a_file_that_invokes_nothing(folder: Path) -> None:
    ran = run_lint("facts", "good.py", cwd=folder)
    assert (ran.returncode, ran.stdout) == (0, "no facts found that rules use\n")


def test_facts_of_what_is_not_there_or_broken(folder: Path) -> None:
    assert run_lint("facts", "none.py", cwd=folder).returncode == 2
    (folder / "broken.py").write_text(BAD + "def (:\n")
    ran = run_lint("facts", "broken.py", cwd=folder)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("broken.py:12:")


def test_config_show_tells_values_and_origins(folder: Path) -> None:
    (folder / "pyproject.toml").write_text(
        """\
[tool.invocation-lint]
profile = "strict"
exclude = ["gen"]

[tool.invocation-lint.rules.sync-long-task]
max_sync_seconds = 20

[[tool.invocation-lint.overrides]]
paths = ["tests/"]
ignore = ["INV3"]
"""
    )
    ran = run_lint("config", "show", "app.py", "--fail-on", "error", cwd=folder)
    shown = {line.split(" = ")[0]: line.split(" = ")[1] for line in ran.stdout.splitlines()}
    told = {name: " ".join(text.split()) for name, text in shown.items()}
    assert told["profile"] == '"strict" # pyproject.toml:2'
    assert told["exclude"] == '["gen"] # pyproject.toml:3'
    assert told["fail-on"] == '"error" # the command line'
    assert told["select"] == "(not set) # default"
    assert told["rules.sync-long-task.max_sync_seconds"] == "20 # pyproject.toml:6"
    assert told["ignore"] == "[] # default"
    tests = run_lint("config", "show", "tests/test_app.py", cwd=folder).stdout
    assert 'ignore = ["INV3"]' in tests and "pyproject.toml:10" in tests


def test_config_show_finds_mistakes(folder: Path) -> None:
    (folder / ".invocation-lint.yaml").write_text("ignore: [INV999]\n")
    assert run_lint("config", "show", "app.py", cwd=folder).returncode == 2
