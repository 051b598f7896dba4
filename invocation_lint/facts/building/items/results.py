"""Whether what the rounds of a loop give is of use in part: a sum, a file of all items, or a transaction is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

import libcst as cst

from invocation_lint.analysis.program.acts import LOGGING
from invocation_lint.facts.building.scopes import Scope, called_name
from invocation_lint.source.parsing.tree import SourceFile
from invocation_lint.source.parsing.walk import walk

MAX_STEPS = 2
"""Names that are given what a loop has filled, and are followed."""

_FILLING = frozenset({"append", "extend", "add", "update", "setdefault", "insert", "write", "writerow"})
_COUNTING = frozenset({"len", "bool"}) | LOGGING
_PASSING = frozenset({"str", "repr", "dumps", "format", "join", "dict", "list", "sorted"})
_LOOKING = (cst.If, cst.Return, cst.IfExp, cst.Comparison, cst.BooleanOperation)
_TRANSACTIONS = frozenset({"begin", "atomic", "transaction", "batch_writer", "batch_write", "begin_nested"})


def are_needed_together(loop: cst.For, scope: Scope, source: SourceFile) -> bool:
    """Whether code behind a loop works on all that its rounds have put into something, or one transaction holds it."""
    if _is_one_transaction(loop, scope):
        return True
    end = source.place(loop).end_line
    inside = {node for node in walk(loop) if isinstance(node, cst.Name)}
    for name in set(_filled(loop)):
        uses = [use for use in scope.names.get(name, ()) if use not in inside and source.place(use).line > end]
        if not all(_only_shows(use, scope) for use in uses):
            return True
    return False


def names_returned(loop: cst.For, scope: Scope) -> bool:
    """Whether a function returns what a loop has filled."""
    filled = frozenset(_filled(loop))
    returns = (node.value for node in scope.parents if isinstance(node, cst.Return) and node.value is not None)
    return any(isinstance(one, cst.Name) and one.value in filled for value in returns for one in walk(value))


def _is_one_transaction(loop: cst.For, scope: Scope) -> bool:
    withs = (outer for outer in scope.around(loop) if isinstance(outer, cst.With))
    items = (item.item for one in withs for item in one.items)
    return any(isinstance(one, cst.Call) and called_name(one) in _TRANSACTIONS for one in items)


def _filled(loop: cst.For) -> Iterator[str]:
    """The names of what a loop fills or adds up, and does not make anew in each round; a number that is counted up by
    one is none."""
    made = {
        target.target.value
        for node in walk(loop.body)
        if isinstance(node, cst.Assign)
        for target in node.targets
        if isinstance(target.target, cst.Name)
    }
    for node in walk(loop.body):
        found: cst.CSTNode | None = None
        if isinstance(node, cst.Call) and called_name(node) in _FILLING and isinstance(node.func, cst.Attribute):
            found = node.func.value
        elif _adds(node):
            found = node.target
        while isinstance(found, cst.Subscript):
            found = found.value
        if isinstance(found, cst.Name) and found.value not in made:
            yield found.value


def _adds(node: cst.CSTNode) -> TypeGuard[cst.AugAssign | cst.AssignTarget]:
    """Whether a statement adds to a name more than a number that is written there, or sets a part of it."""
    if isinstance(node, cst.AugAssign):
        return not isinstance(node.value, cst.Integer)
    return isinstance(node, cst.AssignTarget) and isinstance(node.target, cst.Subscript)


def _only_shows(use: cst.Name, scope: Scope, steps: int = MAX_STEPS) -> bool:
    """Whether a name, and what it is put into, is only counted, logged, tested or returned."""
    inner: cst.CSTNode = use
    for outer in scope.around(use):
        if isinstance(outer, cst.Call) and not isinstance(inner, cst.Attribute):
            if called_name(outer) in _COUNTING:
                return True
            if called_name(outer) not in _PASSING:
                return False
        elif isinstance(outer, _LOOKING) or (isinstance(outer, cst.For) and inner is outer.iter):
            return True
        elif isinstance(outer, cst.Assign):
            names = {one.target.value for one in outer.targets if isinstance(one.target, cst.Name)}
            uses = [one for name in names for one in scope.names.get(name, ())]
            behind = [one for one in uses if not isinstance(scope.parents.get(one), cst.AssignTarget)]
            return bool(names) and steps > 0 and all(_only_shows(one, scope, steps - 1) for one in behind)
        elif isinstance(outer, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
            return False
        inner = outer
    return False


__all__ = ["are_needed_together", "names_returned"]
