"""From findings with edits to texts: which edits of a round are made, and what a file reads then."""

from __future__ import annotations

from collections.abc import Sequence

from invocation_lint.findings import Edit, Finding
from invocation_lint.source.decode import decode
from invocation_lint.source.positions import line_starts

Span = tuple[int, int]


def chosen(findings: Sequence[Finding], *, unsafe: bool) -> list[Finding]:
    """The findings that are mended in this round, in their order: of those whose edits overlap, the first."""
    taken: list[Edit] = []
    found = []
    for finding in sorted(findings, key=lambda finding: finding.sort_key):
        fix = finding.fix
        if fix is None or not finding.is_fixable or (fix.safety != "safe" and not unsafe):
            continue
        if not any(_overlap(edit, other) for edit in fix.edits for other in taken):
            taken += fix.edits
            found.append(finding)
    return found


def edited(data: bytes, name: str, edits: Sequence[Edit]) -> bytes:
    """The bytes of a file with edits that do not overlap; encoding, byte order mark and line ends are kept.

    Raises ValueError where the text does not survive its own encoding, or lacks a character that is put in.
    """
    text, encoding = decode(data, name)
    if text.encode(encoding) != data:
        raise ValueError("the text does not survive its encoding")
    starts = line_starts(text)
    for start, end, replacement in sorted(((*_span(edit, starts), edit.replacement) for edit in edits), reverse=True):
        text = text[:start] + replacement + text[end:]
    return text.encode(encoding)


def _span(edit: Edit, starts: Sequence[int]) -> Span:
    place = edit.place
    return starts[place.line - 1] + place.column - 1, starts[place.end_line - 1] + place.end_column - 1


def _overlap(one: Edit, other: Edit) -> bool:
    """Whether two edits share a character, or touch where one of them is an insertion, so that order would matter."""
    a, b = one.place, other.place
    if a.path != b.path:
        return False
    first, second = (a.line, a.column, a.end_line, a.end_column), (b.line, b.column, b.end_line, b.end_column)
    if first[:2] == first[2:] or second[:2] == second[2:]:
        return first[:2] <= second[2:] and second[:2] <= first[2:]
    return first[:2] < second[2:] and second[:2] < first[2:]
