"""Executions: how they start, end and are stopped. Runs in moto's process.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html
"""

from __future__ import annotations

import copy
import random
import threading
import time
import uuid
from datetime import datetime, timezone
from typing import Any

from moto.events.models import events_backends
from moto.stepfunctions import exceptions
from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import TimeoutSeconds
from moto.stepfunctions.parser.asl.component.program.program import Program
from moto.stepfunctions.parser.asl.component.state import state
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication, Execution, SyncExecution
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from invocation_lint.reference.machines.definitions import interpreted
from invocation_lint.reference.machines.moto_machines import Report

_EXPRESS_SECONDS = 300  # what an EXPRESS execution may last
_CHANGING = threading.RLock()
_RUNNING: set[str] = set()  # ARNs


def start(backend: Any, arn: str, name: str | None, text: str, trace: str | None, *, sync: bool) -> Any:
    """Start an execution with the input `text`, or give the one of this name that runs with it; wait when `sync`."""
    machine = _machine(backend, arn)
    express = machine.type == "EXPRESS"
    if sync and not express:
        raise api.StateMachineTypeNotSupported(message="This operation is not supported by this type of state machine")
    if name:
        backend._validate_name(name)
    name = name or str(uuid.uuid4())
    stem = f"arn:{backend.partition}:states:{backend.region_name}:{backend.account_id}"
    snapshot = copy.copy(machine)  # what is changed later concerns later executions
    snapshot.executions = []
    execution = (SyncExecution if sync else Execution)(
        name=name,
        sm_type=machine.type,
        role_arn=machine.roleArn,
        exec_arn=f"{stem}:express:{machine.name}:{name}:{uuid.uuid4()}"
        if express
        else f"{stem}:execution:{machine.name}:{name}",
        account_id=backend.account_id,
        region_name=backend.region_name,
        state_machine=snapshot,
        start_date=datetime.now(tz=timezone.utc),
        cloud_watch_logging_session=None,
        input_data=text,
        trace_header=trace,
        activity_store={},
    )
    snapshot.sm_type = machine.type
    with _CHANGING:
        if not express:
            if (other := _of_name(machine, name, text)) is not None:
                return other
            machine.executions.append(execution)
        execution.exec_status = api.ExecutionStatus.RUNNING
        _tell(execution)
    execution.start()
    return execution


def stop(execution: Any, error: str | None, cause: str | None) -> None:
    """Abort an execution that runs. A task that is under way goes on, and nothing comes of it."""
    _await_environment(execution)
    with _CHANGING:
        if execution.status != "RUNNING":
            return
        moment = datetime.now(tz=timezone.utc)
        execution.stop(stop_date=moment, error=error, cause=cause)
        execution.exec_status = api.ExecutionStatus.ABORTED
        execution.stop_date, execution.error, execution.cause = moment, error, cause
        _tell(execution)


def runs(arn: str) -> bool:
    """Whether an execution has not ended yet."""
    return arn in _RUNNING


def text_of(value: Any) -> str:
    """A value as the JSON text that executions give."""
    return str(to_json_str(value, separators=(",", ":")))


def install(report: Report) -> None:
    """Mend moto's executions, and let `report` be told of each begin and end."""
    global _tell  # noqa: PLW0603  (there is one service, and it stays)

    def tell(execution: Any) -> None:
        (_RUNNING.add if execution.status == "RUNNING" else _RUNNING.discard)(execution.exec_arn)
        report(
            "execution",
            arn=execution.exec_arn,
            machine=execution.state_machine.name,
            name=execution.name,
            role=execution.role_arn,
            status=execution.status,
            input=execution.execution_input,
            output=text_of(execution.output) if execution.status == "SUCCEEDED" else None,
            error=execution.error,
            cause=execution.cause,
            start=_milliseconds(execution.start_date),
            stop=_milliseconds(execution.stop_date),
            has_rules=bool(events_backends[execution.account_id][execution.region_name].event_buses["default"].rules),
        )

    _tell = tell
    run: Any = Program.eval
    work: Any = ExecutionWorker._execution_logic
    begin: Any = ExecutionWorker.start
    parse: Any = AmazonStateLanguageParser.parse
    details: Any = Execution.get_start_execution_details
    state_data: Any = state.StateData  # type: ignore[attr-defined]

    def run_in_time(self: Any, env: Any) -> None:
        """An EXPRESS execution lasts five minutes at most."""
        if env.execution_type == "EXPRESS" and not env.is_frame():
            own = self.timeout_seconds.timeout_seconds if self.timeout_seconds else _EXPRESS_SECONDS
            self.timeout_seconds = TimeoutSeconds(min(own, _EXPRESS_SECONDS))
        run(self, env)

    def work_to_an_end(self: Any) -> None:
        """What fails outside of all states ends the execution as well."""
        try:
            work(self)
        except Exception as error:  # a fault of the interpreter
            execution = self._execution_communication.execution
            with _CHANGING:
                execution.exec_status = api.ExecutionStatus.FAILED
                execution.stop_date = datetime.now(tz=timezone.utc)
                execution.error, execution.cause = "States.Runtime", f"{type(error).__name__}: {error}"
                _tell(execution)

    def begin_wholly(self: Any) -> None:
        """What is asked of an execution that has just started needs its environment."""
        begin(self)
        _await_environment(self._execution_communication.execution)

    def ended(self: Any) -> None:
        """The end of an execution that was stopped is known already."""
        with _CHANGING:
            if self.execution.status == "RUNNING":
                self._reflect_execution_status()
                _tell(self.execution)

    def told(self: Any) -> Any:
        """The start as the context object has it: a text."""
        found = details(self)
        found.start_time = as_text(self.start_date)
        return found

    def entered(**data: Any) -> Any:
        """The time at which a state was entered, in the form of AWS."""
        return state_data(**{**data, "EnteredTime": as_text(datetime.fromisoformat(data["EnteredTime"]))})

    def parsed(definition: str) -> Any:
        return parse(interpreted(definition))

    AmazonStateLanguageParser.parse = staticmethod(parsed)  # type: ignore[method-assign]
    Execution.get_start_execution_details = told  # type: ignore[method-assign]
    state.StateData = entered  # type: ignore[attr-defined, assignment]
    Program.eval = run_in_time  # type: ignore[method-assign]
    ExecutionWorker._execution_logic = work_to_an_end  # type: ignore[method-assign]
    ExecutionWorker.start = begin_wholly  # type: ignore[method-assign]
    BaseExecutionWorkerCommunication.terminated = ended  # type: ignore[method-assign]


def as_text(moment: datetime) -> str:
    """A time of the context object: `2026-11-21T14:00:00.123Z`."""
    return f"{moment.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _milliseconds(moment: Any) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)


def _tell(execution: Any) -> None:
    """Replaced by `install`."""
    raise NotImplementedError


def _await_environment(execution: Any) -> None:
    """Wait until an execution that is being started can be asked and stopped."""
    while getattr(execution.exec_worker, "env", None) is None and execution.status == "RUNNING":
        time.sleep(0.01)


def _machine(backend: Any, arn: str) -> Any:
    """The machine, or the version of one, that an ARN (also of an alias) names."""
    try:
        return backend.describe_state_machine(arn)
    except exceptions.StateMachineDoesNotExist:
        if arn.count(":") < 7:
            raise
        try:
            alias = backend.describe_state_machine_alias(arn)
        except exceptions.ResourceNotFound:
            raise exceptions.StateMachineDoesNotExist(f"State Machine Does Not Exist: '{arn}'") from None
        routes = alias.routing_configuration
        weights = [route["weight"] for route in routes]
        return backend.describe_state_machine(random.choices(routes, weights)[0]["stateMachineVersionArn"])


def _of_name(machine: Any, name: str, text: str) -> Any:
    """The execution of a name: it is given again while it runs with the same input, otherwise the name is taken."""
    for execution in machine.executions:
        if execution.name == name:
            if execution.status == "RUNNING" and execution.execution_input == text:
                return execution
            raise exceptions.ExecutionAlreadyExists(f"Execution Already Exists: '{execution.exec_arn}'")
    return None
