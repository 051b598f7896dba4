"""How the time of a run grows with the program: generated programs whose size doubles, and the exponent.

The exponent is the slope of log(time - time of the empty program) over log(size), by least squares, over four
doublings. Time is processor time of one process, so that other work on the machine changes it least. Beside it stands
the same for the nodes that the interpreter walked, which are equal on every machine.
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.shapes import Files, Shape, empty
from tests.benchmarks.timing import run
from tests.command import clean_environment

DOUBLINGS = 4
FIRST = 25
"""The size that a search for the largest begins with."""

LARGEST = 51_200
REPEATS = 3
TOO_SHORT = 0.02
"""Seconds above the empty program below which a time is noise, and no point of the line."""

COUNTING = """
import json, sys
from invocation_lint.analysis.interpreter import Interpreter
made, begin = [], Interpreter.__init__
def noted(self, *given, **named):
    begin(self, *given, **named)
    made.append(self)
Interpreter.__init__ = noted
from invocation_lint.cli import main
try:
    main()
finally:
    print(json.dumps([sum(one.visits for one in made), sum(len(one.too_large) for one in made)]), file=sys.stderr)
"""
"""The command line, and at its end what it counted: nodes walked, and functions over a budget."""


class GivenUp(Exception):
    """A run that gives no point; the text says why."""


@dataclass(frozen=True)
class Point:
    """One size: processor time in seconds, nodes walked, and functions over a budget."""

    size: int
    seconds: float
    visits: int
    over: int


@dataclass(frozen=True)
class Growth:
    """The sizes of one shape, smallest first; `empty` is what the empty program takes, `failed` why there are none."""

    name: str
    empty: Point
    points: tuple[Point, ...]
    failed: str = ""

    @property
    def above(self) -> list[Point]:
        """The points that count: clearly above the empty program."""
        return [point for point in self.points if point.seconds - self.empty.seconds > TOO_SHORT]

    @property
    def exponent(self) -> float:
        """Of time; not a number where fewer than three points count."""
        return slope([(one.size, one.seconds - self.empty.seconds) for one in self.above])

    @property
    def exponent_of_visits(self) -> float:
        """Of nodes walked."""
        counted = [(one.size, float(one.visits - self.empty.visits)) for one in self.points]
        return slope([(size, more) for size, more in counted if more > 0])


def slope(points: Sequence[tuple[int, float]]) -> float:
    """The slope of a line through the logarithms, by least squares."""
    if len(points) < 3:
        return math.nan
    xs, ys = [math.log(size) for size, _ in points], [math.log(cost) for _, cost in points]
    middle, height = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - middle) ** 2 for x in xs)
    return sum((x - middle) * (y - height) for x, y in zip(xs, ys, strict=True)) / spread


def growth_of(name: str, shape: Shape, nothing: Point, options: Sequence[str], seconds: float, limit: float) -> Growth:
    """Doubles the size until the largest takes `seconds` more than the empty program; the last five are the growth.

    A size that is given up ends the search as well; what was measured until then is kept.
    """
    points: list[Point] = []
    size, failed = FIRST, ""
    while size <= LARGEST:
        try:
            points.append(point_of(shape(size), size, options, limit))
        except GivenUp as error:
            failed = f"{size:,}: {error}"
            break
        if points[-1].seconds - nothing.seconds >= seconds and len(points) > DOUBLINGS:
            break
        size *= 2
    steady = [_steady(shape, point, nothing, options, limit) for point in points[-1 - DOUBLINGS :]]
    return Growth(name, nothing, tuple(steady), failed)


def _steady(shape: Shape, point: Point, nothing: Point, options: Sequence[str], limit: float) -> Point:
    """A point of a short run is the least of several."""
    best = point
    for _ in range(REPEATS if point.seconds - nothing.seconds < 2 else 0):
        again = point_of(shape(point.size), point.size, options, limit)
        best = min(best, again, key=lambda point: point.seconds)
    return best


def point_of(files: Files, size: int, options: Sequence[str], limit: float) -> Point:
    """One run over these files. GivenUp when it is not done after `limit` seconds, or the tool does not read them."""
    with tempfile.TemporaryDirectory(prefix="growth-") as name:
        folder = Path(name) / "program"
        (folder / ".git").mkdir(parents=True)
        for file, text in files.items():
            (folder / file).write_text(text, "utf-8")
        environment = fresh_environment(Path(name) / "cache")
        command = [sys.executable, "-c", COUNTING, "check", "-q", "--jobs", "1", *options, "."]
        taken = run(command, folder, environment, limit)
    if taken is None:
        raise GivenUp(f"not done after {limit:.0f} s")
    if taken.status not in (0, 1):
        raise GivenUp(f"exit status {taken.status}: {(taken.errors + taken.output)[:200]!r}")
    visits, over = json.loads(taken.errors.splitlines()[-1])
    return Point(size, taken.busy, visits, over)


def empty_point(options: Sequence[str]) -> Point:
    """What the empty program takes: the least of several runs."""
    return min((point_of(empty(), 1, options, 60) for _ in range(2 * REPEATS)), key=lambda point: point.seconds)


def fresh_environment(cache: Path) -> Mapping[str, str]:
    """The environment of a run whose cache is this folder."""
    environment = clean_environment(INVOCATION_LINT_CACHE_DIR=str(cache))
    environment.pop("INVOCATION_LINT_NO_CACHE", None)
    return environment


def rows(growths: Iterator[Growth]) -> Iterator[str]:
    """The table, a row at a time."""
    yield "| what grows | sizes | seconds above the empty program | exponent | nodes walked | exponent | over budget |"
    yield "| --- | --- | --- | ---: | --- | ---: | ---: |"
    for one in growths:
        if one.failed and not one.points:
            yield f"| {one.name} | | {one.failed} | | | | |"
            continue
        first, last = one.points[0], one.points[-1]
        times = ", ".join(f"{point.seconds - one.empty.seconds:.2f}" for point in one.points)
        sizes = f"{first.size:,} to {last.size:,}"
        visits = f"{first.visits:,} to {last.visits:,}"
        failed = f"; {one.failed}" if one.failed else ""
        yield (
            f"| {one.name} | {sizes} | {times}{failed} | {one.exponent:.2f} | {visits} | {one.exponent_of_visits:.2f} "
            f"| {last.over} |"
        )
