"""What the service writes down: requests on the wire, runs of handlers, deliveries, events that wait."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

_Record = TypeVar("_Record", "RequestRecord", "Execution", "Delivery", "QueuedEvent", "FrontRecord")


@dataclass
class RequestRecord:
    """One attempt that arrived at the Invoke API, refused ones as well.

    `payload` and `response` are the bytes on the wire; `headers` has lower-case keys. `sdk_invocation_id` is the
    same for all attempts of one SDK call, `attempt` counts them from 1 (both from botocore's own headers). `peer` is
    the other end of its connection, the same for all requests that come over that.
    `status` is None while the request runs and when the connection was dropped; `ended` (service seconds) then too.
    """

    sequence: int
    time: float
    operation: str
    function: str
    qualifier: str | None
    invocation_type: str
    headers: Mapping[str, str]
    payload: bytes
    sdk_invocation_id: str | None
    attempt: int
    request_id: str
    status: int | None = None
    error: str | None = None
    function_error: str | None = None
    response: bytes = b""
    ended: float | None = None
    peer: str = ""


@dataclass
class Execution:
    """One run of a handler.

    `attempt` is 1 for a request and 1 to 3 for an event. `origin`: request | event | rest | http | url, or what moved
    the event there: sqs | dynamodb | kinesis | pipes (synchronous), sns | s3 | events | schedule (asynchronous).
    `outcome`: running | success | error | init_error | timeout | exit | killed | response_too_large. Times are
    service seconds.
    """

    function: str
    version: str
    request_id: str
    attempt: int
    origin: str
    payload: bytes
    started: float
    sandbox: str = ""
    cold: bool = False
    ended: float | None = None
    outcome: str = "running"
    error_type: str | None = None
    response: bytes = b""
    log: str = ""


@dataclass(frozen=True)
class Delivery:
    """One record sent to a destination or a dead-letter target; `error` says why it could not be sent.

    `kind`: on_success | on_failure | dead_letter. `record` is what was sent (a dead letter: the event itself).
    """

    time: float
    kind: str
    function: str
    request_id: str
    target: str
    record: Any
    attributes: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None


@dataclass
class FrontRecord:
    """One request at an HTTP front.

    `kind`: rest | http | url. `status` is None while it waits; `note` says why it failed.
    """

    time: float
    kind: str
    method: str
    target: str
    payload: bytes
    function: str = ""
    request_id: str = ""
    status: int | None = None
    response: bytes = b""
    ended: float | None = None
    note: str = ""


@dataclass(frozen=True)
class QueuedEvent:
    """One event that waits for its next attempt; `due` is in service seconds."""

    function: str
    request_id: str
    attempt: int
    due: float


class Records:
    """The log of a service; safe to use from several threads. Tuples that it hands out are copies."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sequence = 0
        self._requests: list[RequestRecord] = []
        self._executions: list[Execution] = []
        self._deliveries: list[Delivery] = []
        self._fronts: list[FrontRecord] = []

    def open_request(self, make: Callable[[int], RequestRecord]) -> RequestRecord:
        """Number a request (from 1), keep what `make(number)` gives, and hand it back."""
        with self._lock:
            self._sequence += 1
            record = make(self._sequence)
            self._requests.append(record)
            return record

    def open_execution(self, execution: Execution) -> Execution:
        """Keep a run that begins."""
        with self._lock:
            self._executions.append(execution)
            return execution

    def add_delivery(self, delivery: Delivery) -> None:
        """Keep a delivery."""
        with self._lock:
            self._deliveries.append(delivery)

    def open_front(self, record: FrontRecord) -> None:
        """Keep a request at a front."""
        with self._lock:
            self._fronts.append(record)

    def front_requests(self, function: str | None = None) -> tuple[FrontRecord, ...]:
        """All requests at fronts in the order of their arrival, or those for `function`."""
        return self._select(self._fronts, function)

    def requests(self, function: str | None = None) -> tuple[RequestRecord, ...]:
        """All requests in the order of their arrival, or those for `function`."""
        return self._select(self._requests, function)

    def executions(self, function: str | None = None) -> tuple[Execution, ...]:
        """All runs in the order of their start, or those of `function`."""
        return self._select(self._executions, function)

    def deliveries(self, function: str | None = None) -> tuple[Delivery, ...]:
        """All deliveries, or those for `function`."""
        return self._select(self._deliveries, function)

    def _select(self, records: Iterable[_Record], function: str | None) -> tuple[_Record, ...]:
        with self._lock:
            return tuple(record for record in records if function is None or record.function == function)


def to_json(record: RequestRecord | Execution | Delivery | QueuedEvent | FrontRecord) -> dict[str, Any]:
    """A record as plain data; bytes become `{"base64": text}`."""
    return {key: _plain(value) for key, value in asdict(record).items()}


def from_json(kind: type[_Record], data: Mapping[str, Any]) -> _Record:
    """The record of `kind` that `to_json` gave as `data`."""
    return kind(**{each.name: _restored(data[each.name]) for each in fields(kind)})


def _plain(value: Any) -> Any:
    return {"base64": base64.b64encode(value).decode("ascii")} if isinstance(value, bytes) else value


def _restored(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"base64"}:
        return base64.b64decode(value["base64"])
    return value
