"""Reports: a module a format. Reporters see findings only, and the lines of the files that they quote.

A format is a module with `render(report, presentation) -> str`; its name is added to `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module

from invocation_lint.findings import Place, Report, Severity
from invocation_lint.records import record

FORMATS = ("full", "concise", "json", "github", "gitlab", "junit", "sarif")
FOR_PEOPLE = frozenset({"full", "concise", "github"})


@record
class RuleText:
    """What a report tells of a rule beside its findings. `help` is Markdown; `severity` the worst that it reports."""

    id: str
    name: str
    severity: Severity
    summary: str
    help: str
    proven: bool = False  # whether a program shows the harm


def _own_line(place: Place) -> int:
    return place.line


def _no_rules() -> Sequence[RuleText]:
    return ()


@record
class Presentation:
    """How a report is shown.

    `lines_of` gives the lines of a file, or of a cell of a notebook (`Place.document`), as they were read, or None;
    `line_in_file` the line of the file on which a place starts (in a notebook, not that of the cell); `path_of` the
    path of a file from the root of its repository, which is what services that show findings beside code ask for;
    `rules` what is known of the rules;
    `category` tells several reports on one commit apart.
    """

    lines_of: Callable[[str], Sequence[str] | None]
    version: str = ""
    color: bool = False
    closing_line: bool = True
    show_suppressed: bool = False
    path_of: Callable[[str], str] = str
    line_in_file: Callable[[Place], int] = _own_line
    rules: Callable[[], Sequence[RuleText]] = _no_rules
    category: str = "invocation-lint"


def render(name: str, report: Report, presentation: Presentation) -> str:
    """The report in the format of that name, one of FORMATS; ends in a newline unless it is empty."""
    text: str = import_module(f"invocation_lint.report.{name}").render(report, presentation)
    return text


def step_summary(report: Report, presentation: Presentation) -> str:
    """The table for the summary page of a GitHub Actions job, Markdown."""
    text: str = import_module("invocation_lint.report.step_summary").render(report, presentation)
    return text
