"""What the service knows of executions: moto's side reports each begin and end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from invocation_lint.reference.service.clock import Clock


@dataclass
class MachineExecution:
    """One execution of a state machine; `machine` and `name` are plain names.

    `status`: RUNNING | SUCCEEDED | FAILED | TIMED_OUT | ABORTED. `input` and `output` are JSON texts; `output` is None
    unless it succeeded. Times are service seconds.
    """

    arn: str
    machine: str
    name: str
    input: str
    started: float
    status: str = "RUNNING"
    output: str | None = None
    error: str | None = None
    cause: str | None = None
    ended: float | None = None


class MachineLog:
    """Keeps executions, and says whether one runs."""

    def __init__(self, clock: Clock, say: Callable[[str], None]) -> None:
        self._clock = clock
        self._say = say
        self._lock = threading.Lock()
        self._executions: dict[str, MachineExecution] = {}

    @property
    def is_idle(self) -> bool:
        """Whether no execution runs."""
        with self._lock:
            return all(each.status != "RUNNING" for each in self._executions.values())

    def executions(self, machine: str | None = None) -> tuple[MachineExecution, ...]:
        """The executions in the order of their start, all or those of the machine with that plain name."""
        with self._lock:
            return tuple(each for each in self._executions.values() if machine is None or each.machine == machine)

    def take(self, what: dict[str, Any]) -> None:
        """Note a begin or an end (see executions.py)."""
        now = self._clock.time()
        with self._lock:
            execution = self._executions.get(what["arn"])
            if execution is None:
                execution = MachineExecution(what["arn"], what["machine"], what["name"], what["input"], now)
                self._executions[execution.arn] = execution
            execution.output, execution.error, execution.cause = what["output"], what["error"], what["cause"]
            execution.status = what["status"]
            if execution.status != "RUNNING":
                execution.ended = now
        said = "" if execution.error is None else f" {execution.error}: {execution.cause or ''}"
        self._say(f"MACHINE  {execution.machine} {execution.name} {execution.status}{said}")
