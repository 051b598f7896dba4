"""Programs run on local Lambda services, several side by side: nearly all of their time is waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from invocation_lint.reference.proofs.runner import Outcome, Runner, open_runner
from invocation_lint.reference.proofs.words import Word

RUNNERS = 6
"""Programs at one time, in each process that tests; each has a service and a database of its own."""


def parameters(request: pytest.FixtureRequest, function: Callable[..., None] | None = None) -> list[Mapping[str, Any]]:
    """The parameters of each chosen test of the module, or of those of one function."""
    tests = [test for test in request.session.items if isinstance(test, pytest.Function) and hasattr(test, "callspec")]
    mine = [test for test in tests if test.module is request.module and (function is None or test.function is function)]
    return [test.callspec.params for test in mine]


class Proving:
    """Runs programs in the background. Used as a context: its services end with it."""

    def __init__(self) -> None:
        self.runners: list[Runner] = []
        self._opened = ExitStack()
        self._opening = threading.Lock()
        self._own = threading.local()
        self._threads = ThreadPoolExecutor(RUNNERS)
        self._slow = ThreadPoolExecutor(1)

    def __enter__(self) -> Proving:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for threads in (self._threads, self._slow):
            threads.shutdown(cancel_futures=True)
        self._opened.close()

    def begin(self, program: Path, word: Word) -> Future[Outcome]:
        """Runs a program as soon as there is room."""
        return self._threads.submit(self._run, program, word)

    def begin_at_real_speed(self, program: Path, word: Word) -> Future[Outcome]:
        """Runs a program on a service whose seconds are seconds."""

        def run() -> Outcome:
            with open_runner(clock_factor=1) as runner:
                return runner.run(program, word)

        return self._slow.submit(run)

    def _run(self, program: Path, word: Word) -> Outcome:
        runner: Runner | None = getattr(self._own, "runner", None)
        if runner is None:
            opened = open_runner()
            runner = self._own.runner = opened.__enter__()
            with self._opening:
                self._opened.push(opened)
                self.runners.append(runner)
        return runner.run(program, word)
