"""The ways through the body of a loop: which tests stand before a statement."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from invocation_lint.source.parsing.walk import children

Tests = tuple[cst.BaseExpression, ...]


def ways_to(
    block: cst.CSTNode,
    wanted: tuple[type[cst.CSTNode], ...],
    testing: tuple[type[cst.If | cst.While], ...] = (cst.If,),
    apart: tuple[type[cst.CSTNode], ...] = (),
) -> Iterator[tuple[cst.CSTNode, Tests]]:
    """The statements of the `wanted` kinds in a block, in order, each with the tests of those of the `testing` kinds
    that it stands in. Functions and classes are not entered, and neither are statements of the kinds `apart`."""
    waiting: list[tuple[cst.CSTNode, Tests]] = [(block, ())]
    while waiting:
        node, tests = waiting.pop()
        if isinstance(node, wanted):
            yield node, tests
        elif not isinstance(node, (cst.BaseExpression, cst.FunctionDef, cst.ClassDef, *apart)):
            more = (*tests, node.test) if isinstance(node, testing) else tests
            waiting.extend((child, more) for child in reversed(children(node)))


__all__ = ["ways_to"]
