"""Records of which a handler takes one after the other without a loop over their list: by an index, out of the list
until that is empty, or in a function that calls itself for the others."""

from __future__ import annotations

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts.building.scopes import Scope, called_name
from invocation_lint.source.parsing.walk import walk

TAKING = frozenset({"pop", "popleft"})


def loop_around(use: cst.CSTNode, scope: Scope) -> cst.For | cst.While | None:
    """The loop over an index, or a `while`, in which an element of a list is taken: `records[at]`, `records.pop(0)`."""
    for outer in scope.around(use):
        if isinstance(outer, cst.While):
            return outer if _moves(use, outer) else None
        if isinstance(outer, cst.For):
            is_counted = isinstance(outer.iter, cst.Call) and called_name(outer.iter) == "range"
            return outer if is_counted and _moves(use, outer) else None
        if isinstance(outer, (cst.FunctionDef, cst.Lambda)):
            return None
    return None


def _moves(use: cst.CSTNode, loop: cst.For | cst.While) -> bool:
    """Whether another element is taken in each round: by a name for the index, or out of the list."""
    if isinstance(use, cst.Call):
        return True
    index = use.slice[0].slice if isinstance(use, cst.Subscript) else None
    names = {one.value for one in walk(index) if isinstance(one, cst.Name)} if index is not None else set()
    if isinstance(loop, cst.For):
        return isinstance(loop.target, cst.Name) and loop.target.value in names
    changed = (one.target for one in walk(loop.body) if isinstance(one, (cst.AugAssign, cst.AssignTarget)))
    return any(isinstance(one, cst.Name) and one.value in names for one in changed)


def again(info: FunctionInfo, scope: Scope) -> cst.Call | None:
    """The call by which a function calls itself with a part of a list, the next index, or the names of a part."""
    for call in scope.calls:
        if called_name(call) == info.name and any(_is_rest(arg.value, scope) for arg in call.args):
            return call
    return None


def _is_rest(value: cst.BaseExpression, scope: Scope) -> bool:
    for one in walk(value):
        if isinstance(one, cst.Slice) or (isinstance(one, cst.BinaryOperation) and isinstance(one.operator, cst.Add)):
            return True
        if isinstance(one, cst.Name) and _names_rest(one.value, scope):
            return True
    return False


def _names_rest(name: str, scope: Scope) -> bool:
    """`rest = records[1:]`, `first, *rest = records`."""
    if any(isinstance(one, cst.Slice) for made in scope.assignments.get(name, ()) for one in walk(made.value)):
        return True
    return any(
        isinstance(scope.parents.get(use), cst.StarredElement) and _is_target(use, scope)
        for use in scope.names.get(name, ())
    )


def _is_target(use: cst.CSTNode, scope: Scope) -> bool:
    return any(isinstance(outer, cst.AssignTarget) for outer in scope.around(use))


def takes_apart(target: cst.BaseExpression) -> bool:
    """`first, *rest = records`."""
    if not isinstance(target, (cst.Tuple, cst.List)):
        return False
    return len(target.elements) == 2 and isinstance(target.elements[-1], cst.StarredElement)


def names_of_elements(use: cst.CSTNode, scope: Scope) -> frozenset[str]:
    """The names that an element is given where it is taken."""
    made = use if isinstance(use, cst.Assign) else scope.parents.get(use)
    if not isinstance(made, cst.Assign):
        return frozenset()
    found = [one.target for one in made.targets if isinstance(one.target, cst.Name)]
    for one in made.targets:
        if isinstance(one.target, (cst.Tuple, cst.List)) and isinstance(one.target.elements[0].value, cst.Name):
            found.append(one.target.elements[0].value)
    return frozenset(one.value for one in found)


def is_element(value: cst.BaseExpression, names: frozenset[str]) -> bool:
    """Whether an argument is a record: it has one of its names, or is taken out of the list where it is given."""
    if isinstance(value, cst.Call) and called_name(value) in TAKING:
        return True
    if isinstance(value, cst.Subscript):
        return not names and isinstance(value.slice[0].slice, cst.Index)
    return isinstance(value, cst.Name) and value.value in names


__all__ = ["TAKING", "again", "is_element", "loop_around", "names_of_elements", "takes_apart"]
