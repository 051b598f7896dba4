"""Runs one invocation: a sandbox, the handler, what came of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from invocation_lint.reference.service.clock import Clock
from invocation_lint.reference.service.faults import Faults
from invocation_lint.reference.service.limits import limit
from invocation_lint.reference.service.records import Execution, Records
from invocation_lint.reference.service.registry import Target
from invocation_lint.reference.service.workers.pool import Pool
from invocation_lint.reference.service.workers.runtime_api import Chunk, RuntimeEvent


@dataclass(frozen=True)
class Invocation:
    """What is to be run. `attempt` counts the attempts of one event; `origin` as in records.Execution."""

    target: Target
    request_id: str
    payload: bytes
    trace_header: str
    client_context: str | None = None
    attempt: int = 1
    origin: str = "request"
    stream: Callable[[Chunk], None] | None = None
    """Takes what the function responds while it runs."""


@dataclass(frozen=True)
class Outcome:
    """What came of it. `function_error` is None or `Unhandled`, the word that AWS sends for every failure."""

    execution: Execution
    body: bytes
    function_error: str | None

    @property
    def log_tail(self) -> bytes:
        """The last 4 KB of the log, as `LogType=Tail` gives them."""
        return self.execution.log.encode()[-limit("log_result_bytes") :]


class Invoker:
    """Runs invocations in the sandboxes of a pool and writes them down. Concurrency is the caller's business."""

    def __init__(self, pool: Pool, records: Records, clock: Clock, faults: Faults, say: Callable[[str], None]) -> None:
        self._pool = pool
        self._records = records
        self._clock = clock
        self._faults = faults
        self._say = say

    def run(self, invocation: Invocation) -> Outcome:
        """Run `invocation` and wait for its end."""
        target = invocation.target
        execution = Execution(
            target.function.name,
            target.version,
            invocation.request_id,
            invocation.attempt,
            invocation.origin,
            invocation.payload,
            self._clock.time(),
        )
        self._records.open_execution(execution)
        slow = self._faults.take("slow", target.function.name)
        event = RuntimeEvent(
            invocation.request_id,
            invocation.payload or b"{}",
            0.0,
            target.invoked_arn,
            invocation.trace_header,
            invocation.client_context,
        )
        init_began = self._clock.time()

        def started(cold: bool) -> None:
            execution.cold = cold
            execution.started = self._clock.time()
            self._say(f"START    {target.function.name} {invocation.request_id}" + (" (cold start)" if cold else ""))

        with self._pool.sandbox(target) as sandbox:
            execution.sandbox = sandbox.id
            run, output = sandbox.run(
                event, started, late_by=slow.values["seconds"] if slow else 0.0, stream=invocation.stream
            )
            init_seconds = execution.started - init_began if execution.cold else None
            # Written inside: whoever gets this sandbox next finds the run before it complete.
            now = self._clock.time()
            execution.log = self._log(execution, target, output, now, init_seconds)
            execution.error_type = run.error_type
            execution.response = run.body
            execution.outcome = run.outcome
            execution.ended = now
        failed = run.outcome != "success"
        self._say(
            f"END      {target.function.name} {invocation.request_id} {run.outcome}"
            + (f" {_message(run.body)}" if failed else "")
            + f" {now - execution.started:.3f} s"
        )
        for line in output.splitlines():
            self._say(f"  | {line}")
        return Outcome(execution, run.body, "Unhandled" if failed else None)

    def _log(self, execution: Execution, target: Target, output: str, now: float, init_seconds: float | None) -> str:
        """The log of one invocation, with the lines that Lambda itself writes around the function's own."""
        request_id = execution.request_id
        lines = f"START RequestId: {request_id} Version: {target.version}\n{output}"
        if output and not output.endswith("\n"):
            lines += "\n"
        if execution.outcome == "timeout":
            lines += (
                f"{self._clock.stamp(now)} {request_id} Task timed out after {target.function.timeout:.2f} seconds\n\n"
            )
        milliseconds = (now - execution.started) * 1000
        report = (
            f"REPORT RequestId: {request_id}\tDuration: {milliseconds:.2f} ms"
            f"\tBilled Duration: {int(milliseconds) + 1} ms\tMemory Size: {target.function.memory} MB"
            f"\tMax Memory Used: {min(target.function.memory, 32)} MB\t"
        )
        if init_seconds is not None:
            report += f"Init Duration: {init_seconds * 1000:.2f} ms\t"
        return f"{lines}END RequestId: {request_id}\n{report}\n"


def _message(body: bytes) -> str:
    try:
        value = json.loads(body)
        return f"{value.get('errorType', '')}: {value.get('errorMessage', '')}"
    except (ValueError, AttributeError):
        return ""
