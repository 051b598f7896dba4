"""One sandbox: a worker process under awslambdaric, its Runtime API, its log; frozen while it has nothing to do.

How a sandbox lives: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html. After a handler's
exception the process stays; after a time-out or an exit the next invocation starts a new one (recorded:
test_lambda_invoke_timed_out_environment_reuse, 2024-04-08).
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from invocation_lint.reference.service.clock import Clock
from invocation_lint.reference.service.functions import Function
from invocation_lint.reference.service.limits import limit
from invocation_lint.reference.service.workers.processes import Process, start, wait_until_stopped
from invocation_lint.reference.service.workers.runtime_api import Chunk, RuntimeApi, RuntimeEvent, Signal
from invocation_lint.reference.service.workers.worker_log import WorkerLog

_SHUTDOWN_WALL_SECONDS = 5.0


@dataclass(frozen=True)
class Run:
    """How one run ended. `error_type` is None when the handler returned; `outcome` as in records.Execution."""

    outcome: str
    body: bytes
    error_type: str | None = None


class _Closed(Exception):
    """The sandbox was closed while it ran: no worker is started any more."""


class Sandbox:
    """Runs the invocations of one version of one function, one at a time."""

    def __init__(
        self,
        function: Function,
        version: str,
        *,
        clock: Clock,
        environment: Callable[[str, str], Mapping[str, str]],
        lifeline: int,
    ) -> None:
        self.function = function
        self.version = version
        self.id = uuid.uuid4().hex
        self.log_stream = f"{time.strftime('%Y/%m/%d', time.gmtime(clock.time()))}/[{version}]{self.id}"
        self._clock = clock
        self._environment = environment
        self._lifeline = lifeline
        self._lock = threading.Lock()
        self._process: Process | None = None
        self._api: RuntimeApi | None = None
        self._log = WorkerLog()
        self._waits_for_event = False
        self._frozen = False
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The worker's process id; None when there is no worker."""
        process = self._process
        return None if process is None or process.poll() is not None else process.pid

    @property
    def is_warm(self) -> bool:
        """Whether a worker waits for an event."""
        return self.pid is not None and self._waits_for_event

    def prepare(self) -> bool:
        """Start the worker and let it initialize, then freeze it until its first event; whether it got that far."""
        if not self.is_warm:
            self._start()
            if self._await_init(time.monotonic() + self._init_wall_seconds()) is not None:
                self.kill()
                return False
            self._freeze()
        return True

    def run(
        self,
        event: RuntimeEvent,
        started: Callable[[bool], None],
        *,
        late_by: float = 0.0,
        stream: Callable[[Chunk], None] | None = None,
    ) -> tuple[Run, str]:
        """Run one event; the run, and what the worker wrote meanwhile.

        `started(cold)` is called when the function's own time begins; `late_by` (service seconds) delays the handler
        inside its timeout. `event.deadline` is replaced: it counts from the end of the init phase. `stream` takes what
        the function responds while it runs; the run has it all in any case.
        """
        try:
            return self._run(event, started, late_by, stream), self._log.take()
        except _Closed:
            return self._failure(Signal("exit", status=-signal.SIGKILL), event.request_id), self._log.take()

    def _run(
        self,
        event: RuntimeEvent,
        started: Callable[[bool], None],
        late_by: float,
        stream: Callable[[Chunk], None] | None,
    ) -> Run:
        cold = not self.is_warm
        failed_init: Signal | None = None
        if cold:
            self._start()
            failed_init = self._await_init(time.monotonic() + self._init_wall_seconds())
        begin = self._clock.time()
        deadline = begin + self.function.timeout
        end = time.monotonic() + self._clock.wall_seconds(self.function.timeout)
        started(cold)
        if failed_init is not None:  # init is run once more, inside the invocation and its timeout
            self._log.take()
            self._start()
            failed_init = self._await_init(end)
            if failed_init is not None:
                return self._failure(failed_init, event.request_id, during_init=True)
        if late_by:
            left = max(0.0, end - time.monotonic())
            time.sleep(min(self._clock.wall_seconds(late_by), left))
            if self._clock.wall_seconds(late_by) >= left:
                return self._failure(Signal("timeout"), event.request_id)
        self._thaw()
        assert self._api is not None
        self._waits_for_event = False
        self._api.offer(replace(event, deadline=deadline))
        return self._await_result(event.request_id, end, stream)

    def _init_wall_seconds(self) -> float:
        """How long initializing may take on the wall: processes do not start faster because a clock does."""
        return max(self._clock.wall_seconds(limit("init_seconds")), float(limit("init_seconds")))

    def kill(self) -> bool:
        """SIGKILL to the worker and its children, which are gone then; whether there was one."""
        process = self._process
        if process is None or process.poll() is not None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_SHUTDOWN_WALL_SECONDS)
        return True

    def stop(self) -> None:
        """Let the running invocation fail, and start no worker any more; `close` follows when it is given back."""
        self._closed = True
        self.kill()

    def close(self) -> None:
        """End the worker and its Runtime API, for good."""
        with self._lock:
            self._closed = True
            self._end_worker()

    def _start(self) -> None:
        with self._lock:
            self._end_worker()
            if self._closed:
                raise _Closed
            self._api = RuntimeApi()
            self._frozen = False
            command = [self.function.python, "-m", "awslambdaric", self.function.handler]
            if self.function.bootstrap:
                command = [str(self.function.code_dir / "bootstrap")]
            wrapper = self.function.environment.get("AWS_LAMBDA_EXEC_WRAPPER")
            if (
                wrapper is not None
            ):  # run as Lambda's bootstrap does: by a shell, which answers 127 when it is not there
                command = ["/bin/sh", "-c", 'exec "$0" "$@"', wrapper, *command]
            self._process = start(
                command,
                environment=self._environment(self._api.address, self.log_stream),
                folder=self.function.code_dir,
                stdout=self._log.open(),
                stderr=subprocess.STDOUT,
                lifeline=self._lifeline,
            )
            self._log.started()
            threading.Thread(target=_watch, args=(self._process, self._api), name="worker-exit", daemon=True).start()

    def _end_worker(self) -> None:
        self._waits_for_event = False
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(_SHUTDOWN_WALL_SECONDS)
            self._process = None
        if self._api is not None:
            self._api.close()
            self._api = None
        self._log.close()

    def _await_init(self, end: float) -> Signal | None:
        """Wait until the worker asks for its first event; the signal of its failure otherwise."""
        heard = self._hear(end)
        if heard.kind == "init_error":
            self._hear(time.monotonic() + _SHUTDOWN_WALL_SECONDS)  # it exits by itself
            return heard
        if heard.kind == "next":
            self._waits_for_event = True
            return None
        return heard

    def _await_result(self, request_id: str, end: float, stream: Callable[[Chunk], None] | None) -> Run:
        streamed = b""
        while True:
            heard = self._hear(end)
            if heard.kind == "chunk" and heard.request_id == request_id:
                streamed += heard.body
                if stream is not None:
                    stream(Chunk(heard.body, heard.content_type))
            if heard.kind == "response" and heard.request_id == request_id:
                run = Run("success", streamed or heard.body)
                break
            if heard.kind == "error" and heard.request_id == request_id:
                run = Run("error", heard.body, heard.error_type or _error_type(heard.body))
                break
            if heard.kind in ("exit", "timeout"):
                return self._failure(heard, request_id)
        # The invocation is over when the runtime asks for the next event: only then is it frozen, and answered.
        if self._hear(time.monotonic() + _SHUTDOWN_WALL_SECONDS).kind == "next":
            self._waits_for_event = True
            self._freeze()
        else:
            self.kill()
        if len(run.body) > limit("sync_response_bytes") and not (streamed and stream is not None):
            size = limit("sync_response_bytes")
            text = f"Response payload size exceeded maximum allowed payload size ({size} bytes)."
            error_type = "Function.ResponseSizeTooLarge"
            body = json.dumps({"errorMessage": text, "errorType": error_type}).encode()
            return Run("response_too_large", body, error_type)
        return run

    def _hear(self, end: float) -> Signal:
        """The next signal of the worker, or `timeout` at the wall's moment `end`."""
        assert self._api is not None
        try:
            return self._api.signals.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            return Signal("timeout")

    def _failure(self, heard: Signal, request_id: str, *, during_init: bool = False) -> Run:
        if heard.kind == "init_error":
            return Run("init_error", heard.body, _error_type(heard.body))
        if heard.kind == "exit" and during_init and heard.status == -signal.SIGSEGV:
            # Recorded from AWS: a crash at import is noticed by nobody, and the invocation times out.
            time.sleep(self._clock.wall_seconds(self.function.timeout))
            heard = Signal("timeout")
        if heard.kind == "timeout":
            self.kill()
            text = f"Task timed out after {self.function.timeout:.2f} seconds"
            return _platform_error("timeout", request_id, text, "Sandbox.Timedout")
        if heard.status == 0:
            return _platform_error("exit", request_id, "Runtime exited without providing a reason", "Runtime.ExitError")
        reason = f"exit status {heard.status}" if heard.status > 0 else f"signal: {_signal_name(-heard.status)}"
        outcome = "killed" if heard.status == -signal.SIGKILL else "exit"
        return _platform_error(outcome, request_id, f"Runtime exited with error: {reason}", "Runtime.ExitError")

    def _freeze(self) -> None:
        """Stop the worker and its children in mid-work (SIGSTOP), as Lambda does between invocations."""
        self._signal_group(signal.SIGSTOP)
        self._frozen = True
        if self._process is not None:
            wait_until_stopped(self._process)

    def _thaw(self) -> None:
        if self._frozen:
            self._signal_group(signal.SIGCONT)
            self._frozen = False

    def _signal_group(self, number: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


def _watch(process: Process, api: RuntimeApi) -> None:
    api.report_exit(process.wait())


def _signal_name(number: int) -> str:
    """A signal as Lambda names it: `killed`, `segmentation fault`."""
    return (signal.strsignal(number) or str(number)).lower()


def _error_type(body: bytes) -> str | None:
    try:
        value = json.loads(body)
    except ValueError:
        return None
    return value.get("errorType") if isinstance(value, dict) else None


def _platform_error(outcome: str, request_id: str, text: str, error_type: str) -> Run:
    body = {"errorType": error_type, "errorMessage": f"RequestId: {request_id} Error: {text}"}
    return Run(outcome, json.dumps(body).encode(), error_type)
