"""What all fronts share: a port, a function behind it, and the wait for its answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from invocation_lint.reference.service.clock import Clock
from invocation_lint.reference.service.errors import Refusal
from invocation_lint.reference.service.http import Exchange, Listener
from invocation_lint.reference.service.invoker import Outcome
from invocation_lint.reference.service.records import FrontRecord, Records


@dataclass(frozen=True)
class Answer:
    """What a front sends to its client."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


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


@dataclass(frozen=True)
class Behind:
    """How a front reaches functions: `call(function, event, origin, request id, trace header)` runs one and waits.

    It raises Refusal as the Invoke API would answer.
    """

    call: Callable[[str, bytes, str, str, str | None], Outcome]
    records: Records
    clock: Clock
    account: str
    region: str


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
        record.status, record.response, record.ended = answer.status, answer.body, clock.time()
        exchange.answer(answer.status, answer.headers, answer.body)


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The values of each name, in order; names that differ in letters only are one, spelt as the first."""
    groups: dict[str, list[str]] = {}
    spelling: dict[str, str] = {}
    for name, value in pairs:
        groups.setdefault(spelling.setdefault(name.lower(), name), []).append(value)
    return groups
