"""Hands one batch of a mapping to its function, and writes down what came of it."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from invocation_lint.reference.service.clock import Clock
from invocation_lint.reference.service.errors import Refusal
from invocation_lint.reference.service.invoker import Outcome
from invocation_lint.reference.service.registry import split_name
from invocation_lint.reference.sources.answers import failed_items
from invocation_lint.reference.sources.mapping import QUEUE, SourceMapping


class Call(Protocol):
    """Runs a function synchronously; raises Refusal as the Invoke API would answer."""

    def __call__(self, name: str, payload: bytes, origin: str, request_id: str, trace_header: str | None) -> Outcome:
        """Run the function `name` and wait for its end."""


@dataclass(frozen=True)
class Item:
    """One record of a batch: how a partial batch response names it, and what the function gets."""

    identifier: str
    record: dict[str, Any]


@dataclass
class BatchRecord:
    """One batch that was handed to a function.

    `outcome`: running | success | partial | failed | refused (the function did not run; `error` says why). `items` and
    `failed` are identifiers; of a stream the first failed record and all after it have failed. `attempt` counts, from
    1, how often this very batch of a stream was tried; for a queue it is 1. `function_error` is None when the failures
    were reported. Times are service seconds.
    """

    mapping: str
    source: str
    function: str
    request_id: str
    items: tuple[str, ...]
    attempt: int
    started: float
    outcome: str = "running"
    failed: tuple[str, ...] = ()
    function_error: str | None = None
    error: str | None = None
    version: str = ""
    ended: float | None = None


class Batches:
    """Runs batches, and keeps the record of each."""

    def __init__(self, call: Call, clock: Clock) -> None:
        self._call = call
        self._clock = clock
        self._lock = threading.Lock()
        self._records: list[BatchRecord] = []

    def all(self, function: str | None = None) -> tuple[BatchRecord, ...]:
        """All batches in the order of their start, or those of the function with that plain name."""
        with self._lock:
            return tuple(each for each in self._records if function is None or each.function == function)

    def run(
        self, mapping: SourceMapping, items: Sequence[Item], *, attempt: int = 1, trace_header: str | None = None
    ) -> BatchRecord:
        """Invoke the function of `mapping` with `items` and wait for its end; which of them failed."""
        identifiers = tuple(item.identifier for item in items)
        name = split_name(mapping.function_arn)[0]
        record = BatchRecord(
            mapping.id, mapping.source, name, str(uuid.uuid4()), identifiers, attempt, self._clock.time()
        )
        with self._lock:
            self._records.append(record)
        payload = json.dumps({"Records": [item.record for item in items]}).encode()
        try:
            outcome = self._call(mapping.function_arn, payload, mapping.kind, record.request_id, trace_header)
        except Refusal as refusal:
            self._end(record, "refused", identifiers, error=refusal.code)
            return record
        record.version = outcome.execution.version
        if outcome.function_error is not None:
            record.function_error = outcome.function_error
            self._end(record, "failed", identifiers)
            return record
        failed = failed_items(outcome.body, identifiers) if mapping.reports_failures else ()
        if failed and mapping.kind != QUEUE:
            failed = identifiers[identifiers.index(failed[0]) :]
        self._end(record, "success" if not failed else "partial" if len(failed) < len(items) else "failed", failed)
        return record

    def _end(self, record: BatchRecord, outcome: str, failed: tuple[str, ...], error: str | None = None) -> None:
        record.failed = failed
        record.error = error
        record.ended = self._clock.time()
        record.outcome = outcome
