"""Feeds the tool mutated projects until it breaks.

    python -m tests.fuzz [--inputs N] [--minutes M] [--seed S] [--files N] [--failures FOLDER]

An input is a file of a project of some 200 that was made by mutating real code. Of each project: nothing may break off
(no INV000, no exception, no process that dies), no file may take more than 5 s of a processor, and the report must be
the same in a second run, in four processes, and with a cache that knows the project as it was before. What fails is
made smaller and written to the folder of failures. Exit status 1 says that something failed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.fuzz.fuzzing import Fuzzing


def main() -> int:
    """Runs until there were enough inputs or minutes, and prints a report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, help="stop after this many inputs (default 2,000 without --minutes)")
    parser.add_argument("--minutes", type=float, help="stop after this many minutes")
    parser.add_argument("--seed", type=int, default=0, help="what is made depends on it alone (default 0)")
    parser.add_argument("--files", type=int, default=200, help="the files of a project (default 200)")
    parser.add_argument("--failures", type=Path, help="where failing projects are written")
    given = parser.parse_args()
    inputs = given.inputs if given.inputs is not None else (None if given.minutes else 2000)
    folder = given.failures or Path(tempfile.gettempdir()) / "invocation-lint-fuzz"
    end = time.monotonic() + given.minutes * 60 if given.minutes else None
    with tempfile.TemporaryDirectory(prefix="fuzz-") as scratch:
        fuzzing = Fuzzing(Path(scratch), folder, seed=given.seed, files=given.files)
        while (inputs is None or fuzzing.inputs < inputs) and (end is None or time.monotonic() < end):
            for told in fuzzing.step():
                print(told, flush=True)
            print(fuzzing.so_far(), flush=True)
    for kind, times in Counter(problem.kind for problem in fuzzing.problems).items():
        print(f"{kind}: {times}")
    print(f"{len(fuzzing.problems)} problems, seed {given.seed}" + (f"; see {folder}" if fuzzing.problems else ""))
    return 1 if fuzzing.problems else 0


if __name__ == "__main__":
    sys.exit(main())
