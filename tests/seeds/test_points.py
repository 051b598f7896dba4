"""Every point of the project guides is held by a rule, a test or a reason."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.seeds.points import Point, planned, points, shipped, summary, waiting

ROOT = Path(__file__).parents[2]
POINTS = points()

GUIDES = {
    "invocation patterns": (70, 910),
    "asynchronous patterns": (45, 675),
    "event-driven architecture": (46, 521),
    "Lambda to Lambda communication": (53, 762),
    "Lambda development guide": (33, 356),
}
"""Of each guide the least number of points, and its number of lines."""

HEADING = 4
"""Lines between two points: a heading and what is blank around it."""


def test_no_point_is_lost() -> None:
    counts = Counter(point.document for point in POINTS)
    assert counts.keys() == GUIDES.keys()
    for document, (least, _) in GUIDES.items():
        assert counts[document] >= least, document


@pytest.mark.parametrize("document", GUIDES)
def test_the_points_reach_from_the_first_line_to_the_last(document: str) -> None:
    end = 0
    starts = [point.lines for point in POINTS if point.document == document]
    for first, last in sorted(starts):
        assert 1 <= first <= last <= GUIDES[document][1]
        assert first - end <= HEADING + 1, f"{document}: nothing about the lines {end + 1} to {first - 1}"
        end = max(end, last)
    assert end == GUIDES[document][1]


def test_points_stand_in_order_and_once() -> None:
    keys = [(list(GUIDES).index(point.document), point.lines[0], point.text) for point in POINTS]
    assert [key[0] for key in keys] == sorted(key[0] for key in keys)
    assert len(set(keys)) == len(keys)


def test_each_point_says_what_it_is_and_what_holds_it() -> None:
    for point in POINTS:
        assert point.text, point.name
        assert point.rules or point.tests or point.reason, point.name


def test_each_rule_is_shipped_or_planned_with_a_reason() -> None:
    reasons = planned()
    assert all(reasons.values())
    there = shipped()
    unknown = [(point.name, rule) for point in POINTS for rule in point.rules if rule not in there | reasons.keys()]
    assert not unknown
    named = {rule for point in POINTS for rule in point.rules}
    assert reasons.keys() <= named, "planned for no point"


def test_each_test_is_there() -> None:
    for point in POINTS:
        for test in point.tests:
            path, _, name = test.partition("::")
            assert (ROOT / path).is_file(), f"{point.name}: {path}"
            if name:
                text = (ROOT / path).read_text(encoding="utf-8")
                assert re.search(rf"^(?:async )?def {re.escape(name)}\(", text, re.MULTILINE), f"{point.name}: {test}"


def test_a_point_that_waits_for_its_rule_is_counted() -> None:
    there = shipped()
    print(summary())
    alone = Point("a guide", (1, 2), "a point", ("INV212",), (), "")
    assert waiting(alone, frozenset())
    assert not waiting(alone, frozenset(alone.rules))
    assert len([point for point in POINTS if waiting(point, there)]) <= len(POINTS) // 10
