"""The Runtime API of one sandbox: what awslambdaric asks, and what it reports.

The interface is AWS's: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html (2018-06-01).
"""

from __future__ import annotations

import base64
import queue
from collections.abc import Mapping
from dataclasses import dataclass, field

from invocation_lint.reference.service.http import LOOPBACK, Exchange, Listener

_PREFIX = "/2018-06-01/runtime/"
_ERROR_TYPE, _ERROR_BODY = "lambda-runtime-function-error-type", "lambda-runtime-function-error-body"
_DRAIN_WALL_SECONDS = 1.0  # its children may hold its connections
_JSON = (("Content-Type", "application/json"),)
_TAKEN = b'{"status": "OK"}\n'


@dataclass(frozen=True)
class Signal:
    """One thing that happened: next | chunk | response | error | init_error | exit (then `status` is the exit status).

    A response that is streamed comes as chunks, of which each has the `content_type` of the whole, and then as a
    response without a body, or as an error.
    """

    kind: str
    request_id: str = ""
    body: bytes = b""
    status: int = 0
    content_type: str = ""
    error_type: str | None = None


@dataclass(frozen=True)
class Chunk:
    """A part of a response that comes while the function runs, and the content type of that response."""

    data: bytes
    content_type: str


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
        self._waits = False
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

    def report_exit(self, status: int) -> None:
        """The worker is gone: report it, after what it has sent before."""
        if not self._waits:
            self._listener.drain(_DRAIN_WALL_SECONDS)
        self.signals.put(Signal("exit", status=status))

    def _serve(self, exchange: Exchange) -> None:
        path = exchange.path.removeprefix(_PREFIX)
        if exchange.headers.get("Lambda-Runtime-Function-Response-Mode", "").lower() == "streaming":
            self._take_stream(exchange, path.split("/")[1])
            return
        body = exchange.read_body()
        if path == "invocation/next":
            self._waits = True
            self.signals.put(Signal("next"))
            event = self._events.get()
            self._waits = False
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
                exchange.answer(404, _JSON, b"{}")
                return
            signal = Signal(kind, request_id, body)
        self.signals.put(signal)
        exchange.answer(202, _JSON, _TAKEN)

    def _take_stream(self, exchange: Exchange, request_id: str) -> None:
        """Report a response chunk by chunk; its trailers tell that the function failed in the middle of it.

        https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html (response streaming)
        """
        content_type = exchange.headers.get("Content-Type", "application/octet-stream")
        for data in exchange.read_chunks():
            self.signals.put(Signal("chunk", request_id, data, content_type=content_type))
        signal = Signal("response", request_id)
        if (error_type := exchange.trailers.get(_ERROR_TYPE)) is not None:
            told = base64.b64decode(exchange.trailers.get(_ERROR_BODY, ""))
            signal = Signal("error", request_id, told, error_type=error_type)
        self.signals.put(signal)
        exchange.answer(202, _JSON, _TAKEN)
