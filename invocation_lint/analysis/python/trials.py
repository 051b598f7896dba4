"""What conditions ask of the event that a handler is tried with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import Const, Encoded, EnumMember, Ref, Text, Typed, Unknown, Value
from invocation_lint.analysis.domain.state import State
from invocation_lint.analysis.domain.values import constants
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.trial import Trial


def note_compared(trial: Trial, left: Value, right: Value) -> None:
    """`left == right`: the constants that a field of the event is compared with."""
    held = [atom.value for atom in right.atoms if isinstance(atom, EnumMember)]
    trial.note_compared(left, [value for one in (right, *held) for value in constants(one) or ()])


def note_looked_for(trial: Trial, left: Value, right: Value, state: State) -> None:
    """`left in right`: a field among constants, or a key in a part of the event."""
    for atom in right.atoms:
        if isinstance(atom, Unknown):
            for key in constants(left) or ():
                if any(map(str.isalnum, str(key))):  # "/" is looked for in a text
                    trial.note_sought(f"{atom.source}.{key}")
    for _, obj in state.deref(right):
        elements = [value for item in obj.elements() for value in constants(item) or ()]
        trial.note_compared(left, obj.slots if obj.kind == "dict" else elements)


def refuses_call(
    frame: Frame,
    info: FunctionInfo,
    args: Sequence[Value],
    kwargs: Collection[str],
    open_reason: str | None,
) -> bool:
    """Whether a call of a function is surely a TypeError: it lacks an argument, or has one too many.

    Where more arguments come from a part of the event, its fields are noted as read instead.
    """
    trial = frame.interpreter.trial
    if trial is None:
        return False
    params = info.node.params
    positional = [*params.posonly_params, *params.params]
    named = {param.name.value for param in (*positional, *params.kwonly_params)}
    needed = [param.name.value for param in positional[len(args) :] if param.default is None]
    needed += [param.name.value for param in params.kwonly_params if param.default is None]
    missing = [name for name in needed if name not in kwargs]
    if open_reason is not None:
        note_fields(trial, open_reason, [name for name in named if name not in kwargs])
        return False
    return bool(missing) or (params.star_kwarg is None and not named.issuperset(kwargs))


def note_fields(trial: Trial, source: str, names: Iterable[str]) -> None:
    """Names are looked up in a part of the event: by a call that spreads it, by a class that is made of it."""
    for name in names:
        trial.note_read(f"{source}.{name}")


# -- types -----------------------------------------------------------------------------------------------------------

_NUMBERS = frozenset({"number", "boolean"})
_KINDS = {
    **dict.fromkeys(("int", "float", "number"), "number"),
    "str": "string",
    "bool": "boolean",
    "NoneType": "null",
    "list": "array",
    "dict": "object",
}
_EXAMPLES: dict[str, tuple[object, ...]] = {
    "string": ("",), "number": (0, 0.0), "boolean": (True,), "array": ([],), "object": ({},), "null": (None,),
}  # fmt: skip
_ORDERS = (cst.LessThan, cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual)
_SUMS = (cst.Add, cst.AddAssign)
_DIFFERENCES = (cst.Subtract, cst.Divide, cst.FloorDivide, cst.Power)


def tries_types(frame: Frame) -> bool:
    """Whether the types of fields are tried."""
    trial = frame.interpreter.trial
    return trial is not None and trial.is_typed and frame.state is not None


def type_of(frame: Frame, value: Value) -> str | None:
    """The JSON type that a value surely has; None for anything else."""
    kinds = {_type_of(frame, atom) for atom in value.atoms}
    return kinds.pop() if len(kinds) == 1 else None


def _type_of(frame: Frame, atom: Any) -> str | None:
    if isinstance(atom, Const):
        return _KINDS.get(atom.kind)
    if isinstance(atom, (Text, Encoded, Typed)):
        return _KINDS.get(atom.type)
    obj = frame.live.heap.get(atom.id) if isinstance(atom, Ref) else None
    return _KINDS.get(obj.kind) if obj is not None and not obj.cls else None


def has_no_attribute(frame: Frame, value: Value, name: str) -> bool:
    """Whether what is tried surely has no such attribute."""
    type = type_of(frame, value) if tries_types(frame) else None
    return type is not None and not any(hasattr(one, name) for one in _EXAMPLES[type])


def has_no_item(frame: Frame, value: Value, keys: Collection[Any] | None) -> bool:
    """Whether what is tried surely has no item under any of these keys; None stands for keys that are not known."""
    type = type_of(frame, value) if tries_types(frame) else None
    if type in _NUMBERS:
        return True
    wrong = {"array": str, "string": str, "object": int}.get(type or "")
    return wrong is not None and bool(keys) and all(isinstance(key, wrong) for key in keys or ())


def has_no_elements(frame: Frame, value: Value) -> bool:
    """Whether what is tried surely is nothing that one can go over."""
    return tries_types(frame) and type_of(frame, value) in _NUMBERS


def refuses_operation(frame: Frame, operator: cst.CSTNode, left: Value, right: Value) -> bool:
    """Whether an operation of what is tried is surely a TypeError."""
    if not tries_types(frame):
        return False
    one, other = type_of(frame, left), type_of(frame, right)
    if isinstance(operator, (cst.In, cst.NotIn)):
        return other in _NUMBERS or (other == "string" and one not in {None, "string"})
    if one is None or other is None:
        return False
    if {one, other} <= _NUMBERS:
        return False
    if isinstance(operator, _SUMS):
        return one != other or one == "object"
    if isinstance(operator, _ORDERS):
        return one != other or one in {"object", "null"}
    if isinstance(operator, cst.Multiply):
        return not ({one, other} & _NUMBERS and {one, other} & {"string", "array"})
    if isinstance(operator, cst.Modulo):
        return one != "string"
    return isinstance(operator, _DIFFERENCES)
