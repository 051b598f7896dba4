"""What known functions do with the event that a handler is tried with: they refuse it, or look for fields in it.

Only trials ask: elsewhere a value that does not fit is no path that matters.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

import libcst as cst

from invocation_lint.analysis.domain.atoms import Const, Ref, Unknown, Value, const, unknown
from invocation_lint.analysis.domain.state import Obj
from invocation_lint.analysis.domain.values import constants
from invocation_lint.analysis.python import conditions, iteration, trials
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.trial import EVENT, Keys, Trial, is_none

_REFUSING_NONE = frozenset(
    {"builtins.int", "builtins.float", "builtins.len", "builtins.sorted", "builtins.list", "builtins.tuple",
     "builtins.set", "builtins.iter", "builtins.sum", "builtins.max", "builtins.min", "builtins.enumerate",
     "builtins.dict", "decimal.Decimal", "uuid.UUID", "base64.b64decode", "datetime.datetime.fromisoformat",
     "datetime.datetime.strptime", "urllib.parse.unquote_plus", "urllib.parse.quote"}
)  # fmt: skip
"""Functions whose first argument may not be None."""

_SCALARS = frozenset({"number", "boolean", "null"})
_CONTAINERS = frozenset({"array", "object"})
_NO_TEXT = _SCALARS | _CONTAINERS
_REFUSING: dict[str, frozenset[str]] = {
    **dict.fromkeys(("builtins.int", "builtins.float", "builtins.round", "builtins.abs"), _CONTAINERS | {"null"}),
    **{f"builtins.{name}": _SCALARS for name in (
        "len", "iter", "sorted", "list", "tuple", "set", "frozenset", "enumerate", "sum", "max", "min", "dict",
        "reversed",
    )},
    "builtins.range": frozenset({"string", "null"}) | _CONTAINERS,
    **dict.fromkeys(
        ("json.loads", "base64.b64decode", "datetime.datetime.fromisoformat", "datetime.datetime.strptime",
         "datetime.date.fromisoformat", "uuid.UUID", "urllib.parse.quote", "urllib.parse.unquote_plus"),
        _NO_TEXT,
    ),
}  # fmt: skip
"""The JSON types of which a function surely takes none for its first argument."""

_VALIDATING = {
    "jsonschema.validate": ("instance", "schema"),
    "jsonschema.validators.validate": ("instance", "schema"),
    "aws_lambda_powertools.utilities.validation.validate": ("event", "schema"),
    "aws_lambda_powertools.utilities.validation.validator.validate": ("event", "schema"),
}
"""Functions that raise where a value does not fit a JSON schema, with the names of their first two parameters."""


def call_symbol(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value | None:
    """The value of `name(..)` for a dotted name from outside; None where a trial changes nothing."""
    trial = frame.interpreter.trial
    if trial is None:
        return None
    first = arguments.args[0] if arguments.args else None
    if name in _REFUSING_NONE and first is not None and is_none(first):
        return frame.fail("TypeError")
    if first is not None and trials.tries_types(frame) and trials.type_of(frame, first) in _REFUSING.get(name, ()):
        return frame.fail()
    if name in {"builtins.all", "builtins.any"} and first is not None:
        return _quantified(frame, first, every=name.endswith("all"))
    if name == "builtins.bool" and first is not None:
        known = _truth(frame, first)
        return None if known is None else const(known)
    if name in {"builtins.set", "builtins.frozenset"} and first is not None:
        return _made_set(frame, first, node)
    if name in _VALIDATING:
        value, schema = (arguments.get(at, word) for at, word in enumerate(_VALIDATING[name]))
        if value is not None and schema is not None and not fits(frame, trial, value, schema):
            return frame.fail()
    return None


def _made_set(frame: Frame, value: Value, node: cst.CSTNode) -> Value | None:
    """`set(value)`: its elements, or all keys of a part of the event, whichever those are."""
    items, place = iteration.iteration_items(frame, value), frame.place(node)
    if items is not None:
        return frame.allocate(node, Obj("set", items=tuple(items), made=place))
    for _, obj in frame.live.deref(value):
        if isinstance(obj.slots, Keys):
            return frame.allocate(node, Obj("set", obj.slots, obj.open, rest=unknown("a key"), made=place))
    return None


def call_method(frame: Frame, atom: Ref, name: str, arguments: Arguments, node: cst.CSTNode) -> Value | None:
    """`object.name(..)` of sets, whose elements a trial knows; None for any other."""
    if frame.interpreter.trial is None or not arguments.args or name not in _SETS:
        return None
    found = _of_sets(frame, name, Value((atom,)), arguments.args[0])
    return _as_set(frame, found, node) if isinstance(found, set) else None if found is None else const(found)


def operated(frame: Frame, node: cst.BinaryOperation, left: Value, right: Value) -> Value | None:
    """`left - right` and its like, of sets."""
    method = {cst.Subtract: "difference", cst.BitAnd: "intersection"}.get(type(node.operator))
    if frame.interpreter.trial is None or method is None:
        return None
    found = _of_sets(frame, method, left, right)
    return _as_set(frame, found, node) if isinstance(found, set) else None


def _of_sets(frame: Frame, method: str, left: Value, right: Value) -> set[object] | bool | None:
    """What an operation of two sets gives; None where one is not known. What is looked for among all keys of a part of
    the event is noted as read."""
    one, other = _elements(frame, left), _elements(frame, right)
    for keys, looked_for in ((one, other), (other, one)):
        if isinstance(keys, Keys):
            for name in sorted(looked_for, key=repr) if isinstance(looked_for, set) else ():
                keys.get(name)
            return None
    return _SETS[method](one, other) if isinstance(one, set) and isinstance(other, set) else None


_SETS: dict[str, Callable[[set[object], set[object]], set[object] | bool]] = {
    "difference": lambda left, right: left - right,
    "intersection": lambda left, right: left & right,
    "issubset": lambda left, right: left <= right,
    "issuperset": lambda left, right: left >= right,
    "isdisjoint": lambda left, right: left.isdisjoint(right),
}


def _as_set(frame: Frame, found: set[object], node: cst.CSTNode) -> Value:
    items = tuple(const(one) for one in sorted(found, key=repr))
    return frame.allocate(node, Obj("set", items=items, made=frame.place(node)))


def _elements(frame: Frame, value: Value) -> set[object] | Keys | None:
    """The constants that a collection surely holds, or the part of the event whose keys it holds."""
    if value.single is None:
        return None
    for _, obj in frame.live.deref(value):
        if isinstance(obj.slots, Keys) and obj.open:
            return obj.slots
    items = iteration.iteration_items(frame, value)
    if items is None:
        return None
    known = [constants(item) for item in items]
    return None if any(one is None or len(one) != 1 for one in known) else {one[0] for one in known if one}


def _quantified(frame: Frame, value: Value, *, every: bool) -> Value | None:
    """`all(..)` or `any(..)` of elements whose truth is known."""
    items = iteration.iteration_items(frame, value)
    if items is None:
        return None
    told = {_truth(frame, item) for item in items}
    if (not every) in told and every:
        return const(False)
    if every is False and True in told:
        return const(True)
    return None if None in told else const(every)


def _truth(frame: Frame, value: Value) -> bool | None:
    told = {conditions.atom_truth(frame, atom) for atom in value.atoms}
    return told.pop() if len(told) == 1 else None


# -- schemas ---------------------------------------------------------------------------------------------------------


def fits(frame: Frame, trial: Trial, value: Value, schema: Value) -> bool:
    """Whether a value may fit a JSON schema; its fields are noted as read."""
    described = next((obj for _, obj in frame.live.deref(schema)), None)
    if described is None or described.kind != "dict":
        return True
    required = described.slots.get("required")
    properties = described.slots.get("properties")
    names = list(_texts(frame, required.value)) if required is not None else []
    held = next((obj for _, obj in frame.live.deref(properties.value)), None) if properties is not None else None
    look_for(frame, trial, value, [*names, *(str(key) for key in held.slots)] if held is not None else names)
    if any(surely_lacks(frame, value, name) for name in names):
        return False
    for name, slot in held.slots.items() if held is not None else ():
        inner = item(frame, value, str(name))
        if inner is not None and not fits(frame, trial, inner, slot.value):
            return False
    return True


def lacks_fields(
    frame: Frame, fields: Iterable[tuple[tuple[str, ...], bool]], given: Collection[str], arguments: Arguments
) -> bool:
    """Whether a class cannot be made of these arguments: a field that it needs is among them under none of its names.
    Where more arguments come from a part of the event, the fields are noted as read instead."""
    trial = frame.interpreter.trial
    if trial is None or arguments.star:
        return False
    fields = list(fields)
    if arguments.open:
        every = [name for names, _ in fields for name in names]
        trials.note_fields(trial, arguments.open, [name for name in every if name not in given])
        return False
    return any(is_needed and not any(name in given for name in names) for names, is_needed in fields)


def look_for(frame: Frame, trial: Trial, value: Value, names: Iterable[str]) -> None:
    """Note that fields of these names are read of a value."""
    for source in _sources(frame, value):
        for name in names:
            trial.note_read(f"{source}.{name}")


def surely_lacks(frame: Frame, value: Value, name: str) -> bool:
    """Whether a value surely has no field of a name."""
    objects = [obj for _, obj in frame.live.deref(value)]
    return bool(objects) and all(obj.kind == "dict" and not obj.open and name not in obj.slots for obj in objects)


def item(frame: Frame, value: Value, name: str) -> Value | None:
    """What a value has under a name, where it has it or may have it."""
    atom = value.single
    if isinstance(atom, Unknown) and atom.source.startswith(EVENT):
        return unknown("a field of the event", f"{atom.source}.{name}")
    for _, obj in frame.live.deref(value):
        slot = obj.slots.get(name)
        if slot is not None:
            return slot.value
        if obj.open and isinstance(obj.slots, Keys):
            return unknown("a field of the event", obj.slots.source(name))
    return None


def _sources(frame: Frame, value: Value) -> Iterator[str]:
    for atom in value.atoms:
        if isinstance(atom, Unknown) and atom.source.startswith(EVENT):
            yield atom.source
    for _, obj in frame.live.deref(value):
        if isinstance(obj.slots, Keys):
            yield obj.slots.whole


def _texts(frame: Frame, value: Value) -> Iterator[str]:
    for item in iteration.iteration_items(frame, value) or ():
        atom = item.single
        if isinstance(atom, Const) and isinstance(atom.value, str):
            yield atom.value


__all__ = ["call_method", "call_symbol", "fits", "item", "lacks_fields", "look_for", "operated", "surely_lacks"]
