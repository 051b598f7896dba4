"""From findings with edits to texts: which edits of a round are made, and what a file reads then."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Sequence

from invocation_lint.findings import Edit, Finding
from invocation_lint.source.files.decode import decode
from invocation_lint.source.parsing.positions import line_starts

Span = tuple[int, int]
Point = tuple[int, int]  # line and column


def chosen(findings: Sequence[Finding], *, unsafe: bool) -> list[Finding]:
    """The findings that are mended in this round, in their order: of those whose edits overlap, the first."""
    taken: dict[str, _Taken] = defaultdict(_Taken)
    found = []
    for finding in sorted(findings, key=lambda finding: finding.sort_key):
        fix = finding.fix
        if fix is None or not finding.is_fixable or (fix.safety != "safe" and not unsafe):
            continue
        if not any(taken[edit.place.path].overlaps(edit) for edit in fix.edits):
            for edit in fix.edits:
                taken[edit.place.path].add(edit)
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
    pieces, at = [], 0
    for start, end, replacement in sorted((*_span(edit, starts), edit.replacement) for edit in edits):
        pieces += [text[at:start], replacement]
        at = end
    return "".join([*pieces, text[at:]]).encode(encoding)


def _span(edit: Edit, starts: Sequence[int]) -> Span:
    place = edit.place
    return starts[place.line - 1] + place.column - 1, starts[place.end_line - 1] + place.end_column - 1


class _Taken:
    """Edits of one file that do not overlap, in their order."""

    def __init__(self) -> None:
        self._stretches: list[tuple[Point, Point]] = []

    def add(self, edit: Edit) -> None:
        insort(self._stretches, _stretch(edit))

    def overlaps(self, edit: Edit) -> bool:
        """Whether an edit overlaps one of these: only those around its place in the order can be so near."""
        one = _stretch(edit)
        at = bisect_left(self._stretches, one)
        before = at - 1
        while before >= 0 and self._stretches[before][1] >= one[0]:
            if _overlap(one, self._stretches[before]):
                return True
            before -= 1
        while at < len(self._stretches) and self._stretches[at][0] <= one[1]:
            if _overlap(one, self._stretches[at]):
                return True
            at += 1
        return False


def _stretch(edit: Edit) -> tuple[Point, Point]:
    place = edit.place
    return (place.line, place.column), (place.end_line, place.end_column)


def _overlap(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    """Whether two edits share a character, or touch where one of them is an insertion, so that order would matter."""
    (start, end), (other_start, other_end) = one, other
    if start == end or other_start == other_end:
        return start <= other_end and other_start <= end
    return start < other_end and other_start < end
