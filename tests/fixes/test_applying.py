"""Which edits are made in one round, and what comes out of them."""

from __future__ import annotations

import pytest

from invocation_lint.findings import Confidence, Edit, Finding, FixRequest, Place, Severity, Suppression
from invocation_lint.fixes.editing.applying import chosen, edited


def place(start: int, end: int, line: int = 1) -> Place:
    return Place("a.py", line, start, line, end)


def finding(at: int, *edits: tuple[int, int], safety: str = "safe", **more: object) -> Finding:
    made = tuple(Edit(place(start, end), "x") for start, end in edits)
    fix = FixRequest("some", safety, place(at, at + 1), (), "do", made)
    return Finding("INV107", "n", Severity.ERROR, "m", place(at, at + 1), fix=fix, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        ((1, 3), (3, 5), True),
        ((1, 3), (2, 5), False),
        ((1, 3), (1, 3), False),
        ((3, 3), (3, 3), False),
        ((1, 3), (3, 3), False),
        ((1, 3), (4, 4), True),
        ((1, 9), (4, 4), False),
    ],
)
def test_of_overlapping_edits_the_first_is_made(first: tuple[int, int], second: tuple[int, int], both: bool) -> None:
    one, other = finding(1, first), finding(2, second)
    assert chosen([other, one], unsafe=False) == ([one, other] if both else [one])


def test_a_fix_is_made_whole_or_not_at_all() -> None:
    one, other = finding(1, (1, 3)), finding(2, (2, 4), (8, 9))
    assert chosen([one, other], unsafe=True) == [one]
    assert chosen([one, other, finding(3, (8, 9))], unsafe=True)[1:] == [finding(3, (8, 9))]


def test_what_is_unsafe_possible_or_suppressed_is_left() -> None:
    unsafe = finding(1, (1, 2), safety="unsafe")
    assert chosen([unsafe], unsafe=False) == []
    assert chosen([unsafe], unsafe=True) == [unsafe]
    assert chosen([finding(1, (1, 2), confidence=Confidence.POSSIBLE)], unsafe=True) == []
    known = Suppression(place(1, 2), "baseline", ("INV107",))
    assert chosen([finding(1, (1, 2), suppressed_by=known)], unsafe=True) == []
    assert chosen([finding(1)], unsafe=True) == []


def test_encoding_mark_and_line_ends_survive() -> None:
    data = "# -*- coding: latin-1 -*-\r\nä = 'ö'\r\n".encode("latin-1")
    assert edited(data, "a.py", [Edit(place(5, 8, 2), "'ü'")]) == data.replace(b"\xf6", b"\xfc")
    marked = b"\xef\xbb\xbfa = 1\n"
    assert edited(marked, "a.py", [Edit(place(5, 6), "2"), Edit(place(1, 2), "b")]) == b"\xef\xbb\xbfb = 2\n"


def test_a_character_that_the_encoding_lacks_is_an_error() -> None:
    data = b"# coding: ascii\na = 1\n"
    with pytest.raises(ValueError, match="ascii"):
        edited(data, "a.py", [Edit(place(1, 2, 2), "ä")])
