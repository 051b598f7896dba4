"""The report for people: each finding with the code it speaks of, what to do, and where to read more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from invocation_lint.findings import Confidence, Finding, Report
from invocation_lint.plain import plain
from invocation_lint.report import Presentation
from invocation_lint.report.closing import closing_line, fix_offered, fixable_line
from invocation_lint.report.concise import one_line
from invocation_lint.report.excerpt import Mark, excerpt
from invocation_lint.report.style import Style

MANY = 10
SHOWN_OF_MANY = 3
"""Of a rule with more findings than `MANY` in one report, so many are shown whole: the text is the same for each."""


def render(report: Report, presentation: Presentation) -> str:
    """The findings in order with a blank line between them, then the closing line. Of a rule with many findings the
    first ones are shown whole, and the rest are listed behind all others."""
    shown = report.findings if presentation.show_suppressed else report.active
    alone, listed = _divided(shown)
    blocks = ["".join(f"{row}\n" for row in one_finding(finding, presentation)) for finding in alone]
    blocks += ["".join(f"{row}\n" for row in rows) for rows in _lists(listed, presentation)]
    if presentation.closing_line:
        fixable = fixable_line(report)
        blocks.append((f"{fixable}\n" if fixable else "") + f"{closing_line(report)}\n")
    return "\n".join(blocks)


def _divided(shown: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
    """What is shown whole, and what is listed, a line each."""
    counted = Counter(finding.id for finding in shown)
    seen: Counter[str] = Counter()
    alone: list[Finding] = []
    listed: list[Finding] = []
    for finding in shown:
        seen[finding.id] += 1
        is_listed = counted[finding.id] > MANY and seen[finding.id] > SHOWN_OF_MANY
        (listed if is_listed else alone).append(finding)
    return alone, listed


def _lists(listed: Sequence[Finding], presentation: Presentation) -> Iterator[list[str]]:
    """For each rule of which more was found than is shown whole: how many, and their lines."""
    for rule in dict.fromkeys(finding.id for finding in listed):
        ours = [finding for finding in listed if finding.id == rule]
        style = Style(presentation.color, ours[0].severity)
        yield [style.main(f"{rule} {ours[0].name}: {len(ours)} more"), *(f"  {one_line(finding)}" for finding in ours)]


def one_finding(finding: Finding, presentation: Presentation) -> list[str]:
    """The rows of one finding: headline, place, excerpt, chain, notes, help, how to explain."""
    style = Style(presentation.color, finding.severity)
    mark = "possible " if finding.confidence is Confidence.POSSIBLE else ""
    mark = f"suppressed {mark}" if finding.suppressed_by else mark
    headline = style.main(f"{mark}{finding.severity.value}[{finding.id}] {finding.name}")
    rows = [f"{headline}: {style.strong(plain(finding.message))}"]
    rows += _excerpts(finding, presentation, style)
    rows += _chain(finding, style)
    rows += [_attached(style, "note", note) for note in finding.notes]
    if finding.suppressed_by:
        by = finding.suppressed_by
        where = by.reason if by.is_external else f"by the comment at {by.place.document}:{by.place.line} {by.reason}"
        rows.append(_attached(style, "suppressed", where))
    rows += [_attached(style, "help", line) for line in finding.help.split("\n") if line.strip()]
    if offered := fix_offered(finding):
        rows.append(_attached(style, "fix", f"[*] {offered}"))
    return [*rows, _attached(style, "explain", f"invocation-lint explain {finding.id}")]


def _excerpts(finding: Finding, presentation: Presentation, style: Style) -> list[str]:
    """An arrow to each file that has a place of the finding, its own first, with the marked lines."""
    places: dict[str, list[Mark]] = {finding.place.document: []}
    main = ""
    for label in finding.labels:
        if label.place == finding.place and not main:
            main = plain(label.text)
        else:
            places.setdefault(label.place.document, []).append(Mark(label.place, plain(label.text)))
    places[finding.place.document].insert(0, Mark(finding.place, main, main=True))
    rows: list[str] = []
    for path, marks in places.items():
        first = marks[0].place
        arrow = "-->" if path == finding.place.document else ":::"
        rows.append(f"  {style.frame(arrow)} {plain(path)}:{first.line}:{first.column}")
        lines = presentation.lines_of(path)
        if lines is not None and _is_within(marks, lines):
            rows += excerpt(lines, marks, style)
    return rows


def _is_within(marks: Sequence[Mark], lines: Sequence[str]) -> bool:
    return all(1 <= mark.place.line <= len(lines) for mark in marks)


def _chain(finding: Finding, style: Style) -> list[str]:
    """The calls that lead to the invocation, outermost first."""
    rows = []
    for depth, step in enumerate(finding.chain):
        where = f"{plain(step.place.document)}:{step.place.line}:{step.place.column}"
        if depth == 0:
            rows.append(_attached(style, "calls", f"{where} {step.text}"))
        else:
            rows.append(f"    {'  ' * depth}-> {where} {plain(step.text)}")
    return rows


def _attached(style: Style, name: str, text: str) -> str:
    return f"  {style.frame('=')} {style.strong(name + ':')} {plain(text)}"
