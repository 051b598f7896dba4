"""The states that call nothing: what they do with their input, and where they lead."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone

from invocation_lint.reference.machines.definitions import missing_state

DOUBLES = "def handler(event, context):\n    return event * 2\n"


def test_a_choice_takes_the_first_that_holds(hall):
    states = {
        "Which": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.kind", "StringEquals": "a", "Next": "A"},
                {
                    "And": [
                        {"Variable": "$.size", "IsPresent": True},
                        {"Variable": "$.size", "NumericGreaterThan": 10},
                    ],
                    "Next": "Large",
                },
            ],
            "Default": "Other",
        },
        "A": {"Type": "Pass", "Result": "a", "End": True},
        "Large": {"Type": "Pass", "Result": "large", "End": True},
        "Other": {"Type": "Succeed"},
    }
    assert hall.output(states, {"kind": "a", "size": 11}) == "a"
    assert hall.output(states, {"kind": "b", "size": 11}) == "large"
    assert hall.output(states, {"kind": "b"}) == {"kind": "b"}


def test_a_choice_that_fits_nothing_fails(hall):
    states = {
        "Which": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "One"}]},
        "One": {"Type": "Succeed"},
    }
    assert hall.run(states, {"n": 2}).error == "States.NoChoiceMatched"


def test_a_map_runs_for_each_item(hall):
    processor = {
        "ProcessorConfig": {"Mode": "INLINE"},
        "StartAt": "Double",
        "States": {"Double": {"Type": "Task", "Resource": hall.arn(hall.function(DOUBLES)), "End": True}},
    }
    states = {
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.items",
            "MaxConcurrency": 2,
            "ItemProcessor": processor,
            "ResultPath": "$.doubled",
        }
    }
    assert hall.output(states, {"items": [1, 2, 3, 4, 5]}) == {
        "items": [1, 2, 3, 4, 5],
        "doubled": [2, 4, 6, 8, 10],
    }


def test_an_item_that_fails_fails_the_map(hall):
    fails = {"StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "Bad", "Cause": "item"}}}
    states = {
        "Each": {"Type": "Map", "Iterator": fails, "Catch": [{"ErrorEquals": ["Bad"], "Next": "End"}], "End": True},
        "End": {"Type": "Pass"},
    }
    assert hall.output(states, [1, 2]) == {"Error": "Bad", "Cause": "item"}


def test_items_are_selected_with_their_index(hall):
    processor = {"StartAt": "Give", "States": {"Give": {"Type": "Pass", "End": True}}}
    selector = {"n.$": "$$.Map.Item.Index", "value.$": "$$.Map.Item.Value", "of.$": "$.of"}
    states = {"Each": {"Type": "Map", "ItemsPath": "$.items", "ItemSelector": selector, "ItemProcessor": processor}}
    assert hall.output(states, {"items": ["x", "y"], "of": 2}) == [
        {"n": 0, "value": "x", "of": 2},
        {"n": 1, "value": "y", "of": 2},
    ]


def test_branches_run_at_once(hall):
    wait = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 120, "End": True}}}
    give = {"StartAt": "Give", "States": {"Give": {"Type": "Pass", "Result": 2, "End": True}}}
    execution = hall.run({"Both": {"Type": "Parallel", "Branches": [wait, wait, give]}}, {"n": 1})
    assert json.loads(execution.output) == [{"n": 1}, {"n": 1}, 2]
    assert 120 <= execution.ended - execution.started < 235


def test_waits_last_on_the_clock_of_the_service(hall):
    states = {"Wait": {"Type": "Wait", "SecondsPath": "$.seconds"}}
    execution = hall.run(states, {"seconds": 40})
    assert 40 <= execution.ended - execution.started < 400
    moment = datetime.fromtimestamp(hall.service.clock.time(), tz=timezone.utc) + timedelta(seconds=60)
    states = {"Wait": {"Type": "Wait", "TimestampPath": "$.until"}}
    execution = hall.run(states, {"until": moment.strftime("%Y-%m-%dT%H:%M:%SZ")})
    assert -2 <= execution.ended - moment.timestamp() < 300


def test_a_day_can_be_waited_for(bench):
    with bench.service(clock_factor=20_000) as service:
        client = service.client("stepfunctions")
        states = {"Wait": {"Type": "Wait", "Seconds": 86_400, "End": True}}
        made = client.create_state_machine(
            name="day",
            definition=json.dumps({"StartAt": "Wait", "States": states}),
            roleArn="arn:aws:iam::123456789012:role/machine",
        )
        client.start_execution(stateMachineArn=made["stateMachineArn"])
        client.close()
        assert service.wait_until_idle(10 * 86_400)
        (execution,) = service.machine_executions("day")
        assert execution.status == "SUCCEEDED"
        assert execution.ended - execution.started >= 86_400


def test_fail_and_succeed_end_an_execution(hall):
    execution = hall.run(
        {"No": {"Type": "Fail", "ErrorPath": "$.error", "CausePath": "$.cause"}}, {"error": "E", "cause": "C"}
    )
    assert (execution.status, execution.error, execution.cause) == ("FAILED", "E", "C")
    assert hall.output({"Yes": {"Type": "Succeed", "OutputPath": "$.a"}}, {"a": 1}) == 1


def test_intrinsic_functions_and_the_context(hall):
    parameters = {
        "name.$": "States.Format('{}-{}', $.a, $.n)",
        "parts.$": "States.StringSplit($.a, 'n')",
        "sum.$": "States.MathAdd($.n, 5)",
        "json.$": "States.StringToJson($.text)",
        "text.$": "States.JsonToString($.list)",
        "has.$": "States.ArrayContains($.list, 2)",
        "pieces.$": "States.ArrayPartition($.list, 2)",
        "machine.$": "$$.StateMachine.Name",
        "state.$": "$$.State.Name",
        "input.$": "$$.Execution.Input.n",
        "role.$": "$$.Execution.RoleArn",
        "started.$": "$$.Execution.StartTime",
        "entered.$": "$$.State.EnteredTime",
    }
    given = {"a": "one", "n": 1, "text": '{"k": [true]}', "list": [1, 2, 3]}
    output = hall.output({"Make": {"Type": "Pass", "Parameters": parameters}}, given)
    assert output.pop("machine").startswith("m")
    for moment in ("started", "entered"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", output.pop(moment))
    assert output == {
        "name": "one-1",
        "parts": ["o", "e"],
        "sum": 6,
        "json": {"k": [True]},
        "text": "[1,2,3]",
        "has": True,
        "pieces": [[1, 2], [3]],
        "state": "Make",
        "input": 1,
        "role": "arn:aws:iam::123456789012:role/machine",
    }


def test_a_path_that_leads_nowhere_fails(hall):
    execution = hall.run({"Make": {"Type": "Pass", "Parameters": {"x.$": "$.nothing"}}})
    assert execution.error == "States.Runtime"


def test_variables_are_kept_between_states(hall):
    states = {
        "Keep": {"Type": "Pass", "Assign": {"id.$": "$.id"}, "Next": "Drop"},
        "Drop": {"Type": "Pass", "Result": {}, "Next": "Use"},
        "Use": {"Type": "Pass", "Parameters": {"again.$": "$id"}},
    }
    assert hall.output(states, {"id": 5}) == {"again": 5}


def test_transitions_to_states_that_are_not_there():
    inner = {"StartAt": "X", "States": {"X": {"Type": "Pass", "Next": "Y"}}}
    whole = {"StartAt": "A", "States": {"A": {"Type": "Parallel", "Branches": [inner], "End": True}}}
    assert missing_state(whole) == (
        "MISSING_TRANSITION_TARGET: Missing 'Next' target: Y at /States/A/Branches[0]/States/X/Next"
    )
    assert missing_state({"StartAt": "B", "States": {}}) == (
        "MISSING_TRANSITION_TARGET: Missing 'StartAt' target: B at /StartAt"
    )
    caught = {"Type": "Task", "End": True, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Gone"}]}
    assert "Gone at /States/A/Catch[0]/Next" in str(missing_state({"StartAt": "A", "States": {"A": caught}}))
    assert missing_state({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}) is None


def test_children_of_a_distributed_map_may_be_express(hall):
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        "StartAt": "Each",
        "States": {"Each": {"Type": "Pass", "Parameters": {"got.$": "$"}, "End": True}},
    }
    states = {"Map": {"Type": "Map", "ItemProcessor": processor, "Label": "Each"}}
    assert hall.output(states, [1, 2]) == [{"got": 1}, {"got": 2}]
