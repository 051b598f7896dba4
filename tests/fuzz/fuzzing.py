"""A project after the other, each through some generations; what fails is made smaller and kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.looking import SLOW, Looker, Problem
from tests.fuzz.projects import Evolving, Files, write
from tests.fuzz.smaller import signature, smaller

GENERATIONS = 6
"""How long a project lives."""
_OF_A_KIND = 3
"""Problems that look the same, of which no more are made smaller."""


class Fuzzing:
    """`problems` are those that were found, each with its project as far as it could be made smaller."""

    def __init__(
        self, scratch: Path, failures: Path, *, seed: int, files: int, prelude: str = "", slow: float = SLOW
    ) -> None:
        self.problems: list[Problem] = []
        self.kept: list[Files] = []
        self._failures = failures
        self._seed = seed
        self._size = files
        self._looker = Looker(scratch, prelude, slow)
        self._project: Evolving | None = None
        self._projects = self._generation = self._inputs = self._parsed = 0

    @property
    def inputs(self) -> int:
        """The files that were made so far."""
        return self._inputs + (self._project.inputs if self._project else 0)

    def step(self) -> Iterator[str]:
        """The next generation, or a new project; what was found, in words."""
        if self._project is None or self._generation == GENERATIONS:
            if self._project is not None:
                self._inputs += self._project.inputs
                self._parsed += self._project.parsed
            self._project = Evolving(self._size, f"{self._seed}.{self._projects}")
            self._projects += 1
            self._generation = 1
        else:
            self._project.next()
            self._generation += 1
        files = dict(self._project.files)
        for problem in self._looker.problems(files, 3 if self._generation == GENERATIONS else 2):
            alike = [one for one in self.problems if signature(one) == signature(problem)]
            self.problems.append(problem)
            if len(alike) < _OF_A_KIND:
                kept = smaller(
                    files, problem, Looker(self._looker.folder / "smaller", self._looker.prelude, self._looker.slow)
                )
                self.kept.append(kept)
                name = f"{len(self.problems):03}-{problem.kind.replace(' ', '-').replace(':', '')}"
                write(self._failures / name, kept)
                (self._failures / f"{name}.txt").write_text(problem.detail, "utf-8")
                yield f"{problem.kind}: {problem.file or ''}: {problem.detail}\n  see {self._failures / name}"

    def so_far(self) -> str:
        """What was done, in a line."""
        parsed = self._parsed + (self._project.parsed if self._project else 0)
        return (
            f"{self.inputs} inputs, {parsed} of them Python, {self._looker.analysed} files analysed,"
            f" {self._looker.runs} runs, slowest file {self._looker.slowest:.1f} s, {len(self.problems)} problems"
        )
