"""Loops over items that are no `for` statements: `while` loops that take one item after another out of what holds them,
comprehensions, and `map`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import libcst as cst

from invocation_lint.analysis.program.model import names_within, own_nodes
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python.frames.frame import Frame

_TAKES = frozenset({"pop", "popleft", "popitem", "get", "get_nowait"})
"""Methods that take an item out of a list, a deque, a set, a dict or a queue."""

_TAKERS = frozenset({"heappop", "heapq.heappop", "next"})
"""Functions that do so with their first argument."""


@lru_cache(maxsize=1024)
def drained(loop: cst.While) -> str:
    """The name of what a `while` loop takes an item out of in each round, until it holds none; empty where it does not.

    What belongs to an object or to somebody else keeps the items that are left, so that only names count."""
    takes = {name for part in (loop.test, loop.body) for name in map(_taken_from, [part, *own_nodes(part)]) if name}
    tested = names_within(loop.test)
    sliced = {name for node in own_nodes(loop.body) for name in _cut_down(node)}
    indexed = {name for name in tested if _is_length_tested(loop.test, name) and _is_indexed(loop.body, name)}
    found = (takes | sliced) & tested or indexed or _taken_until_empty(loop.body)
    return next(iter(sorted(found)), "")


def _taken_until_empty(body: cst.BaseSuite) -> set[str]:
    """`queue` of `try: job = queue.get_nowait()`, where a clause leaves the loop."""
    return {
        name
        for attempt in body.body
        if isinstance(attempt, cst.Try)
        and any(isinstance(node, (cst.Break, cst.Return)) for one in attempt.handlers for node in own_nodes(one.body))
        and len(attempt.body.body) == 1
        for name in map(_taken_from, own_nodes(attempt.body))
        if name
    }


def _taken_from(node: cst.CSTNode) -> str:
    """`queue` of `queue.popleft()` and `next(queue, None)`."""
    if not isinstance(node, cst.Call):
        return ""
    if isinstance(node.func, cst.Attribute) and node.func.attr.value in _TAKES:
        asks = node.func.attr.value == "get" and any(not _is_number(arg) for arg in node.args)  # of a mapping
        return node.func.value.value if isinstance(node.func.value, cst.Name) and not asks else ""
    if dotted(node.func) in _TAKERS and node.args and isinstance(node.args[0].value, cst.Name):
        return node.args[0].value.value
    return ""


def _is_number(arg: cst.Arg) -> bool:
    return arg.keyword is not None or isinstance(arg.value, (cst.Integer, cst.Float))


def _cut_down(node: cst.CSTNode) -> Iterator[str]:
    """`jobs` of `jobs = jobs[10:]` and `batch, jobs = jobs[:10], jobs[10:]`."""
    if not isinstance(node, cst.Assign) or len(node.targets) != 1:
        return
    target = node.targets[0].target
    pairs: list[tuple[cst.BaseExpression, cst.BaseExpression]] = [(target, node.value)]
    if isinstance(target, cst.Tuple) and isinstance(node.value, cst.Tuple):
        values = [one.value for one in node.value.elements]
        pairs = list(zip((one.value for one in target.elements), values, strict=False))
    for name, value in pairs:
        is_cut = isinstance(value, cst.Subscript) and isinstance(value.slice[0].slice, cst.Slice)
        if is_cut and isinstance(name, cst.Name) and dotted(getattr(value, "value", None)) == name.value:
            yield name.value


def _is_length_tested(test: cst.BaseExpression, name: str) -> bool:
    """`len(jobs)` in a test."""
    calls = [node for node in [test, *own_nodes(test)] if isinstance(node, cst.Call)]
    return any(dotted(call.func) == "len" and call.args and dotted(call.args[0].value) == name for call in calls)


def _is_indexed(body: cst.CSTNode, name: str) -> bool:
    return any(isinstance(node, cst.Subscript) and dotted(node.value) == name for node in own_nodes(body))


_CONSUMERS = frozenset(
    {"list", "tuple", "set", "frozenset", "dict", "deque", "collections.deque", "sum", "sorted", "max", "min"}
)
"""What asks a generator for all of its elements."""


@lru_cache(maxsize=1024)
def _around(root: cst.CSTNode) -> dict[cst.CSTNode, cst.CSTNode]:
    """The nodes that hold comprehensions and calls of `map`, of a function."""
    return {child: node for node in [root, *own_nodes(root)] for child in node.children}


def what_becomes_of(frame: Frame, node: cst.CSTNode) -> str:
    """What becomes of what an expression over items gives: `dropped`, `kept`, or `lazy` where nobody is seen to ask for
    its elements."""
    root = frame.function.node if frame.function is not None else frame.module.source.module
    around = _around(root)
    holder = around.get(node)
    if isinstance(node, (cst.GeneratorExp, cst.Call)):  # map makes a generator
        if isinstance(holder, cst.For) and holder.iter is node:
            return "kept"
        call = around.get(holder) if isinstance(holder, cst.Arg) else None
        if not isinstance(call, cst.Call) or dotted(call.func) not in _CONSUMERS or call.args[0] is not holder:
            return "lazy"
        node, holder = call, around.get(call)
    if isinstance(holder, cst.Expr):
        return "dropped"
    target = holder.targets[0].target if isinstance(holder, cst.Assign) and len(holder.targets) == 1 else None
    if not isinstance(target, cst.Name) or frame.function is None:
        return "kept"
    read = sum(isinstance(part, cst.Name) and part.value == target.value for part in own_nodes(root))
    return "kept" if read > 1 else "dropped"


__all__ = ["drained", "what_becomes_of"]
