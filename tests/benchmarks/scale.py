"""What the tool costs on much code, and how that grows.

    python -m tests.benchmarks.scale [--only trees|growth] [--quick] [--scratch FOLDER] [--shape NAME]...

**Trees**: wheels of pinned versions are installed once into a scratch folder (by default `invocation-lint-scale` in the
system's folder for temporary files); ruff, with its default rules, and this tool read them in one go. Printed is the
time of the quickest of some runs and the processor time of all its processes, each with its ratio to ruff's. The files
are in the system's memory by then; a run with a cache has a cache of its own. **Growth**: see
`tests.benchmarks.growth`. `--quick` is for a look while working: one run of moto alone, and programs of which the
largest takes one second instead of five.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.benchmarks import growth
from tests.benchmarks.shapes import SHAPES
from tests.benchmarks.timing import Taken, run
from tests.benchmarks.wheels import Tree, trees
from tests.command import ROOT, clean_environment

OURS = (sys.executable, "-m", "invocation_lint", "check", "-q", "--exit-zero")


@dataclass(frozen=True)
class Measure:
    """Repeats of one command on a tree; `limit` is the number of seconds after which a run is given up."""

    scratch: Path
    repeat: int
    limit: float

    def best(self, command: Sequence[str], tree: Tree, before: Callable[[], Path | None]) -> Taken | None:
        """The quickest of the runs; None where one was given up. `before` prepares a run and names its cache."""
        runs = []
        for _ in range(self.repeat):
            kept = before()
            environment = growth.fresh_environment(kept) if kept else clean_environment()
            taken = run([*command, "."], tree.folder, environment, self.limit)
            if taken is None:
                return None
            if taken.status not in (0, 1, 2):
                raise RuntimeError(f"{' '.join(command)}: exit status {taken.status}: {taken.errors[-2000:]}")
            runs.append(taken)
        return min(runs, key=lambda taken: taken.wall)


@cache
def has_cache() -> bool:
    """Whether the tool keeps a cache on disk."""
    taken = run([*OURS, "--help"], ROOT, clean_environment(), 60)
    return taken is not None and "--no-cache" in taken.output


def ruff() -> tuple[str, str]:
    """The path and the version of ruff in this environment."""
    path = str(Path(sysconfig.get_path("scripts")) / "ruff")
    taken = run([path, "--version"], ROOT, clean_environment(), 60)
    if taken is None or taken.status:
        raise RuntimeError("ruff does not run")
    return path, taken.output.strip()


def tree_rows(measure: Measure, measured: Sequence[Tree]) -> Iterator[str]:
    """The table of trees, a row at a time."""
    path, version = ruff()
    yield f"| | {' | '.join(f'{tree.name} ({tree.size()})' for tree in measured)} |"
    yield "| --- |" + " ---: |" * len(measured)
    theirs: dict[str, tuple[float, float]] = {}
    without = (*OURS, "--no-cache") if has_cache() else OURS
    commands: Mapping[str, tuple[Sequence[str], str]] = {
        f"{version}, no cache": ((path, "check", "-q", "--exit-zero", "--no-cache", "--isolated"), "none"),
        "invocation-lint, `--isolated`": ((*without, "--isolated"), "none"),
        "invocation-lint": (OURS, "new"),
        "invocation-lint, nothing changed": (OURS, "full"),
        "invocation-lint, one file changed": (OURS, "stale"),
    }
    for name, (command, kept) in commands.items():
        if kept in ("full", "stale") and not has_cache():
            continue
        cells = []
        for tree in measured:
            taken = _on_tree(measure, command, tree, kept)
            if taken is None:
                cells.append(f"not done after {measure.limit:.0f} s")
                continue
            wall, busy = theirs.setdefault(tree.name, (taken.wall, taken.busy))
            cells.append(
                f"{taken.wall:.2f} s ({taken.wall / wall:.1f}), {taken.busy:.2f} s busy ({taken.busy / busy:.1f})"
            )
        yield f"| {name} | {' | '.join(cells)} |"


def _on_tree(measure: Measure, command: Sequence[str], tree: Tree, kept: str) -> Taken | None:
    """The time on one tree with no cache, a new one, a full one, or one that lacks the file that was changed."""
    with tempfile.TemporaryDirectory(prefix="cache-", dir=measure.scratch) as name:
        place, full, original = Path(name) / "cache", Path(name) / "full", tree.changed.read_bytes()
        if kept in ("full", "stale"):
            filled = run([*command, "."], tree.folder, growth.fresh_environment(full), measure.limit)
            if filled is None:
                return None

        def before() -> Path | None:
            shutil.rmtree(place, ignore_errors=True)
            if full.exists():
                shutil.copytree(full, place)
            return None if kept == "none" else place

        try:
            if kept == "stale":
                tree.changed.write_bytes(original + b"\n\ndef added_by_the_benchmark():\n    return 1\n")
            return measure.best(command, tree, before)
        finally:
            tree.changed.write_bytes(original)


def growth_rows(names: Sequence[str], seconds: float, limit: float) -> Iterator[str]:
    """The table of generated programs, a row at a time."""
    options = ("--no-cache",) if has_cache() else ()
    nothing = growth.empty_point(options)
    yield from growth.rows(growth.growth_of(name, SHAPES[name], nothing, options, seconds, limit) for name in names)
    yield f"\nThe empty program takes {nothing.seconds:.2f} s."


def main() -> int:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("trees", "growth"), help="one of the two parts")
    parser.add_argument("--quick", action="store_true", help="one run, moto alone, small programs")
    parser.add_argument("--repeat", type=int, default=3, help="how often a tree is read (default 3)")
    parser.add_argument("--limit", type=float, default=600, help="seconds after which a run is given up (default 600)")
    parser.add_argument("--scratch", type=Path, help="where the wheels are installed, and found again")
    parser.add_argument("--shape", action="append", choices=SHAPES, help="of the generated programs, this one")
    given = parser.parse_args()
    scratch: Path = given.scratch or Path(tempfile.gettempdir()) / "invocation-lint-scale"
    scratch.mkdir(parents=True, exist_ok=True)
    if given.only != "growth":
        measured = trees(scratch.resolve())[: 1 if given.quick else 2]
        print(f"Wheels in {scratch}.\n", flush=True)
        for row in tree_rows(Measure(scratch.resolve(), 1 if given.quick else given.repeat, given.limit), measured):
            print(row, flush=True)
        print()
    if given.only != "trees":
        for row in growth_rows(given.shape or list(SHAPES), 1 if given.quick else 5, given.limit):
            print(row, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
