"""Work in several processes: when it pays, and what happens when one of them dies. Knows nothing of linting."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

MOST_JOBS = 61  # Windows waits for no more processes at once
_AHEAD = 32  # batches handed over before the first one's results are asked for
_LARGEST_BATCH = 32
_BATCHES_A_JOB = 8  # enough that no worker is idle for long at the end


def cpus() -> int:
    """How many processors this process may use."""
    if sys.version_info >= (3, 13):
        return min(os.process_cpu_count() or 1, MOST_JOBS)
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), MOST_JOBS)
    return min(os.cpu_count() or 1, MOST_JOBS)


@contextmanager
def pool(jobs: int) -> Iterator[Executor | None]:
    """An executor of that many processes, which are ended with the block; None for a single job."""
    if jobs <= 1:
        yield None
        return
    executor = new_pool(jobs)
    try:
        yield executor
    except BaseException:  # Ctrl-C: nobody waits for what is being done
        executor.shutdown(wait=False, cancel_futures=True)
        for child in multiprocessing.active_children():
            child.terminate()
        raise
    executor.shutdown()


def new_pool(jobs: int) -> ProcessPoolExecutor:
    """A pool of processes: forks on Linux, where they cost least and are safe, since no thread was started before."""
    method = "fork" if sys.platform == "linux" else None
    return ProcessPoolExecutor(jobs, multiprocessing.get_context(method), initializer=_follow_parent)


def _follow_parent() -> None:
    """A worker leaves Ctrl-C to its parent, which answers for all, and ends when the parent is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def spread(
    executor: Executor, jobs: int, work: Callable[[Task], Result], tasks: Sequence[Task], lost: Callable[[Task], Result]
) -> Iterator[Result]:
    """The results of `work` (a function of a module) on the tasks, in their order.

    When a worker process dies, the tasks that were not done are done one by one in processes of their own; the one
    that kills its process again gets the result of `lost`.
    """
    size = max(1, min(_LARGEST_BATCH, len(tasks) // (max(jobs, 1) * _BATCHES_A_JOB)))
    waiting = deque(tasks[start : start + size] for start in range(0, len(tasks), size))
    running: deque[tuple[Sequence[Task], Future[list[Result]] | None]] = deque()
    broken = False
    while waiting or running:
        while waiting and len(running) < _AHEAD:
            batch = waiting.popleft()
            future = None
            if not broken:
                try:
                    future = executor.submit(_do_batch, work, batch)
                except BrokenExecutor:
                    broken = True
            running.append((batch, future))
        batch, future = running.popleft()
        try:
            if future is not None:
                yield from future.result()
                continue
        except BrokenExecutor:
            broken = True
            executor.shutdown()  # ends its thread: processes are forked again
        yield from _one_by_one(work, batch, lost)


def _do_batch(work: Callable[[Task], Result], batch: Sequence[Task]) -> list[Result]:
    return [work(task) for task in batch]


def _one_by_one(
    work: Callable[[Task], Result], tasks: Sequence[Task], lost: Callable[[Task], Result]
) -> Iterator[Result]:
    apart = new_pool(1)
    try:
        for task in tasks:
            try:
                result = apart.submit(work, task).result()
            except BrokenExecutor:
                result = lost(task)
                apart.shutdown()
                apart = new_pool(1)
            yield result
    finally:  # who has the last result asks no more: the pool's thread would end while the interpreter does
        apart.shutdown()
