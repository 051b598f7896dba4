"""Calls that may read a page of AWS's answers, found in a text or its bytes before anything is parsed.

All that a tree could show is found, and more: whoever asks looks at the tree then. A call can be one only if its
arguments are named, and if a key of its answer is read behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, AnyStr, NamedTuple

from invocation_lint.data.list_operations import is_list_operation, list_operations, services

_GAP = r"(?:\s|\\\r?\n|#[^\n]*\n)*"
_OPENED = rf"(?:[\s)]|\\\r?\n|#[^\n]*\n)*\({_GAP}"
_CALL = (
    rf"\.{_GAP}((?:list|describe|get|lookup|filter|search)_\w+|scan|query){_OPENED}"
    rf"(?:\)|\*\*|[^\W\d]\w*{_GAP}=(?!=)|[^\x00-\x7f])"
)
_TEXT = r"[a-zA-Z]{0,2}[\"']{1,3}(%s)[\"']"
_BEFORE_KEY = rf"[\[(=]{_GAP}[a-zA-Z]{{0,2}}[\"']{{1,3}}\Z"
_MOST_BEFORE = 500
"""So many characters may stand between the bracket and the key: a comment of a few lines."""
_CLIENT = (
    rf"\b(?:Table\b|\w*(?i:client|resource|boto)\w*{_OPENED}"
    rf"(?:service_name{_GAP}={_GAP})?(?:[(\s]|\\\r?\n|#[^\n]*\n)*{_TEXT % '[a-z0-9-]+'})"
)


class ListCall(NamedTuple):
    """A call of an operation of that name, whose own name starts at an offset."""

    name: str
    start: int


def list_calls(text: AnyStr) -> Iterator[ListCall]:
    """The calls in a text that may read a page, in order."""
    for found in _calls(isinstance(text, bytes)).finditer(text):
        called = found[1]
        name = called.decode() if isinstance(called, bytes) else called
        if is_list_operation(name):
            yield ListCall(name, found.start(1))


def reads_entries(text: AnyStr, name: str, start: int, end: int) -> bool:
    """Whether a stretch of the text may read the entries of an answer of the operation, by one of its keys."""
    return any(all(_read(key, text, start, end) for key in way) for way in _ways(name))


def clients_made(text: str) -> list[int]:
    """The offsets, in order, of what may make a client or resource of a service, or a table."""
    known = services()
    return [
        found.start() for found in _compiled(_CLIENT, False).finditer(text) if found[1] is None or found[1] in known
    ]


def _calls(is_bytes: bool) -> re.Pattern[Any]:
    return _compiled(_CALL, is_bytes)


@lru_cache(maxsize=1024)
def _ways(name: str) -> tuple[frozenset[str], ...]:
    """For each way to the entries all keys that are read on it: `DistributionList`, then `Items`."""
    ways = {key for operation in list_operations(name) for key in operation.keys}
    return tuple(frozenset({key.partition(".")[0], key.rpartition(".")[2]}) for key in ways)


def _read(key: str, text: AnyStr, start: int, end: int) -> bool:
    """Whether the key is read there. Its own letters are looked for first: that takes a tenth of the time."""
    is_bytes = isinstance(text, bytes)
    before = _compiled(_BEFORE_KEY, is_bytes)
    return any(
        before.search(text, max(start, found.start() - _MOST_BEFORE), found.start()) is not None
        for found in _compiled(rf"{re.escape(key)}[\"']", is_bytes).finditer(text, start, end)
    )


@lru_cache(maxsize=1024)
def _compiled(pattern: str, is_bytes: bool) -> re.Pattern[Any]:
    return re.compile(pattern.encode()) if is_bytes else re.compile(pattern)
