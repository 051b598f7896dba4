"""How the function of a call measures what it sends: by the memory of an object, in characters, or in keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.facts.building.messaging.calls import arguments_of, keywords
from invocation_lint.facts.building.scopes import Scope, called_name
from invocation_lint.facts.payload import Payload
from invocation_lint.findings import Place
from invocation_lint.source.parsing.texts import number_in
from invocation_lint.source.parsing.walk import walk

Note = Callable[[str, "Place | None"], None]

_MEMORY = frozenset({"getsizeof", "asizeof", "total_size", "__sizeof__"})
"""What tells how much memory an object takes (Python: `sys.getsizeof`; Pympler: `asizeof`)."""

_WORDS = frozenset({*_MEMORY, "len"})

_BYTES = 10_000
"""No dict that is sent has so many keys: a number above that is one of bytes."""

_OF_BYTES = re.compile(r"(?i)(?:\b|_)(?:bytes?|kb)(?:\b|_)|(?:max|payload|message)_?size|size_?limit")
"""Names of a number of bytes."""


def with_measure(payload: Payload, function: FunctionInfo | None, call: Place, note: Note) -> Payload:
    """The fact of a payload with how the function around the call measures it, or one of its module that is given it;
    `note` is told where it does."""
    if function is None or function.is_lambda or not _may_measure(function):
        return payload
    scope, source = Scope(function.node), function.module.source
    sent = next((one for one in scope.calls if source.place(one) == call), None)
    given = keywords(sent).get("Payload") if sent is not None else None
    if given is None:
        return payload
    names = _names_in(given.value, scope)
    for one in scope.calls:
        measured = _measure(one, names, scope) or _measured_by(one, names, function)
        if measured is not None:
            note("payload.measured", source.place(one))
            return replace(payload, measured=measured)
    return payload


def _may_measure(function: FunctionInfo) -> bool:
    data = function.module.source.data
    return bool(_WORDS & function.words) or any(word.encode() in data for word in _MEMORY)


def _measure(call: cst.Call, names: set[str], scope: Scope) -> str | None:
    """In what a call measures one of the names; None where it does not, or in the bytes that are sent."""
    name = called_name(call)
    if name == "__sizeof__" and isinstance(call.func, cst.Attribute):
        return "memory" if dotted(call.func.value) in names else None
    if len(call.args) != 1 or call.args[0].star:
        return None
    value = call.args[0].value
    if name in _MEMORY:
        return "memory" if names & set(_held(value)) else None
    if name != "len":
        return None
    if dotted(value) in names:
        if _is_open_text(dotted(value), scope):
            return "characters"
        return "keys" if _is_dict(dotted(value), scope) and _is_compared_with_bytes(call, scope) else None
    if isinstance(value, cst.Call) and names & set(_held(value)):
        return "characters" if _keeps_characters(value) or _is_repr(value, scope) else None
    return None


def _measured_by(call: cst.Call, names: set[str], function: FunctionInfo) -> str | None:
    """In what a function of the module, which is given one of the names, measures it."""
    module = function.module
    callee = module.functions.get(f"{module.name}:{dotted(call.func)}")
    if callee is None or callee.is_lambda or callee is function or not _WORDS & callee.words:
        return None
    parameters = {parameter for parameter, value in arguments_of(callee, call) if dotted(value) in names}
    if not parameters:
        return None
    scope = Scope(callee.node)
    return next((found for one in scope.calls if (found := _measure(one, parameters, scope)) is not None), None)


def _names_in(value: cst.BaseExpression, scope: Scope) -> set[str]:
    """The names that a payload is made of: `payload` of `json.dumps(payload)`, also by a name for the text, and what is
    a value of it: `items` of `{"items": items}`."""
    found = set(_held(value))
    for _ in range(2):
        for name in tuple(found):
            made = scope.assignments.get(name, ())
            if len(made) == 1:
                found |= set(_held(made[0].value))
    return found


def _held(value: cst.BaseExpression) -> Iterator[str]:
    """The names in an expression that are it, its encoded form, or a value of the dict that it is."""
    if isinstance(value, (cst.Name, cst.Attribute)):
        name = dotted(value)
        if name:
            yield name
    elif isinstance(value, cst.Call) and called_name(value) == "encode" and isinstance(value.func, cst.Attribute):
        yield from _held(value.func.value)
    elif isinstance(value, cst.Call) and called_name(value) in {"dumps", "bytes", "str", "repr"} and value.args:
        yield from _held(value.args[0].value)
    elif isinstance(value, cst.Dict):
        for one in value.elements:
            if isinstance(one.value, cst.Name):
                yield one.value.value


def _is_open_text(name: str, scope: Scope) -> bool:
    """Whether a name is JSON that is written with characters beyond ASCII, which take more than a byte each."""
    made = [one.value for one in scope.assignments.get(name, ())]
    return bool(made) and all(isinstance(one, cst.Call) and _keeps_characters(one) for one in made)


def _keeps_characters(call: cst.Call) -> bool:
    if called_name(call) != "dumps":
        return False
    given = keywords(call).get("ensure_ascii")
    return given is not None and any(isinstance(one, cst.Name) and one.value == "False" for one in walk(given.value))


def _is_repr(call: cst.Call, scope: Scope) -> bool:
    """Whether it is a dict as Python shows it, which is not what is sent."""
    value = call.args[0].value if called_name(call) in {"str", "repr"} and len(call.args) == 1 else None
    return isinstance(value, cst.Name) and _is_dict(value.value, scope)


def _is_dict(name: str, scope: Scope) -> bool:
    made = [one.value for one in scope.assignments.get(name, ())]
    return bool(made) and all(
        isinstance(one, cst.Dict) or (isinstance(one, cst.Call) and called_name(one) == "dict") for one in made
    )


def _is_compared_with_bytes(call: cst.Call, scope: Scope) -> bool:
    around = scope.parents.get(call)
    around = scope.parents.get(around) if isinstance(around, cst.ComparisonTarget) else around
    if not isinstance(around, cst.Comparison):
        return False
    sides = [around.left, *(one.comparator for one in around.comparisons)]
    return any(side is not call and _is_number_of_bytes(side) for side in sides)


def _is_number_of_bytes(value: cst.BaseExpression) -> bool:
    if isinstance(value, cst.BinaryOperation) and isinstance(value.operator, cst.Multiply):
        left, right = number_in(value.left), number_in(value.right)
        return left is not None and right is not None and left * right >= _BYTES
    number = number_in(value)
    if number is not None:
        return number >= _BYTES
    name = dotted(value)
    return bool(name) and _OF_BYTES.search(name.rpartition(".")[2]) is not None


__all__ = ["with_measure"]
