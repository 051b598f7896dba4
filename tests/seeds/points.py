"""What the five project guides say, point by point, and what holds it: `python -m tests.seeds.points` counts it.

`points.csv` has a row for each point: the guide's short name, as `source` of the rules has it, the lines of the guide,
the point, and then at least one of what holds it: ids of rules, tests (a path, or `path::name`), or the reason why
nothing can. An id that is not shipped stands in `planned.csv` with the reason why it is not there yet.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from invocation_lint.rulebook.loader import load_shipped

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Point:
    """A point of a guide; `lines` are its first and last line, counted from 1."""

    document: str
    lines: tuple[int, int]
    text: str
    rules: tuple[str, ...]
    tests: tuple[str, ...]
    reason: str

    @property
    def name(self) -> str:
        """Guide and lines, for messages."""
        return f"{self.document}, lines {self.lines[0]}-{self.lines[1]}"


def points() -> list[Point]:
    """All points, in the order of the table."""
    with (FOLDER / "points.csv").open(encoding="utf-8", newline="") as table:
        return [
            Point(
                row["document"],
                (int(row["lines"].partition("-")[0]), int(row["lines"].partition("-")[2])),
                row["point"],
                tuple(row["rules"].split()),
                tuple(row["tests"].split()),
                row["reason"],
            )
            for row in csv.DictReader(table, strict=True)
        ]


def planned() -> dict[str, str]:
    """Ids of rules that are not there yet, each with the reason."""
    with (FOLDER / "planned.csv").open(encoding="utf-8", newline="") as table:
        return {row["rule"]: row["reason"] for row in csv.DictReader(table, strict=True)}


def shipped() -> frozenset[str]:
    """Ids of the rules that the package ships."""
    return frozenset(rule.id for rule in load_shipped().rules)


def waiting(point: Point, there: frozenset[str]) -> bool:
    """Whether a point is held by planned rules alone."""
    return bool(point.rules) and not point.tests and not point.reason and not there.intersection(point.rules)


def summary() -> str:
    """A line for each guide and one for the rules that are planned."""
    there = shipped()
    counts: dict[str, Counter[str]] = {}
    for point in points():
        if there.intersection(point.rules):
            held = "by a rule"
        elif point.tests:
            held = "by a test"
        else:
            held = "planned" if waiting(point, there) else "by a reason"
        counts.setdefault(point.document, Counter())[held] += 1
    lines = [
        f"{document}: {count.total()} points, "
        + ", ".join(f"{number} {held}" for held, number in sorted(count.items(), key=lambda item: -item[1]))
        for document, count in counts.items()
    ]
    missing = [rule for rule in planned() if rule not in there]
    lines.append(f"planned: {len(missing)} rules ({' '.join(missing)})")
    return "\n".join(lines)


if __name__ == "__main__":
    print(summary())
