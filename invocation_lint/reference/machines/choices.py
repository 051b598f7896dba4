"""Choices that none of the rules fits; runs in moto's process.

https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

from __future__ import annotations

from typing import Any


def after_import() -> None:
    """Fail with the name of error that AWS has for it: States.NoChoiceMatched."""
    from moto.stepfunctions.parser.api import ExecutionFailedEventDetails, HistoryEventType
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
        FailureEvent,
        FailureEventException,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
    from moto.stepfunctions.parser.asl.component.state.choice.state_choice import StateChoice

    choose = StateChoice._eval_state

    def choose_or_fail(self: Any, env: Any) -> None:
        try:
            choose(self, env)
        except RuntimeError as error:
            if not str(error.args[0]).startswith("No branching option"):
                raise
            kind = StatesErrorNameType.StatesNoChoiceMatched
            cause = f"No choice of the state '{self.name}' fits its input, and it has no default"
            details: Any = {
                "executionFailedEventDetails": ExecutionFailedEventDetails(error=kind.to_name(), cause=cause)
            }
            event = FailureEvent(env, StatesErrorName(kind), HistoryEventType.ExecutionFailed, details)
            raise FailureEventException(event) from None

    StateChoice._eval_state = choose_or_fail  # type: ignore[method-assign]
