"""Whether a proof holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from invocation_lint.reference.proofs.evidence import Evidence
from invocation_lint.reference.proofs.observations import observe
from invocation_lint.reference.proofs.rooms import Room


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was seen of bad and of good; `complaints` are the reasons why the proof does not hold."""

    room: Room
    bad: Evidence
    good: Evidence
    seen_of_bad: tuple[str, ...]
    seen_of_good: tuple[str, ...]
    complaints: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the harm was seen of bad, and good did its work without it."""
        return not self.complaints


def judge(room: Room, bad: Evidence, good: Evidence) -> Verdict:
    """The verdict over the runs of both programs."""
    seen_of_bad, seen_of_good = observe(room.observe, bad), observe(room.absent, good)
    complaints = []
    if not seen_of_bad:
        complaints.append(f"bad.py: {room.observe.name} was not seen")
    if seen_of_good:
        complaints.append(f"good.py: {room.absent.name} was seen: {'; '.join(seen_of_good)}")
    complaints += [f"good.py: {reason}" for reason in idle(room, good)]
    return Verdict(room, bad, good, tuple(seen_of_bad), tuple(seen_of_good), tuple(complaints))


def idle(room: Room, good: Evidence) -> list[str]:
    """Reasons to say that a program only kept out of harm's way: it asked nothing of anybody, or broke down."""
    reasons = []
    begun = Counter(run.origin for run in good.executions if run.attempt == 1)
    # one event may be what main sends to the program's own handler; more are its work, and what a source delivers
    if not good.callee_requests and begun.keys() <= {"event"} and begun["event"] < 2:
        reasons.append("no request of it reached the service")
    if room.absent.given is None and good.exit_code != 0:
        reasons.append(f"its process ended with {good.exit_code}")
    return reasons
