"""Where a value stands in what a function returns or yields: it is all of that, in a tuple, or in a mapping."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from invocation_lint.facts.building.scopes import Scope, text_of
from invocation_lint.records import record


@record
class Returned:
    """Where it stands: at an index of a tuple, or under a key; neither for all of it. A generator yields it."""

    index: int | None = None
    key: str = ""
    is_yielded: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether it is all that is returned."""
        return self.index is None and not self.key

    def uses_at(self, call: cst.Call, scope: Scope) -> Iterator[cst.CSTNode]:
        """The expressions that have the value where a function is called."""
        if not self.is_yielded:
            yield from self._of(call, scope)
            return
        parent = scope.parents.get(call)
        if isinstance(parent, (cst.For, cst.CompFor)) and parent.iter is call:
            yield from self._given(parent.target, parent, scope)

    def _of(self, value: cst.BaseExpression, scope: Scope) -> Iterator[cst.CSTNode]:
        """The same of an expression that is what the function returns."""
        parent = scope.parents.get(value)
        if self.is_whole:
            yield value
        elif isinstance(parent, cst.Subscript) and parent.value is value:
            index = parent.slice[0].slice if len(parent.slice) == 1 else None
            if isinstance(index, cst.Index) and self._is_at(index.value):
                yield parent
        elif isinstance(parent, cst.Attribute) and parent.attr.value == "get" and self.key:
            got = scope.parents.get(parent)
            if isinstance(got, cst.Call) and got.args and text_of(got.args[0].value) == self.key:
                yield got
        elif isinstance(parent, cst.Assign) and len(parent.targets) == 1:
            yield from self._given(parent.targets[0].target, parent, scope)

    def _is_at(self, index: cst.BaseExpression) -> bool:
        if isinstance(index, cst.Integer):
            return index.evaluated_value == self.index
        return bool(self.key) and text_of(index) == self.key

    def _given(self, target: cst.BaseExpression, giving: cst.CSTNode, scope: Scope) -> Iterator[cst.CSTNode]:
        """The same of what a name, or a tuple of names, is given."""
        if self.index is not None and isinstance(target, (cst.Tuple, cst.List)):
            names = [one.value for one in target.elements]
            if self.index < len(names) and isinstance(names[self.index], cst.Name):
                yield from _read(cst.ensure_type(names[self.index], cst.Name), giving, scope)
        elif isinstance(target, cst.Name):
            for use in _read(target, giving, scope):
                yield from self._of(use, scope)


def slot_of(node: cst.CSTNode, scope: Scope) -> Returned | None:
    """Where an expression stands in what its function returns or yields; None where it is not returned."""
    parent = scope.parents.get(node)
    if isinstance(parent, (cst.Return, cst.Yield)):
        is_whole = not _holds_others(node, scope)
        return Returned(is_yielded=isinstance(parent, cst.Yield)) if is_whole else None
    holder = scope.parents.get(parent) if parent is not None else None
    outer = scope.parents.get(holder) if holder is not None else None
    if not isinstance(outer, (cst.Return, cst.Yield)):
        return None
    is_yielded = isinstance(outer, cst.Yield)
    if isinstance(parent, cst.Element) and isinstance(holder, cst.Tuple):
        return Returned(holder.elements.index(parent), is_yielded=is_yielded)
    if isinstance(parent, cst.DictElement) and parent.value is node and text_of(parent.key):
        return Returned(key=text_of(parent.key), is_yielded=is_yielded)
    return None


def _holds_others(node: cst.CSTNode, scope: Scope) -> bool:
    """Whether an expression is a collection, or the name of one."""
    if isinstance(node, cst.Name):
        return any(_holds_others(one.value, scope) for one in scope.assignments.get(node.value, ()))
    return isinstance(node, (cst.Dict, cst.List, cst.Tuple, cst.Set, cst.BaseComp))


def _read(name: cst.Name, giving: cst.CSTNode, scope: Scope) -> Iterator[cst.Name]:
    """The reads of a name that a statement gives a value, within a loop or anywhere behind."""
    within = scope.parents[giving] if isinstance(giving, cst.CompFor) else giving
    for use in scope.names.get(name.value, ()):
        is_given = use is name or isinstance(scope.parents.get(use), (cst.AssignTarget, cst.Param))
        in_reach = not isinstance(giving, (cst.For, cst.CompFor)) or within in scope.around(use)
        if not is_given and in_reach:
            yield use


__all__ = ["Returned", "slot_of"]
