"""Loops, walked in rounds: one by one over a few known elements, else until nothing new comes."""

from __future__ import annotations

import libcst as cst

from invocation_lint.analysis.domain.atoms import Value
from invocation_lint.analysis.domain.events import LoopInfo
from invocation_lint.analysis.domain.state import State, join_states, widen
from invocation_lint.analysis.python import assign, conditions, iteration, traced
from invocation_lint.analysis.python.awaiting import awaited
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.outcome import LoopFrame
from invocation_lint.analysis.python.loops import counting, loop_ends, pacing, retries
from invocation_lint.analysis.python.tested import after_rounds, note_condition


def run_while(frame: Frame, node: cst.While) -> None:
    """Walk a while loop."""

    def one_round(first: bool) -> None:
        frame.evaluate(node.test)
        note_condition(frame, node.test, where=node)
        if frame.state is not None:
            frame.state = conditions.refine(frame, frame.state, node.test, True)
        frame.run(node.body)

    entry = frame.state
    assert entry is not None
    since = len(frame.events), len(frame.raises)
    outer = frame.loops[-1].info if frame.loops else None
    info = LoopInfo(None, over="attempts" if retries.is_retry(node) else "condition")
    after = _run_rounds(frame, node, counting.within(outer, info), one_round)
    _note_rounds(frame, node, info, since)
    if after is not None:
        frame.state = after
        frame.state = conditions.refine(frame, after, node.test, False)
    else:
        frame.state = None
    _finish_loop(frame, node.orelse)


def run_for(frame: Frame, node: cst.For) -> None:
    """Walk a for loop, round by round where the elements are known and few."""
    iterable = frame.evaluate(node.iter)
    if frame.state is None:
        return
    if node.asynchronous is not None:
        iterable = awaited(frame, iterable)
    traced.note_iterated(frame, iterable, node.iter)
    items = iteration.iteration_items(frame, iterable)
    outer = frame.loops[-1].info if frame.loops else None
    own = counting.for_info(frame, node, iterable, items)
    info = counting.within(outer, own)
    if items is not None and len(items) <= iteration.MAX_UNROLLED:
        _run_unrolled(frame, node, items, info)
        return
    element = iteration.element_of(frame, iterable)
    if not frame.is_reached():
        return
    since = len(frame.events), len(frame.raises)

    def one_round(first: bool) -> None:
        assign.assign(frame, node.target, element)
        frame.run(node.body)

    with traced.running_over(frame, element):
        frame.state = _run_rounds(frame, node, info, one_round, own.times or 0)
    _note_rounds(frame, node, info, since, items)
    traced.note_loop(frame, element, node, since[0])
    _finish_loop(frame, node.orelse)


def _run_unrolled(frame: Frame, node: cst.For, items: list[Value], info: LoopInfo) -> None:
    loop = LoopFrame(info)
    since = len(frame.events), len(frame.raises)
    frame.loops.append(loop)
    for item in items:
        if frame.state is None:
            break
        assign.assign(frame, node.target, item)
        frame.run(node.body)
        for state in loop.continues:
            frame.state = join_states(frame.state, state)
        loop.continues.clear()
    _note_rounds(frame, node, info, since, items)
    _finish_loop(frame, node.orelse)


def _note_rounds(
    frame: Frame, node: cst.For | cst.While, info: LoopInfo, since: tuple[int, int], items: list[Value] | None = None
) -> None:
    """What the rounds of a loop show: `since` are the numbers of events and errors before them, `items` its elements
    where all are known."""
    first_event, first_raised = since
    loop_ends.excuse_inner(frame, node, first_event, first_raised)
    loop_ends.note_left(frame, node, info, first_raised, None if items is None else len(items))
    retries.note_retries(frame, node, first_event, first_raised)
    if isinstance(node, cst.While):
        retries.note_polls(frame, node, first_event)
    retries.note_outcomes(frame, node, first_event)
    pacing.note_order(frame, node, first_event)


def _run_rounds(
    frame: Frame, node: cst.While | cst.For, info: LoopInfo, one_round: object, times: int = 0
) -> State | None:
    """Two rounds from the joined state; the events of the first are superseded by those of the second. `times` is how
    often the loop surely runs, unless it is left before."""
    assert callable(one_round)
    entry = frame.live
    loop = LoopFrame(info)
    frame.loops.append(loop)
    marks = len(frame.events), len(frame.raises)
    joined: State = entry
    last: State | None = None
    for number in range(2):
        del frame.events[marks[0] :], frame.raises[marks[1] :]
        frame.state = joined.copy()
        one_round(number == 0)
        for state in loop.continues:
            frame.state = join_states(frame.state, state)
        loop.continues.clear()
        last = frame.state
        after = join_states(entry, last)
        assert after is not None
        joined = after if number == 0 else widen(joined, after)
    if times and last is not None and last.waited is not joined.waited:
        joined.waited = entry.waited.then(last.waited.since(entry.waited, times))
    after_rounds(joined, last, frame.place(node) if last is not None and last.marks else None)
    return joined


def _finish_loop(frame: Frame, orelse: cst.Else | None) -> None:
    loop = frame.loops.pop()
    if orelse is not None and frame.state is not None:
        frame.run(orelse.body)
    for state in loop.breaks:
        frame.state = join_states(frame.state, state)
