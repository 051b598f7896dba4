"""What a run says of findings that other files have about the handlers it looks at."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.command import ROOT, run_lint

HANDLER = "story_platform/notification.py"
CALLER = "story_platform/content_agent.py"


@pytest.fixture
def example(tmp_path: Path) -> Path:
    folder = tmp_path / "example"
    shutil.copytree(ROOT / "examples" / "story_platform", folder)
    (folder / "pyproject.toml").touch()
    return folder


def rename_field(folder: Path) -> None:
    """Let the handler need another field than its caller sends."""
    handler = folder / HANDLER
    handler.write_text(handler.read_text().replace("readerId", "listenerId"))


def elsewhere(folder: Path, *paths: str) -> dict[str, int]:
    """What the report for programs says."""
    summary = json.loads(run_lint("check", "--output", "json", *paths, cwd=folder).stdout)["summary"]
    found: dict[str, int] = summary["found_elsewhere"]
    return found


def test_a_changed_handler_alone_is_told_how_many_findings_its_callers_have(example: Path) -> None:
    assert CALLER not in elsewhere(example, HANDLER)
    rename_field(example)
    assert elsewhere(example, HANDLER)[CALLER] == 1
    ran = run_lint("check", HANDLER, cwd=example)
    assert f"1 finding in other files about these handlers: check {CALLER} as well" in ran.stdout + ran.stderr


def test_what_is_looked_at_already_is_not_elsewhere(example: Path) -> None:
    rename_field(example)
    assert CALLER not in elsewhere(example, HANDLER, CALLER)
    assert elsewhere(example, ".") == {}


def test_other_files_than_handlers_have_nothing_elsewhere(example: Path) -> None:
    (example / "helper.py").write_text("def helper(event):\n    return event['id']\n")
    assert elsewhere(example, "helper.py") == {}


def test_findings_that_a_comment_suppresses_do_not_count(example: Path) -> None:
    rename_field(example)
    caller = example / CALLER
    sent = next(line for line in caller.read_text().splitlines() if "readerId" in line)
    caller.write_text(caller.read_text().replace(sent, f"{sent}  # noqa"))
    assert CALLER not in elsewhere(example, HANDLER)


def test_files_that_are_looked_at_alone_have_none(example: Path) -> None:
    rename_field(example)
    assert elsewhere(example, "--isolated", HANDLER) == {}
