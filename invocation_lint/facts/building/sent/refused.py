"""The values of a payload that cannot be encoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from invocation_lint.analysis.domain.atoms import (
    NONE,
    Const,
    Encoded,
    EnumMember,
    ErrorValue,
    Struct,
    Text,
    Traced,
    Typed,
    Unknown,
    Value,
)
from invocation_lint.analysis.domain.state import VIEW
from invocation_lint.analysis.libraries.tables import ACCEPTED_BY, REFUSED_BY_JSON
from invocation_lint.analysis.tracing.answer_parts import NAME as ANSWER
from invocation_lint.analysis.tracing.answer_parts import STREAM
from invocation_lint.facts import invocation as facts
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building import shapes
from invocation_lint.findings import Place

Note = Callable[[str, "Place | None"], None]
Kind = Callable[[str], str]
"""Gives the refused type of an instance of a class; empty where it may be encoded."""


def refused_values(decoded: shapes.Decoded, note: Note, class_kind: Kind) -> Iterator[facts.RefusedValue]:
    """The values of a payload that its encoder refuses; `note` is told the place of each."""
    if decoded.how != "json" or decoded.lenient or not decoded.encoder or decoded.inner is None:
        return
    accepted = ACCEPTED_BY.get(decoded.encoder, frozenset())
    for path, kind, place in _walk(decoded.inner, "", None, class_kind):
        if kind == "dynamodb_item":
            note(f"payload.refused[{path}]", place)
            yield facts.RefusedValue(path, UnknownAnswer("Decimal where the item holds a number"), decoded.encoder)
        elif kind not in accepted:
            note(f"payload.refused[{path}]", place)
            yield facts.RefusedValue(path, kind, decoded.encoder)


def _walk(atom: Any, path: str, place: Place | None, class_kind: Kind) -> Iterator[tuple[str, str, Place | None]]:
    kind = _refused_type(atom, class_kind)
    if kind:
        yield path or "$", kind, place
        return
    if not isinstance(atom, Struct):
        return
    for key, slot in atom.slots:
        if slot.presence == "yes":
            yield from _walk_value(slot.value, f"{path}.{key}" if path else str(key), slot.place or place, class_kind)
    for index, item in enumerate(atom.items):
        yield from _walk_value(item, f"{path}[{index}]", place or atom.made, class_kind)
    if atom.rest is not None and atom.kind in {"list", "tuple"}:
        yield from _walk_value(atom.rest, f"{path}[]", place or atom.made, class_kind)


def _walk_value(
    value: Value, path: str, place: Place | None, class_kind: Kind
) -> Iterator[tuple[str, str, Place | None]]:
    if len(value.atoms) == 1:
        yield from _walk(value.atoms[0], path, place, class_kind)
        return
    kinds = {_refused_type(atom, class_kind) for atom in value.atoms}
    if "dynamodb_item" in kinds:  # only possible in any case: the item may be missing as well
        told = [atom for atom in value.atoms if atom != NONE.atoms[0] and not isinstance(atom, Unknown)]
        kinds = {_refused_type(atom, class_kind) for atom in told}
    if len(kinds) == 1 and "" not in kinds:
        yield path, kinds.pop(), place


def _refused_type(atom: Any, class_kind: Kind) -> str:
    """The type by which json.dumps refuses an atom, or empty when it may take it."""
    if shapes.is_nan(atom):
        return shapes.is_nan(atom)
    if isinstance(atom, Const):
        return atom.kind if atom.kind in {"bytes", "complex"} else ""
    if isinstance(atom, (Text, Encoded)):
        return atom.type if atom.type in {"bytes", "bytearray"} else ""
    if isinstance(atom, Typed):
        return atom.type if atom.type in REFUSED_BY_JSON or atom.type == "dynamodb_item" else ""
    if isinstance(atom, Struct):
        if atom.kind == "instance":
            return class_kind(atom.cls)
        if atom.cls == VIEW:
            return "dict view"
        return atom.kind if atom.kind in {"set", "generator"} else ""
    if isinstance(atom, EnumMember):
        return "" if atom.mixin else "enum"
    if isinstance(atom, ErrorValue):
        return "exception"
    if isinstance(atom, Traced) and atom.kind == ANSWER:
        return "StreamingBody" if atom.path == STREAM else ""
    return "StreamingBody" if shapes.python_type(atom) == "stream" else ""


__all__ = ["Kind", "Note", "refused_values"]
