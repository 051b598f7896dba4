"""The table for the summary page of a GitHub Actions job, in Markdown."""

from __future__ import annotations

import re

from invocation_lint.findings import Confidence, Finding, Report
from invocation_lint.plain import plain
from invocation_lint.report import Presentation
from invocation_lint.report.closing import closing_line
from invocation_lint.report.github import worst_first

MOST_ROWS = 500  # a step's summary may hold 1 MiB
_ACTIVE = re.compile(r"([\\`*_{}\[\]<>|#~!$@])")


def render(report: Report, presentation: Presentation) -> str:
    """A heading, a row a finding with the worst first, and the closing line."""
    findings = worst_first(report.active)
    rows = ["### invocation-lint", ""]
    if findings:
        rows += ["| | rule | place | message |", "|---|---|---|---|"]
        rows += [_row(finding, presentation) for finding in findings[:MOST_ROWS]]
        rows.append("")
    if len(findings) > MOST_ROWS:
        rows += [f"{len(findings) - MOST_ROWS} more: see the log of the step.", ""]
    rows.append(_text(closing_line(report)))
    return "".join(f"{row}\n" for row in rows) + "\n"


def _row(finding: Finding, presentation: Presentation) -> str:
    place = finding.place
    mark = "possible " if finding.confidence is Confidence.POSSIBLE else ""
    where = f"{presentation.path_of(place.path)}:{place.short.rpartition(':')[0]}"
    cells = (f"{mark}{finding.severity.value}", f"{finding.id} {finding.name}", where, finding.message)
    return f"| {' | '.join(_text(cell) for cell in cells)} |"


def _text(text: str) -> str:
    """Text in one line in which Markdown sees no mark-up."""
    return _ACTIVE.sub(r"\\\1", plain(" ".join(text.split())))
