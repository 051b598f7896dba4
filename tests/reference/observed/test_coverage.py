"""Which recorded answers the service is held to; run as a module, it prints what is covered and what is not."""

from __future__ import annotations

import json

from tests.reference.observed import (  # noqa: F401  (importing them fills the list of what is covered)
    test_destinations,
    test_invoke,
    test_rest_api,
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


def report():
    """Both lists as text."""
    lines = [f"covered: {len(covered)} answers"]
    lines += [f"  {group} {test} {answer}: {name}" for (group, test, answer), name in sorted(covered.items())]
    lines += [f"not covered: {len(uncovered())} answers"]
    lines += [f"  {group} {test} {answer}: {why}" for (group, test, answer), why in sorted(uncovered().items())]
    return "\n".join(lines)


if __name__ == "__main__":
    print(report())
