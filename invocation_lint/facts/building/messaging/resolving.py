"""What an expression stands for, where the name that it is gets its value once."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.facts.building.scopes import Scope, targets_of
from invocation_lint.source.parsing.walk import walk

MAX_NAMES = 4
"""Names behind each other that are followed."""

_CONSTANTS = frozenset({"None", "True", "False"})


class Resolver:
    """Follows the names that a function uses: its own, those of its instance, those of its module."""

    def __init__(self, code: Code, function: FunctionInfo | None) -> None:
        self.code = code
        self.function = function
        self.scope = code.scope_of(function)

    def value_of(self, node: cst.BaseExpression, depth: int = 0) -> cst.BaseExpression | None:
        """The expression behind a name, or the expression itself; None where it may be one of several."""
        if depth > MAX_NAMES:
            return None
        if isinstance(node, cst.Name) and node.value in _CONSTANTS:
            return node
        if isinstance(node, cst.Name):
            values = list(values_of(node.value, self.scope))
            if values:
                return self._only(values, node.value, depth)
            return self._of_module(node.value, depth)
        if is_own_attribute(node) and isinstance(node, cst.Attribute):
            return self._of_instance(node.attr.value, depth)
        return node

    def _only(self, values: list[cst.BaseExpression | None], name: str, depth: int) -> cst.BaseExpression | None:
        value = values[0] if len(values) == 1 else None
        return None if value is None or _mentions(value, name) else self.value_of(value, depth + 1)

    def _of_module(self, name: str, depth: int) -> cst.BaseExpression | None:
        if self.function is None:
            return None
        return Resolver(self.code, None).value_of(cst.Name(name), depth + 1)

    def _of_instance(self, name: str, depth: int) -> cst.BaseExpression | None:
        cls = self.function.cls if self.function is not None else None
        found: list[cst.BaseExpression | None] = []
        for method in self.code.functions() if cls is not None else ():
            if method.cls is not cls:
                continue
            inner = Resolver(self.code, method)
            for node in inner.scope.parents:
                given = _given_to(node, name)
                if given is not None:
                    found.append(inner.value_of(given, depth + 1))
        return found[0] if len(found) == 1 else None


def is_own_attribute(node: cst.BaseExpression) -> bool:
    """Whether it is an attribute of the instance: `self.name`."""
    return isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name) and node.value.value == "self"


def _given_to(node: cst.CSTNode, name: str) -> cst.BaseExpression | None:
    """What a statement gives to an attribute of the instance."""
    if not isinstance(node, (cst.Assign, cst.AnnAssign)):
        return None
    own = (one for one in targets_of(node) if is_own_attribute(one))
    return node.value if any(isinstance(one, cst.Attribute) and one.attr.value == name for one in own) else None


def values_of(name: str, scope: Scope) -> Iterator[cst.BaseExpression | None]:
    """What a name is given in a function, or at the level of a module: an expression for each assignment, None for each
    parameter, loop, import or part of a larger assignment."""
    for use in scope.names.get(name, ()):
        parent = scope.parents.get(use)
        if parent is None or (isinstance(scope.root, cst.Module) and _is_in_function(use, scope)):
            if isinstance(parent, (cst.NameItem, cst.AugAssign)):
                yield None
            continue
        if isinstance(parent, (cst.Element, cst.StarredElement)):
            holder = scope.parents.get(parent)
            outer = scope.parents.get(holder) if isinstance(holder, (cst.Tuple, cst.List)) else None
            if isinstance(outer, (cst.AssignTarget, cst.For, cst.CompFor, cst.AsName)):
                yield None
        elif isinstance(parent, cst.AssignTarget):
            statement = scope.parents.get(parent)
            yield statement.value if isinstance(statement, cst.Assign) else None
        elif isinstance(parent, (cst.AnnAssign, cst.NamedExpr)) and parent.target is use:
            yield parent.value
        elif _gives(parent, use, scope):
            yield None


def _gives(parent: cst.CSTNode, use: cst.CSTNode, scope: Scope) -> bool:
    """Whether a name gets a value that is not written beside it."""
    if isinstance(parent, (cst.AugAssign, cst.For, cst.CompFor)):
        return parent.target is use
    if isinstance(parent, (cst.Param, cst.ImportAlias, cst.FunctionDef, cst.ClassDef)):
        return parent.name is use and parent is not scope.root
    return isinstance(parent, (cst.AsName, cst.NameItem))


def _is_in_function(node: cst.CSTNode, scope: Scope) -> bool:
    return any(isinstance(one, (cst.FunctionDef, cst.Lambda)) for one in scope.around(node))


def _mentions(value: cst.BaseExpression, name: str) -> bool:
    return any(isinstance(one, cst.Name) and one.value == name for one in walk(value))


__all__ = ["Resolver", "is_own_attribute", "values_of"]
