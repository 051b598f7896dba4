"""Recorded programs on disk: a line of JSON each, compressed."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.differential.judge.seen import Record

COMMITTED = Path(__file__).with_name("recorded.jsonl.xz")


def read(path: Path = COMMITTED) -> Iterator[Record]:
    """The programs of a file."""
    with lzma.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield record_of(json.loads(line))


def record_of(told: Mapping[str, Any]) -> Record:
    """A record from plain data, without the runs in which a busy machine was slower than a client's patience."""
    runs = [
        run
        for run in told["runs"]
        if run["fault"] == "slow" or not any("Timeout" in (call["error"] or "") for call in run["calls"])
    ]
    return Record(told["seed"], told["files"], told["entry"], told["plan"], runs)


def write(path: Path, records: Iterable[Record]) -> int:
    """Writes programs; how many they were."""
    written = 0
    with lzma.open(path, "wt", preset=9, encoding="utf-8", newline="\n") as file:
        for one in records:
            plain = {"seed": one.seed, "files": one.files, "entry": one.entry, "plan": one.plan, "runs": one.runs}
            file.write(json.dumps(plain, separators=(",", ":")) + "\n")
            written += 1
    return written
