"""Faults on demand: what goes wrong in production, at the moment a test asks for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

THROTTLED = "ReservedFunctionConcurrentInvocationLimitExceeded"


@dataclass
class Fault:
    """One armed fault: its kind, the functions it meets (glob), how often, and its values."""

    kind: str
    function: str
    times: int
    values: dict[str, Any] = field(default_factory=dict)


class Faults:
    """Arms faults and hands them out, oldest first. `function` is a glob over plain function names."""

    def __init__(self, kill_worker: Callable[[str], int]) -> None:
        self._lock = threading.Lock()
        self._armed: list[Fault] = []
        self._kill_worker = kill_worker

    def throttle(self, function: str = "*", times: int = 1, reason: str = THROTTLED) -> None:
        """The next `times` requests are answered 429 TooManyRequestsException with `reason`."""
        self._arm(Fault("throttle", function, times, {"reason": reason}))

    def drop_connection(self, function: str = "*", times: int = 1, after_run: bool = False) -> None:
        """The next `times` requests get no answer: the connection is closed, before the function runs or after."""
        self._arm(Fault("drop_after" if after_run else "drop", function, times))

    def answer(self, function: str = "*", *, status: int, code: str, message: str = "", times: int = 1) -> None:
        """The next `times` requests are answered with this service error; the function does not run."""
        self._arm(Fault("answer", function, times, {"status": status, "code": code, "message": message}))

    def slow(self, function: str = "*", *, seconds: float, times: int = 1) -> None:
        """The next `times` runs reach their handler `seconds` late, inside the function's own timeout."""
        self._arm(Fault("slow", function, times, {"seconds": seconds}))

    def duplicate(self, function: str = "*", times: int = 1) -> None:
        """The next `times` events are delivered twice, with the same request id."""
        self._arm(Fault("duplicate", function, times))

    def kill_worker(self, function: str) -> int:
        """SIGKILL to the busy workers of `function`, to the idle ones if none is busy; how many were killed."""
        return self._kill_worker(function)

    def clear(self) -> None:
        """Disarm everything."""
        with self._lock:
            self._armed.clear()

    def take(self, kind: str, function: str) -> Fault | None:
        """Use up one fault of `kind` for `function`, if one is armed."""
        with self._lock:
            for fault in self._armed:
                if fault.kind == kind and fnmatchcase(function, fault.function):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._armed.remove(fault)
                    return fault
        return None

    def _arm(self, fault: Fault) -> None:
        if fault.times < 1:
            raise ValueError("a fault happens at least once")
        with self._lock:
            self._armed.append(fault)
