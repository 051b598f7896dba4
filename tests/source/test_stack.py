"""Work on a thread with a large stack."""

from __future__ import annotations

import resource
import sys
import threading

import pytest

from invocation_lint.source.parsing.stack import RECURSION_LIMIT, on_large_stack


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


def large_leaf() -> None:
    """A call whose frame takes a quarter of the chunks that Python keeps frames in."""


large_leaf.__code__ = large_leaf.__code__.replace(co_stacksize=512)


def calls_at(depth: int, count: int) -> None:
    if depth:
        calls_at(depth - 1, count)
        return
    for _ in range(count):
        large_leaf()


def pages_touched_by_calls() -> int:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for depth in range(100, 300):
        calls_at(depth, 200)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def test_calls_at_no_depth_map_memory_each_time() -> None:
    assert on_large_stack(pages_touched_by_calls) < 2_000  # of 40,000, some 4,000 at the ends of chunks
