"""Outcomes of functions that were walked, shared by the calls that would give the same.

Calls are alike when their arguments are, whatever the objects in them are called. Objects of modules and those of
attributes are the exception: a function may come to them by itself as well. Of objects that were made of frozen values
the place is kept, by which an assignment tells whether others hold them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from invocation_lint.analysis.domain.atoms import Ref, Value
from invocation_lint.analysis.domain.ids import ObjectId, id_of
from invocation_lint.analysis.domain.references import map_atoms, map_ids, may_refer
from invocation_lint.analysis.domain.state import Content, Obj, map_object
from invocation_lint.analysis.python.frames.outcome import Outcome
from invocation_lint.analysis.python.frames.trial import Trial

Key = tuple[Any, ...]


def canonical(values: Iterable[Value], fragment: Mapping[ObjectId, Obj]) -> Key:
    """The values, and the objects that they lead to, the objects named by the order in which they are come to."""
    numbers: dict[ObjectId, ObjectId] = {}
    for object_id in fragment:
        place, kind, *_ = object_id.parts
        if place == "global" or kind == "shared":
            numbers[object_id] = object_id
        else:
            numbers[object_id] = id_of("number", len(numbers), *((place,) if kind == "thawed" else ()))

    def change(atom: Any) -> Any:
        return Ref(numbers.get(atom.id, atom.id)) if type(atom) is Ref else atom

    def told(value: Value) -> Value:
        return map_atoms(value, change) if may_refer(value) else value

    objects = [
        (numbers[object_id], Content(obj.content_as(told)) if obj.refers else obj.content)
        for object_id, obj in fragment.items()
    ]
    return (*map(told, values), *objects)


class Outcomes:
    """The outcomes that are kept."""

    def __init__(self) -> None:
        self._of_any: dict[tuple[Key, int], Outcome] = {}
        self._of_levels: dict[tuple[Key, int, int], Outcome] = {}

    def keep(self, key: Key, left: int, outcome: Outcome) -> None:
        """Keep what a call gave that had so many levels of calls left."""
        if outcome.levels < left:  # it never came to the last one
            self._of_any[key, outcome.trial] = outcome
        else:
            self._of_levels[key, outcome.trial, left] = outcome

    def find(self, key: Key, left: int, given: tuple[ObjectId, ...], trial: Trial | None = None) -> Outcome | None:
        """The outcome of an equal call, as that of one whose arguments lead to the objects `given`: one that concerns
        no trial, or the one with which a handler is tried now."""
        kept = self._kept(key, left, 0)
        if kept is None and trial is not None:
            kept = self._kept(key, left, trial.number)
            trial.noted += kept is not None
        if kept is None or kept.given == given:
            return kept
        names = {was: now for was, now in zip(kept.given, given, strict=True) if was is not now}
        if any(now in kept.heap and now not in names for now in names.values()):
            return None
        heap = {names.get(object_id, object_id): map_object(obj, names) for object_id, obj in kept.heap.items()}
        return replace(kept, value=map_ids(kept.value, names), heap=heap, given=given)

    def _kept(self, key: Key, left: int, trial: int) -> Outcome | None:
        kept = self._of_any.get((key, trial))
        return self._of_levels.get((key, trial, left)) if kept is None or kept.levels >= left else kept
