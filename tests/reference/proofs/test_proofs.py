"""Every rule is proven: bad.py shows the harm on the local Lambda service, good.py does its work without it."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Iterator

import pytest

from invocation_lint.reference.proofs import Room, find_room, rooms
from invocation_lint.reference.proofs.report import as_text, story_of
from invocation_lint.reference.proofs.runner import CLOCK_FACTOR, Outcome, Prover, open_prover, open_runner
from invocation_lint.reference.proofs.verdict import Verdict, judge

ROOMS = list(rooms())


@pytest.fixture(scope="module")
def prover() -> Iterator[Prover]:
    with open_prover() as prover:
        yield prover


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    """What was found of each room so far, so that no program has to run twice."""
    return {}


def verdict_of(room: Room, prover: Prover, verdicts: dict[str, Verdict]) -> Verdict:
    if room.id not in verdicts:
        verdicts[room.id] = prover.prove(room)
    return verdicts[room.id]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.id)
def test_the_rule_is_proven(room: Room, prover: Prover, verdicts: dict[str, Verdict]) -> None:
    verdict = verdict_of(room, prover, verdicts)
    assert verdict.holds, as_text(verdict)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.id)
def test_the_proof_fails_when_bad_and_good_are_swapped(
    room: Room, prover: Prover, verdicts: dict[str, Verdict]
) -> None:
    verdict = verdict_of(room, prover, verdicts)
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


def test_the_clock_factor_changes_nothing_but_the_time_it_takes(prover: Prover) -> None:
    room = find_room("INV102")
    assert room is not None
    runner = prover.runners[0]
    with open_runner(clock_factor=1) as slow_runner:
        slow = slow_runner.run(room.bad, room.observe)
    fast = runner.run(room.bad, room.observe)
    assert runner.service.clock.factor == CLOCK_FACTOR
    assert course(slow) == course(fast)
    assert longest_run(slow) == pytest.approx(40, abs=5)
    assert longest_run(fast) == pytest.approx(40, abs=15)


def test_a_program_that_asks_nobody_proves_nothing(prover: Prover, verdicts: dict[str, Verdict]) -> None:
    room = find_room("INV402")
    assert room is not None
    verdict = verdict_of(room, prover, verdicts)
    nothing = dataclasses.replace(verdict.good, requests=(), executions=())
    assert "good.py: no request of it reached the service" in judge(room, verdict.bad, nothing).complaints


def test_a_program_that_breaks_down_proves_nothing(prover: Prover, verdicts: dict[str, Verdict]) -> None:
    room = find_room("INV402")
    assert room is not None
    verdict = verdict_of(room, prover, verdicts)
    broken = dataclasses.replace(verdict.good, exit_code=1)
    assert judge(room, verdict.bad, broken).complaints == ("good.py: its process ended with 1",)


def test_the_user_sees_both_runs_side_by_side(prover: Prover, verdicts: dict[str, Verdict]) -> None:
    room = find_room("INV201")
    assert room is not None
    verdict = verdict_of(room, prover, verdicts)
    text = as_text(verdict, width=100)
    assert text.splitlines()[0] == "INV201 missing-story-id: there are two stories where the program opened one"
    assert "Seen: 2 stories" in text
    assert "Not seen." in text
    assert text.splitlines()[-1] == "Proved."
    assert all(len(line) <= 100 for line in text.splitlines())
    assert any("storytailor-content-agent-local" in line for line in story_of(verdict.bad))


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
