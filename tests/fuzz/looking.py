"""Runs the tool over a project, and says what is wrong with what it did."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.command import clean_environment
from tests.fuzz.projects import Files, write

SLOW = 5.0
"""Seconds of a processor that a file may take."""
STUCK = 300.0
"""Seconds by the clock after which a run does not end."""


@dataclass(frozen=True)
class Problem:
    """What is wrong: `kind` in a word, `file` where it is one file's, `detail` in words."""

    kind: str
    file: str | None
    detail: str


@dataclass
class Looker:
    """Looks at the projects that are written into one folder, with one cache for all of them."""

    folder: Path
    prelude: str = ""
    """Code that each run executes first: a test breaks the tool with it."""
    slow: float = SLOW
    runs: int = 0
    analysed: int = 0
    slowest: float = 0.0
    _cache: Path = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._cache = self.folder / "cache"

    def problems(self, files: Files, runs: int) -> list[Problem]:
        """What is wrong with the first of these runs over the files, and with those after it if that is well: in one
        process without a cache; in four with what the cache kept of the project as it was before; with all of it in the
        cache."""
        write(self.folder / "project", files)
        first = self._run(1)
        found = list(self._alone(first))
        self.analysed += first.get("analysed", 0)
        if runs == 1 or any(problem.kind in ("died", "stuck", "raised") for problem in found):
            return found
        again = self._run(4, cache=self._cache)
        found += self._apart(first, again, "difference with 4 processes and a cache")
        if runs > 2 and not found:
            found += self._apart(first, self._run(1, cache=self._cache), "difference with all in the cache")
        return [self._named(problem, first) for problem in found]

    def _named(self, problem: Problem, first: dict[str, Any]) -> Problem:
        """A difference by its cause, if one of the three changes alone makes it."""
        if not problem.kind.startswith("difference"):
            return problem
        fresh = Path(tempfile.mkdtemp(dir=self.folder))
        for kind, jobs, cache in (("two runs", 1, None), ("processes", 4, None), ("an empty cache", 1, fresh)):
            for told in self._apart(first, self._run(jobs, cache=cache), f"difference: {kind}"):
                return told
        return Problem("difference: cache", problem.file, problem.detail)

    def _alone(self, told: dict[str, Any]) -> list[Problem]:
        if "problem" in told:
            return [told["problem"]]
        if "raised" in told:
            return [Problem("raised", None, told["raised"])]
        found = [
            Problem("internal error", name, told["crashes"].get(name, "the process ended")) for name in told["internal"]
        ]
        self.slowest = max([self.slowest, *told["seconds"].values()])
        found += [
            Problem("slow", name, f"{seconds:.1f} s")
            for name, seconds in told["seconds"].items()
            if seconds > self.slow
        ]
        return found

    @staticmethod
    def _apart(first: dict[str, Any], again: dict[str, Any], kind: str) -> list[Problem]:
        if "problem" in again:
            return [again["problem"]]
        if "raised" in again:
            return [Problem("raised", None, again["raised"])]
        for part in ("findings", "rest"):
            if first[part] != again[part]:
                only = [one for one in first[part] if one not in again[part]][:1]
                other = [one for one in again[part] if one not in first[part]][:1]
                return [Problem(kind, None, f"only at first: {only}\nonly later: {other}")]
        return []

    def _run(self, jobs: int, cache: Path | None = None) -> dict[str, Any]:
        self.runs += 1
        told = self.folder / "told.json"
        told.unlink(missing_ok=True)
        told.with_suffix(".now").write_text("")
        code = f"{self.prelude}\nfrom tests.fuzz.child import main\nmain()"
        arguments = [str(told), str(jobs), *([str(cache)] if cache else [])]
        child = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            cwd=self.folder / "project",
            env=clean_environment(PYTHONHASHSEED=str(self.runs), PYTHONWARNINGS="ignore"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
            errors="replace",
        )
        try:
            output, _ = child.communicate(timeout=STUCK)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
            return {"problem": Problem("stuck", self._now(told), f"not done after {STUCK:.0f} s")}
        if not told.exists():
            return {"problem": Problem("died", self._now(told), f"exit status {child.returncode}\n{output[-2000:]}")}
        answer: dict[str, Any] = json.loads(told.read_text("ascii"))
        return answer

    @staticmethod
    def _now(told: Path) -> str | None:
        return told.with_suffix(".now").read_text() or None
