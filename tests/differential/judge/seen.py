"""What was seen of one call site, as a fact speaks of it: the calls that went that way, and how the runs ended."""

from __future__ import annotations

import ast
import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Run = Mapping[str, Any]
Call = Mapping[str, Any]
_OTHER_EACH_TIME = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+")

_LOG_RESULT = re.compile(r"(?<=log-result': ')[^']+|(?<=LogResult': ')[^']+")
"""What an invocation logged, in base64: times and ids."""


@dataclass(frozen=True)
class Record:
    """A program as it was recorded: its files, the plan it was written from, and its runs."""

    seed: str
    files: Mapping[str, str]
    entry: str
    plan: Sequence[str]
    runs: Sequence[Run]

    @cached_property
    def trees(self) -> dict[str, ast.Module]:
        """The syntax of each file."""
        return {name: ast.parse(text) for name, text in self.files.items()}

    @cached_property
    def clauses(self) -> set[tuple[str, int]]:
        """The first line of each except clause's body."""
        return {
            (name, node.body[0].lineno)
            for name, tree in self.trees.items()
            for node in ast.walk(tree)
            if isinstance(node, ast.ExceptHandler)
        }

    @cached_property
    def raises_unseen(self) -> bool:
        """Whether a clause raises on a line to which no run came: a branch for another error."""
        lines = {(name, line) for run in self.runs for name, lines in run["lines"].items() for line in lines}
        return any(
            isinstance(node, ast.Raise) and (name, node.lineno) not in lines
            for name, tree in self.trees.items()
            for clause in ast.walk(tree)
            if isinstance(clause, ast.ExceptHandler)
            for node in ast.walk(clause)
        )

    def run(self, fault: str, site: str, flag: str) -> Run | None:
        """The run under a fault; that without one is the same for all sites."""
        for run in self.runs:
            if run["fault"] == fault and run["flag"] == flag and (fault == "ok" or run["site"] == site):
                return run
        return None


@dataclass
class Seen:
    """A fact, and the calls of each run that it speaks of."""

    record: Record
    fact: Mapping[str, Any]
    calls: list[tuple[Run, Call]] = field(init=False)
    _speaks: dict[int, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.calls = [(run, call) for run in self.record.runs for call in run["calls"] if self.speaks_of(call)]

    @property
    def data(self) -> Mapping[str, Any]:
        """What the fact says."""
        data: Mapping[str, Any] = self.fact["data"]
        return data

    def speaks_of(self, call: Call) -> bool:
        """Whether a call was made at the fact's site, by way of its chain."""
        if id(call) not in self._speaks:
            self._speaks[id(call)] = self._goes_there(call)
        return self._speaks[id(call)]

    def _goes_there(self, call: Call) -> bool:
        frames = list(call["stack"])
        if not frames or not _is_at(frames.pop(), self.fact["site"]):
            return False
        apart = call["stack"][0][2] not in ("<module>", "handler")
        for step in reversed(self.fact["chain"]):
            while frames and not _is_at(frames[-1], step["place"]):
                frames.pop()
            if not frames:
                return apart
            frames.pop()
        return True

    @cached_property
    def is_whole(self) -> bool:
        """Whether the fact speaks of all that happens between the entry and the call."""
        return bool(self.fact["function"] == ("handler" if self.record.entry == "handler" else ""))

    @cached_property
    def in_thread(self) -> bool:
        """Whether a call was made in another thread than the entry's."""
        return any(call["stack"][0][2] not in ("<module>", "handler") for _, call in self.calls)

    @cached_property
    def sites(self) -> set[str]:
        """The functions that these calls invoked."""
        return {request["function"] for _, call in self.calls for request in call["requests"]}

    def requests(self) -> Iterator[tuple[Call, Mapping[str, Any]]]:
        """All requests of these calls."""
        return ((call, request) for _, call in self.calls for request in call["requests"])

    def alone(self, run: Run) -> bool:
        """Whether all calls of a run that failed, or got an answer from these functions, are the fact's."""
        theirs = [
            call
            for call in run["calls"]
            if call["error"] is not None or any(request["function"] in self.sites for request in call["requests"])
        ]
        return bool(theirs) and all(map(self.speaks_of, theirs))

    def failing(self, *faults: str) -> Iterator[tuple[Run, Run]]:
        """The runs in which these calls, and no others, failed under one of the faults, each with its healthy run."""
        for run in self.record.runs:
            if run["fault"] not in faults or run["site"] not in self.sites or not self.alone(run):
                continue
            healthy = self.record.run("ok", run["site"], run["flag"])
            if healthy is None or healthy["escaped"] or any(call["error"] for call in healthy["calls"]):
                continue
            if any(call["error"] for call in run["calls"] if self.speaks_of(call)):
                yield run, healthy

    def _waits(self, run: Run) -> bool:
        """Whether one of these calls waits for what the function answers."""
        sent = (request for call in run["calls"] if self.speaks_of(call) for request in call["requests"])
        return any(request["mode"] in (None, "RequestResponse") for request in sent)

    def pairs(self, one: str, other: str) -> Iterator[tuple[Run, Run]]:
        """Runs under two faults of the invoked function which differ in nothing else, and in which it is waited for."""
        for run in self.record.runs:
            fits = run["fault"] == other and run["site"] in self.sites and self.alone(run) and self._waits(run)
            first = self.record.run(one, run["site"], run["flag"]) if fits else None
            if first is not None and self.alone(first) and not any(call["error"] for call in first["calls"]):
                yield first, run


def end(run: Run, *, logs: bool) -> tuple[Any, ...]:
    """What can be seen of a run from outside; `logs` says whether what it printed and logged counts."""
    requests = [
        [_OTHER_EACH_TIME.sub("", _plain(request["payload"])) for request in call["requests"]] for call in run["calls"]
    ]
    returned = _LOG_RESULT.sub("", run["returned"] or "") if run["returned"] is not None else None
    return run["escaped"], run["message"], returned, sorted(requests), run["printed"] if logs else None


def _plain(text: str) -> str:
    """A text, decoded if it is base64."""
    try:
        return base64.b64decode(text, validate=True).decode()
    except ValueError:
        return text


def taken(record: Record, run: Run, healthy: Run) -> bool:
    """Whether an except clause ran that does not in the healthy run."""
    return any(
        line in run["lines"].get(name, ()) and line not in healthy["lines"].get(name, ())
        for name, line in record.clauses
    )


def _is_at(frame: Sequence[Any], place: Mapping[str, Any]) -> bool:
    return frame[0] == _name(place) and place["line"] <= frame[1] <= place["end_line"]


def _name(place: Mapping[str, Any]) -> str:
    return str(place["path"]).rpartition("/")[2]
