"""The followed parts in values, and in the objects that these refer to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from invocation_lint.analysis.domain.atoms import (
    Encoded,
    FunctionRef,
    Method,
    Partial,
    Pending,
    Struct,
    Text,
    Traced,
    Value,
)
from invocation_lint.analysis.domain.state import State
from invocation_lint.analysis.domain.values import held_by


def parts_within(state: State, value: Value) -> Iterator[Traced]:
    """The parts in a value: itself, in what is bound or written in it, and in the objects that it refers to."""
    for one in values_within(state, value):
        yield from parts_in(one)


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


def values_within(state: State, value: Value) -> list[Value]:
    """A value, and those in the objects that it refers to."""
    values = [value]
    for obj in state.reachable([value]).values():
        values.extend(slot.value for slot in obj.slots.values())
        values.extend(obj.elements())
    return values


__all__ = ["parts_in", "parts_of", "parts_within", "values_within"]
