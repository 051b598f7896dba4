"""Work on a thread with a large stack."""

from __future__ import annotations

import sys
import threading

import pytest

from invocation_lint.source.stack import RECURSION_LIMIT, on_large_stack


def depth_of(count: int) -> int:
    return 0 if count == 0 else 1 + depth_of(count - 1)


def test_deep_recursion_has_room() -> None:
    limit, size = sys.getrecursionlimit(), threading.stack_size()
    assert on_large_stack(lambda: depth_of(RECURSION_LIMIT - 500)) == RECURSION_LIMIT - 500
    assert (sys.getrecursionlimit(), threading.stack_size()) == (limit, size)


def test_what_the_work_raises_is_raised_to_the_caller() -> None:
    def work() -> None:
        raise KeyError("k")

    limit = sys.getrecursionlimit()
    with pytest.raises(KeyError, match="k"):
        on_large_stack(work)
    assert sys.getrecursionlimit() == limit


def test_work_inside_work_stays_on_the_thread() -> None:
    outer, inner = on_large_stack(lambda: (threading.get_ident(), on_large_stack(threading.get_ident)))
    assert outer == inner != threading.get_ident()
