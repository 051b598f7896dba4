"""A response of a function that a front sends on while the function runs.

A response of the type `application/vnd.awslambda.http-integration-response` begins with status, headers and cookies as
JSON, and eight zero bytes; any other is the body.
https://docs.aws.amazon.com/lambda/latest/dg/config-rs-invoke-furls.html
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterator

from invocation_lint.reference.fronts.front import Answer, CutOff
from invocation_lint.reference.fronts.rest_response import Malformed, status_of
from invocation_lint.reference.service.errors import Refusal
from invocation_lint.reference.service.invoker import Outcome
from invocation_lint.reference.service.workers.runtime_api import Chunk

_WITH_HEAD = "application/vnd.awslambda.http-integration-response"
_END_OF_HEAD = b"\0" * 8

Run = Callable[[Callable[[Chunk], None]], Outcome]


class Streamed:
    """One run of a function, whose chunks are taken as they come. `run(sink)` runs it and waits."""

    def __init__(self, run: Run) -> None:
        self._items: queue.SimpleQueue[Chunk | Outcome | Refusal] = queue.SimpleQueue()

        def work() -> None:
            try:
                self._items.put(run(self._items.put))
            except Refusal as refusal:
                self._items.put(refusal)

        threading.Thread(target=work, name="front", daemon=True).start()

    def answer(self) -> Answer | Outcome | Refusal:
        """The answer, of which the body is still to come; what came of the run if there was no chunk. Raises Malformed.

        It is given as soon as the function has sent enough to know status and headers.
        """
        first = self._items.get()
        if not isinstance(first, Chunk):
            return first
        if first.content_type.partition(";")[0].strip().lower() != _WITH_HEAD:
            return Answer(200, (("Content-Type", first.content_type),), chunks=self._rest(first.data))
        data = first.data
        while _END_OF_HEAD not in data:
            more = self._items.get()
            if not isinstance(more, Chunk):
                raise Malformed("the response ended before its status and headers did")
            data += more.data
        head, _, begun = data.partition(_END_OF_HEAD)
        status, headers = _read_head(head)
        return Answer(status, headers, chunks=self._rest(begun))

    def _rest(self, begun: bytes) -> Iterator[bytes]:
        """What has begun, and the rest of it; CutOff when the function fails before its end.

        What a client of a URL sees of that is not documented: here the body ends without its last chunk.
        """
        yield begun
        while isinstance(item := self._items.get(), Chunk):
            yield item.data
        if isinstance(item, Refusal) or item.function_error is not None:
            raise CutOff("the function failed when its response had begun")


def _read_head(head: bytes) -> tuple[int, tuple[tuple[str, str], ...]]:
    try:
        told = json.loads(head)
    except ValueError:
        raise Malformed("what the response begins with is not JSON") from None
    if not isinstance(told, dict):
        raise Malformed("what the response begins with is no object")
    headers = [(str(name), str(value)) for name, value in (told.get("headers") or {}).items()]
    headers += [("Set-Cookie", str(each)) for each in told.get("cookies") or ()]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.insert(0, ("Content-Type", "application/octet-stream"))
    return status_of(told.get("statusCode", 200)), tuple(headers)
