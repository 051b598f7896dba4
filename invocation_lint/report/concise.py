"""One line a finding, for editors and grep: `path:line:column: INV101 [sync-long-task] message`. This form is frozen.

What is only possible, or suppressed, says so before its message.
"""

from __future__ import annotations

from invocation_lint.findings import Confidence, Finding, Report
from invocation_lint.plain import plain
from invocation_lint.report import Presentation
from invocation_lint.report.closing import closing_line, fixable_line


def render(report: Report, presentation: Presentation) -> str:
    """The findings in order, then the closing line."""
    shown = report.findings if presentation.show_suppressed else report.active
    lines = [one_line(finding) for finding in shown]
    if presentation.closing_line:
        lines += [line for line in (fixable_line(report), closing_line(report)) if line]
    return "".join(f"{line}\n" for line in lines)


def one_line(finding: Finding) -> str:
    """A finding in one line."""
    place = finding.place
    mark = "possible: " if finding.confidence is Confidence.POSSIBLE else ""
    mark = "suppressed: " + mark if finding.suppressed_by else mark
    message = plain(" ".join(finding.message.split()))
    return f"{plain(place.document)}:{place.line}:{place.column}: {finding.id} [{finding.name}] {mark}{message}"
