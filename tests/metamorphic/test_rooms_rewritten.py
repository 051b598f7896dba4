"""Findings do not depend on how a program is put: each example of each room, after each rewrite."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.metamorphic.examples import ROOMS, complaint, examples_of
from tests.metamorphic.rewrites import REWRITES, rewritten


@pytest.mark.parametrize("rewrite", REWRITES)
@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_rewritten_example_gives_the_same_findings(room: Path, rewrite: str) -> None:
    wrong = []
    for example in examples_of(room):
        text = rewritten(rewrite, example.text)
        if text is None:
            continue  # not applicable; the next test counts
        if found_wrong := complaint(example, text):
            wrong.append(f"{found_wrong}\n{text}")
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize("rewrite", REWRITES)
def test_a_rewrite_applies_to_a_third_of_the_rooms(rewrite: str) -> None:
    applies = [
        room for room in ROOMS if any(rewritten(rewrite, example.text) is not None for example in examples_of(room))
    ]
    assert len(applies) * 3 >= len(ROOMS)
