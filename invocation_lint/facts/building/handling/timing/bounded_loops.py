"""How long the loops of a function go on that sleep and ask again, where a number of rounds or seconds ends them."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from invocation_lint.facts.building.messaging.calls import keywords
from invocation_lint.facts.building.messaging.resolving import Resolver
from invocation_lint.facts.building.scopes import called_name
from invocation_lint.findings import Place
from invocation_lint.source.parsing.texts import number_in
from invocation_lint.source.parsing.walk import walk

MAX_PRODUCTS = 4
"""Products in products: their names may stand for each other."""

_CLOCKS = frozenset({"time", "monotonic", "perf_counter"})


def bounded_loops(resolver: Resolver) -> Iterator[tuple[float, Place]]:
    """The loops of a function that poll, with the seconds that they may take: `for _ in range(60): .. sleep(10)`, or
    `while time.time() - start < 600: .. sleep(10)`. One that nothing leaves earlier does not poll."""
    place = resolver.code.module.source.place
    for node in resolver.scope.parents:
        if not isinstance(node, (cst.While, cst.For)):
            continue
        own = list(walk(node.body, enter=lambda part: not isinstance(part, (cst.FunctionDef, cst.Lambda))))
        calls = [part for part in own if isinstance(part, cst.Call)]
        sleeps = [call for call in calls if called_name(call) == "sleep"]
        leaves = any(isinstance(part, (cst.Break, cst.Return)) for part in own)
        if not sleeps or not leaves or len(calls) == len(sleeps):
            continue
        seconds = _of_rounds(node, sleeps, resolver) if isinstance(node, cst.For) else _of_clock(node.test, resolver)
        if seconds is not None:
            yield seconds, place(node.iter if isinstance(node, cst.For) else node.test)


def _of_rounds(loop: cst.For, sleeps: list[cst.Call], resolver: Resolver) -> float | None:
    """The seconds that all rounds sleep. One with two sleeps takes one or the other."""
    rounds = loop.iter
    if not isinstance(rounds, cst.Call) or called_name(rounds) != "range" or len(rounds.args) != 1 or len(sleeps) != 1:
        return None
    count = number_of(rounds.args[0].value, resolver)
    pause = number_of(sleeps[0].args[0].value, resolver) if len(sleeps[0].args) == 1 else None
    return count * pause if count is not None and pause is not None else None


def _of_clock(test: cst.BaseExpression, resolver: Resolver) -> float | None:
    """The seconds after which the clock ends a loop: `time.time() - start < LIMIT`."""
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
        return None
    one, since = test.comparisons[0], test.left
    if not isinstance(one.operator, (cst.LessThan, cst.LessThanEqual)):
        return None
    if not isinstance(since, cst.BinaryOperation) or not isinstance(since.operator, cst.Subtract):
        return None
    is_clock = isinstance(since.left, cst.Call) and called_name(since.left) in _CLOCKS and not keywords(since.left)
    return number_of(one.comparator, resolver) if is_clock else None


def number_of(node: cst.BaseExpression, resolver: Resolver, products: int = MAX_PRODUCTS) -> float | None:
    """A number that is written, or held by a name that is set once."""
    value = resolver.value_of(node)
    if not isinstance(value, cst.BinaryOperation) or not isinstance(value.operator, cst.Multiply):
        return number_in(value)
    left = number_of(value.left, resolver, products - 1) if products else None
    right = number_of(value.right, resolver, products - 1) if left is not None else None
    return left * right if left is not None and right is not None else None


__all__ = ["bounded_loops", "number_of"]
