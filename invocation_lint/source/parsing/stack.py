"""A thread with a large stack, for work that recurses as deep as the code is nested."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# The deepest code that guard.py lets through was parsed on a stack of 4 MB and with a limit of 3,000.
STACK_BYTES = 64 * 1024 * 1024
RECURSION_LIMIT = 20_000

# Python 3.11 and later keep frames in chunks of 16 KB, and give a chunk back as soon as its first frame has ended: a
# loop that calls something at the end of one maps and unmaps memory for each call (a sixth of a whole run).
ROOM_BYTES = 8 * 1024 * 1024

_one_at_a_time = threading.Lock()
_on_large_stack = threading.local()


def on_large_stack(work: Callable[[], T]) -> T:
    """Runs `work` on a thread with a large stack and a high recursion limit; what it raises is raised here.

    Work that is started from within such work runs at once, on the same thread.
    """
    if getattr(_on_large_stack, "here", False):
        return work()
    answer: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        _on_large_stack.here = True
        try:
            answer.append(_with_room(work))
        except BaseException as error:  # raised again below, on the caller's thread
            failure.append(error)

    with _one_at_a_time:
        limit = sys.getrecursionlimit()
        size = threading.stack_size(STACK_BYTES)
        try:
            sys.setrecursionlimit(max(limit, RECURSION_LIMIT))
            thread = threading.Thread(target=run, name="large-stack", daemon=True)
            thread.start()
            threading.stack_size(size)
            thread.join()
        finally:
            threading.stack_size(size)
            sys.setrecursionlimit(limit)
    if failure:
        raise failure[0]
    return answer[0]


def _with_room(work: Callable[[], T]) -> T:
    """Runs `work` with its frames in one chunk: that of this frame, which says that it needs more than half of it."""
    return work()


if sys.version_info >= (3, 11):
    _with_room.__code__ = _with_room.__code__.replace(co_stacksize=ROOM_BYTES // 8)
