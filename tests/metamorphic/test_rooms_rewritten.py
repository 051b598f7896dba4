"""Findings do not depend on how a program is put: each example of each room, after each rewrite."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.metamorphic.examples import ROOMS, complaint, examples_of, rule_of
from tests.metamorphic.rewrites import REWRITES, rewritten

LIMITS = {
    ("INV118", "alias_imports"),
    ("INV118", "helpers_to_module"),
    ("INV211", "helpers_to_module"),
    ("INV211", "wrap_in_helper"),
    ("INV212", "build_in_steps"),
    ("INV212", "rename"),
    ("INV302", "wrap_in_helper"),
    ("INV304", "helpers_to_module"),
    ("INV305", "helpers_to_module"),
    ("INV408", "rename"),
    ("INV501", "helpers_to_module"),
    ("INV504", "helpers_to_module"),
    ("INV508", "helpers_to_module"),
    ("INV601", "helpers_to_module"),
    ("INV601", "wrap_in_helper"),
    ("INV604", "helpers_to_module"),
    ("INV604", "wrap_in_helper"),
    ("INV701", "helpers_to_module"),
    ("INV702", "build_in_steps"),
    ("INV702", "helpers_to_module"),
    ("INV703", "clients_to_module"),
    ("INV703", "helpers_to_module"),
    ("INV704", "clients_to_module"),
    ("INV704", "helpers_to_module"),
    ("INV710", "clients_to_module"),
    ("INV710", "helpers_to_module"),
    ("INV711", "build_in_steps"),
    ("INV712", "helpers_to_module"),
    ("INV713", "build_in_steps"),
    ("INV714", "build_in_steps"),
    ("INV715", "helpers_to_module"),
    ("INV716", "helpers_to_module"),
    ("INV801", "helpers_to_module"),
    ("INV802", "helpers_to_module"),
    ("INV806", "build_in_steps"),
    ("INV807", "helpers_to_module"),
    ("INV807", "wrap_in_helper"),
}
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
    """Of those about invocations, which is what all rewrites are about."""
    rooms = [room for room in ROOMS if rule_of(room).fact == "invocation"]
    examples = [example for room in rooms for example in examples_of(room)][::5]
    changed = [example for example in examples if _differs(rewritten(rewrite, example.text), example.text)]
    assert len(changed) * 5 >= len(examples)


def _differs(files: dict[str, str] | None, text: str) -> bool:
    return files is not None and files["app.py"] != text
