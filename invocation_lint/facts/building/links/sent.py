"""The fields of a payload, as a handler is tried with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from invocation_lint.analysis.domain.atoms import Const, Encoded, EnumMember, Slot, Struct, Value
from invocation_lint.analysis.python.frames.trial import FieldPath
from invocation_lint.facts.building import shapes
from invocation_lint.records import record

MAX_NESTING = 4


@record
class SentFields:
    """The fields that are sent, those that may be left out included, the constants that some of them surely are, those
    that are objects of which all fields are in sight, also as JSON text, those that are not seen to be objects, and the
    JSON types of those at the outermost level that are always sent."""

    paths: tuple[FieldPath, ...]
    constants: tuple[tuple[FieldPath, Any], ...]
    objects: tuple[FieldPath, ...] = ()
    no_objects: tuple[FieldPath, ...] = ()
    types: tuple[tuple[FieldPath, str], ...] = ()


def fields_sent(payload: Value) -> SentFields | None:
    """The fields of a payload; None where it is no object, or may hold more than is in sight."""
    atom = payload.single
    inner = shapes.decode(atom).inner if atom is not None else None
    if not isinstance(inner, Struct) or inner.kind != "dict" or inner.open:
        return None
    paths: list[FieldPath] = []
    constants: dict[FieldPath, Any] = {}
    objects: list[FieldPath] = []
    no_objects: list[FieldPath] = []
    _walk(dict(inner.slots), (), paths, constants, objects, no_objects)
    types = ((str(key), _type_of(slot)) for key, slot in inner.slots)
    known = tuple(((key,), type) for key, type in types if type)
    return SentFields(tuple(paths), tuple(constants.items()), tuple(objects), tuple(no_objects), known)


def _type_of(slot: Slot) -> str:
    """The JSON type of what is always sent in a field; empty where it may be several, null among them."""
    found = {shapes.json_type(atom) for atom in slot.value.atoms} if slot.presence == "yes" else set()
    (type,) = found if len(found) == 1 else ("",)
    return type if isinstance(type, str) and type != "null" else ""


def _walk(
    slots: Mapping[Any, Slot],
    path: FieldPath,
    paths: list[FieldPath],
    constants: dict[FieldPath, Any],
    objects: list[FieldPath],
    no_objects: list[FieldPath],
) -> None:
    for key, slot in slots.items():
        own = (*path, str(key))
        paths.append(own)
        atom = slot.value.single
        if isinstance(atom, EnumMember) and atom.mixin and atom.value.single is not None:
            atom = atom.value.single
        if slot.presence == "yes" and not isinstance(atom, Struct):
            no_objects.append(own)
        if isinstance(atom, Encoded):
            atom = shapes.decode(atom).inner
        if isinstance(atom, Const) and slot.presence == "yes" and isinstance(atom.value, (str, int, float, type(None))):
            constants[own] = atom.value
        elif isinstance(atom, Struct) and atom.kind == "dict" and not atom.open and len(own) < MAX_NESTING:
            objects.append(own)
            _walk(dict(atom.slots), own, paths, constants, objects, no_objects)


def slot_at(slots: Mapping[Any, Slot], name: str) -> Slot | None:
    """The slot of a field, or of one below another: `order.id`, also in the JSON text of a field."""
    first, _, rest = name.partition(".")
    slot = slots.get(name) or (slots.get(first) if rest else None)
    if slot is None or name in slots:
        return slot
    atom = slot.value.single
    inner = shapes.decode(atom).inner if isinstance(atom, Encoded) else atom
    return slot_at(dict(inner.slots), rest) if isinstance(inner, Struct) and inner.kind == "dict" else slot
