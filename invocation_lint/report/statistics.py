"""How often each rule was found, the most frequent first."""

from __future__ import annotations

from collections import Counter

from invocation_lint.findings import Confidence, Report
from invocation_lint.report import Presentation
from invocation_lint.report.closing import closing_line


def render(report: Report, presentation: Presentation) -> str:
    """A row a rule: how many findings, in how many files, its level, id and name; then the closing line."""
    shown = report.findings if presentation.show_suppressed else report.active
    found: Counter[tuple[str, str, str]] = Counter()
    files: dict[tuple[str, str, str], set[str]] = {}
    for finding in shown:
        mark = "possible " if finding.confidence is Confidence.POSSIBLE else ""
        rule = (f"{mark}{finding.severity.value}", finding.id, finding.name)
        found[rule] += 1
        files.setdefault(rule, set()).add(finding.place.path)
    cells = [
        (str(count), f"in {len(files[rule])} file{'' if len(files[rule]) == 1 else 's'}", *rule)
        for rule, count in sorted(found.items(), key=lambda item: (-item[1], item[0][1:], item[0][0]))
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)] if cells else []
    rows = [
        f"{count:>{widths[0]}}  {where:<{widths[1]}}  {level:<{widths[2]}}  {id_} [{name}]"
        for count, where, level, id_, name in cells
    ]
    if presentation.closing_line:
        rows.append(closing_line(report))
    return "".join(f"{row}\n" for row in rows)
