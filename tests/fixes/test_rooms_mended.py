"""The fix of each room, on all examples of its README and on its bad program."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from invocation_lint.findings import Edit
from invocation_lint.fixes.editing.applying import chosen, edited
from invocation_lint.fixes.registry import FIXES
from tests.fixes.mending import RULES, comments, edits_of, found, mended
from tests.rules.test_rooms import EXAMPLES, ROOMS, Example, rule_of

WITH_FIX = [room for room in ROOMS if rule_of(room).fix is not None]
MARKED = [example for example in EXAMPLES if example.room in WITH_FIX and example.marked("error")]

NEVER = {
    "INV904": "it mends templates, as test_item_failures.py shows",
    "INV101": "its examples use the answer of the long task: an event's answer is empty",
    "INV103": "the deadlines of its examples are told by a template, beside which no fix is tried here",
}
"""Rules whose fix applies to none of their own examples, and why."""


@pytest.mark.parametrize("example", MARKED, ids=str)
def test_what_is_mended_is_silent_and_nothing_else_changes(example: Example) -> None:
    rule = rule_of(example.room).id
    findings = found(example.text, rule, file=example.file)
    picked = chosen(findings, unsafe=True)
    once = edited(example.text.encode(), example.file, edits_of(picked)).decode()
    ast.parse(once)
    left = found(once, rule, file=example.file)
    assert len(left) == len(findings) - len(picked), "each edit silences its finding and makes no other"
    assert comments(once) == comments(example.text)
    assert outside_of_edits_is_the_same(example.text, once, [edit for f in picked for edit in edits_of([f])])


def outside_of_edits_is_the_same(before: str, after: str, edits: list[Edit]) -> bool:
    """Whether the text is its parts between the edits, with the replacements between them."""
    lines = before.split("\n")

    def offset(line: int, column: int) -> int:
        return sum(len(row) + 1 for row in lines[: line - 1]) + column - 1

    at, rest = 0, after
    for edit in sorted(edits, key=lambda edit: (edit.place.line, edit.place.column)):
        start = offset(edit.place.line, edit.place.column)
        kept = before[at:start] + edit.replacement
        if not rest.startswith(kept):
            return False
        rest, at = rest[len(kept) :], offset(edit.place.end_line, edit.place.end_column)
    return rest == before[at:]


@pytest.mark.parametrize("example", MARKED, ids=str)
def test_all_fixes_together_come_to_an_end(example: Example) -> None:
    once = mended(example.text, *RULES, file=example.file)
    ast.parse(once)
    assert comments(once) == comments(example.text)
    assert mended(once, *RULES, file=example.file) == once


@pytest.mark.parametrize("example", [example for example in EXAMPLES if example.room in WITH_FIX], ids=str)
def test_safe_fixes_leave_alone_what_is_unmarked(example: Example) -> None:
    mended_lines = {
        finding.place.line for finding in found(example.text, rule_of(example.room).id, file=example.file)
        if finding.is_fixable
    }  # fmt: skip
    assert mended_lines <= {line for _, line, _ in example.marked("error")}


@pytest.mark.parametrize("room", WITH_FIX, ids=lambda room: room.name)
def test_the_fix_exists_and_applies_somewhere(room: Path) -> None:
    rule = rule_of(room)
    assert rule.fix is not None
    assert rule.fix.name in FIXES
    examples = [example for example in MARKED if example.room == room]
    applies = any(f.is_fixable for example in examples for f in found(example.text, rule.id, file=example.file))
    assert applies == (rule.id not in NEVER)
