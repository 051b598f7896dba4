"""The batch operations of AWS, which succeed though single entries failed, read from `batch_operations.json`."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from invocation_lint.records import record

PATH = Path(__file__).with_suffix(".json")


@record
class BatchOperation:
    """One operation. `entries` is the parameter that holds the entries, `limit` how many one call takes; `kind` is
    send, read or manage; `counts` and `lists` are the keys of the answer that tell how many entries failed, and which;
    `each` the keys that hold a result an entry, with an ErrorCode in those that failed."""

    service: str
    name: str
    entries: str
    limit: int
    kind: str
    counts: frozenset[str]
    lists: frozenset[str]
    each: frozenset[str]

    @property
    def failures(self) -> frozenset[str]:
        """The keys that tell of failures."""
        return self.counts | self.lists


@lru_cache(maxsize=1)
def batch_operations() -> dict[str, BatchOperation]:
    """The operations, by the name of the method of boto3's client or resource."""
    found = json.loads(PATH.read_text(encoding="utf-8"))["operations"]
    return {
        one["name"]: BatchOperation(
            one["service"],
            one["name"],
            one["entries"],
            one["limit"],
            one["kind"],
            frozenset(one["counts"]),
            frozenset(one["lists"]),
            frozenset(one["each"]),
        )
        for one in found
    }


__all__ = ["PATH", "BatchOperation", "batch_operations"]
