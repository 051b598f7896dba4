"""A walk that tries a handler with one event, of which is known what is in it and what is not.

In such a walk, and in no other, an operation that surely raises ends its path: an item that a mapping surely lacks, an
attribute or item of None. So the walk tells what becomes of the handler when a field is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from itertools import count
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import Const, Unknown, Value
from invocation_lint.analysis.domain.state import Obj, State
from invocation_lint.analysis.domain.waits import Waited
from invocation_lint.findings import Place
from invocation_lint.records import mutable

EVENT = "@event"
"""The source of values that come from the event."""

FieldPath = tuple[str, ...]

_numbers = count(1)


@mutable
class Trial:
    """What is seen in trials of one handler: the fields that it reads or asks for, the constants that they are compared
    with, and those whose text is decoded."""

    reads: dict[FieldPath, Place | None] = field(default_factory=dict)  # in the order in which they are met
    compared: dict[FieldPath, dict[Any, None]] = field(default_factory=dict)
    decoded: set[FieldPath] = field(default_factory=set)
    sought: set[FieldPath] = field(default_factory=set)  # of those read, what was only looked for
    texts: set[FieldPath] = field(default_factory=set)  # what is used as a text
    place: Place | None = None  # of the expression that is evaluated
    coroutines: dict[cst.CSTNode, Waited] = field(default_factory=dict)  # calls that give one, and how long it sleeps
    raising: dict[cst.CSTNode, frozenset[str]] = field(default_factory=dict)  # of those, with what surely raises
    is_typed: bool = False  # what an operation cannot be done with ends the path, too: the types of fields are tried
    number: int = field(default_factory=_numbers.__next__)
    noted: int = 0  # how often something was: a call in which nothing is serves all trials, any other its own alone

    def note_read(self, source: str) -> None:
        """A part of the event is read, or asked for."""
        path = field_path(source)
        self.sought.discard(path)
        self.noted += bool(path)
        if path and self.reads.get(path) is None:
            self.reads[path] = self.place

    def note_sought(self, source: str) -> None:
        """Something is looked for in a part of the event: its key, or a part of a text."""
        path = field_path(source)
        self.noted += bool(path)
        if path and path not in self.reads:
            self.note_read(source)
            self.sought.add(path)

    def note_text(self, value: Value) -> None:
        """A part of the event is used as a text."""
        path = path_of(value)
        if path:
            self.noted += 1
            self.texts.add(path)

    @property
    def fields(self) -> dict[FieldPath, Place | None]:
        """The fields that are read or asked for, without what is looked for in texts."""
        parts = {path for path in self.sought if path[:-1] in self.texts}
        return {path: place for path, place in self.reads.items() if path not in parts} if parts else self.reads

    def reads_below(self, path: FieldPath) -> bool:
        """Whether a field of a part of the event was read, or asked for."""
        return any(one[: len(path)] == path and len(one) > len(path) for one in self.reads)

    def note_compared(self, value: Value, constants: Iterable[Any]) -> None:
        """A value is compared with constants, or looked up among them."""
        path = path_of(value)
        if path:
            self.noted += 1
            self.compared.setdefault(path, {}).update(
                dict.fromkeys(one for one in constants if isinstance(one, (str, int, bool)))
            )

    def note_decoded(self, value: Value) -> None:
        """A text is decoded as JSON."""
        path = path_of(value)
        if path:
            self.noted += 1
            self.decoded.add(path)

    def note_coroutine(self, call: cst.CSTNode, waited: Waited, raised: frozenset[str] | None) -> None:
        """A call gives a coroutine, which sleeps that long where it is awaited, or surely raises one of some errors."""
        self.noted += 1
        self.coroutines[call] = waited
        if raised is None:
            self.raising.pop(call, None)
        else:
            self.raising[call] = raised


class Keys(dict[Any, Any]):
    """The keys of a part of the event, which note what is asked of them."""

    def __init__(self, slots: dict[Any, Any], source: str, trial: Trial, own: dict[Any, Any] | None = None) -> None:
        super().__init__(slots)
        self._own = dict(slots) if own is None else own  # what the event has, whatever the handler sets
        self._source = source
        self._trial = trial

    @property
    def whole(self) -> str:
        """The source of the mapping itself."""
        return self._source

    def source(self, key: Any) -> str:
        """The source of what is under a key."""
        return f"{self._source}.{key}"

    def get(self, key: Any, default: Any = None) -> Any:
        """The slot under a key."""
        found = super().get(key, default)
        if found is None or found is self._own.get(key):
            self._trial.note_read(self.source(key))
        return found

    def __contains__(self, key: object) -> bool:
        return self.get(key) is not None

    def copy(self) -> Keys:
        """The same keys, to be changed."""
        return Keys(self, self._source, self._trial, self._own)


def concerned(trial: Trial | None, noted: int, objects: Iterable[Obj]) -> int:
    """The number of the trial that a call concerns: something was noted in it since `noted`, or one of the objects that
    it was handed is a part of the event, which notes what is asked of it later. 0 for any other call."""
    if trial is None or (trial.noted == noted and not any(isinstance(obj.slots, Keys) for obj in objects)):
        return 0
    return trial.number


def source_of_item(slots: dict[Any, Any], key: Any) -> str:
    """The source of an item that a mapping may have."""
    return slots.source(key) if isinstance(slots, Keys) else str(key)


def field_path(source: str) -> FieldPath:
    """The path of a field from the source of its value; empty for anything else."""
    first, *path = source.split(".")
    return tuple(path) if first == EVENT and "(" not in source else ()  # what a call gives is no field


def path_of(value: Value) -> FieldPath:
    """The path of the field that a value is; empty where it is none."""
    atoms = [atom for atom in value.atoms if not isinstance(atom, Const)]  # what it is where it is missing
    return field_path(atoms[0].source) if len(atoms) == 1 and isinstance(atoms[0], Unknown) else ()


def whole_event(state: State, value: Value) -> Value | None:
    """A part of the event whose keys are not all known, as a value that keeps its source through a copy; None for
    anything else."""
    for _, obj in state.deref(value):
        if isinstance(obj.slots, Keys) and obj.open:
            return Value((Unknown("a part of the event", obj.slots.whole),))
    return None


def is_none(value: Value) -> bool:
    """Whether a value is surely None."""
    return bool(value.atoms) and all(isinstance(atom, Const) and atom.value is None for atom in value.atoms)
