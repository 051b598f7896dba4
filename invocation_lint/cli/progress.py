"""A progress bar on a terminal, for runs that take long enough to wonder."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType
from typing import Any

from invocation_lint.plain import plain

PATIENCE_SECONDS = 2.0


class Progress:
    """Counts files; on a terminal a bar appears on standard error after two seconds, and is gone at the end."""

    def __init__(self, total: int, *, wanted: bool = True) -> None:
        self._total = total
        is_terminal = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._wanted = wanted and is_terminal
        self._started = time.monotonic()
        self._done = 0
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def step(self, name: str) -> None:
        """Another file is begun."""
        self._done += 1
        if not self._wanted:
            return
        if self._bar is None and time.monotonic() - self._started > PATIENCE_SECONDS:
            self._bar, self._task = _bar(self._total)
        if self._bar is not None:
            self._bar.update(self._task, completed=self._done - 1, description=plain(name))


def _bar(total: int) -> tuple[Any, Any]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    name = TextColumn("{task.description}", markup=False)
    bar = Progress(BarColumn(), MofNCompleteColumn(), name, console=Console(stderr=True), transient=True)
    bar.start()
    return bar, bar.add_task("", total=total)
