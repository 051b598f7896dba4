"""Loops of which all rounds send the same: they count, and no round is an item that may be lost."""

from __future__ import annotations

import libcst as cst

from invocation_lint.analysis.program.acts import called_name, is_log_line
from invocation_lint.analysis.program.model import FunctionInfo, names_within, own_nodes
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.findings import Place

_PURE = frozenset(
    {"dumps", "str", "bytes", "int", "float", "len", "dict", "list", "tuple", "encode", "decode", "format", "getenv",
     "join", "print", "sleep", "range", "isinstance", "min", "max"}
)  # fmt: skip
"""Functions and methods that change nothing they are given, and give the same for the same."""


def sends_the_same(frame: Frame, target: cst.CSTNode, body: cst.CSTNode, call: Place) -> bool:
    """Whether the invocation at a place in the body of a loop is given the same in each round, and nothing is done with
    the target of the loop but to log it."""
    parts = [body, *own_nodes(body)]
    sent = next((part for part in parts if isinstance(part, cst.Call) and frame.place(part) == call), None)
    if sent is None:
        return False
    logged = {part for node in parts if isinstance(node, cst.Call) and is_log_line(node) for part in own_nodes(node)}
    rest = [part for part in parts if part not in logged]
    items = names_within(target)
    if items & {part.value for part in rest if isinstance(part, cst.Name)}:
        return False
    return _is_given_the_same(rest, sent, items)


def passes_on_the_same(function: FunctionInfo, call: Place) -> bool:
    """Whether a function that is given the same gives the same to a call in it."""
    parts = own_nodes(function.node)
    place = function.module.source.place
    sent = next((part for part in parts if isinstance(part, cst.Call) and place(part) == call), None)
    return sent is not None and bool(sent.args) and _is_given_the_same(list(parts), sent, set())


def _is_given_the_same(parts: list[cst.CSTNode], sent: cst.Call, items: set[str]) -> bool:
    given = [part for arg in sent.args for part in [arg.value, *own_nodes(arg.value)]]
    if not all(_is_pure(part) for part in given):
        return False
    return not names_within(sent) & _changing(parts, sent, items)


def _is_pure(node: cst.CSTNode) -> bool:
    if isinstance(node, (cst.NamedExpr, cst.Await, cst.Lambda)):
        return False
    return not isinstance(node, cst.Call) or _is_idle(node)


def _is_idle(node: cst.Call) -> bool:
    """Whether a call changes nothing: `settings.get("name")` does not, and `queue.get()` does."""
    name = called_name(node)
    return name in _PURE or (name == "get" and bool(node.args) and isinstance(node.args[0].value, cst.SimpleString))


def _changing(parts: list[cst.CSTNode], sent: cst.Call, items: set[str]) -> set[str]:
    """The names that may stand for something else, or hold something else, in each round."""
    own = {sent, *own_nodes(sent)}
    found = set(items)
    assigned: list[tuple[set[str], cst.BaseExpression]] = []
    for node in parts:
        if isinstance(node, cst.Assign):
            names = names_within(*(one.target for one in node.targets))
            if all(isinstance(one.target, cst.Name) for one in node.targets):
                assigned.append((names, node.value))
            else:
                found |= names
        elif isinstance(node, (cst.AugAssign, cst.AnnAssign, cst.NamedExpr, cst.For, cst.CompFor)):
            found |= names_within(node.target)
        elif isinstance(node, cst.AsName):
            found |= names_within(node.name)
        elif isinstance(node, cst.Call) and node not in own and not _is_idle(node):
            found |= names_within(node)
    for _ in assigned:
        for names, value in assigned:
            inside = [value, *own_nodes(value)]
            if sent not in inside and (not all(map(_is_pure, inside)) or names_within(value) & (found | names)):
                found |= names
    return found


__all__ = ["passes_on_the_same", "sends_the_same"]
