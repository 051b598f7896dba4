"""The loop around an invocation, as a fact."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from invocation_lint.analysis.domain.events import Event, LoopInfo, LoopLeft, RetryLoop, Visit
from invocation_lint.analysis.python.loops.loop_ends import LOGGED_OUTSIDE
from invocation_lint.facts import invocation as facts
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building.handling.mappings import DEFAULT_SIZES, functions_of, mapping_of
from invocation_lint.findings import Place

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program
    from invocation_lint.facts.building.seen import Seen

_ONE_RECORD = ("s3", "sns")
"""What delivers one record in an event (AWS: Lambda developer guide, with Amazon S3; with Amazon SNS)."""

Note = Callable[[str, "Place | None"], None]


def loop_fact(
    visit: Visit, events: list[Event], seen: Seen, mode: Any, note: Note, program: Program | None = None
) -> facts.Loop | None:
    """What is known of the innermost loop around an invocation, or of what sends it again without one; None where there
    is none. What a handler or view at the beginning of the way to it returns, no other step of the program needs;
    `mode` is what is sent as InvocationType."""
    left = [event for event in events if isinstance(event, LoopLeft)]
    entry, has_one_record = seen.entry, bool(left) and _has_one_record(seen, program)
    again = [event for event in events if isinstance(event, RetryLoop)]
    loop = visit.loop if visit.loop is not None or not again else LoopInfo(1, over="attempts")
    if loop is None:
        return None
    times = loop.times
    for end in sorted(left, key=lambda end: end.together):
        note("in_loop.item_failure", end.place)
    for one in again:
        note("in_loop.retry", one.place)
    return facts.Loop(
        UnknownAnswer("it is not known") if times is None else times,
        "yes" if loop.concurrent else "no",
        loop.over,
        loop.collection or None,
        _each_of(loop),
        _item_failure(left, mode, has_one_record=has_one_record),
        in_order=loop.in_order or None,
        answers=("together" if all(_are_needed(end, entry) for end in left) else "each") if left else None,
        retry=_retry(again[0]) if again else None,
        at_once=_at_once(visit, times),
    )


def _has_one_record(seen: Seen, program: Program | None) -> bool:
    """Whether one event holds one record: by its source, or by the batch size in a template."""
    if seen.ending.event_source in _ONE_RECORD:
        return True
    root = seen.root
    if seen.ending.event_source not in DEFAULT_SIZES or root.function is None or program is None:
        return False
    mapping = mapping_of(program, functions_of(program, root.module, root.function))
    return mapping is not None and mapping.batch_size == 1


def _are_needed(end: LoopLeft, entry: Place | None) -> bool:
    return end.together and not (end.returned and entry is not None and end.place.is_within(entry))


def _at_once(visit: Visit, times: int | None) -> int | None:
    if not visit.threads:
        return None
    return visit.threads if times is None else min(visit.threads, times)


def _item_failure(left: list[LoopLeft], mode: Any, *, has_one_record: bool) -> Any:
    if not left or (has_one_record and all(event.records for event in left)):
        return None
    excuses = ["" if event.excuse == LOGGED_OUTSIDE and mode == "Event" else event.excuse for event in left]
    return UnknownAnswer(excuses[0]) if all(excuses) else "escapes"


_ROUNDS = {"condition": "the iterations of a loop", "search": "the items", "constants": "the items"}


def _each_of(loop: LoopInfo) -> str:
    if loop.collection:
        return {
            "pages": "the items of all pages",
            "scan": "the items of a scan",
            "listing": "the objects of a listing",
            "rows": "the items that `all()` returns",
            "file": "the rows of a file",
        }[loop.collection]
    if loop.times is None:
        return _ROUNDS.get(loop.over, f"the {loop.over}")
    return f"{loop.times} {'items' if loop.over == 'constants' else 'iterations'}"


_PAUSES = {
    "none": "without a pause",
    "fixed": "after the same pause every time",
    "unknown": "after pauses that may not grow",
}


def _retry(loop: RetryLoop) -> facts.Retry:
    pause = UnknownAnswer("how long it sleeps is not known") if loop.pause == "unknown" else loop.pause
    bounded = UnknownAnswer("it is not known") if loop.bounded is None else "yes" if loop.bounded else "no"
    paused = _PAUSES.get(loop.pause)
    manner = [*([paused] if paused else []), *(["without a limit"] if bounded == "no" else [])]
    return facts.Retry(pause, bounded, " and ".join(manner) or None)


__all__ = ["loop_fact"]
