"""The followed parts in values, and in the objects that these refer to."""

from __future__ import annotations

from collections.abc import Iterator

from invocation_lint.analysis.domain.atoms import Traced, Value
from invocation_lint.analysis.domain.followed import parts_in, parts_of
from invocation_lint.analysis.domain.state import State


def parts_within(state: State, value: Value) -> Iterator[Traced]:
    """The parts in a value: itself, in what is bound or written in it, and in the objects that it refers to."""
    for one in values_within(state, value):
        yield from parts_in(one)


def values_within(state: State, value: Value) -> list[Value]:
    """A value, and those in the objects that it refers to."""
    values = [value]
    for obj in state.reachable([value]).values():
        values.extend(slot.value for slot in obj.slots.values())
        values.extend(obj.elements())
    return values


__all__ = ["parts_in", "parts_of", "parts_within", "values_within"]
