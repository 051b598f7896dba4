"""The operations of Step Functions that differ from moto's. Each takes a request of moto's, and gives the members of
its answer. Runs in moto's process.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html
"""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

from moto.stepfunctions import exceptions
from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.asl.static_analyser.express_static_analyser import ExpressStaticAnalyser
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from invocation_lint.reference.machines import executions, tokens
from invocation_lint.reference.machines.definitions import missing_state
from invocation_lint.reference.service.limits import limit

_HISTORY_PAGE = 100


def backend(account: str, region: str) -> Any:
    """moto's backend that executes."""
    return stepfunctions_parser_backends[account][region]


def create_state_machine(request: Any) -> dict[str, Any]:
    """CreateStateMachine; again with the same definition, type and role it is the one that is there."""
    get = request._get_param
    kind = get("type") or "STANDARD"
    definition, role, name = get("definition"), get("roleArn"), get("name")
    held = request.stepfunction_backend
    if get("versionDescription") and not get("publish"):
        raise exceptions.ValidationException("Version description can only be set when publish is true")
    _check(held, definition, kind)
    for other in held.state_machines:
        if other.name == name and (other.definition, other.roleArn, other.type) != (definition, role, kind):
            raise api.StateMachineAlreadyExists(message=f"State Machine Already Exists: '{other.arn}'")
    machine = held.create_state_machine(
        name=name,
        definition=definition,
        roleArn=role,
        tags=get("tags"),
        publish=get("publish"),
        loggingConfiguration=get("loggingConfiguration"),
        tracingConfiguration=get("tracingConfiguration"),
        encryptionConfiguration=get("encryptionConfiguration"),
        version_description=get("versionDescription"),
        sm_type=kind,
    )
    answer = {"stateMachineArn": machine.arn, "creationDate": machine.creation_date}
    if machine.latest_version:
        answer["stateMachineVersionArn"] = machine.latest_version.arn
    return answer


def update_state_machine(request: Any) -> dict[str, Any]:
    """UpdateStateMachine."""
    get, held = request._get_param, request.stepfunction_backend
    if get("versionDescription") and not get("publish"):
        raise exceptions.ValidationException("Version description can only be set when publish is true")
    if get("definition") is not None:
        _check(held, get("definition"), held.describe_state_machine(get("stateMachineArn")).type)
    machine = held.update_state_machine(
        arn=get("stateMachineArn"),
        definition=get("definition"),
        role_arn=get("roleArn"),
        tracing_configuration=get("tracingConfiguration"),
        encryption_configuration=get("encryptionConfiguration"),
        logging_configuration=get("loggingConfiguration"),
        publish=get("publish"),
        version_description=get("versionDescription"),
    )
    answer = {"updateDate": machine.update_date}
    if get("publish"):
        answer["stateMachineVersionArn"] = machine.latest_version.arn
    return answer


def start_execution(request: Any) -> dict[str, Any]:
    """StartExecution."""
    execution = _start(request, sync=False)
    return {"executionArn": execution.exec_arn, "startDate": execution.start_date}


def start_sync_execution(request: Any) -> dict[str, Any]:
    """StartSyncExecution: of an EXPRESS machine, answered when it has ended."""
    execution = _start(request, sync=True)
    milliseconds = int((execution.stop_date - execution.start_date).total_seconds() * 1000)
    billed = {"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": -(-milliseconds // 100) * 100}
    return {**_described(execution), "billingDetails": billed}


def stop_execution(request: Any) -> dict[str, Any]:
    """StopExecution; one that has ended stays as it is."""
    execution = _found(request)
    executions.stop(execution, request._get_param("error"), request._get_param("cause"))
    return {"stopDate": execution.stop_date or datetime.now(tz=timezone.utc)}


def describe_execution(request: Any) -> dict[str, Any]:
    """DescribeExecution."""
    return _described(_found(request))


def get_execution_history(request: Any) -> dict[str, Any]:
    """GetExecutionHistory, in pages."""
    events = _found(request).to_history_output()["events"]
    if request._get_param("reverseOrder"):
        events = list(reversed(events))
    first = int(request._get_param("nextToken") or 0)
    last = first + int(request._get_param("maxResults") or _HISTORY_PAGE)
    answer: dict[str, Any] = {"events": events[first:last]}
    if last < len(events):
        answer["nextToken"] = str(last)
    return answer


def send_task_success(request: Any) -> dict[str, Any]:
    """SendTaskSuccess."""
    output = request._get_param("output")
    try:
        json.loads(output)
    except (TypeError, ValueError) as error:
        raise api.InvalidOutput(message=f"Invalid Output: '{error}'") from None
    tokens.succeed(request.stepfunction_backend, request._get_param("taskToken"), output)
    return {}


def send_task_failure(request: Any) -> dict[str, Any]:
    """SendTaskFailure."""
    get = request._get_param
    tokens.fail(request.stepfunction_backend, get("taskToken"), get("error"), get("cause"))
    return {}


def send_task_heartbeat(request: Any) -> dict[str, Any]:
    """SendTaskHeartbeat."""
    tokens.beat(request.stepfunction_backend, request._get_param("taskToken"))
    return {}


def _check(held: Any, definition: str, kind: str) -> None:
    """InvalidDefinition for a definition that cannot run."""
    held._validate_definition(definition)
    if (missing := missing_state(json.loads(definition))) is not None:
        raise api.InvalidDefinition(message=f"Invalid State Machine Definition: '{missing}'")
    if kind == "EXPRESS":
        try:
            ExpressStaticAnalyser().analyse(definition)
        except ValueError as error:
            raise api.InvalidDefinition(message=str(error)) from None


def _start(request: Any, *, sync: bool) -> Any:
    get = request._get_param
    text = get("input", if_none="{}")
    most = limit("step_functions_payload_bytes")
    if len(text.encode()) > most:
        raise exceptions.ValidationException(
            "1 validation error detected: Value at 'input' failed to satisfy constraint: "
            f"Member must have length less than or equal to {most}"
        )
    try:
        json.loads(text)
    except ValueError as error:
        raise exceptions.InvalidExecutionInput(f"Invalid State Machine Execution Input: '{error}'") from None
    held, arn = request.stepfunction_backend, get("stateMachineArn")
    return executions.start(held, arn, get("name"), text, get("traceHeader"), sync=sync)


def _found(request: Any) -> Any:
    arn = request._get_param("executionArn")
    if ":express:" in arn:
        raise exceptions.InvalidArn("Invalid Arn: 'Resource type not valid in this context: express'")
    return request.stepfunction_backend.describe_execution(arn)


def _described(execution: Any) -> dict[str, Any]:
    """An execution as DescribeExecution and StartSyncExecution give it; output is there when it succeeded."""
    answer = {
        "executionArn": execution.exec_arn,
        "stateMachineArn": execution.state_machine.arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": execution.start_date,
        "input": execution.execution_input,
        "inputDetails": {"included": True},
    }
    if execution.stop_date is not None:
        answer["stopDate"] = execution.stop_date
    if execution.status == "SUCCEEDED":
        answer["output"] = executions.text_of(execution.output)
        answer["outputDetails"] = {"included": True}
    more = {"error": execution.error, "cause": execution.cause}
    return {**answer, **{name: value for name, value in more.items() if value is not None}}
