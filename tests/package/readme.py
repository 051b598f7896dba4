"""Fills the derived parts of README.md: `python -m tests.package.readme` writes them anew."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration
from tests.command import ROOT, clean_environment

README = ROOT / "README.md"
FAMILIES = {
    "0": "The tool itself",
    "1": "Mode and time",
    "2": "Payload contract",
    "3": "Errors and answers",
    "4": "Encoding",
    "5": "Job queries",
    "6": "Function hygiene",
    "7": "Handlers",
    "8": "Messaging",
    "9": "Templates",
}


def terminal(rule: str) -> str:
    """The first finding of a rule on the shipped example, as the terminal shows it without colour."""
    given = ["check", "examples/story_platform", "--select", rule, "--color", "never", "--isolated"]
    done = subprocess.run(
        [sys.executable, "-m", "invocation_lint", *given[:-1]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=clean_environment(),
        check=False,
    )
    return done.stdout.split("\n\n")[0].rstrip()


def rules() -> str:
    """The table of all rules."""
    project = Project(Configuration(isolated=True))
    rows = project.table(project.configuration.for_folder(Path.cwd()))
    lines = ["| id | name | level | finds |", "| --- | --- | --- | --- |"]
    family = ""
    for row in rows:
        if row.id[3] != family:
            family = row.id[3]
            lines.append(f"| | **{FAMILIES[family]}** | | |")
        lines.append(f"| {row.id} | {row.name} | {row.severity} | {row.summary} |")
    return "\n".join(lines)


def filled(text: str) -> str:
    """The README with its derived parts made anew."""
    text = re.sub(
        r"(<!-- terminal: (\w+) -->\n```text\n).*?(```\n<!-- end -->)",
        lambda match: f"{match[1]}{terminal(match[2])}\n{match[3]}",
        text,
        flags=re.DOTALL,
    )
    return re.sub(
        r"(<!-- rules -->\n).*?(<!-- end -->)",
        lambda match: f"{match[1]}\n{rules()}\n\n{match[2]}",
        text,
        count=1,
        flags=re.DOTALL,
    )


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
