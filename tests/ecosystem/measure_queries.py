"""Counts what the linter knows of the labelled queries of jobs, and what it finds at them.

    python tests/ecosystem/measure_queries.py FOLDER... [--details]

The checkouts lie as `owner+name` or, for a commit other than the newest, as `owner+name@` and the beginning of the
commit. `queries.csv` says what each query is; the rows of kind `job_query` in `labels.csv` say what must be found.
A verdict is right, wrong (with what was said instead) or open (nothing was said).
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import measure

from invocation_lint.facts.base import Unknown
from invocation_lint.facts.building.reading.job_words import is_job_class, is_job_table
from invocation_lint.facts.job_query import JobQuery
from invocation_lint.facts.options import JOB_TABLES
from invocation_lint.programs import Programs
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration

QUESTIONS = ("seen", "dialect", "fetched", "bounded", "ordered")
Row = measure.Row


@dataclass
class Counts:
    """`answers[question][site]` is a verdict, `rules` the outcome of each rule, `unread` what could not be read."""

    answers: dict[str, dict[str, str]] = field(default_factory=lambda: {question: {} for question in QUESTIONS})
    rules: Any = field(default_factory=measure.Tally)
    unread: dict[str, str] = field(default_factory=dict)


def judge(row: Row, facts: Sequence[JobQuery]) -> dict[str, str]:
    """`question: verdict` for one row of `queries.csv` and the queries that were seen in its statement."""
    if row["fetched"] == "none" or not names_jobs(row["table"]):
        return {"seen": f"wrong: {facts[0].dialect}" if facts else "right"}
    if not facts:
        return {"seen": "open"}
    first = next((fact for fact in facts if fact.fetched == row["fetched"]), facts[0])
    bounds = "open" if isinstance(first.limited_by, Unknown) else "yes" if first.limited_by else "no"
    return {
        "seen": "right",
        "dialect": verdict(first.dialect, row["dialect"]),
        "fetched": verdict(first.fetched, row["fetched"]),
        "bounded": verdict(bounds, row["bounded"]) if row["fetched"] == "rows" else "right",
        "ordered": verdict(first.order, row["ordered"]) if row["fetched"] == "rows" else "right",
    }


def verdict(said: Any, truth: str) -> str:
    """What an answer is worth: nothing is wrong where nobody can tell."""
    if not isinstance(said, str) or said == "open":
        return "right" if truth == "unknown" else "open"
    return "right" if said == truth else "open" if truth == "unknown" else f"wrong: {said}"


def names_jobs(table: str) -> bool:
    """Whether a table or class holds jobs by the usual names."""
    return is_job_table(table, JOB_TABLES) or is_job_class(table, JOB_TABLES)


def checkout(row: Row, folders: Sequence[Path]) -> Path | None:
    """The checkout that holds the file of a row, the one of its commit first."""
    plain = row["repo"].replace("/", "+")
    of_commit = [path for folder in folders for path in folder.glob(f"{plain}@*")
                 if row["commit"].startswith(path.name.partition("@")[2])]  # fmt: skip
    roots = [*of_commit, *(folder / plain for folder in folders)]
    return next((root for root in roots if (root / row["path"]).exists()), None)


def run(rows: Sequence[Row], folders: Sequence[Path]) -> Counts:
    """Runs the linter over the files of the rows and judges each row that is found there."""
    counts = Counts()
    project = Project(Configuration(isolated=True))
    by_root: dict[Path, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        root = checkout(row, folders)
        if root is None:
            counts.unread[site_of(row)] = "not in the checkouts"
        else:
            by_root[root][row["path"]].append(row)
    for root, files in sorted(by_root.items()):
        programs = Programs(lambda one: project.analysis_options(project.settings(one), one), root)
        for path, file_rows in sorted(files.items()):
            reading = measure.read_file(str(root / path), project, programs)
            if reading.error:
                counts.unread[f"{root.name} {path}"] = reading.error
            for row in file_rows:
                if "fetched" in row:
                    facts = queries_at(reading.statement(int(row["line"])), reading)
                    for question, answer in judge(row, facts).items():
                        counts.answers[question][site_of(row)] = answer
            measure.count_rules(file_rows, reading, str(root / path), counts.rules, reading.rules)
    return counts


def queries_at(lines: tuple[int, int], reading: measure.Reading) -> list[JobQuery]:
    """The queries that are written, or fetched, in a statement; those without callers first."""
    found = [
        fact
        for fact in reading.facts
        if fact.kind == "job_query" and any(p.line <= lines[1] and lines[0] <= p.end_line for p in places_of(fact))
    ]
    return [fact.data for fact in sorted(found, key=lambda fact: len(fact.chain))]


def places_of(fact: Any) -> list[Any]:
    begun = [place for path, place in fact.places.items() if path in {"dialect", "fetched"}]
    return [fact.site, *begun]


def site_of(row: Row) -> str:
    return f"{row['repo']}@{row['commit'][:7]} {row['path']}:{row['line']}"


def table(counts: Counts) -> Iterator[str]:
    yield f"{'question':12}{'right':>7}{'wrong':>7}{'open':>7}"
    for question, answers in counts.answers.items():
        told = Counter(answer.partition(":")[0] for answer in answers.values())
        yield f"{question:12}{told['right']:>7}{told['wrong']:>7}{told['open']:>7}"
    yield ""
    yield f"{'rule':8}{'right':>7}{'acceptable':>12}{'wrong':>7}{'missed':>8}"
    for id, outcomes in sorted(counts.rules.rules.items()):
        right, free, wrong, missed = (len(outcomes[o]) for o in ("right", "acceptable", "wrong", "missed"))
        yield f"{id:8}{right:>7}{free:>12}{wrong:>7}{missed:>8}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", nargs="+", type=Path)
    parser.add_argument("--details", action="store_true", help="name every site that is not right")
    options = parser.parse_args(arguments)
    rows = measure.read_labels([measure.HERE / "queries.csv"])
    rows += [row for row in measure.read_labels([measure.HERE / "labels.csv"]) if row["kind"] == "job_query"]
    counts = run(rows, options.checkouts)
    print("\n".join(table(counts)))
    if options.details:
        for question, answers in counts.answers.items():
            print(*(f"{question}: {told}: {site}" for site, told in answers.items() if told != "right"), sep="\n")
        for id, outcomes in counts.rules.rules.items():
            print(*(f"{id} {word}: {site}" for word in ("wrong", "missed") for site in outcomes[word]), sep="\n")
        print(*(f"no label: {finding}" for finding in counts.rules.elsewhere), sep="\n")
        print(*(f"not read: {name}: {why}" for name, why in counts.unread.items()), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
