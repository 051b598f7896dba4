"""The Runtime API of one sandbox: what awslambdaric asks, and what it reports.

The interface is AWS's: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html (2018-06-01).
"""

from __future__ import annotations

import queue
from collections.abc import Mapping
from dataclasses import dataclass, field

from invocation_lint.reference.service.http import LOOPBACK, Exchange, Listener

_PREFIX = "/2018-06-01/runtime/"


@dataclass(frozen=True)
class Signal:
    """One thing that happened: next | response | error | init_error | exit (then `status` is the exit status)."""

    kind: str
    request_id: str = ""
    body: bytes = b""
    status: int = 0


@dataclass(frozen=True)
class RuntimeEvent:
    """What the runtime gets for `next`. `deadline` is in seconds since the epoch, on the service's clock."""

    request_id: str
    body: bytes
    deadline: float
    function_arn: str
    trace_id: str
    client_context: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)

    def headers(self) -> list[tuple[str, str]]:
        """The headers of the answer to `next`."""
        headers = [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", self.request_id),
            ("Lambda-Runtime-Deadline-Ms", str(int(self.deadline * 1000))),
            ("Lambda-Runtime-Invoked-Function-Arn", self.function_arn),
            ("Lambda-Runtime-Trace-Id", self.trace_id),
        ]
        if self.client_context is not None:
            headers.append(("Lambda-Runtime-Client-Context", self.client_context))
        return headers + list(self.extra.items())


class RuntimeApi:
    """Serves one worker process at a time; everything it reports goes to `signals`, in order."""

    def __init__(self) -> None:
        self.signals: queue.SimpleQueue[Signal] = queue.SimpleQueue()
        self._events: queue.SimpleQueue[RuntimeEvent | None] = queue.SimpleQueue()
        self._listener = Listener(self._serve, name="runtime-api")

    @property
    def address(self) -> str:
        """What AWS_LAMBDA_RUNTIME_API holds."""
        return f"{LOOPBACK}:{self._listener.port}"

    def offer(self, event: RuntimeEvent) -> None:
        """Give `event` to the worker that waits in `next`."""
        self._events.put(event)

    def close(self) -> None:
        """Let go of a worker that waits, and stop listening."""
        self._events.put(None)
        self._listener.close()

    def _serve(self, exchange: Exchange) -> None:
        body = exchange.read_body()
        path = exchange.path.removeprefix(_PREFIX)
        if path == "invocation/next":
            self.signals.put(Signal("next"))
            event = self._events.get()
            if event is None:
                exchange.hang_up()
                return
            exchange.answer(200, event.headers(), event.body)
            return
        if path == "init/error":
            signal = Signal("init_error", body=body)
        else:
            _, request_id, kind = (*path.split("/"), "", "")[:3]
            if kind not in ("response", "error"):
                exchange.answer(404, [("Content-Type", "application/json")], b"{}")
                return
            signal = Signal(kind, request_id, body)
        self.signals.put(signal)
        exchange.answer(202, [("Content-Type", "application/json")], b'{"status": "OK"}\n')
