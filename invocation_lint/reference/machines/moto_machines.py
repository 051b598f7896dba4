"""Lets moto's server execute state machines; runs in moto's process (`sources/moto_server.py`).

The operations here stand in for those of moto's `StepFunctionResponse`. What they do is in `executions.py`, which is
imported at the first request.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any, Protocol

_LOADING = threading.Lock()


class Report(Protocol):
    """Tells the service, and waits until it has taken it."""

    def __call__(self, kind: str, **what: Any) -> None:
        """Tell `what`, under the name `kind`."""


@functools.cache
def interpreter() -> Any:
    """The module with the operations, when moto's interpreter is imported and mended."""
    from invocation_lint.reference.machines import expressions, tasks

    expressions.before_import()
    tasks.before_import()
    from invocation_lint.reference.machines import choices, operations, waiting

    expressions.after_import()
    tasks.after_import()
    choices.after_import()
    waiting.after_import()
    return operations


def serve_machines(report: Report) -> None:
    """Execute state machines; their tasks call the service, and `report` is told of executions (`log.py`)."""
    from moto.stepfunctions import responses

    @functools.cache
    def load() -> Any:
        operations = interpreter()
        from invocation_lint.reference.machines import executions

        executions.install(report)
        return operations

    def loaded() -> Any:
        with _LOADING:
            return load()

    def backend(account: str, region: str) -> Any:
        return loaded().backend(account, region)

    def operation(name: str) -> Callable[[Any], Any]:
        def answer(self: Any) -> Any:
            from moto.core.exceptions import AWSError
            from moto.core.responses import ActionResult

            try:
                return ActionResult(getattr(loaded(), name)(self))
            except AWSError as error:
                if error.error_type:
                    raise
                raise AWSError(error.message, type(error).__name__) from None  # the interpreter's have no name

        return answer

    responses.get_backend = backend
    for name in (
        "create_state_machine",
        "update_state_machine",
        "start_execution",
        "start_sync_execution",
        "stop_execution",
        "describe_execution",
        "get_execution_history",
        "send_task_success",
        "send_task_failure",
        "send_task_heartbeat",
    ):
        setattr(responses.StepFunctionResponse, name, operation(name))
