"""From where on several processes pay: one process and two, on more and more files that hold invocations.

    python -m tests.benchmarks.processes

The sizes where the second column becomes the smaller one are `ENOUGH_BYTES` and `MANY_FILES` of the engine; the second
half of the table has files without invocations.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.timing import run
from tests.command import ROOT, clean_environment

CALLS = (ROOT / "examples" / "story_platform" / "story_platform" / "stories_api.py").read_text("utf-8")
PLAIN = (ROOT / "invocation_lint" / "documents" / "nodes.py").read_text("utf-8")


def seconds(folder: Path, jobs: int) -> tuple[float, float]:
    """Wall and processor time, the medians of five runs."""
    wall, busy = [], []
    command = [
        sys.executable,
        "-m",
        "invocation_lint",
        "check",
        "-q",
        "--exit-zero",
        "--no-cache",
        "--jobs",
        str(jobs),
        ".",
    ]
    for _ in range(5):
        taken = run(command, folder, clean_environment())
        if taken is None or taken.status:
            raise RuntimeError("the tool broke off" if taken is None else taken.errors)
        wall.append(taken.wall)
        busy.append(taken.busy)
    return statistics.median(wall), statistics.median(busy)


def main() -> None:
    """Prints a row a size."""
    print("files  of them with calls  bytes of these  1 process (busy)  2 processes (busy)")
    for text, counts in ((CALLS, (1, 2, 4, 8, 16, 32)), (PLAIN, (250, 500, 1000, 2000))):
        for count in counts:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                (folder / ".git").mkdir()
                for number in range(count):
                    (folder / f"module{number}.py").write_text(text, "utf-8")
                calls = count if text is CALLS else 0
                size = calls * len(text)
                one, two = seconds(folder, 1), seconds(folder, 2)
                times = "  ".join(f"{wall:7.2f} s ({busy:5.2f})" for wall, busy in (one, two))
                print(f"{count:5}  {calls:18}  {size:14,}  {times}", flush=True)


if __name__ == "__main__":
    main()
