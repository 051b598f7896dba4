"""Which lines a statement takes: a simple one whole, of a compound one the header."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from invocation_lint.source.positions import Notes

LineRange = tuple[int, int]


def statement_ranges(module: cst.Module, notes: Notes, line_of: Callable[[int], int]) -> list[LineRange]:
    """First and last line of every simple statement and of every header, in order; `line_of` answers for an offset.

    A header reaches from the first decorator to the colon, and over a body on the same line. `else`, `except`,
    `finally` and `case` have headers of their own.
    """
    ranges: list[LineRange] = []
    stack: list[cst.CSTNode] = list(module.body)
    while stack:
        node = stack.pop()
        start, end = _start(node, notes), _line_end(node)
        ranges.append((line_of(start), line_of(notes.line_ends[id(end)])))
        stack.extend(_below(node))
    return sorted(ranges)


def _start(node: cst.CSTNode, notes: Notes) -> int:
    decorators = getattr(node, "decorators", None)
    span = notes.span(decorators[0] if decorators else node)
    if span is None:
        raise ValueError(f"no position for a {type(node).__name__}")
    return span[0]


def _line_end(node: Any) -> cst.CSTNode:
    """The layout node that closes the statement's or the header's last line."""
    if isinstance(node, cst.SimpleStatementLine):
        return node.trailing_whitespace
    if isinstance(node, cst.Match):
        return node.whitespace_after_colon
    suite = node.body
    return suite.header if isinstance(suite, cst.IndentedBlock) else suite.trailing_whitespace


def _below(node: Any) -> list[cst.CSTNode]:
    """The statements and clauses inside a compound statement or clause."""
    below: list[cst.CSTNode] = []
    suite = getattr(node, "body", None)
    if isinstance(suite, cst.IndentedBlock):
        below.extend(suite.body)
    below.extend(getattr(node, "handlers", ()))
    below.extend(getattr(node, "cases", ()))
    below.extend(clause for clause in (getattr(node, "orelse", None), getattr(node, "finalbody", None)) if clause)
    return below
