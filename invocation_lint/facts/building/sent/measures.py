"""How the function of a call measures what it sends: by the memory of an object, or in characters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts.building.messaging.calls import keywords
from invocation_lint.facts.building.scopes import Scope, called_name
from invocation_lint.facts.payload import Payload
from invocation_lint.findings import Place
from invocation_lint.source.parsing.walk import walk

Note = Callable[[str, "Place | None"], None]


def with_measure(payload: Payload, function: FunctionInfo | None, call: Place, note: Note) -> Payload:
    """The fact of a payload with how the function around the call measures it; `note` is told where it does."""
    if function is None or function.is_lambda or not {"getsizeof", "ensure_ascii"} & function.words:
        return payload
    scope, source = Scope(function.node), function.module.source
    sent = next((one for one in scope.calls if source.place(one) == call), None)
    given = keywords(sent).get("Payload") if sent is not None else None
    if given is None:
        return payload
    names = _names_in(given.value, scope)
    for one in scope.calls:
        measured = one.args[0].value if len(one.args) == 1 else None
        if not isinstance(measured, cst.Name) or measured.value not in names:
            continue
        if called_name(one) == "getsizeof":
            note("payload.measured", source.place(one))
            return replace(payload, measured="memory")
        if called_name(one) == "len" and _is_open_text(measured.value, scope):
            note("payload.measured", source.place(one))
            return replace(payload, measured="characters")
    return payload


def _names_in(value: cst.BaseExpression, scope: Scope) -> set[str]:
    """The names that a payload is made of: `payload` of `json.dumps(payload)`, also by a name for the text."""
    found = set(_held(value))
    for name in tuple(found):
        made = scope.assignments.get(name, ())
        if len(made) == 1:
            found |= set(_held(made[0].value))
    return found


def _held(value: cst.BaseExpression) -> Iterator[str]:
    """The name in an expression that is it, or its encoded form."""
    if isinstance(value, cst.Name):
        yield value.value
    elif isinstance(value, cst.Call) and called_name(value) == "encode" and isinstance(value.func, cst.Attribute):
        yield from _held(value.func.value)
    elif isinstance(value, cst.Call) and called_name(value) in {"dumps", "bytes"} and value.args:
        yield from _held(value.args[0].value)


def _is_open_text(name: str, scope: Scope) -> bool:
    """Whether a name is JSON that is written with characters beyond ASCII, which take more than a byte each."""
    made = [one.value for one in scope.assignments.get(name, ())]
    return bool(made) and all(isinstance(one, cst.Call) and _keeps_characters(one) for one in made)


def _keeps_characters(call: cst.Call) -> bool:
    if called_name(call) != "dumps":
        return False
    given = keywords(call).get("ensure_ascii")
    return given is not None and any(isinstance(one, cst.Name) and one.value == "False" for one in walk(given.value))


__all__ = ["with_measure"]
