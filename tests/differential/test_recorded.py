"""What the analysis states of recorded programs is what was seen of them, and it knows as much as it did."""

from __future__ import annotations

import json
from functools import cache

import pytest

from tests.differential import truth
from tests.differential.counting import Tally, below, raised, read_floors, tally

pytestmark = pytest.mark.timeout(1800)  # two thousand programs: a minute of a processor, of which there may be little


@cache
def told() -> Tally:
    """The tally of all recorded programs."""
    return tally(truth.read())


def test_no_run_denies_what_is_stated() -> None:
    assert [str(one) for one in told().contradictions] == []


def test_as_much_is_known_as_ever() -> None:
    assert below(told().shares(), read_floors()) == []


def test_every_question_has_a_floor_that_something_unknown_falls_below() -> None:
    assert [check for check, floors in read_floors().items() if not any(floors.values())] == []


def test_floors_are_only_raised() -> None:
    floors = {"mode": {"mode:wait": 90, "mode:gone": 50}}
    shares = {"mode": {"mode:wait": 80}, "name": {"name:arn": 70}}
    assert json.loads(raised(shares, floors)) == {
        "mode": {"mode:gone": 50, "mode:wait": 90},
        "name": {"name:arn": 70},
    }
    assert len(below(shares, floors)) == 2


def test_there_are_programs_of_every_kind() -> None:
    assert told().programs >= 1500
    asked = {check for check, _ in told().verdicts}
    assert asked >= {
        "mode", "name", "layers", "key", "key type", "closed", "python type", "attempts", "payload", "function error",
        "service error", "service error does", "transport error", "times", "in loop", "item failure", "crash",
    }  # fmt: skip
