"""Values that come from elsewhere: another frame's heap, a snapshot, what a method sets for all others."""

from __future__ import annotations

from typing import Any

from invocation_lint.analysis.domain.atoms import (
    NONE,
    Param,
    Pending,
    Ref,
    Slot,
    Struct,
    Traced,
    Unknown,
    Value,
    join_values,
    unknown,
    weight_of,
)
from invocation_lint.analysis.domain.state import Obj, State, freeze, map_atoms
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.findings import Place

VALUES_A_VISIT = 4
"""Values that are brought into a heap in the time of one visit."""

MAX_KEPT = 300
"""Values that an attribute or global name keeps of an object for the other functions that read it."""


def bring(frame: Frame, value: Value, heap: dict[Any, Obj], *, opened: str = "") -> Value:
    """The value of another frame, with the objects that it refers to copied into this frame's heap."""
    for object_id, obj in State({}, heap).reachable([value]).items():
        if object_id not in frame.live.heap:
            frame.live.heap[object_id] = obj.opened(opened) if opened else obj
    return value


def thaw(frame: Frame, value: Value, place: Place, level: int = 0) -> Value:
    """A frozen value as objects of the heap; what holds much costs its reader visits, as a walk of its text would."""
    frame.visits += weight_of(value) // VALUES_A_VISIT if level == 0 else 0
    found: list[Value] = []
    for index, atom in enumerate(value.atoms):
        if not isinstance(atom, Struct):
            found.append(Value((atom,)))
            continue
        kind = "list" if atom.kind in {"tuple", "generator"} else atom.kind
        obj = Obj(
            kind,
            {key: Slot(s.presence, thaw(frame, s.value, place, level + 1), s.place) for key, s in atom.slots},
            atom.open,
            tuple(thaw(frame, item, place, level + 1) for item in atom.items),
            None if atom.rest is None else thaw(frame, atom.rest, place, level + 1),
            atom.made,
            atom.cls,
        )
        key = (place, "thawed", level, index, len(frame.live.heap))
        found.append(frame.allocate_at(key, obj))
    return join_values(found)


def portable(frame: Frame, value: Value) -> Value:
    """The value as another frame may see it: objects frozen, parameters and what is followed unknown."""
    if frame.state is None:
        return unknown("not reached")

    def change(atom: object) -> object:
        if isinstance(atom, Param):
            return Unknown("set from a parameter", atom.name)
        if isinstance(atom, (Traced, Pending)):
            return Unknown("set from an answer")
        return Unknown("an object of another function") if isinstance(atom, Ref) else atom

    return map_atoms(freeze(frame.state, value, MAX_KEPT), change)


def without_none(value: Value) -> Value:
    """The value after initialization: None beside something else is the state before it."""
    rest = tuple(atom for atom in value.atoms if atom not in NONE.atoms)
    return Value(rest) if rest else value
