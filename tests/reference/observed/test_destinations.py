"""Destinations and dead letters: the records that AWS sent for the same events."""

from __future__ import annotations

import json

import pytest

from tests.reference.observed.answers import (
    assert_same,
    covers,
    log_lines,
    recorded,
    sdk_answer,
    with_task_root,
)
from tests.reference.observed.test_invoke import TALKS

ECHO_FAIL = """
import json

def handler(event, context):
    print(json.dumps({"event": event, "aws_request_id": context.aws_request_id}))


    raise Exception("intentional failure")
"""


def as_handler_module(function, *, line=None):
    """The function with its code as `handler.py`; its `raise` moved to `line` by empty lines, as in the recording."""
    path = function.code_dir / "app.py"
    lines = path.read_text(encoding="utf-8").splitlines()
    if line is not None:
        raises = next(number for number, text in enumerate(lines, 1) if "raise " in text)
        lines[:0] = [""] * (line - raises)
        if line < raises:
            del lines[: raises - line]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.rename(function.code_dir / "handler.py")
    return function


receipts = []


def received(stage, url, function, **parameters):
    """What a queue holds, in the form of the recordings; the receipt handles are kept in `receipts`."""
    response = stage.client("sqs").receive_message(QueueUrl=url, MessageAttributeNames=["All"], **parameters)
    receipts[:] = [message["ReceiptHandle"] for message in response["Messages"]]
    messages = []
    for message in response["Messages"]:
        kept = {
            "MessageId": message["MessageId"],
            "Body": with_task_root(json.loads(message["Body"]), function.code_dir),
        }
        if "MessageAttributes" in message:
            kept["MessageAttributes"] = message["MessageAttributes"]
        if "Attributes" in message:
            names = ("ApproximateFirstReceiveTimestamp", "ApproximateReceiveCount", "SentTimestamp")
            kept["Attributes"] = {name: message["Attributes"][name] for name in names}
        messages.append(kept)
    return {"Messages": messages, "ResponseMetadata": {"HTTPStatusCode": 200}}


@covers("destinations", "TestLambdaDLQ/test_dead_letter_queue", "receive_result", "invoke_result", "log_result")
def test_dead_letter_queue(bench, scene):
    test = "TestLambdaDLQ/test_dead_letter_queue"
    arn = "arn:aws:sqs:us-east-1:111111111111:results"
    function = as_handler_module(
        bench.function("f", TALKS, handler="handler.handler", dead_letter=arn, timeout=600), line=55
    )
    stage = scene(function, clock_factor=100)
    url, _ = stage.queue()
    client = stage.client()
    client.invoke(FunctionName="f", Payload='{"raise_error": 1}', InvocationType="Event")
    assert stage.service.wait_until_idle(400)
    assert_same(recorded("destinations", test, "receive_result"), received(stage, url, function))
    client.update_function_configuration(FunctionName="f", DeadLetterConfig={})
    response = client.invoke(FunctionName="f", Payload='{"raise_error": 1}', LogType="Tail")
    lines = with_task_root(log_lines(response), function.code_dir)
    assert_same(recorded("destinations", test, "log_result"), {"result": lines})
    expected = recorded("destinations", test, "invoke_result")
    assert_same(expected, with_task_root(sdk_answer(response, expected), function.code_dir))
    assert len(stage.service.deliveries()) == 1


@covers("destinations", "TestLambdaDestinationSqs/test_assess_lambda_destination_invocation[Success-payload0]")
@covers("destinations", "TestLambdaDestinationSqs/test_assess_lambda_destination_invocation[payload0]")
@covers("destinations", "TestLambdaDestinationSqs/test_assess_lambda_destination_invocation[payload1]")
@covers("destinations", "TestLambdaDestinationSqs/test_lambda_destination_default_retries")
@pytest.mark.parametrize(
    ("test", "payload", "attempts"),
    [
        ("test_assess_lambda_destination_invocation[Success-payload0]", {}, 0),
        ("test_assess_lambda_destination_invocation[payload0]", {}, 0),
        ("test_assess_lambda_destination_invocation[payload1]", {"raise_error": 1}, 0),
        ("test_lambda_destination_default_retries", {"raise_error": 1}, None),
    ],
)
def test_queue_as_destination(bench, scene, test, payload, attempts):
    function = as_handler_module(bench.function("f", TALKS, handler="handler.handler", timeout=600), line=55)
    stage = scene(function, clock_factor=100)
    url, arn = stage.queue()
    config = {"OnSuccess": {"Destination": arn}, "OnFailure": {"Destination": arn}}
    more = {} if attempts is None else {"MaximumRetryAttempts": attempts}
    stage.client().put_function_event_invoke_config(FunctionName="f", DestinationConfig=config, **more)
    stage.client().invoke(FunctionName="f", Payload=json.dumps(payload), InvocationType="Event")
    assert stage.service.wait_until_idle(400)
    expected = recorded("destinations", f"TestLambdaDestinationSqs/{test}", "receive_message_result")
    assert_same(expected, received(stage, url, function))


def fails_with_destination(bench, scene, **config):
    function = as_handler_module(bench.function("f", ECHO_FAIL, handler="handler.handler", timeout=600), line=7)
    stage = scene(function, clock_factor=50)
    url, arn = stage.queue()
    destination = {"OnFailure": {"Destination": arn}}
    stage.client().put_function_event_invoke_config(FunctionName="f", DestinationConfig=destination, **config)
    return function, stage, url


@covers("destinations", "TestLambdaDestinationSqs/test_retries")
def test_retries(bench, scene):
    function, stage, url = fails_with_destination(bench, scene, MaximumRetryAttempts=2)
    stage.client().invoke(FunctionName="f", Payload='{"message": "m"}', InvocationType="Event")
    assert stage.service.wait_until_idle(400)
    stage.client("sqs").receive_message(QueueUrl=url, VisibilityTimeout=0)
    expected = recorded("destinations", "TestLambdaDestinationSqs/test_retries", "queue_destination_payload")
    assert_same(expected, received(stage, url, function, AttributeNames=["All"]))
    runs = stage.service.executions("f")
    assert len({each.request_id for each in runs}) == 1
    assert len({each.sandbox for each in runs}) == 1
    assert [each.log.count("intentional failure") for each in runs] == [2, 2, 2]


@covers("destinations", "TestLambdaDestinationSqs/test_maxeventage")
def test_maximum_event_age(bench, scene):
    test = "TestLambdaDestinationSqs/test_maxeventage"
    function, stage, url = fails_with_destination(bench, scene, MaximumRetryAttempts=2, MaximumEventAgeInSeconds=60)
    for answer, age, runs in (("no_retry_failure_message", 60, 1), ("single_retry_failure_message", 90, 3)):
        stage.client().update_function_event_invoke_config(
            FunctionName="f", MaximumEventAgeInSeconds=age, MaximumRetryAttempts=2
        )
        stage.client().invoke(FunctionName="f", Payload='{"message": "m"}', InvocationType="Event")
        assert stage.service.wait_until_idle(400)
        message = received(stage, url, function, AttributeNames=["All"])["Messages"]
        assert_same(recorded("destinations", test, answer), message[0])
        assert len(stage.service.executions("f")) == runs
        stage.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=receipts[-1])


@covers("destinations", "TestLambdaDestinationEventbridge/test_invoke_lambda_eventbridge")
def test_bus_as_destination(bench, scene):
    test = "TestLambdaDestinationEventbridge/test_invoke_lambda_eventbridge"
    bus = "arn:aws:events:us-east-1:111111111111:event-bus/stories"
    source = """\
        def handler(event, context):
            if event["mode"] == "failure":

                raise Exception("intentional failure!")
            return {"hello": "world", "success": True, "test": "abc", "val": 5}
    """
    function = bench.function(
        "f", source, handler="index.handler", on_success=bus, on_failure=bus, maximum_retry_attempts=0
    )
    (function.code_dir / "app.py").rename(function.code_dir / "index.py")
    stage = scene(function)
    url, arn = stage.queue()
    events = stage.client("events")
    events.create_event_bus(Name="stories")
    events.put_rule(Name="all", EventBusName="stories", EventPattern='{"source": ["lambda"]}')
    events.put_targets(Rule="all", EventBusName="stories", Targets=[{"Id": "queue", "Arn": arn}])
    for mode in ("success", "failure"):
        stage.client().invoke(FunctionName="f", Payload=json.dumps({"mode": mode}), InvocationType="Event")
        assert stage.service.wait_until_idle(60)
        body = received(stage, url, function)["Messages"][0]["Body"]
        expected = recorded("destinations", test, f"lambda_destination_event_bus_{mode}")
        # The bus is moto's: it leaves out the account that EventBridge adds.
        assert_same(expected, {**body, "account": body.get("account", "111111111111")})
