"""Writes small programs, runs them on local Lambda services under faults, and compares what was seen with the facts.

    python -m tests.differential [--programs N] [--minutes M] [--seed S] [--lanes N] [--folder FOLDER] [--keep N]
    python -m tests.differential --committed [--raise-floors]

Recorded programs stay in the folder, and are not recorded again. `--keep` writes the first N of them to the file that
the suite reads; `--committed` looks at that file alone, `--raise-floors` raises the floors of what must be known to
what is known now. Exit status 1 says that a run denies what the analysis states.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tests.differential import truth
from tests.differential.counting import FLOORS, Tally, raised, read_floors, tally
from tests.differential.judge.checks import AGAINST, HOLDS, UNKNOWN
from tests.differential.judge.seen import Record
from tests.differential.lanes import record


def main() -> int:
    """Records, judges, and prints what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=int, default=200, help="how many programs (default 200)")
    parser.add_argument("--minutes", type=float, default=600, help="record no longer than this")
    parser.add_argument("--seed", default="program", help="what is written depends on it alone")
    parser.add_argument("--lanes", type=int, default=2, help="services at one time (default 2)")
    parser.add_argument("--folder", type=Path, help="where the recorded programs are")
    parser.add_argument("--keep", type=int, help="write so many of them to the suite's file")
    parser.add_argument("--committed", action="store_true", help="look at the suite's file")
    parser.add_argument("--raise-floors", action="store_true", help="raise the floors to what is known")
    given = parser.parse_args()
    if given.committed:
        told = tally(truth.read())
    else:
        folder = given.folder or Path(tempfile.gettempdir()) / "invocation-lint-differential"
        record(folder, range(given.programs), given.seed, given.lanes, time.monotonic() + given.minutes * 60)
        told = tally(_recorded(folder))
        if given.keep:
            print(f"{truth.write(truth.COMMITTED, islice(_recorded(folder), given.keep))} programs kept")
    _print(told)
    if given.raise_floors:
        FLOORS.write_text(raised(told.shares(), read_floors()), "utf-8")
    return 1 if told.contradictions else 0


def _recorded(folder: Path) -> Iterator[Record]:
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as file:
            for line in file:
                told = json.loads(line)
                if "runs" in told:
                    yield truth.record_of(told)


def _print(told: Tally) -> None:
    for one in told.contradictions:
        print(one)
    print(f"{told.programs} programs")
    for check in sorted({check for check, _ in told.verdicts}):
        holds, unknown, against = (told.verdicts[check, verdict] for verdict in (HOLDS, UNKNOWN, AGAINST))
        print(f"{check:<24} {holds:>7} hold {unknown:>7} not known {against:>5} contradicted")


if __name__ == "__main__":
    sys.exit(main())
