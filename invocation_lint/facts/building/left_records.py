"""A record that waits although its function raises the error of the invocation: no caller touches it either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from invocation_lint.facts.base import Fact
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building import waiting
from invocation_lint.facts.building.lifting import frames_of, longer_ways
from invocation_lint.facts.building.seen import Seen
from invocation_lint.facts.invocation import ErrorFate
from invocation_lint.findings import Place

_TAKES = frozenset({"drops", "logs", "returns", "records"})


def lift_records(found: list[Fact], ways: Sequence[Seen]) -> list[Fact]:
    """Say that a record is left waiting where the error leaves the function that wrote it, and every way on from there
    ends in sight, at an entry, with clauses that change no record."""
    longer = longer_ways(found)
    result = list(found)
    for index, fact in enumerate(found):
        record = fact.data.record_written
        if record is None or not isinstance(record.touched_on_failure, UnknownAnswer):
            continue
        on = [way for way in longer.get(frames_of(fact), []) if ways[way].ending.kind != "test"]
        ends = [way for way in on if frames_of(found[way]) not in longer]
        if not ends or not all(ways[way].ending.is_end for way in ends):
            continue
        if not all(waiting.leaves_alone(ways[way]) for way in (index, *on)):
            continue
        places = fact.places
        if waiting.is_escaped(ways[index]):
            if fact.data.service_error.seen_by_handler != "no":
                continue  # it is taken where the result of a future is asked for
            takers = [_taker(found, ways, [way for way in on if _leads(found, end, way)]) for end in ends]
            if None in takers:
                continue
            places = {**places, **_of_clause(found[takers[0] or 0])}
        data = replace(fact.data, record_written=replace(record, touched_on_failure="no"))
        result[index] = replace(fact, data=data, places=places)
    return result


def _leads(found: list[Fact], end: int, way: int) -> bool:
    """Whether the chain of calls that begins at an end leads through the frame of a way."""
    frames = frames_of(found[way])
    return frames_of(found[end])[-len(frames) :] == frames


def _taker(found: list[Fact], ways: Sequence[Seen], on: list[int]) -> int | None:
    """The frame that takes the error for good on a way up to an entry, where no other one changes a record after that;
    None where there is none."""
    taker = None
    for way in sorted(on, key=lambda one: len(frames_of(found[one]))):
        if taker is not None and not waiting.goes_on_without(ways[way]):
            return None
        if taker is None and waiting.is_changed(ways[way]):
            return None
        if taker is None and _takes(found[way].data.service_error, ways[way]):
            taker = way
    return taker


def _takes(fate: ErrorFate, seen: Seen) -> bool:
    """Whether a frame takes the error for good; an entry also where it raises it on and nothing is sent again."""
    if fate.seen_by_handler != "yes":
        return False
    is_last = seen.ending.is_end and seen.ending.boundary != "redelivered"
    return fate.handler_does in _TAKES or (fate.handler_does == "reraises" and is_last)


def _of_clause(fact: Fact) -> dict[str, Place]:
    """The places that tell of the clause that takes the error."""
    return {path: place for path, place in fact.places.items() if path.partition(".")[0] == "service_error"}


__all__ = ["lift_records"]
