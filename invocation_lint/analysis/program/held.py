"""Which names hold the method of a client before it is called: `send = client.invoke`, a partial, a dict of such.

Who names one of them may invoke, as who names a function that does.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from invocation_lint.analysis.program.naming import flat, last_name, parts_of_binding
from invocation_lint.analysis.program.sites import may_hand_on, may_invoke, takes_by_name
from invocation_lint.source.scan import SITE_ATTRIBUTES


class Body(NamedTuple):
    """What binds names in the code of a function, of the body of a class, or of the module itself. `cls` is the name of
    the class, `receiver` that of a method's first parameter, `declared` are a function's globals."""

    bindings: Iterable[ast.AST]
    cls: str = ""
    receiver: str = ""
    declared: Collection[str] | None = None


def held_by(bodies: Iterable[Body], clients: Collection[str] | None) -> frozenset[tuple[str, str]]:
    """The names that these bodies bind to the method of a client, or to what calls it: names of the module with an
    empty text, attributes of classes and of their objects with the name of the class."""
    return frozenset(pair for body in bodies for pair in _held(body, clients))


def _held(body: Body, clients: Collection[str] | None) -> Iterator[tuple[str, str]]:
    for node in body.bindings:
        for target, value in parts_of_binding(node):
            pairs = [pair for one in flat([target]) if (pair := _pair(one, body)) is not None]
            if pairs and _hands_on(value, clients):
                yield from pairs


def _pair(target: ast.expr, body: Body) -> tuple[str, str] | None:
    if isinstance(target, ast.Subscript):  # SENDERS["story"] = client.invoke
        target = target.value
    if isinstance(target, ast.Name):
        if body.declared is None:
            return body.cls, target.id
        return ("", target.id) if target.id in body.declared else None
    is_own = isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and body.receiver
    if is_own and body.cls and target.value.id == body.receiver:  # type: ignore[attr-defined]
        return body.cls, target.attr  # type: ignore[attr-defined]
    return None


def _hands_on(value: ast.expr, clients: Collection[str] | None) -> bool:
    """Whether a value holds the method of a client: not called there, or called by a function that is made there."""
    called: set[ast.AST] = set()
    waiting: list[ast.AST] = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Lambda):
            if any(_invokes(one, clients) for one in ast.walk(node.body)):
                return True
            continue
        if isinstance(node, ast.Call):
            if takes_by_name(node, clients):
                return True
            called.add(node.func)
        elif node not in called and _is_method(node, clients):
            return True
        waiting.extend(ast.iter_child_nodes(node))
    return False


def _invokes(node: ast.AST, clients: Collection[str] | None) -> bool:
    """Whether a node of a function calls the method, or hands it on."""
    if not isinstance(node, ast.Call):
        return _is_method(node, clients)
    func, given = node.func, [keyword.arg for keyword in node.keywords]
    is_method = isinstance(func, ast.Attribute) and func.attr in SITE_ATTRIBUTES
    return (is_method and may_invoke(last_name(func.value), given, clients)) or takes_by_name(node, clients)  # type: ignore[attr-defined]


def _is_method(node: ast.AST, clients: Collection[str] | None) -> bool:
    return (
        isinstance(node, ast.Attribute) and node.attr in SITE_ATTRIBUTES and may_hand_on(last_name(node.value), clients)
    )
