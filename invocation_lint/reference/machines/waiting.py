"""Tasks that wait: for a token, or for the end of what they start. Runs in moto's process.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def after_import() -> None:
    """Give each attempt a token of its own, and ask for an execution when it has ended."""
    _renew_tokens()
    _ask_at_the_end()


def _renew_tokens() -> None:
    """What is retried waits anew: what ended the attempt before is no answer to this one, nor is its token."""
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
        StateTaskServiceCallback,
    )

    task: Any = StateTaskServiceCallback
    evaluate = task._evaluate_with_timeout

    def evaluate_anew(self: Any, env: Any) -> None:
        context, tokens = env.states.context_object, env.callback_pool_manager
        held = context.context_object_data
        if "Task" in held and held["State"]["RetryCount"]:
            tokens.get(held["Task"]["Token"]).interrupt_all()
            tokens.add(context.update_task_token())
        evaluate(self, env)

    task._evaluate_with_timeout = evaluate_anew


def _ask_at_the_end() -> None:
    """A request for each look at an execution would be thousands in a second when many are waited for on a fast clock:
    whether it still runs is known here.
    """
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sfn import (
        StateTaskServiceSfn,
    )

    from invocation_lint.reference.machines.executions import runs

    task: Any = StateTaskServiceSfn

    def patient(build: Callable[..., Any]) -> Callable[..., Any]:
        def built(self: Any, env: Any, **given: Any) -> Callable[[], Any]:
            arn = env.stack[-1]["ExecutionArn"]
            ask = build(self, env, **given)
            return lambda: None if runs(arn) else ask()

        return built

    task._build_sync_resolver = patient(task._build_sync_resolver)
    task._build_sync2_resolver = patient(task._build_sync2_resolver)
