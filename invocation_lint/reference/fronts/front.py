"""What all fronts share: a port, a function behind it, and the wait for its answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from invocation_lint.reference.service.clock import Clock
from invocation_lint.reference.service.errors import Refusal
from invocation_lint.reference.service.http import Exchange, Listener
from invocation_lint.reference.service.invoker import Outcome
from invocation_lint.reference.service.records import FrontRecord, Records
from invocation_lint.reference.service.workers.runtime_api import Chunk


@dataclass(frozen=True)
class Answer:
    """What a front sends to its client."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    chunks: Iterator[bytes] | None = None
    """The body as it comes, in place of `body`; it raises CutOff when there will be no more of it."""


class CutOff(Exception):
    """A response that has begun will not be completed."""


@dataclass(frozen=True)
class FrontRequest:
    """One HTTP request as it came: header names keep their letters, the target keeps its escapes."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    client: str

    def header(self, name: str) -> str | None:
        """The last value of a header, whatever its letters."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return values[-1] if values else None


class Call(Protocol):
    """Runs a function; raises Refusal as the Invoke API would answer."""

    def __call__(
        self,
        name: str,
        payload: bytes,
        origin: str,
        request_id: str,
        trace_header: str | None,
        stream: Callable[[Chunk], None] | None = None,
    ) -> Outcome:
        """Run the function `name` and wait; `stream` takes what it responds meanwhile."""


class Invoke(Protocol):
    """Runs functions, and queues events for them."""

    @property
    def call(self) -> Call:
        """Runs a function and waits."""

    def send(self, name: str, payload: bytes, origin: str, trace_header: str | None = None) -> str:
        """Queue an event; its request id. Raises Refusal as the Invoke API would answer."""


@dataclass(frozen=True)
class Behind:
    """How a front reaches functions: `invoke` runs one and waits, or queues an event for it."""

    invoke: Invoke
    records: Records
    clock: Clock
    account: str
    region: str

    @property
    def call(self) -> Call:
        """Runs a function and waits."""
        return self.invoke.call


def outcome_within(behind: Behind, seconds: float | None, run: Callable[[], Outcome]) -> Outcome | Refusal | None:
    """What `run` gave within `seconds` of the service (None: however long it takes); None when it was too slow.

    The function runs on after that: nobody tells it that its caller has gone.
    """
    results: list[Outcome | Refusal] = []

    def work() -> None:
        try:
            results.append(run())
        except Refusal as refusal:
            results.append(refusal)

    thread = threading.Thread(target=work, name="front", daemon=True)
    thread.start()
    thread.join(None if seconds is None else behind.clock.wall_seconds(seconds))
    return results[0] if results else None


class Front:
    """Listens for a front and writes its requests down. `answer(request, request id)` gives function and answer."""

    def __init__(
        self, kind: str, behind: Behind, answer: Callable[[FrontRequest, FrontRecord], Answer], port: int = 0
    ) -> None:
        self._kind = kind
        self._behind = behind
        self._answer = answer
        self._listener = Listener(self._serve, port, name=kind)

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return self._listener.url

    def close(self) -> None:
        """Stop listening."""
        self._listener.close()

    def _serve(self, exchange: Exchange) -> None:
        request = FrontRequest(
            exchange.command,
            exchange.path,
            tuple(exchange.headers.items()),
            exchange.read_body(),
            str(exchange.client_address[0]),
        )
        clock = self._behind.clock
        record = FrontRecord(clock.time(), self._kind, request.method, request.target, request.body)
        self._behind.records.open_front(record)
        answer = self._answer(request, record)
        if answer.chunks is not None:
            self._send_chunks(exchange, answer, answer.chunks, record)
            return
        record.status, record.response, record.ended = answer.status, answer.body, clock.time()
        exchange.answer(answer.status, answer.headers, answer.body)

    def _send_chunks(self, exchange: Exchange, answer: Answer, chunks: Iterator[bytes], record: FrontRecord) -> None:
        """Send a body as it comes. Of one that is cut off, the client gets no last chunk."""
        exchange.begin_chunks(answer.status, answer.headers)
        record.status, record.response = answer.status, b""
        try:
            for data in chunks:
                record.response += data
                exchange.send_chunk(data)
            record.ended = self._behind.clock.time()
            exchange.end_chunks()
        except CutOff as cut:
            record.note, record.ended = str(cut), self._behind.clock.time()
            exchange.hang_up()


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The values of each name, in order; names that differ in letters only are one, spelt as the first."""
    groups: dict[str, list[str]] = {}
    spelling: dict[str, str] = {}
    for name, value in pairs:
        groups.setdefault(spelling.setdefault(name.lower(), name), []).append(value)
    return groups
