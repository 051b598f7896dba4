"""Work in several processes: when it pays, and what happens when one of them dies. Knows nothing of linting."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

FORKS = sys.platform == "linux"  # workers know what their parent has loaded
MOST_JOBS = 61  # Windows waits for no more processes at once
_AHEAD = 32  # batches handed over before results are asked for
_LARGEST_BATCH = 32
_BATCHES_A_JOB = 8  # of what is left: enough that no worker is idle for long at the end


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
    method = "fork" if FORKS else None
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
    executor: Executor,
    jobs: int,
    work: Callable[[Task], Result],
    tasks: Sequence[Task],
    lost: Callable[[Task], Result],
    together: Iterable[Sequence[int]] = (),
) -> Iterator[Result]:
    """The results of `work` (a function of a module) on the tasks, in their order. `together` are the indexes of tasks
    that cost least in one process.

    When a worker process dies, the tasks that were not done are done one by one in processes of their own; the one
    that kills its process again gets the result of `lost`.
    """
    waiting = deque(_batches(len(tasks), max(jobs, 1), together))
    running: dict[Future[list[Result]], Sequence[int]] = {}
    done: dict[int, Result] = {}
    broken = False
    turn = 0
    while waiting or running:
        while waiting and len(running) < _AHEAD:
            batch = waiting.popleft()
            given = [tasks[index] for index in batch]
            if not broken:
                try:
                    running[executor.submit(_do_batch, work, given)] = batch
                    continue
                except BrokenExecutor:
                    broken = True
            done.update(zip(batch, _one_by_one(work, given, lost), strict=True))
            break  # what is done is given out first
        for future in wait(running, return_when=FIRST_COMPLETED).done if running else ():
            batch = running.pop(future)
            try:
                results: Iterable[Result] = future.result()
            except BrokenExecutor:
                if not broken:
                    executor.shutdown()  # ends its thread: processes are forked again
                broken = True
                results = _one_by_one(work, [tasks[index] for index in batch], lost)
            done.update(zip(batch, results, strict=True))
        while turn in done:
            yield done.pop(turn)
            turn += 1


def _batches(count: int, jobs: int, together: Iterable[Sequence[int]]) -> Iterator[Sequence[int]]:
    """The indexes of tasks that a worker gets at once: first those that stay together, the most first, as far as these
    are no more than a worker's share; then the others, as they come, in batches that get smaller towards the end."""
    share = -(-count // jobs)
    taken: set[int] = set()
    for group in sorted(together, key=len, reverse=True):
        taken.update(group)
        yield from (group[start : start + share] for start in range(0, len(group), share))
    rest = deque(index for index in range(count) if index not in taken)
    while rest:
        size = max(1, min(_LARGEST_BATCH, len(rest) // (jobs * _BATCHES_A_JOB)))
        yield [rest.popleft() for _ in range(size)]


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
