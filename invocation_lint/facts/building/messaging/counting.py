"""How many entries one call of a batch operation is given, where the code shows it."""

from __future__ import annotations

import libcst as cst

from invocation_lint.data.batch_operations import BatchOperation
from invocation_lint.facts.building.messaging.resolving import Resolver
from invocation_lint.facts.building.scopes import Given, Scope, called_name
from invocation_lint.source.parsing.walk import walk

_ENDS = (cst.Break, cst.Continue, cst.Return, cst.If, cst.Try, cst.While, cst.With, cst.Match)
"""What may keep a round of a loop from adding its entry."""

_GROWS = frozenset({"append"})

MAX_STEPS = 4
"""Names and comprehensions behind each other that are followed."""


def entries_of(
    call: cst.Call, value: cst.BaseExpression, scope: Scope, operation: BatchOperation, resolver: Resolver
) -> tuple[int, cst.CSTNode, str] | None:
    """The number of entries, what shows it, and the same in words; None where the number is not known."""
    shown: cst.CSTNode = value
    held = _held(value) if operation.entries in {"Delete", "RequestItems"} else value
    cut = _slice_of(held, call, scope, resolver) if held is not None else None
    if cut is not None:
        return cut[0], cut[1], f"slices of up to {cut[0]} entries"
    if isinstance(value, cst.Name):
        made = scope.assignments.get(value.value, ())
        uses = scope.names.get(value.value, ())
        if len(made) != 1:
            return None
        grown = _grown(value.value, made[0], call, scope)
        if grown is not None:
            return grown[0], grown[1], f"{grown[0]} entries"
        if len(uses) != 2:  # where it is made, and here
            return None
        value = made[0].value
    count = _held_count(value, operation) if operation.entries in {"Delete", "RequestItems"} else _length(value)
    return None if count is None else (count, shown, f"{count} entries")


# -- lists that are written --------------------------------------------------------------------------------------------


def _held(value: cst.BaseExpression) -> cst.BaseExpression | None:
    """The only list in a mapping: `{"Objects": chunk}`, `{table: chunk}`."""
    if not isinstance(value, cst.Dict):
        return None
    lists = [
        one.value
        for one in value.elements
        if isinstance(one, cst.DictElement) and isinstance(one.value, (cst.Name, cst.Subscript, cst.ListComp))
    ]
    return lists[0] if len(lists) == 1 else None


def _held_count(value: cst.BaseExpression, operation: BatchOperation) -> int | None:
    """The entries in the lists of a mapping: `{"Objects": [..]}`, `{table: [..], other: [..]}`."""
    if not isinstance(value, cst.Dict) or not all(isinstance(one, cst.DictElement) for one in value.elements):
        return None
    lists = [one.value for one in value.elements if isinstance(one.value, (cst.List, cst.ListComp, cst.Name))]
    counts = [_length(one) for one in lists]
    known = [count for count in counts if count is not None]
    return sum(known) if known and len(known) == len(counts) and operation.name != "batch_get_item" else None


def _length(value: cst.BaseExpression) -> int | None:
    if isinstance(value, (cst.List, cst.Tuple)) and all(isinstance(one, cst.Element) for one in value.elements):
        return len(value.elements)
    if (
        isinstance(value, (cst.ListComp, cst.GeneratorExp))
        and not value.for_in.ifs
        and value.for_in.inner_for_in is None
    ):
        return _range(value.for_in.iter)
    if isinstance(value, cst.BinaryOperation) and isinstance(value.operator, cst.Multiply):
        times = value.right
        one = _length(value.left)
        return one * int(times.value) if one is not None and isinstance(times, cst.Integer) else None
    if isinstance(value, cst.Call) and called_name(value) == "list" and len(value.args) == 1:
        return _length(value.args[0].value)
    return None


def _range(value: cst.BaseExpression) -> int | None:
    """How many rounds `range(n)` or `range(a, b)` gives."""
    if isinstance(value, (cst.List, cst.Tuple)):
        return _length(value)
    if not isinstance(value, cst.Call) or called_name(value) != "range" or len(value.args) > 2:
        return None
    bounds = [int(arg.value.evaluated_value) for arg in value.args if isinstance(arg.value, cst.Integer)]
    return (
        max(0, bounds[-1] - (bounds[0] if len(bounds) == 2 else 0))
        if bounds and len(bounds) == len(value.args)
        else None
    )


# -- lists that a loop fills -------------------------------------------------------------------------------------------


def _grown(name: str, given: Given, call: cst.Call, scope: Scope) -> tuple[int, cst.CSTNode] | None:
    """How many entries one loop over a range of known length adds to an empty list before the call is made."""
    value, made = given.value, given.node
    is_empty = (isinstance(value, cst.List) and not value.elements) or (
        isinstance(value, cst.Call) and called_name(value) == "list" and not value.args
    )
    used = [(use, scope.parents.get(use)) for use in scope.names.get(name, ())]
    uses = [use for use, parent in used if not isinstance(parent, (cst.AssignTarget, cst.AnnAssign))]
    added = [use for use in uses if isinstance(scope.parents.get(use), cst.Attribute)]
    if not is_empty or len(added) != 1 or len(uses) != 2:
        return None
    attribute = scope.parents[added[0]]
    adding = scope.parents.get(attribute)
    loop = next((one for one in scope.around(attribute) if isinstance(one, cst.For)), None)
    if not isinstance(adding, cst.Call) or called_name(adding) not in _GROWS or loop is None or loop.asynchronous:
        return None
    around_call, around_list = (set(map(id, scope.around(node))) for node in (call, made))
    if id(loop) in around_call or id(loop) in around_list:
        return None
    if any(isinstance(one, _ENDS) for one in walk(loop.body)) or _loop_around(made, scope) != _loop_around(call, scope):
        return None
    if _loop_around(loop, scope) != _loop_around(made, scope) or _is_chosen(loop, made, scope):
        return None
    count = _range(loop.iter)
    return None if count is None else (count, loop.iter)


def _loop_around(node: cst.CSTNode, scope: Scope) -> cst.CSTNode | None:
    return next((one for one in scope.around(node) if isinstance(one, (cst.For, cst.While, cst.FunctionDef))), None)


def _is_chosen(loop: cst.CSTNode, made: cst.CSTNode, scope: Scope) -> bool:
    """Whether a condition decides about a loop and not about the list that it fills."""
    branches = (cst.If, cst.Else, cst.ExceptHandler, cst.MatchCase)
    around = [id(one) for one in scope.around(made) if isinstance(one, branches)]
    return any(id(one) not in around for one in scope.around(loop) if isinstance(one, branches))


# -- slices ------------------------------------------------------------------------------------------------------------


def _slice_of(
    value: cst.BaseExpression, call: cst.Call, scope: Scope, resolver: Resolver
) -> tuple[int, cst.CSTNode] | None:
    """How many entries a slice holds that goes over a list with a step: `entries[at : at + 25]` for `at` in
    `range(0, len(entries), 25)`."""
    for _ in range(MAX_STEPS):
        if isinstance(value, cst.Name):
            made = scope.assignments.get(value.value, ())
            others = [use for use in scope.names.get(value.value, ()) if not _is_read(use, scope)]
            if len(made) != 1 or len(others) != 1:
                return None
            value = made[0].value
        elif isinstance(value, (cst.ListComp, cst.GeneratorExp)):
            if value.for_in.ifs or value.for_in.inner_for_in is not None:
                return None
            value = value.for_in.iter
        elif isinstance(value, cst.Call) and called_name(value) in {"list", "enumerate"} and value.args:
            value = value.args[0].value
    if not isinstance(value, cst.Subscript) or len(value.slice) != 1:
        return None
    cut = value.slice[0].slice
    if not isinstance(cut, cst.Slice) or not isinstance(cut.lower, cst.Name) or cut.upper is None or cut.step:
        return None
    upper = cut.upper
    is_sum = isinstance(upper, cst.BinaryOperation) and isinstance(upper.operator, cst.Add)
    if not is_sum or not isinstance(upper, cst.BinaryOperation):
        return None
    name = cut.lower.value
    other = upper.right if _is_named(upper.left, name) else upper.left if _is_named(upper.right, name) else None
    size = _number(other, resolver) if other is not None else None
    loop = next((one for one in scope.around(call) if _goes_by(one, name, size, resolver)), None)
    return (size, value) if size is not None and loop is not None else None


def _is_named(node: cst.BaseExpression, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


def _is_read(use: cst.CSTNode, scope: Scope) -> bool:
    """Whether a name is only looked at: it is neither given a value nor has a method called."""
    parent = scope.parents.get(use)
    return not isinstance(parent, (cst.AssignTarget, cst.AugAssign, cst.Attribute, cst.For, cst.CompFor, cst.Del)) or (
        isinstance(parent, (cst.For, cst.CompFor)) and parent.iter is use
    )


def _goes_by(node: cst.CSTNode, name: str, size: int | None, resolver: Resolver) -> bool:
    """Whether a loop goes over a range with that step."""
    if not isinstance(node, cst.For) or not isinstance(node.target, cst.Name) or node.target.value != name:
        return False
    given = node.iter
    is_range = isinstance(given, cst.Call) and called_name(given) == "range" and len(given.args) == 3
    return is_range and isinstance(given, cst.Call) and _number(given.args[2].value, resolver) == size


def _number(node: cst.BaseExpression, resolver: Resolver) -> int | None:
    value = resolver.value_of(node)
    return int(value.evaluated_value) if isinstance(value, cst.Integer) else None


__all__ = ["entries_of"]
