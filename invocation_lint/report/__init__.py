"""Reports: a module a format. Reporters see findings only, and the lines of the files that they quote.

A format is a module with `render(report, presentation) -> str`; its name is added to `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

from invocation_lint.findings import Report

FORMATS = ("full", "concise", "json")


@dataclass(frozen=True, slots=True)
class Presentation:
    """How a report is shown. `lines_of` gives the lines of a file as they were read, or None."""

    lines_of: Callable[[str], Sequence[str] | None]
    version: str = ""
    color: bool = False
    closing_line: bool = True
    show_suppressed: bool = False


def render(name: str, report: Report, presentation: Presentation) -> str:
    """The report in the format of that name, one of FORMATS; ends in a newline unless it is empty."""
    text: str = import_module(f"invocation_lint.report.{name}").render(report, presentation)
    return text
