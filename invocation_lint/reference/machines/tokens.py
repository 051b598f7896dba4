"""Task tokens: what a task with `.waitForTaskToken` waits for. Runs in moto's process.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token
"""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import AWSError
from moto.stepfunctions.parser.api import TaskTimedOut
from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackOutcomeFailure, CallbackOutcomeSuccess

_GONE = "Task Timed Out: 'Provided task does not exist anymore'"


def succeed(backend: Any, token: str, output: str) -> None:
    """Let the task that waits for `token` end with `output`, a JSON text."""
    _waiting(backend, token).notify(CallbackOutcomeSuccess(callback_id=token, output=output))


def fail(backend: Any, token: str, error: str | None, cause: str | None) -> None:
    """Let the task that waits for `token` fail."""
    _waiting(backend, token).notify(CallbackOutcomeFailure(callback_id=token, error=error or "", cause=cause or ""))


def beat(backend: Any, token: str) -> None:
    """Begin the time of a heartbeat anew; a task without one goes on waiting."""
    _waiting(backend, token).notify_heartbeat()


def _waiting(backend: Any, token: str) -> Any:
    """Where a task waits for `token`; TaskTimedOut when it waits no more, InvalidToken when none ever did."""
    for machine in backend.state_machines:
        for execution in machine.executions:
            environment = getattr(execution.exec_worker, "env", None)
            endpoint = None if environment is None else environment.callback_pool_manager.get(token)
            if endpoint is None:
                continue
            if execution.status != "RUNNING" or endpoint._notify_event.is_set():
                raise TaskTimedOut(message=_GONE)
            return endpoint
    raise AWSError("Invalid Token: 'Invalid token'", "InvalidToken")
