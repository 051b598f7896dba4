"""Annotations of GitHub Actions: workflow commands that show findings beside the code of a pull request.

GitHub keeps 10 errors, 10 warnings and 10 notices of a step and drops the others without a word. So the whole list
stands in the log first, in a group; then come the annotations, the worst first, and a count of those not shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from invocation_lint.findings import Confidence, Finding, Report, Severity
from invocation_lint.plain import plain
from invocation_lint.report import Presentation
from invocation_lint.report.closing import closing_line, fix_offered
from invocation_lint.report.concise import one_line

MOST_A_LEVEL = 10
_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "notice"}
_ORDER = ("error", "warning", "notice")


def render(report: Report, presentation: Presentation) -> str:
    """The list in a group, the closing line, and the annotations."""
    shown = report.findings if presentation.show_suppressed else report.active
    rows = []
    if shown:
        rows.append(f"::group::invocation-lint: {len(shown)} finding{'' if len(shown) == 1 else 's'}")
        rows += [_in_the_log(finding) for finding in shown]
        rows.append("::endgroup::")
    if presentation.closing_line:
        rows.append(_data(closing_line(report)))
    rows += _annotations(report.active, presentation)
    return "".join(f"{row}\n" for row in rows)


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """The findings by level, each level in report order."""
    return sorted(findings, key=lambda finding: _ORDER.index(level_of(finding)))


def level_of(finding: Finding) -> str:
    """error, warning or notice; what is only possible is a notice."""
    return "notice" if finding.confidence is Confidence.POSSIBLE else _LEVEL[finding.severity]


def _in_the_log(finding: Finding) -> str:
    """A line of the list; one that GitHub would take for a command begins with a dot."""
    line = _data(one_line(finding))
    return f"./{line}" if line.lstrip().startswith(("::", "##[")) else line


def _annotations(findings: Sequence[Finding], presentation: Presentation) -> list[str]:
    counts = dict.fromkeys(_ORDER, 0)
    rows, left_out = [], 0
    for finding in worst_first(findings):
        level = level_of(finding)
        counts[level] += 1
        # The last notice that GitHub shows is kept for the count of what is left out.
        if counts[level] <= MOST_A_LEVEL - (level == "notice"):
            rows.append(_annotation(level, finding, presentation))
        else:
            left_out += 1
    if left_out:
        rows.append(f"::notice title=invocation-lint::{left_out} more: see the log of this step and the job's summary")
    return rows


def _annotation(level: str, finding: Finding, presentation: Presentation) -> str:
    place = finding.place
    properties: dict[str, str | int] = {"file": _plain_lines(presentation.path_of(place.path).replace("\\", "/"))}
    properties["line"] = presentation.line_in_file(place)
    properties["endLine"] = presentation.line_in_file(place._replace(line=place.end_line))
    if place.end_line == place.line and not place.cell:  # with several lines GitHub takes no columns
        properties |= {"col": place.column, "endColumn": max(place.end_column - 1, place.column)}
    properties["title"] = f"{finding.id} {finding.name}"
    mark = "possible: " if finding.confidence is Confidence.POSSIBLE else ""
    mark = f"{place.short}: {mark}" if place.cell else mark
    offered = fix_offered(finding)
    parts = (finding.message, finding.help, f"fix: {offered}" if offered else "")
    message = mark + _plain_lines("\n".join(part for part in parts if part))
    shown = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{level} {shown}::{_data(message)}"


def _plain_lines(text: str) -> str:
    """A text whose newlines are kept: a command writes them as %0A."""
    return "\n".join(map(plain, text.split("\n")))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
