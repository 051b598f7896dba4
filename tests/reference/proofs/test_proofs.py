"""Every rule is proven: bad.py shows the harm on the local Lambda service, good.py does its work without it."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Collection
from concurrent.futures import Future

import pytest

from invocation_lint.reference.proofs import Room, rooms
from invocation_lint.reference.proofs.report import as_text, story_of
from invocation_lint.reference.proofs.runner import CLOCK_FACTOR, Outcome
from invocation_lint.reference.proofs.verdict import Verdict, judge
from invocation_lint.reference.proofs.words import WORDS
from tests.groups import part_of
from tests.proving import Proving, parameters

pytestmark = pytest.mark.timeout(900)  # the first test waits for the programs of all rules, 180 with two processes each
ROOMS = {room.id: room for room in rooms()}


def of_rooms(*ids: str) -> pytest.MarkDecorator:
    """For a test of these rooms."""
    return pytest.mark.parametrize("room", [pytest.param(ROOMS[id], id=id) for id in ids])


class Verdicts:
    """What was found of rooms. No program runs twice, and those of a part begin when the first is asked for."""

    def __init__(self, proving: Proving, wanted: Collection[str], at_real_speed: Collection[str]) -> None:
        self._proving = proving
        self._wanted = wanted
        self._at_real_speed = at_real_speed
        self._begun: dict[str, tuple[Future[Outcome], Future[Outcome]]] = {}
        self._slow: dict[str, Future[Outcome]] = {}

    def outcomes(self, room: Room) -> tuple[Outcome, Outcome]:
        """What the bad and the good program of a room left."""
        if room.id not in self._begun:
            self._begin(part_of(room.id))
        bad, good = self._begun[room.id]
        return bad.result(), good.result()

    def of(self, room: Room) -> Verdict:
        """What both programs of a room showed."""
        return judge(room, *(outcome.evidence for outcome in self.outcomes(room)))

    def at_real_speed(self, room: Room) -> Outcome:
        """What the bad program left where a second is a second."""
        self.outcomes(room)
        return self._slow[room.id].result()

    def _begin(self, part: str) -> None:
        mine = [room for id, room in ROOMS.items() if part_of(id) == part and id in self._wanted]
        for room in reversed(mine):  # the last ones, about batches of jobs, take longest
            if room.id in self._at_real_speed:
                self._slow[room.id] = self._proving.begin_at_real_speed(room.bad, room.observe)
            bad, good = self._proving.begin(room.bad, room.observe), self._proving.begin(room.good, room.absent)
            self._begun[room.id] = bad, good


@pytest.fixture(scope="module")
def verdicts(proving: Proving, request: pytest.FixtureRequest) -> Verdicts:
    every = {given["room"].id for given in parameters(request)}
    slow = parameters(request, test_the_clock_factor_changes_nothing_but_the_time_it_takes)
    return Verdicts(proving, every, {given["room"].id for given in slow})


@of_rooms(*ROOMS)
def test_the_rule_is_proven(room: Room, verdicts: Verdicts) -> None:
    verdict = verdicts.of(room)
    assert verdict.holds, as_text(verdict)


@of_rooms(*ROOMS)
def test_the_proof_fails_when_bad_and_good_are_swapped(room: Room, verdicts: Verdicts) -> None:
    verdict = verdicts.of(room)
    swapped = judge(dataclasses.replace(room, bad=room.good, good=room.bad), verdict.good, verdict.bad)
    assert any(complaint.startswith("bad.py") for complaint in swapped.complaints)
    assert any(complaint.startswith(f"good.py: {room.absent.name}") for complaint in swapped.complaints)


def course(outcome: Outcome) -> list[tuple[object, ...]]:
    """What happened, without ids and times: requests with their answers, runs with their ends."""
    evidence = outcome.evidence
    requests: list[tuple[object, ...]] = [
        (it.function, it.invocation_type, it.attempt, it.status, it.error, it.function_error)
        for it in evidence.requests
    ]
    runs = [(it.function, it.origin, it.attempt, it.outcome, it.error_type) for it in evidence.executions]
    return [("exit", evidence.exit_code), *requests, *runs]


def longest_run(outcome: Outcome) -> float:
    """Seconds of the service."""
    return max((it.ended or it.started) - it.started for it in outcome.evidence.executions)


@of_rooms("INV102")
def test_the_clock_factor_changes_nothing_but_the_time_it_takes(
    room: Room, verdicts: Verdicts, proving: Proving
) -> None:
    slow = verdicts.at_real_speed(room)
    fast = proving.begin(room.bad, room.observe).result()  # once more, where less is going on at the same time
    assert {runner.service.clock.factor for runner in proving.runners} == {CLOCK_FACTOR}
    assert course(slow) == course(fast)
    assert longest_run(slow) == pytest.approx(40, abs=5)
    assert longest_run(fast) == pytest.approx(40, abs=15)


@of_rooms("INV402")
def test_a_program_that_asks_nobody_proves_nothing(room: Room, verdicts: Verdicts) -> None:
    verdict = verdicts.of(room)
    nothing = dataclasses.replace(verdict.good, requests=(), executions=())
    assert "good.py: no request of it reached the service" in judge(room, verdict.bad, nothing).complaints


@of_rooms("INV402")
def test_a_program_that_breaks_down_proves_nothing(room: Room, verdicts: Verdicts) -> None:
    verdict = verdicts.of(room)
    broken = dataclasses.replace(verdict.good, exit_code=1)
    assert judge(room, verdict.bad, broken).complaints == ("good.py: its process ended with 1",)


@of_rooms("INV201")
def test_the_user_sees_both_runs_side_by_side(room: Room, verdicts: Verdicts) -> None:
    verdict = verdicts.of(room)
    text = as_text(verdict, width=100)
    assert text.splitlines()[0] == "INV201 missing-story-id: there are two stories where the program opened one"
    assert "Seen: 2 stories" in text
    assert "Not seen." in text
    assert text.splitlines()[-1] == "Proved."
    assert all(len(line) <= 100 for line in text.splitlines())
    assert any("storytailor-content-agent-local" in line for line in story_of(verdict.bad))


@of_rooms("INV201")
def test_the_user_is_told_what_is_given(room: Room, verdicts: Verdicts) -> None:
    verdict = verdicts.of(room)
    for word in WORDS.values():
        told = as_text(dataclasses.replace(verdict, room=dataclasses.replace(room, observe=word))).splitlines()[1]
        assert told.startswith("Given: ") == (word.given is not None), word.name


def test_explain_runs_the_proof() -> None:
    command = [sys.executable, "-m", "invocation_lint", "explain", "INV402", "--run"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "Proved."


def test_a_rule_without_a_proof_is_told_in_one_line() -> None:
    command = [sys.executable, "-m", "invocation_lint", "explain", "INV001", "--run"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert done.stderr.startswith("error: INV001 has no proof")
