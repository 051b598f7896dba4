"""Lists and mappings that stand in the body of a class and that its methods fill: all objects of the class share them,
also those that later events make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from invocation_lint.analysis.program.model import ClassInfo, FunctionInfo
from invocation_lint.facts.building.handling.state.kept_state import CACHES, FILLS
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.facts.building.scopes import Scope, called_name

SHARED = "is made once for all objects of its class, and is filled on each invocation"

_EMPTIES = frozenset({"clear", "pop", "popitem", "popleft", "remove", "discard", "setdefault"})


def filled_by_methods(code: Code, functions: Iterable[FunctionInfo]) -> Iterator[tuple[str, str, cst.CSTNode]]:
    """Such attributes that functions of a handler fill and read, each with how it is left and where it is filled."""
    reached = list(functions)
    used = frozenset().union(*(info.words for info in reached))
    for cls in code.module.classes.values():
        if cls.name not in used or cls.decorators or cls.has_keywords or cls.bases - {"object"}:
            continue
        for name in _empty_in(cls):
            if name in cls.writers or CACHES.search(name) or CACHES.search(cls.name):
                continue
            fill = _fill(code, cls, name, reached)
            if fill is not None:
                yield f"{cls.name}.{name}", SHARED, fill


def _empty_in(cls: ClassInfo) -> Iterator[str]:
    """The attributes that the body of a class gives an empty list, set or mapping."""
    for line in cls.node.body.body:
        for one in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            targets: list[cst.BaseExpression] = []
            if isinstance(one, cst.Assign):
                targets = [to.target for to in one.targets]
            elif isinstance(one, cst.AnnAssign):
                targets = [one.target]
            value = one.value if isinstance(one, (cst.Assign, cst.AnnAssign)) else None
            if _is_empty(value):
                yield from (to.value for to in targets if isinstance(to, cst.Name))


def _is_empty(value: cst.BaseExpression | None) -> bool:
    if isinstance(value, (cst.List, cst.Dict)):
        return not value.elements
    return isinstance(value, cst.Call) and called_name(value) in {"list", "dict", "set"} and not value.args


def _fill(code: Code, cls: ClassInfo, name: str, reached: list[FunctionInfo]) -> cst.CSTNode | None:
    """Where functions fill an attribute; None where nothing reads it besides, or something empties it or looks into it
    first."""
    found: cst.CSTNode | None = None
    is_read = False
    for info in code.functions():
        if name not in info.words:
            continue
        scope = code.scope_of(info)
        for use in _uses(scope, name, cls, info):
            how = _how(use, scope)
            if how == "emptied":
                return None
            if info in reached and how == "filled":
                found = found or use
            is_read = is_read or (info in reached and how == "read")
    return found if is_read else None


def _uses(scope: Scope, name: str, cls: ClassInfo, info: FunctionInfo) -> Iterator[cst.Attribute]:
    """Where a function names the attribute: of an object of the class in its methods, else of anything."""
    owners = {"self", "cls", cls.name}
    for use in scope.names.get(name, ()):
        node = scope.parents.get(use)
        if isinstance(node, cst.Attribute) and node.attr is use:
            is_own = isinstance(node.value, cst.Name) and node.value.value in owners
            if info.cls is None or info.cls is cls or not is_own:
                yield node


def _how(node: cst.Attribute, scope: Scope) -> str:
    parent = scope.parents.get(node)
    if isinstance(parent, cst.Attribute) and parent.value is node:
        return "filled" if parent.attr.value in FILLS else "emptied" if parent.attr.value in _EMPTIES else "read"
    if isinstance(parent, cst.Subscript) and parent.value is node:
        around = scope.parents.get(parent)
        return (
            "filled" if isinstance(around, cst.AssignTarget) else "emptied" if isinstance(around, cst.Del) else "read"
        )
    questions = (cst.ComparisonTarget, cst.Comparison, cst.Del, cst.UnaryOperation, cst.If, cst.AssignTarget)
    return "emptied" if isinstance(parent, questions) else "read"


__all__ = ["SHARED", "filled_by_methods"]
