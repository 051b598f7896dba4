"""State machines whose task is a function: the histories that AWS recorded."""

from __future__ import annotations

import json

import pytest

from tests.reference.observed.answers import assert_same, covers, recorded, with_task_root

RAISES = """
def handler(event, context):
    raise Exception("Some exception was raised.")
"""

RAISES_CUSTOM = """
class CustomException(Exception):
    message: str

    def __init__(self):
        self.message = "CustomException message"


def handler(event, context):
    raise CustomException()
"""


def machine(function_arn, state, catch=()):
    """A task, and states that its errors lead to: (error, state, where the error is put)."""
    states = {state: {"Type": "Task", "Resource": function_arn, "End": True}}
    for error, following, more in catch:
        states[state].setdefault("Catch", []).append({"ErrorEquals": [error], "Next": following})
        states[following] = {"Type": "Pass", "End": True, **more}
    return json.dumps({"StartAt": state, "States": states})


def opened(value):
    """Texts of JSON as what they hold: which spaces AWS put into them is not recorded."""
    if isinstance(value, dict):
        return {key: opened(each) for key, each in value.items()}
    if isinstance(value, list):
        return [opened(each) for each in value]
    if isinstance(value, str) and value.startswith("{"):
        return opened(json.loads(value))
    return value


def history_of(shared, bench, source, name, given, **states):
    """The history of an execution whose function holds `source`, in the form of the recordings."""
    function = bench.function(name, source)
    (function.code_dir / "app.py").write_text(source.lstrip("\n"), encoding="utf-8")
    (function.code_dir / "app.py").rename(function.code_dir / "handler.py")
    shared.service.add_function(function.__class__(name, "handler.handler", function.code_dir))
    client = shared.client("stepfunctions")
    arn = f"arn:aws:lambda:{shared.service.region}:{shared.service.account}:function:{name}"
    role = f"arn:aws:iam::{shared.service.account}:role/snf_role_arn"
    made = client.create_state_machine(name=f"machine-{name}", definition=machine(arn, **states), roleArn=role)
    execution = client.start_execution(stateMachineArn=made["stateMachineArn"], input=json.dumps(given))["executionArn"]
    assert shared.service.wait_until_idle()
    answer = client.get_execution_history(executionArn=execution)
    events = with_task_root(json.loads(json.dumps(answer["events"], default=lambda _: "timestamp")), function.code_dir)
    events = json.loads(json.dumps(events).replace(role, "snf_role_arn"))
    return {"ResponseMetadata": {"HTTPStatusCode": answer["ResponseMetadata"]["HTTPStatusCode"]}, "events": events}


def compare(test, ours):
    assert_same(opened(recorded("state_machines", test, "get_execution_history")), opened(ours))


FAILED_TASK = [("States.TaskFailed", "EndWithStateTaskFailedHandler", {"ResultPath": "$.task_failed_error"})]


@covers("state_machines", "TestTaskLambda/test_raise_exception")
def test_a_function_that_raises_fails_the_execution(shared, bench):
    given = {"FunctionName": "raises", "Payload": None}
    compare("TestTaskLambda/test_raise_exception", history_of(shared, bench, RAISES, "raises", given, state="Start"))


@covers("state_machines", "TestTaskLambda/test_raise_exception_catch")
def test_a_caught_error_goes_on_as_input(shared, bench):
    given = {"FunctionName": "caught", "Payload": None}
    ours = history_of(shared, bench, RAISES, "caught", given, state="Start", catch=FAILED_TASK)
    compare("TestTaskLambda/test_raise_exception_catch", ours)


@covers("state_machines", "TestTaskLambda/test_raise_custom_exception")
def test_an_error_is_caught_by_the_name_of_its_class(shared, bench):
    catch = [("CustomException", "ErrorMatched", {})]
    given = {"FunctionName": "custom", "Payload": None}
    ours = history_of(shared, bench, RAISES_CUSTOM, "custom", given, state="InvokeLambda", catch=catch)
    compare("TestTaskLambda/test_raise_custom_exception", ours)


@pytest.mark.parametrize(
    ("test", "catch"),
    [("test_no_such_function", []), ("test_no_such_function_catch", FAILED_TASK)],
)
@covers("state_machines", "TestTaskLambda/test_no_such_function")
@covers("state_machines", "TestTaskLambda/test_no_such_function_catch")
def test_the_function_of_a_plain_arn_is_not_that_of_the_input(shared, bench, test, catch):
    name = test.replace("_", "-")
    given = {"FunctionName": f"no_such_{name}", "Payload": None}
    compare(f"TestTaskLambda/{test}", history_of(shared, bench, RAISES, name, given, state="Start", catch=catch))
