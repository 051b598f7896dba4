"""The judge: all that the facts of a program state, against all that was recorded of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.differential.judge import ending, sending
from tests.differential.judge.checks import CHECKS, Said
from tests.differential.judge.handling import handled
from tests.differential.judge.seen import Record, Seen

MODULES = (sending, ending)


def judge(record: Record, facts: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Said, Mapping[str, Any]]]:
    """What came of each question, with the fact that was asked."""
    for fact in facts:
        if fact["kind"] == "handler":
            yield from ((said, fact) for said in handled(record, fact))
        if fact["kind"] != "invocation":
            continue
        seen = Seen(record, fact)
        for each in CHECKS:
            for said in each(seen):
                yield said, fact
