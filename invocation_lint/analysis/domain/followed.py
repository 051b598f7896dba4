"""The followed parts that values hold, and what of them stays when there are too many alternatives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from invocation_lint.analysis.domain.atoms import (
    MAX_ATOMS,
    Encoded,
    FunctionRef,
    Method,
    Partial,
    Pending,
    Ref,
    Struct,
    Text,
    Traced,
    Unknown,
    Value,
    join2,
)
from invocation_lint.analysis.domain.ids import ObjectId
from invocation_lint.analysis.domain.references import references
from invocation_lint.analysis.domain.values import held_by


def parts_in(value: Value) -> tuple[Traced, ...]:
    """The parts in a value and in what is bound or written in it: found once, for values share what they hold."""
    if value.parts is None:
        value.parts = tuple(dict.fromkeys(part for atom in value.atoms for part in parts_of(atom)))
    return value.parts


def parts_of(atom: Any) -> Iterable[Traced]:
    """The parts in an atom and in what is bound or written in it."""
    if isinstance(atom, Traced):
        return (atom,)
    held: Iterable[Value] = ()
    if isinstance(atom, (Pending, Encoded)):
        held = (atom.value,)
    elif isinstance(atom, Text):
        held = [piece for piece in atom.pieces if isinstance(piece, Value)]
    elif isinstance(atom, Struct):
        held = held_by(atom)
    elif isinstance(atom, Method):
        held = (atom.receiver,)
    elif isinstance(atom, (Partial, FunctionRef)):
        held = [*atom.args, *(item for _, item in atom.kwargs)]
    return [part for value in held for part in parts_in(value)]


def join_followed(left: Value, right: Value, heap: Mapping[ObjectId, Any]) -> Value:
    """The union of two values. Of too many alternatives those stay that hold something followed, with what is in the
    objects of the heap: what becomes of it would not be seen otherwise."""
    joined = join2(left, right)
    if len(left.atoms) + len(right.atoms) <= MAX_ATOMS or not any(isinstance(atom, Unknown) for atom in joined.atoms):
        return joined
    lost = dict.fromkeys(atom for atom in (*left.atoms, *right.atoms) if atom not in joined.atoms)
    kept = [atom for atom in lost if isinstance(atom, (Ref, Encoded, Text, Pending)) and _holds(atom, heap)]
    return Value((*kept[: MAX_ATOMS - len(joined.atoms)], *joined.atoms)) if kept else joined


def _holds(atom: Any, heap: Mapping[ObjectId, Any]) -> bool:
    """Whether something followed is in an atom, or in an object that can be reached from it."""
    if any(True for _ in parts_of(atom)):
        return True
    seen: set[ObjectId] = set()
    waiting = list(references(Value((atom,))))
    while waiting:
        object_id = waiting.pop()
        if object_id in seen or object_id not in heap:
            continue
        seen.add(object_id)
        for value in _held(heap[object_id]):
            if parts_in(value):
                return True
            waiting.extend(references(value))
    return False


def _held(obj: Any) -> Iterator[Value]:
    yield from (slot.value for slot in obj.slots.values())
    yield from obj.elements()
