"""Holds the analysis to recorded programs: what is contradicted, and how much of each construct it knows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from invocation_lint.source.parsing.stack import on_large_stack
from tests.differential.judge.checks import AGAINST, UNKNOWN
from tests.differential.judge.judging import judge
from tests.differential.judge.seen import Record
from tests.differential.stated import stating

FLOORS = Path(__file__).with_name("floors.json")
FEWEST = 20
"""Questions to a construct, of which fewer say nothing about it."""
_OF_PAYLOADS = ("encoding", "made", "step", "value", "shape")
_OF_CLAUSES = ("clause", "act", "shape", "decorator", "manager", "executor")
ABOUT: Mapping[str, tuple[str, ...]] = {
    "mode": ("mode", "call", "shape"),
    "name": ("name", "call", "shape"),
    "parses": ("encoding", "call", "shape"),
    "layers": ("encoding", "call", "shape"),
    "python type": ("encoding", "call", "shape"),
    **dict.fromkeys(("keys", "key", "key type", "closed", "size"), _OF_PAYLOADS),
    "attempts": ("client", "shape"),
    "read timeout": ("client", "shape"),
    **dict.fromkeys(("payload", "function error"), ("answer", "look", "shape")),
    **dict.fromkeys(("service error", "service error does", "transport error", "transport error does"), _OF_CLAUSES),
    "times": ("shape", "items"),
    **dict.fromkeys(("records read", "record's failure"), ("records", "failure")),
}
"""The constructs that matter for a question."""


@dataclass(frozen=True)
class Contradiction:
    """What the analysis states and a run denies: the program, the function and line of the fact, the check, and how."""

    seed: str
    function: str
    line: int
    check: str
    detail: str

    def __str__(self) -> str:
        return f"{self.seed}: {self.function or 'the module'}, line {self.line}: {self.check}: {self.detail}"


@dataclass
class Tally:
    """Questions asked, by check and verdict; of each construct those asked and those of which the answer is known."""

    programs: int = 0
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    known: Counter[tuple[str, str]] = field(default_factory=Counter)
    contradictions: list[Contradiction] = field(default_factory=list)

    def add(self, record: Record, facts: Iterable[Mapping[str, object]]) -> None:
        """Adds what the facts of a program state."""
        self.programs += 1
        for said, fact in judge(record, list(facts)):
            self.verdicts[said.check, said.verdict] += 1
            if said.verdict == AGAINST:
                site, function = fact["site"], str(fact["function"])
                line = int(site["line"])
                self.contradictions.append(Contradiction(record.seed, function, line, said.check, said.detail))
            about = ABOUT.get(said.check, ())
            if "entry:records" in record.plan and "records" not in about:
                continue  # of these programs, what they do with records is asked
            for construct in record.plan:
                if construct.partition(":")[0] in about:
                    self.asked[said.check, construct] += 1
                    self.known[said.check, construct] += said.verdict != UNKNOWN

    def shares(self) -> dict[str, dict[str, int]]:
        """Of each check and construct, how many in a hundred answers are known."""
        found: dict[str, dict[str, int]] = {}
        for (check, construct), asked in sorted(self.asked.items()):
            if asked >= FEWEST:
                found.setdefault(check, {})[construct] = 100 * self.known[check, construct] // asked
        return found


def tally(records: Iterable[Record]) -> Tally:
    """What the analysis states of recorded programs."""
    told = Tally()

    def add_all() -> None:
        with stating() as analysis:
            for record in records:
                told.add(record, analysis.facts(record.files))

    on_large_stack(add_all)  # once: a thread for each file would take longer than many a file
    return told


def read_floors() -> dict[str, dict[str, int]]:
    """The floors, by check and construct."""
    floors: dict[str, dict[str, int]] = json.loads(FLOORS.read_text("utf-8")) if FLOORS.exists() else {}
    return floors


def below(shares: Mapping[str, Mapping[str, int]], floors: Mapping[str, Mapping[str, int]]) -> list[str]:
    """What is known less than its floor says, or asked no more."""
    return [
        f"{check}, {construct}: {shares.get(check, {}).get(construct, 0)} of 100, not {floor}"
        for check, constructs in floors.items()
        for construct, floor in constructs.items()
        if shares.get(check, {}).get(construct, 0) < floor
    ]


def raised(shares: Mapping[str, Mapping[str, int]], floors: Mapping[str, Mapping[str, int]]) -> str:
    """The file of floors, each as high as it was and as what is known now."""
    higher = {
        check: {
            construct: max(shares.get(check, {}).get(construct, 0), floors.get(check, {}).get(construct, 0))
            for construct in sorted({*shares.get(check, {}), *floors.get(check, {})})
        }
        for check in sorted({*shares, *floors})
    }
    return json.dumps(higher, indent=1) + "\n"
