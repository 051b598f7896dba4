"""The answer of InvokeWithResponseStream: what the function responds, sent as it comes, and how it ended."""

from __future__ import annotations

import base64
import json

from invocation_lint.reference.service.api import event_stream
from invocation_lint.reference.service.http import Exchange
from invocation_lint.reference.service.invoker import Outcome
from invocation_lint.reference.service.workers.runtime_api import Chunk

_BYTES = "application/octet-stream"
_LARGEST = 65536


class StreamReply:
    """Events of chunks, and `InvokeComplete`, where alone a failure shows: also one in the middle of a response.

    awslambdaric gives its response in one piece, so such an answer begins when the function has ended. `headers` are
    set before the function runs.
    """

    def __init__(self, exchange: Exchange, request_id: str) -> None:
        self._exchange = exchange
        self._request_id = request_id
        self._content_type = _BYTES
        self.headers: list[tuple[str, str]] = []
        self.is_open = False
        self.sent = b""

    def all_headers(self) -> list[tuple[str, str]]:
        """The headers of the answer."""
        return [
            ("x-amzn-RequestId", self._request_id),
            *self.headers,
            ("Content-Type", event_stream.CONTENT_TYPE),
            ("X-Amzn-Remapped-Content-Type", self._content_type),
        ]

    def take(self, chunk: Chunk) -> None:
        """Send a chunk of the response now."""
        if not self.is_open:
            self._content_type = chunk.content_type
            self._exchange.begin_chunks(200, self.all_headers())
            self.is_open = True
        self._send(event_stream.event("PayloadChunk", chunk.data, _BYTES))

    def end(self, outcome: Outcome, *, tail: bool) -> bytes:
        """What is left to send: the response, if it did not come in chunks, and how the function ended."""
        complete: dict[str, str] = {}
        chunks: list[bytes] = []
        if outcome.function_error is not None:
            error_type = outcome.execution.error_type or "Unhandled"
            complete = {"ErrorCode": error_type, "ErrorDetails": outcome.body.decode(errors="replace")}
        elif not self.is_open:
            chunks = [outcome.body[start : start + _LARGEST] for start in range(0, len(outcome.body), _LARGEST)]
        if tail:
            complete["LogResult"] = base64.b64encode(outcome.log_tail).decode()
        events = [event_stream.event("PayloadChunk", chunk, _BYTES) for chunk in chunks]
        last = event_stream.event("InvokeComplete", json.dumps(complete).encode(), "application/json")
        return b"".join([*events, last])

    def finish(self, rest: bytes) -> None:
        """Send `rest`, and end the answer."""
        self._send(rest)
        self._exchange.end_chunks()

    def _send(self, data: bytes) -> None:
        self.sent += data
        self._exchange.send_chunk(data)
