"""Programs recorded in several processes, each with a service of its own; each writes what it has to a file."""

from __future__ import annotations

import json
import multiprocessing
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.differential.generator.programs import program
from tests.differential.recorder.recording import NotRecorded, open_recorder

PROGRAMS_A_SERVICE = 300
"""After so many programs a lane takes a new service: the log of the old one has become long."""
ONE_IN = 10
"""Of so many programs one meets slow functions, too."""


def recorded(seed: str, recorder: Any, *, slow: bool) -> Mapping[str, Any]:
    """A program and its runs in plain data; tried twice before NotRecorded is raised."""
    made = program(seed)
    for last in (False, True):
        try:
            runs = recorder.record(made.files, made.entry, flag=made.flag, sites=made.sites, slow=slow)
            break
        except NotRecorded:
            if last:
                raise
    return {"seed": seed, "files": made.files, "entry": made.entry, "plan": made.plan, "runs": runs}


def record(folder: Path, seeds: range, prefix: str, lanes: int, end: float) -> None:
    """Records programs until a time of `time.monotonic`; those that the folder holds are not recorded again."""
    folder.mkdir(parents=True, exist_ok=True)
    processes = [
        multiprocessing.get_context("spawn").Process(
            target=_lane, args=(folder / f"lane{n}.jsonl", seeds[n::lanes], prefix, end)
        )
        for n in range(lanes)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


def _lane(path: Path, seeds: range, prefix: str, end: float) -> None:
    done = path.read_text("utf-8").count("\n") if path.exists() else 0
    left = list(seeds[done:])
    with path.open("a", encoding="utf-8") as file:
        while left and time.monotonic() < end:
            batch, left = left[:PROGRAMS_A_SERVICE], left[PROGRAMS_A_SERVICE:]
            with open_recorder() as recorder:
                for number in batch:
                    if time.monotonic() > end:
                        return
                    seed = f"{prefix}{number}"
                    try:
                        told = recorded(seed, recorder, slow=number % ONE_IN == 0)
                    except NotRecorded as why:
                        told = {"seed": seed, "why": str(why)[-500:]}
                    file.write(json.dumps(told, separators=(",", ":")) + "\n")
                    file.flush()
