"""Findings do not depend on how a program is put: each example of each room, after each rewrite."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.metamorphic.examples import ROOMS, complaint, examples_of
from tests.metamorphic.rewrites import REWRITES, rewritten

LIMITS = {("INV508", "helpers_to_module")}
"""What a room's README says of itself under Known limits; whoever lifts a limit takes it out of here."""


@pytest.mark.parametrize("rewrite", REWRITES)
@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_rewritten_example_gives_the_same_findings(room: Path, rewrite: str) -> None:
    wrong = []
    for example in examples_of(room):
        files = rewritten(rewrite, example.text)
        if files is None:
            continue  # not applicable; the next test counts
        if found_wrong := complaint(example, files):
            shown = "\n".join(f"--- {name}\n{text}" for name, text in files.items())
            wrong.append(f"{found_wrong}\n{shown}")
    assert bool(wrong) == ((room.name[:6], rewrite) in LIMITS), "\n\n".join(wrong)


@pytest.mark.parametrize("rewrite", REWRITES)
def test_a_rewrite_changes_a_fifth_of_the_examples(rewrite: str) -> None:
    examples = [example for room in ROOMS for example in examples_of(room)][::5]
    changed = [example for example in examples if _differs(rewritten(rewrite, example.text), example.text)]
    assert len(changed) * 5 >= len(examples)


def _differs(files: dict[str, str] | None, text: str) -> bool:
    return files is not None and files["app.py"] != text
