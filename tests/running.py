"""Runs the rules over a few files that a test writes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from invocation_lint.engine import Input, lint
from invocation_lint.findings import Finding
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration


def findings_in(
    folder: Path, files: Mapping[str, str], rule: str, *, possible: bool = False, settings: str = ""
) -> list[Finding]:
    """The findings of one rule in a project with these files, `settings` being lines of its configuration."""
    (folder / ".git").mkdir(parents=True)
    (folder / ".invocation-lint.yaml").write_text(f"{settings}possible: {str(possible).lower()}\n")
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(text))
    given = [Input(name, folder / name) for name in sorted(files) if name.endswith(".py")]
    found = lint(given, Project(Configuration())).report.findings
    return [finding for finding in found if finding.id == rule]
