"""Faults put into the analysis are found by the recorded programs."""

from __future__ import annotations

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


def first_contradiction() -> str:
    """What the first program that denies something says; empty when none of them does."""
    told = Tally()
    with stating() as analysis:
        for record in records():
            told.add(record, analysis.facts(record.files))
            if told.contradictions:
                return str(told.contradictions[0])
    return ""


@pytest.mark.parametrize("name", SEEDS)
def test_a_seeded_fault_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    SEEDS[name](monkeypatch)
    assert first_contradiction()


def test_twelve_faults_are_seeded() -> None:
    assert len(SEEDS) >= 12
