"""A record that waits although its function raises the error of the invocation: no caller touches it either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from invocation_lint.facts.base import Fact
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building import waiting
from invocation_lint.facts.building.lifting import frames_of, longer_ways
from invocation_lint.facts.building.seen import Seen


def lift_records(found: list[Fact], ways: Sequence[Seen]) -> list[Fact]:
    """Say that a record is left waiting where the function that wrote it raises the error, and every way on from there
    ends in sight, at an entry, with clauses that change no record."""
    longer = longer_ways(found)
    result = list(found)
    for index, fact in enumerate(found):
        record = fact.data.record_written
        if record is None or not isinstance(record.touched_on_failure, UnknownAnswer):
            continue
        on = longer.get(frames_of(fact), [])
        ends = [way for way in on if frames_of(found[way]) not in longer]
        if not ends or not all(ways[way].ending.is_end and ways[way].ending.kind != "test" for way in ends):
            continue
        if all(waiting.leaves_alone(ways[way]) for way in (index, *on)):
            data = replace(fact.data, record_written=replace(record, touched_on_failure="no"))
            result[index] = replace(fact, data=data)
    return result


__all__ = ["lift_records"]
