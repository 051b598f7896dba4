"""A mended program passes its rule's proof as the good one does: the harm of the bad one is gone, the work is done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from invocation_lint.reference.proofs import Room, rooms
from invocation_lint.reference.proofs.observations import observe
from invocation_lint.reference.proofs.runner import Runner, open_runner
from invocation_lint.reference.proofs.verdict import idle
from tests.fixes.mending import RULES, found, mended

MENDED = [
    room
    for room in rooms()
    if RULES[room.id].fix is not None and any(one.is_fixable for one in found(room.bad.read_text(), room.id))
]


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with open_runner() as runner:
        yield runner


@pytest.mark.parametrize("room", MENDED, ids=lambda room: room.id)
def test_the_harm_is_gone(room: Room, runner: Runner, tmp_path: Path) -> None:
    program = tmp_path / "mended.py"
    program.write_text(mended(room.bad.read_text(), room.id))
    evidence = runner.run(program, room.absent).evidence
    assert observe(room.absent, evidence) == []
    assert idle(room, evidence) == []


def test_most_bad_programs_can_be_mended() -> None:
    assert len(MENDED) >= 13
