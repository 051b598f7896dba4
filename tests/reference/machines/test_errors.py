"""Errors of tasks: their names, retries with their waits, and where they are caught."""

from __future__ import annotations

import itertools
import json

import pytest

FAILS = "def handler(event, context):\n    raise ValueError('no')\n"
COUNTS = """
import os, pathlib
LOG = pathlib.Path(os.environ["LAMBDA_TASK_ROOT"], "runs")

def handler(event, context):
    runs = len(LOG.read_text()) if LOG.exists() else 0
    LOG.write_text("x" * (runs + 1))
    if runs < event["failures"]:
        raise ConnectionError(f"run {runs}")
    return runs
"""


def task(hall, function, **more):
    return {"Type": "Task", "Resource": hall.arn(function), **more}


def by_service(function, **more):
    parameters = {"FunctionName": function, "Payload.$": "$"}
    return {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": parameters, **more}


def gaps(hall, function):
    """Seconds between the end of each run and the begin of the next."""
    runs = hall.service.executions(function)
    return [after.started - before.ended for before, after in itertools.pairwise(runs)]


def test_retries_wait_longer_each_time_up_to_a_bound(hall):
    function = hall.function(COUNTS)
    hall.service.warm(function)
    retry = {
        "ErrorEquals": ["ConnectionError"],
        "IntervalSeconds": 20,
        "BackoffRate": 3,
        "MaxAttempts": 4,
        "MaxDelaySeconds": 100,
    }
    assert hall.output({"Try": task(hall, function, Retry=[retry])}, {"failures": 4}) == 4
    waits = gaps(hall, function)
    assert all(wait >= least for wait, least in zip(waits, (20, 60, 100, 100), strict=True)), waits
    assert waits[2] < 180, waits  # what it were without the bound
    assert waits[3] < 540, waits


def test_jitter_waits_less(hall):
    function = hall.function(COUNTS)
    hall.service.warm(function)
    retry = {
        "ErrorEquals": ["States.ALL"],
        "IntervalSeconds": 60,
        "BackoffRate": 1,
        "MaxAttempts": 8,
        "JitterStrategy": "FULL",
    }
    assert hall.output({"Try": task(hall, function, Retry=[retry])}, {"failures": 8}) == 8
    waits = gaps(hall, function)
    assert len(waits) == 8
    assert min(waits) < 60, waits  # without jitter none is below; with it, hardly ever all are above


def test_the_last_failure_is_caught(hall):
    function = hall.function(COUNTS)
    retry = {"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 1}
    catch = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.problem", "Next": "After"}
    states = {"Try": task(hall, function, Retry=[retry], Catch=[catch], End=True), "After": {"Type": "Pass"}}
    output = hall.output(states, {"failures": 9})
    assert output["failures"] == 9
    assert output["problem"]["Error"] == "ConnectionError"
    assert json.loads(output["problem"]["Cause"])["errorMessage"] == "run 1"


def test_without_a_retrier_for_it_an_error_is_not_retried(hall):
    function = hall.function(FAILS)
    execution = hall.run({"Try": task(hall, function, Retry=[{"ErrorEquals": ["KeyError"]}])})
    assert (execution.status, execution.error) == ("FAILED", "ValueError")
    assert len(hall.service.executions(function)) == 1


@pytest.mark.parametrize("form", ["plain", "service"])
def test_throttling_and_lost_answers_have_names_of_their_own(hall, form):
    function = hall.function("def handler(event, context):\n    return 1\n")
    state = task(hall, function) if form == "plain" else by_service(function)
    hall.service.faults.throttle(function)
    assert hall.run({"Try": dict(state)}).error == "Lambda.TooManyRequestsException"
    hall.service.faults.drop_connection(function)
    assert hall.run({"Try": dict(state)}).error == "Lambda.SdkClientException"
    hall.service.faults.throttle(function, times=2)
    retry = [{"ErrorEquals": ["Lambda.TooManyRequestsException"], "IntervalSeconds": 1}]
    assert hall.run({"Try": {**state, "Retry": retry}}).status == "SUCCEEDED"
    execution = hall.run({"Try": json.loads(json.dumps(state).replace(function, "missing"))})
    assert execution.error == "Lambda.ResourceNotFoundException"


def test_a_function_that_times_out_and_a_task_that_does(hall):
    slow = "import time\ndef handler(event, context):\n    time.sleep(60)\n"
    execution = hall.run({"Try": task(hall, hall.function(slow, timeout=10))})
    assert execution.error == "Sandbox.Timedout"
    function = hall.function(slow, timeout=120)
    execution = hall.run({"Try": task(hall, function, TimeoutSeconds=10)})
    assert execution.error == "States.Timeout"
    assert hall.service.executions(function)[0].outcome == "running"  # nobody tells the function
    assert hall.service.wait_until_idle()


def test_a_result_that_is_too_large_fails(hall):
    large = hall.function("def handler(event, context):\n    return 'x' * 300_000\n")
    assert hall.run({"Try": task(hall, large)}).error == "States.DataLimitExceeded"


def test_names_of_ones_own_may_look_like_those_of_the_service(hall):
    branches = [{"StartAt": "Stop", "States": {"Stop": {"Type": "Fail", "Error": "States.QuorumMet"}}}]
    catch = [{"ErrorEquals": ["States.QuorumMet"], "Next": "Done"}]
    states = {
        "Ask": {"Type": "Parallel", "Branches": branches, "Catch": catch, "Next": "Done"},
        "Done": {"Type": "Pass", "OutputPath": "$.Error"},
    }
    assert hall.output(states) == "States.QuorumMet"
