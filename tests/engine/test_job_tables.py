"""Which tables hold jobs: the usual ones, those of the configuration, and those that a contract names."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.engine import Input, lint
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration

SOURCE = b"""\
from database import supabase

def work():
    supabase.table("renders").select("*").eq("status", "queued").execute()
    supabase.table("asset_jobs").select("*").eq("status", "queued").execute()
    supabase.table("print_tasks").select("*").eq("status", "queued").execute()
"""
CONTRACT = "version: 1\njob_tables: [renders]\n"


@pytest.mark.parametrize(
    ("settings", "lines"),
    [
        ("", [5]),
        ("job-tables: ['*_tasks']", [6]),
        ("contracts: [renders.yaml]", [4, 5]),
        ("contracts: [renders.yaml]\njob-tables: ['*_tasks']", [4, 6]),
    ],
)
def test_which_tables_hold_jobs(tmp_path: Path, settings: str, lines: list[int]) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "renders.yaml").write_text(CONTRACT)
    (tmp_path / ".invocation-lint.yaml").write_text(settings)
    path = tmp_path / "worker.py"
    path.write_bytes(SOURCE)
    run = lint([Input(str(path), path)], Project(Configuration()))
    assert [finding.place.line for finding in run.report.findings if finding.id == "INV501"] == lines
