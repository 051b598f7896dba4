"""Running a command and taking its time."""

from __future__ import annotations

import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Taken:
    """What a run took: seconds by the clock, seconds of processor time in all its processes, and how it ended."""

    wall: float
    busy: float
    status: int
    output: str
    errors: str


def run(command: Sequence[str], cwd: Path, environment: Mapping[str, str], limit: float | None = None) -> Taken | None:
    """Runs a command; None when it was not done after `limit` seconds."""
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        done = subprocess.run(
            [*command],
            cwd=cwd,
            env={**environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(wall, busy, done.returncode, done.stdout, done.stderr)
