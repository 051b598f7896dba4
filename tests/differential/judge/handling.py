"""Checks of handlers of a queue: which records are read, and what becomes of one that fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.differential.judge.checks import AGAINST, HOLDS, UNKNOWN, Said, is_unknown
from tests.differential.judge.seen import Record, Run

RECORDS = 3


def handled(record: Record, fact: Mapping[str, Any]) -> Iterator[Said]:
    """What a fact about a handler states, against the runs of it."""
    data = fact["data"]
    healthy = [run for run in record.runs if run["fault"] == "ok" and not run["escaped"] and not _failed(run)]
    healthy = [run for run in healthy if run["calls"]]
    if "entry:records" not in record.plan or "records:breaks" in record.plan or not healthy:
        return
    read = data["records_read"]
    counts = {len(run["calls"]) for run in healthy}
    if is_unknown(read):
        yield Said("records read", UNKNOWN)
    elif read == "first" or data["loop_left"] == "yes":
        yield Said("records read", HOLDS) if counts == {1} else Said("records read", AGAINST, f"{counts} are read")
    elif read == "all" and data["loop_left"] == "no":
        yield (
            Said("records read", HOLDS) if counts == {RECORDS} else Said("records read", AGAINST, f"{counts} are read")
        )
    if "records:returns" in record.plan:
        return  # it ends before anything is told of a record
    stated = data["item_failure"]
    failing = [run for run in record.runs if run["fault"] == "throttled" and _failed(run)]
    if stated is None or not failing:
        return
    if is_unknown(stated):
        yield Said("record's failure", UNKNOWN)
        return
    wrong = [_fate(run) for run in failing if not _fits(stated, run)]
    yield Said("record's failure", AGAINST, f"{stated}, seen {wrong[0]}") if wrong else Said("record's failure", HOLDS)


def _failed(run: Run) -> bool:
    return any(call["error"] for call in run["calls"])


def _fate(run: Run) -> str:
    if run["escaped"]:
        return "escapes"
    return "reported" if "itemIdentifier" in (run["returned"] or "") else "stays"


def _fits(stated: str, run: Run) -> bool:
    return _fate(run) == {"escapes": "escapes", "reported": "reported"}.get(stated, "stays")
