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
)
from invocation_lint.analysis.domain.ids import ObjectId, id_of
from invocation_lint.analysis.domain.references import map_atoms
from invocation_lint.analysis.domain.state import Obj, State, freeze
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


def thaw(frame: Frame, value: Value, place: Place) -> Value:
    """A frozen value as new objects of the heap; what holds much costs its reader visits, as its text would."""
    frame.visits += value.weight // VALUES_A_VISIT
    if not _holds_objects(value):
        return value
    frame.thawed += 1
    objects: dict[ObjectId, Obj] = {}
    found = _Thawing((place, "thawed", frame.thawed), objects).value(value)
    frame.live.heap.update(objects)
    return found


def thaw_shared(frame: Frame, value: Value, place: Place) -> Value:
    """The same, for a value that all who ask share: what one of them changes, the others in this frame find changed."""
    frame.visits += value.weight // VALUES_A_VISIT
    if not _holds_objects(value):
        return value
    made = frame.interpreter.shared
    kept = made.get((id(value), place))
    if kept is None:
        objects: dict[ObjectId, Obj] = {}
        found = _Thawing((place, "shared", len(made)), objects).value(value)
        kept = made[id(value), place] = (value, found, objects)  # holds the value, so that its address stays its own
    heap = frame.live.heap
    for object_id, obj in kept[2].items():
        heap.setdefault(object_id, obj)
    return kept[1]


def _holds_objects(value: Value) -> bool:
    return any(type(atom) is Struct for atom in value.atoms)


class _Thawing:
    """Makes objects of frozen ones; their ids begin with `key`."""

    def __init__(self, key: tuple[object, ...], objects: dict[ObjectId, Obj]) -> None:
        self._key = key
        self._objects = objects

    def value(self, value: Value) -> Value:
        if not _holds_objects(value):
            return value
        return join_values(self._object(atom) if isinstance(atom, Struct) else Value((atom,)) for atom in value.atoms)

    def _object(self, atom: Struct) -> Value:
        object_id = id_of(*self._key, len(self._objects))
        self._objects[object_id] = Obj("other")  # takes the number
        self._objects[object_id] = Obj(
            "list" if atom.kind in {"tuple", "generator"} else atom.kind,
            {key: Slot(slot.presence, self.value(slot.value), slot.place) for key, slot in atom.slots},
            atom.open,
            tuple(map(self.value, atom.items)),
            None if atom.rest is None else self.value(atom.rest),
            atom.made,
            atom.cls,
        )
        return Value((Ref(object_id),))


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
