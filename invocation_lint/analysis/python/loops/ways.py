"""The ways through the body of a loop: which tests stand before a statement, and after which one the loop ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from invocation_lint.analysis.program.acts import suite_end
from invocation_lint.analysis.program.model import own_nodes
from invocation_lint.findings import Place
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


def is_last_round(place: Callable[[cst.CSTNode], Place], loop: cst.For | cst.While, call: Place) -> bool:
    """Whether the loop ends after a call in its body in any case, by a `return` or `break` at the end of a block that
    the call stands in: no round follows that an error of the call could stop."""
    blocks = [loop.body, *own_nodes(loop.body)]
    inner = {part for one in blocks if isinstance(one, (cst.For, cst.While)) for part in own_nodes(one)}
    return any(
        isinstance(block, cst.IndentedBlock)
        and block not in inner
        and suite_end(block) in {"return", "leaves"}
        and call.is_within(place(block))
        and not any(isinstance(part, cst.Continue) for part in own_nodes(block))
        for block in blocks
    )


__all__ = ["is_last_round", "ways_to"]
