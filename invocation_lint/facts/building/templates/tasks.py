"""One fact for each task of a state machine that invokes a function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from invocation_lint.data.lambda_api import lambda_api
from invocation_lint.deployment.definitions import State
from invocation_lint.deployment.model import StateMachine
from invocation_lint.deployment.values import Text, Value
from invocation_lint.facts.base import Fact, Unknown
from invocation_lint.facts.building.near import nearest
from invocation_lint.facts.building.templates.context import Context, called
from invocation_lint.facts.building.templates.told import NOT_WRITTEN, texts
from invocation_lint.facts.deployed import state_machine_task as facts

_STATES = ("ALL", "DataLimitExceeded", "ExceedToleratedFailureThreshold", "HeartbeatTimeout", "Http.Socket",
           "ItemReaderFailed", "Permissions", "ResultPathMatchFailure", "ParameterPathFailure", "QueryEvaluationError",
           "BranchFailed", "NoChoiceMatched", "IntrinsicFailure", "Runtime", "TaskFailed", "Timeout",
           "ResultWriterFailed")  # fmt: skip
"""Errors of Step Functions (developer guide, error names)."""

_OF_SDK = ("AWSLambdaException", "SdkClientException", "SdkException", "ClientExecutionTimeoutException", "Unknown",
           "EC2ThrottledException")  # fmt: skip
"""Errors that Step Functions' own client of Lambda names beside those of Lambda's API."""

_UNMISTAKABLE = frozenset({"AWSLambdaException", "SdkClientException"})
_COMMON = frozenset({"ServiceException", "TooManyRequestsException"})
"""Lambda's errors as they are often written, without the service's name."""

_ALL = frozenset({"States.ALL", "States.TaskFailed"})


def tasks(context: Context, path: str) -> Iterator[Fact]:
    """The facts of the tasks that stand in a file."""
    for machine, state in context.tasks_at.get(path, ()):
        yield _fact(context, machine, state)


def _fact(context: Context, machine: StateMachine, state: State) -> Fact:
    names = [texts(one) for one in state.retried_errors]
    told = [name for one in names if one is not None for name in one]
    misspelt = next((name for name in told if _meant(name) is not None), _without_prefix(told))
    retried = _retried(told, is_whole=len(names) == len(told) and None not in names)
    data = facts.StateMachineTask(
        name=" > ".join(state.path),
        machine=called(machine),
        function=_function(context, state.function),
        retried=retried,
        misspelt=misspelt,
        meant=(_meant(misspelt) or f"Lambda.{misspelt}") if misspelt is not None else None,
        why=_why(state, told, misspelt) if retried == "no" else None,
    )
    retry = state.retry_place or state.place
    own = next((one.place for one in state.retried_errors if misspelt is not None and texts(one) == (misspelt,)), retry)
    places = {
        "name": state.place,
        "machine": machine.place,
        "function": state.function.place if state.function is not None else state.place,
        "retried": retry,
        "why": retry,
        "misspelt": own,
        "meant": own,
    }
    return context.fact("state_machine_task", data, state.place, places, " > ".join(state.path))


def _retried(told: list[str], *, is_whole: bool) -> Any:
    known = {f"Lambda.{name}" for name in (*lambda_api().service_errors, *_OF_SDK)}
    if any(name in _ALL or name in known for name in told):
        return "yes"
    return "no" if is_whole else Unknown(NOT_WRITTEN)


def _meant(name: str | None) -> str | None:
    """The error that a name nearly spells; None where it is one, or of somebody else."""
    prefix, _, rest = (name or "").partition(".")
    known = {"Lambda": (*lambda_api().service_errors, *_OF_SDK), "States": _STATES}.get(prefix, ())
    found = nearest(rest, sorted(known)) if rest not in known else None
    return f"{prefix}.{found}" if found is not None else None


def _without_prefix(told: list[str]) -> str | None:
    """The first of Lambda's errors that is named without `Lambda.`; None where it may be an exception of the code:
    one such name alone may, unless nothing but Step Functions has it."""
    found = [name for name in told if name in _UNMISTAKABLE or name in _COMMON]
    return found[0] if len(set(found)) > 1 or not _UNMISTAKABLE.isdisjoint(found) else None


def _why(state: State, told: list[str], misspelt: str | None) -> str:
    if misspelt is not None:
        return f"no error is called {misspelt}"
    return "its Retry names other errors" if told else "it has no Retry"


def _function(context: Context, value: Value | None) -> Any:
    function = context.function_of(value)
    if function is not None:
        return called(function)
    content = value.content if value is not None else None
    return content if isinstance(content, str) else content.shown() if isinstance(content, Text) else Unknown()


__all__ = ["tasks"]
