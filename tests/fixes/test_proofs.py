"""A mended program passes its rule's proof as the good one does: the harm of the bad one is gone, the work is done."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from invocation_lint.reference.proofs import Room, rooms
from invocation_lint.reference.proofs.observations import observe
from invocation_lint.reference.proofs.runner import Outcome
from invocation_lint.reference.proofs.verdict import idle
from invocation_lint.reference.service.workers.forks import Forks
from invocation_lint.reference.service.workers.processes import forking
from tests.fixes.mending import RULES, found, mended
from tests.groups import part_of
from tests.proving import Proving, parameters

MENDED = [
    room
    for room in rooms()
    if RULES[room.id].fix is not None and any(one.is_fixable for one in found(room.bad.read_text(), room.id))
]


class Runs:
    """Mended programs of the wanted rooms at work."""

    def __init__(self, proving: Proving, folder: Path, wanted: Collection[str]) -> None:
        self._proving = proving
        self._folder = folder
        self._wanted = wanted
        self._begun: dict[str, Future[Outcome]] = {}

    def outcome(self, room: Room) -> Outcome:
        """What the mended program of a room left."""
        if room.id not in self._begun:
            for one in MENDED:
                if part_of(one.id) == part_of(room.id) and one.id in self._wanted:
                    program = self._folder / f"mended_{one.id.lower()}.py"
                    program.write_text(mended(one.bad.read_text(), one.id))
                    self._begun[one.id] = self._proving.begin(program, one.absent)
        return self._begun[room.id].result()


@pytest.fixture(scope="module", autouse=True)
def processes(forks: Forks) -> Iterator[None]:
    """Forked, as those of other proofs."""
    with forking(forks):
        yield


@pytest.fixture(scope="module")
def runs(proving: Proving, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """What the mended programs of rooms left; those of one part begin when the first is asked for."""
    return Runs(proving, tmp_path_factory.mktemp("mended"), {given["room"].id for given in parameters(request)})


@pytest.mark.parametrize("room", MENDED, ids=lambda room: room.id)
def test_the_harm_is_gone(room: Room, runs: Runs) -> None:
    evidence = runs.outcome(room).evidence
    assert observe(room.absent, evidence) == []
    assert idle(room, evidence) == []


def test_most_bad_programs_can_be_mended() -> None:
    assert len(MENDED) >= 13
