"""Comments, and which lines a statement takes: a simple one whole, of a compound one the header; from the tokens."""

from __future__ import annotations

from dataclasses import field

from invocation_lint.records import mutable
from invocation_lint.source.parsing.positions import line_and_column
from invocation_lint.source.parsing.tokens import tokens

LineRange = tuple[int, int]


@mutable
class Lines:
    """Comments as (offset, text); and first and last line of every simple statement and of every header, in order.

    A header reaches from the first decorator to the colon, and over a body on the same line. `else`, `except`,
    `finally` and `case` have headers of their own.
    """

    comments: list[tuple[int, str]] = field(default_factory=list)
    ranges: list[LineRange] = field(default_factory=list)


def read_lines(text: str, starts: list[int]) -> Lines:
    """What stands in the lines of a text, which start at `starts`."""
    lines = Lines()
    first: int | None = None  # where the statement starts
    depth = last = 0
    begins, is_decorator = True, False  # whether the next token is the first of its line; whether that line decorates
    for kind, start, word in tokens(text, comments=True):
        if kind == "comment":
            lines.comments.append((start, word))
        elif kind == "newline":
            if not depth:
                if first is not None and not is_decorator:
                    lines.ranges.append((line_and_column(starts, first)[0], line_and_column(starts, start)[0]))
                    first = None
                begins = True
        else:
            if begins:
                begins, is_decorator = False, word == "@"
                first = start if first is None else first
            depth += (kind == "open") - (kind == "close")
            last = start
    if first is not None:
        lines.ranges.append((line_and_column(starts, first)[0], line_and_column(starts, last)[0]))
    return lines
