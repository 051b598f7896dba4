"""Executions: names, kinds, ends, histories, and what starts them."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.reference.machines.conftest import ROLE

STARTS = """
import boto3, json
machines = boto3.client("stepfunctions")

def handler(event, context):
    answer = machines.start_sync_execution(stateMachineArn=event["machine"], input=json.dumps({"n": 1}))
    return {"status": answer["status"], "output": json.loads(answer["output"])}
"""


def code(error):
    return error.value.response["Error"]["Code"]


def test_a_name_starts_one_execution(hall):
    machine = hall.machine({"Wait": {"Type": "Wait", "Seconds": 150}})
    first = hall.start(machine, {"a": 1}, name="once")
    assert hall.start(machine, {"a": 1}, name="once") == first
    with pytest.raises(hall.client().exceptions.ExecutionAlreadyExists):
        hall.start(machine, {"a": 2}, name="once")
    hall.end(first)
    with pytest.raises(hall.client().exceptions.ExecutionAlreadyExists):
        hall.start(machine, {"a": 1}, name="once")
    assert len(hall.service.machine_executions(machine.rsplit(":", 1)[1])) == 1
    assert hall.start(machine) != hall.start(machine)


def test_an_execution_is_described(hall):
    machine = hall.machine({"Give": {"Type": "Pass", "Result": {"done": True}}})
    execution = hall.start(machine, {"a": 1}, name="seen")
    hall.end(execution)
    answer = hall.client().describe_execution(executionArn=execution)
    assert answer["stateMachineArn"] == machine
    assert (answer["name"], answer["status"]) == ("seen", "SUCCEEDED")
    assert (answer["input"], answer["output"]) == ('{"a": 1}', '{"done":true}')
    assert answer["stopDate"] >= answer["startDate"]
    with pytest.raises(hall.client().exceptions.ExecutionDoesNotExist):
        hall.client().describe_execution(executionArn=f"{execution}x")


def test_an_express_execution_is_waited_for(hall):
    machine = hall.machine({"Wait": {"Type": "Wait", "Seconds": 20}}, kind="EXPRESS")
    answer = hall.client().start_sync_execution(stateMachineArn=machine, input='{"n": 1}', name="sync")
    assert (answer["status"], answer["output"]) == ("SUCCEEDED", '{"n":1}')
    assert (answer["stopDate"] - answer["startDate"]).total_seconds() >= 20
    assert answer["billingDetails"]["billedDurationInMilliseconds"] >= 20_000
    assert ":express:" in answer["executionArn"]
    again = hall.client().start_sync_execution(stateMachineArn=machine, name="sync")
    assert again["executionArn"] != answer["executionArn"]


def test_a_function_starts_an_express_execution(hall):
    machine = hall.machine({"Give": {"Type": "Pass"}}, kind="EXPRESS")
    function = hall.function(STARTS, timeout=60)
    answer = hall.client("lambda").invoke(FunctionName=function, Payload=json.dumps({"machine": machine}))
    assert json.loads(answer["Payload"].read()) == {"status": "SUCCEEDED", "output": {"n": 1}}


def test_a_failed_express_execution_is_an_answer(hall):
    machine = hall.machine({"No": {"Type": "Fail", "Error": "E", "Cause": "C"}}, kind="EXPRESS")
    answer = hall.client().start_sync_execution(stateMachineArn=machine)
    assert (answer["status"], answer["error"], answer["cause"]) == ("FAILED", "E", "C")
    assert "output" not in answer


def test_an_express_execution_lasts_five_minutes(hall):
    machine = hall.machine({"Wait": {"Type": "Wait", "Seconds": 900}}, kind="EXPRESS")
    execution = hall.end(hall.start(machine))
    assert execution.status == "TIMED_OUT"
    assert 300 <= execution.ended - execution.started < 800


def test_what_express_machines_do_not_do(hall):
    machine = hall.machine({"Give": {"Type": "Pass"}}, kind="EXPRESS")
    execution = hall.start(machine)
    for operation in ("describe_execution", "stop_execution", "get_execution_history"):
        with pytest.raises(hall.client().exceptions.InvalidArn):
            getattr(hall.client(), operation)(executionArn=execution)
    with pytest.raises(hall.client().exceptions.StateMachineTypeNotSupported):
        hall.client().start_sync_execution(stateMachineArn=hall.machine({"Give": {"Type": "Pass"}}))
    waits = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}},
    }
    with pytest.raises(hall.client().exceptions.InvalidDefinition):
        hall.machine({"Ask": waits}, kind="EXPRESS")


def test_a_machine_may_last_so_long(hall):
    machine = hall.machine({"Wait": {"Type": "Wait", "Seconds": 500}}, TimeoutSeconds=30)
    execution = hall.start(machine)
    ended = hall.end(execution)
    assert ended.status == "TIMED_OUT"
    assert ended.ended - ended.started < 450
    assert "stopDate" in hall.client().describe_execution(executionArn=execution)


def test_an_execution_is_stopped(hall):
    function = hall.function("import time\ndef handler(event, context):\n    time.sleep(200)\n", timeout=300)
    after = hall.function("def handler(event, context):\n    pass\n")
    states = {
        "Work": {"Type": "Task", "Resource": hall.arn(function), "Next": "After"},
        "After": {"Type": "Task", "Resource": hall.arn(after)},
    }
    execution = hall.start(hall.machine(states))
    assert hall.service.clock.wait_until(lambda: bool(hall.service.executions(function)), 60)
    hall.client().stop_execution(executionArn=execution, error="Enough", cause="of it")
    answer = hall.client().describe_execution(executionArn=execution)
    assert (answer["status"], answer["error"], answer["cause"]) == ("ABORTED", "Enough", "of it")
    assert hall.service.wait_until_idle()
    hall.service.clock.sleep(10)
    assert hall.seen(execution).status == "ABORTED"
    assert not hall.service.executions(after)
    assert hall.client().stop_execution(executionArn=execution)["stopDate"] == answer["stopDate"]
    history = hall.client().get_execution_history(executionArn=execution, reverseOrder=True)["events"]
    assert history[0]["type"] == "ExecutionAborted"


def test_a_history_has_pages(hall):
    execution = hall.start(hall.machine({"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass"}}))
    hall.end(execution)
    pages = (
        hall.client()
        .get_paginator("get_execution_history")
        .paginate(executionArn=execution, PaginationConfig={"PageSize": 2})
    )
    listed = [[event["type"] for event in page["events"]] for page in pages]
    assert listed == [
        ["ExecutionStarted", "PassStateEntered"],
        ["PassStateExited", "PassStateEntered"],
        ["PassStateExited", "ExecutionSucceeded"],
    ]


def test_inputs_and_definitions_that_are_refused(hall):
    machine = hall.machine({"Give": {"Type": "Pass"}})
    with pytest.raises(hall.client().exceptions.InvalidExecutionInput):
        hall.client().start_execution(stateMachineArn=machine, input="{")
    with pytest.raises(ClientError) as refused:
        hall.client().start_execution(stateMachineArn=machine, input=json.dumps("x" * 262_143))
    assert code(refused) == "ValidationException"
    with pytest.raises(hall.client().exceptions.InvalidName):
        hall.start(machine, name="a b")
    with pytest.raises(hall.client().exceptions.InvalidDefinition):
        hall.machine({"Give": {"Type": "Pass", "Next": "Nowhere"}})
    with pytest.raises(hall.client().exceptions.InvalidDefinition):
        hall.machine({"Give": {"Type": "Nothing"}})
    with pytest.raises(hall.client().exceptions.StateMachineDoesNotExist):
        hall.start(f"{machine}x")


def test_a_machine_is_made_once(hall):
    define = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    first = hall.client().create_state_machine(name="made", definition=define, roleArn=ROLE)
    again = hall.client().create_state_machine(name="made", definition=define, roleArn=ROLE)
    assert again["stateMachineArn"] == first["stateMachineArn"]
    with pytest.raises(hall.client().exceptions.StateMachineAlreadyExists):
        hall.client().create_state_machine(name="made", definition=define.replace('"A"', '"B"'), roleArn=ROLE)


def test_a_changed_definition_concerns_what_starts_later(hall):
    machine = hall.machine(
        {"Wait": {"Type": "Wait", "Seconds": 60, "Next": "Old"}, "Old": {"Type": "Pass", "Result": 1}}
    )
    running = hall.start(machine)
    changed = {"StartAt": "New", "States": {"New": {"Type": "Pass", "Result": 2, "End": True}}}
    hall.client().update_state_machine(stateMachineArn=machine, definition=json.dumps(changed))
    assert hall.end(hall.start(machine)).output == "2"
    assert hall.end(running).output == "1"


def test_versions_and_aliases_are_started(hall):
    machine = hall.machine({"Give": {"Type": "Pass", "Result": 1}})
    give = {"StartAt": "Give", "States": {"Give": {"Type": "Pass", "Result": 2, "End": True}}}
    published = hall.client().update_state_machine(stateMachineArn=machine, definition=json.dumps(give), publish=True)
    version = published["stateMachineVersionArn"]
    alias = hall.client().create_state_machine_alias(
        name="live", routingConfiguration=[{"stateMachineVersionArn": version, "weight": 100}]
    )["stateMachineAliasArn"]
    changed = json.dumps(give).replace("2", "3")
    hall.client().update_state_machine(stateMachineArn=machine, definition=changed)
    assert hall.end(hall.start(machine)).output == "3"
    assert hall.end(hall.start(version)).output == "2"
    assert hall.end(hall.start(alias)).output == "2"


def test_a_rule_starts_an_execution(hall):
    machine = hall.machine({"Give": {"Type": "Pass"}})
    hall.client("events").put_rule(Name="starts", EventPattern=json.dumps({"source": ["shop"]}))
    hall.client("events").put_targets(
        Rule="starts", Targets=[{"Id": "1", "Arn": machine, "RoleArn": ROLE, "InputPath": "$.detail"}]
    )
    hall.client("events").put_events(Entries=[{"Source": "shop", "DetailType": "t", "Detail": '{"id": 4}'}])
    assert hall.service.wait_until_idle()
    (execution,) = hall.service.machine_executions(machine.rsplit(":", 1)[1])
    assert (execution.status, json.loads(execution.output)) == ("SUCCEEDED", {"id": 4})


def test_idle_is_when_no_execution_runs(hall):
    execution = hall.start(hall.machine({"Wait": {"Type": "Wait", "Seconds": 100}}))
    assert not hall.service.wait_until_idle(1) or hall.seen(execution).status == "SUCCEEDED"
    assert hall.service.wait_until_idle(600)
    assert hall.seen(execution).status == "SUCCEEDED"


def test_the_bus_is_told_of_each_status_of_a_standard_execution(hall):
    events, sqs = hall.client("events"), hall.client("sqs")
    url = sqs.create_queue(QueueName="statuses")["QueueUrl"]
    failing = {"Fail": {"Type": "Fail", "Error": "Late", "Cause": "it was late"}}
    arn, quick = hall.machine(failing), hall.machine(failing, kind="EXPRESS")
    pattern = {"source": ["aws.states"], "detail": {"stateMachineArn": [arn, quick]}}
    events.put_rule(Name="statuses", EventPattern=json.dumps(pattern))
    queue = f"arn:aws:sqs:{hall.service.region}:{hall.service.account}:statuses"
    events.put_targets(Rule="statuses", Targets=[{"Id": "queue", "Arn": queue}])
    try:
        execution = hall.start(arn, {"n": 1})
        hall.end(hall.start(quick))
        hall.end(execution)
        assert hall.service.wait_until_idle()
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    finally:
        events.remove_targets(Rule="statuses", Ids=["queue"])
        events.delete_rule(Name="statuses")
    told = {json.loads(each["Body"])["detail"]["status"]: json.loads(each["Body"]) for each in found}
    assert (len(found), sorted(told)) == (2, ["FAILED", "RUNNING"])
    failed = told["FAILED"]
    assert (failed["detail-type"], failed["resources"]) == ("Step Functions Execution Status Change", [execution])
    detail = failed["detail"]
    assert (detail["executionArn"], detail["input"], detail["output"]) == (execution, '{"n": 1}', None)
    assert (detail["error"], detail["cause"]) == ("Late", "it was late")
    assert told["RUNNING"]["detail"]["stopDate"] is None
    assert detail["startDate"] <= detail["stopDate"]


def test_a_rule_may_start_a_machine_when_another_one_has_failed(hall):
    events = hall.client("events")
    arn = hall.machine({"Fail": {"Type": "Fail"}})
    cleaning = hall.machine({"Clean": {"Type": "Pass"}})
    pattern = {"source": ["aws.states"], "detail": {"stateMachineArn": [arn], "status": ["FAILED", "ABORTED"]}}
    events.put_rule(Name="cleaning", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="cleaning", Targets=[{"Id": "machine", "Arn": cleaning, "RoleArn": ROLE}])
    try:
        hall.end(hall.start(arn))
        assert hall.service.wait_until_idle()
    finally:
        events.remove_targets(Rule="cleaning", Ids=["machine"])
        events.delete_rule(Name="cleaning")
    (run,) = hall.service.machine_executions(cleaning.rpartition(":")[2])
    assert run.status == "SUCCEEDED"
    assert json.loads(run.input)["detail"]["status"] == "FAILED"
