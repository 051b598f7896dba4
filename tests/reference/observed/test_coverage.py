"""Which recorded answers the service is held to; `python -m tests.reference.observed` prints it."""

from __future__ import annotations

import json

from tests.reference.observed import (  # noqa: F401  (importing them fills the list of what is covered)
    test_destinations,
    test_dynamodb_streams,
    test_invoke,
    test_kinesis,
    test_mappings,
    test_rest_api,
    test_sqs,
    test_state_machines,
)
from tests.reference.observed.answers import FOLDER, GROUPS, covered, load


def uncovered():
    """(group, test, answer) -> why no test compares it."""
    reasons = json.loads((FOLDER / "uncovered.json").read_text(encoding="utf-8"))
    return {tuple(each["answer"]): each["reason"] for each in reasons}


def all_answers():
    return {(group, test, answer) for group in GROUPS for test, answers in load(group).items() for answer in answers}


def test_every_recorded_answer_is_covered_or_said_not_to_be():
    assert covered.keys() | uncovered().keys() == all_answers()
    assert not covered.keys() & uncovered().keys()
    assert all(uncovered().values())


def not_whole():
    """The recorded scenarios of which some answer is compared by no test, and those of which none is."""
    left = {(group, test) for group, test, _ in uncovered()}
    return left, left - {(group, test) for group, test, _ in covered}


def test_most_scenarios_are_covered_whole():
    left, nothing = not_whole()
    assert len({(group, test) for group, test, _ in all_answers()} - left) >= 117
    assert not {group for group, _ in nothing} & {"sqs", "mappings", "dynamodb_streams", "kinesis"}


def report():
    """Both lists as text."""
    scenarios, (left, nothing) = {(group, test) for group, test, _ in all_answers()}, not_whole()
    whole = f"{len(scenarios - left)} of {len(scenarios)} recorded scenarios are covered whole"
    lines = [
        f"{whole}, {len(left - nothing)} in part, {len(nothing)} not at all",
        f"covered: {len(covered)} answers",
    ]
    lines += [f"  {group} {test} {answer}: {name}" for (group, test, answer), name in sorted(covered.items())]
    lines += [f"not covered: {len(uncovered())} answers"]
    lines += [f"  {group} {test} {answer}: {why}" for (group, test, answer), why in sorted(uncovered().items())]
    return "\n".join(lines)
