"""What comes back from a function that was walked: its value, and the objects that others can come to."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from invocation_lint.analysis.domain.atoms import NONE, Value, join2
from invocation_lint.analysis.domain.ids import ObjectId
from invocation_lint.analysis.domain.state import Obj, State, join_states
from invocation_lint.analysis.domain.waits import NO_WAIT
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.outcome import Outcome
from invocation_lint.analysis.python.tested import note_statement
from invocation_lint.analysis.python.told import failures_of


def outcome_of(frame: Frame, info: FunctionInfo, given: tuple[ObjectId, ...], trial: int = 0) -> Outcome:
    """The outcome of a walk that has ended; `given` are the objects that the arguments led to, `trial` is the number of
    the trial that it concerns."""
    falls = frame.state is not None and not isinstance(info.node, cst.Lambda)
    if falls and not info.is_generator and any(atom != NONE.single for atom in frame.returned.atoms):
        note_statement(frame, info.node, NONE)
    value = join2(frame.returned, NONE) if falls and not info.is_generator else frame.returned
    end = join_states(frame.return_state, frame.state)
    return Outcome(
        value,
        {} if end is None else _left_behind(frame, end, value, given),
        tuple(frame.events),
        tuple(frame.raises),
        end is not None,
        frame.cost,
        frame.complete and not frame.blocked,
        frozenset(frame.entered),
        failures_of(frame, is_generator=info.is_generator),
        given,
        frame.levels,
        NO_WAIT if end is None or info.is_generator else end.waited,
        frozenset(frame.failing) if end is None else frozenset(),
        trial,
        frozenset() if end is None else frozenset(mark[1] for mark in end.marks if mark[0] == "read"),
    )


def _left_behind(frame: Frame, end: State, value: Value, given: Iterable[ObjectId]) -> dict[ObjectId, Obj]:
    """The objects that others may come to when a function has returned: what it made for itself is gone."""
    kept = [object_id for object_id in end.heap if object_id.parts[0] == "global"]
    outer = frame.outer
    while outer is not None:
        if outer.state is not None:
            kept.extend(object_id for object_id in end.heap if object_id in outer.state.heap)
        outer = outer.outer
    return end.reachable([value], [*given, *kept])
