"""Faults put into the analysis are found by the recorded programs."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import islice

import pytest

from tests.differential import truth
from tests.differential.counting import Tally
from tests.differential.judge.seen import Record
from tests.differential.seeding import SEEDS
from tests.differential.stated import stating

MOST = 400
"""Programs in which a fault must show."""


@cache
def records() -> list[Record]:
    """The first recorded programs."""
    return list(islice(truth.read(), MOST))


def first_denied(recorded: Iterable[Record]) -> Record | None:
    """The first program that denies something; None when none of them does."""
    told = Tally()
    with stating() as analysis:
        for record in recorded:
            told.add(record, analysis.facts(record.files))
            if told.contradictions:
                return record
    return None


@pytest.mark.parametrize("name", SEEDS)
def test_a_seeded_fault_is_found(name: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        SEEDS[name](patch)
        denied = first_denied(records())
    assert denied is not None
    assert first_denied([denied]) is None, "denied without the fault, too"


def test_twelve_faults_are_seeded() -> None:
    assert len(SEEDS) >= 12
