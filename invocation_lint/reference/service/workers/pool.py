"""The sandboxes of a service: reused when idle, newest first, as Lambda reuses its execution environments."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from invocation_lint.reference.service.registry import Target
from invocation_lint.reference.service.workers.sandbox import Sandbox

_SHUTDOWN_WALL_SECONDS = 10.0


class Pool:
    """Hands out sandboxes; `make(target)` builds one more when no idle one fits."""

    def __init__(self, make: Callable[[Target], Sandbox]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._idle: list[Sandbox] = []
        self._busy: list[Sandbox] = []
        self._closed = False

    @contextmanager
    def sandbox(self, target: Target) -> Iterator[Sandbox]:
        """A sandbox of `target` for one invocation."""
        sandbox = self._take(target)
        try:
            yield sandbox
        finally:
            self._give_back(sandbox)

    def warm(self, target: Target) -> bool:
        """One more sandbox of `target`, initialized and idle, as provisioned concurrency keeps them; whether it is."""
        with self._lock:
            sandbox = self._make(target)
            self._busy.append(sandbox)
        try:
            return sandbox.prepare()
        finally:
            self._give_back(sandbox)

    def all(self, function: str | None = None) -> tuple[Sandbox, ...]:
        """All sandboxes, or those of `function`; busy ones first."""
        with self._lock:
            return tuple(each for each in self._busy + self._idle if function in (None, each.function.name))

    def kill(self, function: str) -> int:
        """SIGKILL to the workers of `function` that are busy, to the idle ones if none is; how many."""
        with self._lock:
            busy = [each for each in self._busy if each.function.name == function]
            idle = [each for each in self._idle if each.function.name == function]
        return sum(each.kill() for each in busy or idle)

    def forget(self, function: str | None = None) -> None:
        """End idle sandboxes: all, or those of `function`."""
        with self._lock:
            ended = [each for each in self._idle if function in (None, each.function.name)]
            self._idle = [each for each in self._idle if each not in ended]
        for sandbox in ended:
            sandbox.close()

    def close(self) -> None:
        """End all sandboxes; the invocations of busy ones fail, and are waited for."""
        with self._lock:
            self._closed = True
            busy = list(self._busy)
        for sandbox in busy:
            sandbox.stop()
        self.forget()
        with self._changed:
            self._changed.wait_for(lambda: not self._busy, _SHUTDOWN_WALL_SECONDS)

    def _take(self, target: Target) -> Sandbox:
        with self._lock:
            mine = [each for each in self._idle if (each.function.name, each.version) == _kind(target)]
            fitting = [each for each in mine if each.function is target.function]
            outdated = [each for each in mine if each.function is not target.function]  # its configuration has changed
            sandbox = fitting[-1] if fitting else self._make(target)
            self._idle = [each for each in self._idle if each is not sandbox and each not in outdated]
            self._busy.append(sandbox)
        for each in outdated:
            each.close()
        return sandbox

    def _give_back(self, sandbox: Sandbox) -> None:
        if self._closed:
            sandbox.close()
        with self._changed:
            self._busy.remove(sandbox)
            if not self._closed:
                self._idle.append(sandbox)
            self._changed.notify_all()


def _kind(target: Target) -> tuple[str, str]:
    return target.function.name, target.version
