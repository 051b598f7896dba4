"""Loops that read page after page of a DynamoDB table, and where they stop."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from invocation_lint.source.parsing.walk import walk

_NEXT_PAGE = re.compile(r"last_?evaluated|exclusive_?start", re.IGNORECASE)


def stops_when_enough(function: cst.CSTNode) -> bool:
    """Whether a function goes on from page to page only until it has enough: the loop's test, or one that leaves the
    loop, compares how many there are."""
    loops = (node for node in walk(function) if isinstance(node, cst.While))
    return any(_pages(loop) and any(map(_compares_length, _tests(loop))) for loop in loops)


def _pages(loop: cst.While) -> bool:
    for node in walk(loop):
        written = node.value if isinstance(node, (cst.Name, cst.SimpleString)) else ""
        if _NEXT_PAGE.search(written):
            return True
    return False


def _tests(loop: cst.While) -> Iterator[cst.BaseExpression]:
    yield loop.test
    for node in walk(loop.body):
        if isinstance(node, cst.If) and any(isinstance(inner, (cst.Break, cst.Return)) for inner in walk(node.body)):
            yield node.test


def _compares_length(test: cst.BaseExpression) -> bool:
    for node in walk(test):
        if isinstance(node, cst.Comparison):
            sides = (node.left, *(one.comparator for one in node.comparisons))
            if any(map(_is_length, sides)) and not any(map(_is_zero, sides)):
                return True
    return False


def _is_zero(node: cst.BaseExpression) -> bool:
    """`len(items) > 0` asks whether there are any, not whether there are enough."""
    return isinstance(node, cst.Integer) and node.value == "0"


def _is_length(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "len"
