"""How places are underlined and labelled, as it stands on a terminal."""

from __future__ import annotations

import pytest

from invocation_lint.findings import Place
from invocation_lint.report.excerpt import Mark, excerpt
from invocation_lint.report.style import Style


def mark(line: int, start: int, end: int, text: str = "", *, end_line: int = 0, main: bool = False) -> Mark:
    return Mark(Place("a.py", line, start, end_line or line, end), text, main)


def drawn(source: str, *marks: Mark) -> str:
    rows = excerpt(source.split("\n"), marks, Style())
    return "\n" + "\n".join(row.rstrip() for row in rows) + "\n"


def test_one_place() -> None:
    assert drawn("x = f(a)", mark(1, 5, 9, "called here", main=True)) == (
        """
  |
1 | x = f(a)
  |     ^^^^ called here
  |
"""
    )


def test_two_places_on_one_line_beside_each_other() -> None:
    assert drawn("f(first, second)", mark(1, 3, 8, "one"), mark(1, 10, 16, "two", main=True)) == (
        """
  |
1 | f(first, second)
  |   -----  ^^^^^^ two
  |   |
  |   one
  |
"""
    )


def test_one_place_inside_another_on_one_line() -> None:
    assert drawn(
        "f(first, x).read()", mark(1, 1, 19, "main", main=True), mark(1, 3, 8, "inner"), mark(1, 10, 11, "x")
    ) == (
        """
  |
1 | f(first, x).read()
  | ^^-----^^-^^^^^^^^
  | | |      |
  | | |      x
  | | inner
  | main
  |
"""
    )


def test_two_labels_of_one_place() -> None:
    assert drawn("f(a)", mark(1, 1, 5, "one"), mark(1, 1, 5, "two", main=True)) == (
        """
  |
1 | f(a)
  | ^^^^ two
  | |
  | one
  |
"""
    )


def test_a_span_of_several_lines_is_underlined_where_it_starts_and_shown_to_its_end() -> None:
    source = "r = client.invoke(\n    FunctionName=name,\n    Payload=body,\n)\nprint(r)"
    assert drawn(source, mark(1, 5, 2, "waits", end_line=4, main=True), mark(3, 13, 17, "built")) == (
        """
  |
1 | r = client.invoke(
  |     ^^^^^^^^^^^^^^ waits
2 |     FunctionName=name,
3 |     Payload=body,
  |             ---- built
4 | )
  |
"""
    )


def test_a_long_span_shows_its_beginning_and_its_end() -> None:
    source = "f(\n" + "".join(f"    a{number},\n" for number in range(2, 30)) + ")"
    shown = drawn(source, mark(1, 1, 2, end_line=30, main=True))
    assert "...\n30 | )\n" in shown
    assert " 7 |     a7,\n...\n" in shown


def test_far_lines_have_an_ellipsis_between_them_and_near_ones_do_not() -> None:
    source = "\n".join(f"line{number}" for number in range(1, 10))
    shown = drawn(source, mark(1, 1, 6), mark(3, 1, 6), mark(9, 1, 6, main=True))
    assert shown.count("...") == 1
    assert "2 | line2\n" in shown and "line4" not in shown


def test_tabs_are_shown_as_spaces_and_underlined_where_they_stand() -> None:
    assert drawn("\tf(\tx)", mark(1, 4, 6, main=True)) == (
        """
  |
1 |     f(  x)
  |       ^^^
  |
"""
    )


def test_wide_characters_take_two_cells_and_combining_ones_none() -> None:
    assert drawn('f("名前", e\u0301, x)', mark(1, 4, 6), mark(1, 9, 11), mark(1, 13, 14, main=True)) == (
        """
  |
1 | f("名前", é, x)
  |    ----   -  ^
  |
""".replace("é", "e\u0301")
    )


def test_control_characters_do_not_reach_the_terminal() -> None:
    shown = drawn("f('\x1b[31m\x07')", mark(1, 1, 2, main=True))
    assert "\x1b" not in shown and "\x07" not in shown


def test_a_very_long_line_is_cut_around_its_mark() -> None:
    source = "x = [" + "1, " * 2000 + "f(a), " + "2, " * 2000 + "]"
    start = source.index("f(a)") + 1
    rows = drawn(source, mark(1, start, start + 4, "here", main=True)).split("\n")
    assert all(len(row) < 200 for row in rows)
    assert "f(a)" in rows[2]
    assert rows[2][rows[3].index("^") :].startswith("f(a)")


def test_an_empty_place_has_one_caret() -> None:
    assert "^" in drawn("", mark(1, 1, 1, main=True))


@pytest.mark.parametrize("column", [1, 50])
def test_a_place_beyond_the_line_does_not_break_it(column: int) -> None:
    assert "^" in drawn("ab", mark(1, column, column + 5, main=True))


def test_colour_paints_only_when_asked() -> None:
    rows = excerpt(["f(a)"], [mark(1, 1, 5, "here", main=True)], Style(color=True))
    assert "\x1b[1;31m^^^^\x1b[0m \x1b[1;31mhere\x1b[0m" in rows[2]
    assert not any("\x1b" in row for row in excerpt(["f(a)"], [mark(1, 1, 5, main=True)], Style()))
