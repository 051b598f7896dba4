"""One file of the cache: a line that says what it is, and parts of JSON, each with its size and its checksum.

JSON, so that nothing a file holds can be run. Checksums tell a file that was damaged; who wrote it is the folder's
care.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import Any

from invocation_lint.cache.folder import Unusable

FORM = "invocation-lint cache 1"


def packed(owner: str, parts: Sequence[Any]) -> bytes:
    """The bytes of a file; `owner` says what it was made for, and must be asked for when it is read."""
    bodies = [json.dumps(part, separators=(",", ":")).encode("ascii") for part in parts]
    head = [FORM, owner, *([len(body), zlib.crc32(body)] for body in bodies)]
    return json.dumps(head).encode("ascii") + b"\n" + b"".join(bodies)


class Stored:
    """The parts of a file, each decoded when it is asked for. Raises Unusable for bytes that are damaged."""

    def __init__(self, data: bytes, owner: str) -> None:
        line, _, self._rest = data.partition(b"\n")
        try:
            form, made_for, *self._sizes = json.loads(line)
            fits = form == FORM and made_for == owner and sum(size for size, _ in self._sizes) == len(self._rest)
        except (ValueError, TypeError, RecursionError):
            fits = False
        if not fits:
            raise Unusable("a file of it is damaged")

    def part(self, number: int) -> Any:
        """One of the parts, counted from 0."""
        start = sum(size for size, _ in self._sizes[:number])
        size, checksum = self._sizes[number]
        body = self._rest[start : start + size]
        if zlib.crc32(body) != checksum:
            raise Unusable("a file of it is damaged")
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise Unusable("a file of it is damaged") from None
