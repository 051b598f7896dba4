"""Hands one batch of a mapping to its function, and writes down what came of it. Those of pipes are written down here,
too (`pipes/carrying.py`)."""

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
    """One batch that was handed to a function, or through a pipe (whose ARN `mapping` is then; `function` its target).

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


class Runs(Protocol):
    """Hands batches over: to the function of a mapping, or through a pipe."""

    def run(
        self, mapping: SourceMapping, items: Sequence[Item], *, attempt: int = 1, trace_header: str | None = None
    ) -> BatchRecord:
        """Hand `items` over and wait for the end; which of them failed."""


class BatchLog:
    """The records of all batches."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._records: list[BatchRecord] = []

    def all(self, function: str | None = None) -> tuple[BatchRecord, ...]:
        """All batches in the order of their start, or those of the function with that plain name."""
        with self._lock:
            return tuple(each for each in self._records if function is None or each.function == function)

    def opened(self, mapping: SourceMapping, items: Sequence[Item], attempt: int) -> BatchRecord:
        """A batch that is handed over now."""
        identifiers = tuple(item.identifier for item in items)
        name, request_id = mapping.function, str(uuid.uuid4())
        record = BatchRecord(mapping.id, mapping.source, name, request_id, identifiers, attempt, self._clock.time())
        with self._lock:
            self._records.append(record)
        return record

    def ended(self, record: BatchRecord, mapping: SourceMapping, failed: tuple[str, ...]) -> BatchRecord:
        """A batch of which these have failed; of a stream the first and all after it."""
        if failed and mapping.kind != QUEUE:
            failed = record.items[record.items.index(failed[0]) :]
        outcome = "success" if not failed else "partial" if len(failed) < len(record.items) else "failed"
        return self._close(record, outcome, failed)

    def failed(self, record: BatchRecord, function_error: str | None, error: str | None = None) -> BatchRecord:
        """A batch that has failed as a whole."""
        record.function_error = function_error
        return self._close(record, "failed", record.items, error)

    def refused(self, record: BatchRecord, error: str) -> BatchRecord:
        """A batch whose function did not run."""
        return self._close(record, "refused", record.items, error)

    def _close(
        self, record: BatchRecord, outcome: str, failed: tuple[str, ...], error: str | None = None
    ) -> BatchRecord:
        record.failed = failed
        record.error = error
        record.ended = self._clock.time()
        record.outcome = outcome
        return record


class Batches:
    """Runs the batches of mappings."""

    def __init__(self, call: Call, log: BatchLog) -> None:
        self._call = call
        self._log = log

    def run(
        self, mapping: SourceMapping, items: Sequence[Item], *, attempt: int = 1, trace_header: str | None = None
    ) -> BatchRecord:
        """Invoke the function of `mapping` with `items` and wait for its end; which of them failed."""
        record = self._log.opened(mapping, items, attempt)
        payload = json.dumps({"Records": [item.record for item in items]}).encode()
        try:
            outcome = self._call(mapping.function_arn, payload, mapping.kind, record.request_id, trace_header)
        except Refusal as refusal:
            return self._log.refused(record, refusal.code)
        record.version = outcome.execution.version
        if outcome.function_error is not None:
            return self._log.failed(record, outcome.function_error)
        failed = failed_items(outcome.body, record.items) if mapping.reports_failures else ()
        return self._log.ended(record, mapping, failed)
