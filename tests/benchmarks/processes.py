"""From where on several processes pay: one process and two, on more and more files that hold invocations.

    python -m tests.benchmarks.processes

The sizes where the second column becomes the smaller one are `ENOUGH_BYTES` and `MANY_FILES` of the engine; the second
half of the table has files without invocations.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.command import ROOT, clean_environment

CALLS = (ROOT / "examples" / "story_platform" / "story_platform" / "stories_api.py").read_text("utf-8")
PLAIN = (ROOT / "invocation_lint" / "documents.py").read_text("utf-8")


def seconds(folder: Path, jobs: int) -> float:
    """The best of three runs."""
    best = float("inf")
    command = [sys.executable, "-m", "invocation_lint", "check", "-q", "--exit-zero", "--jobs", str(jobs), "."]
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run(command, cwd=folder, env=clean_environment(), capture_output=True, check=True)
        best = min(best, time.perf_counter() - started)
    return best


def main() -> None:
    """Prints a row a size."""
    print("files  of them with calls  bytes of these  1 process  2 processes")
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
                print(f"{count:5}  {calls:18}  {size:14,}  {one:7.2f} s  {two:9.2f} s", flush=True)


if __name__ == "__main__":
    main()
