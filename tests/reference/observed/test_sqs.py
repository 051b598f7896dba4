"""Mappings of queues: the batches that AWS made of the same messages, and what it did with the answers.

What a recording's function sent on (the event that it got, its result) is read here from the service's own records.
"""

from __future__ import annotations

import itertools
import json

import pytest

from tests.reference.observed.answers import assert_same, covers, recorded, sdk_answer

VISIBLE = "45"  # seconds; on a fast clock they leave a new process the time that it needs to start
FAILS = """
    import json

    def handler(event, context):
        (record,) = event["Records"]
        if json.loads(record["body"])["fail_attempts"] >= int(record["attributes"]["ApproximateReceiveCount"]):
            raise ValueError("failed attempt")
"""
REPORTS = """
    import json

    def handler(event, context):
        failures = []
        for record in event["Records"]:
            if json.loads(record["body"])["fail_attempts"] >= int(record["attributes"]["ApproximateReceiveCount"]):
                failures.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failures}
"""
REPORTING = ["ReportBatchItemFailures"]


_numbers = itertools.count(1)


class Stage:
    """A function with queues `jobs`, `dead` and `results` of its own in the shared scene."""

    def __init__(self, shared, bench, source, *, fifo):
        self.service, self.client = shared.service, shared.client
        number = next(_numbers)
        self.function, self.name = f"f{number}", f"results{number}"
        self.service.add_function(bench.function(self.function, source, timeout=30))
        self.results, _ = shared.queue(self.name)
        suffix, more = (".fifo", {"FifoQueue": "true"}) if fifo else ("", {})
        self.dead, dead = shared.queue(f"dead{number}{suffix}", **more)
        redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 2})
        name = f"jobs{number}{suffix}"
        self.url, self.arn = shared.queue(name, VisibilityTimeout=VISIBLE, RedrivePolicy=redrive, **more)


@pytest.fixture
def at(shared, bench):
    """`at(source of the function)` makes a stage; afterwards no mapping is left."""
    yield lambda source, *, fifo=False: Stage(shared, bench, source, fifo=fifo)
    for each in shared.service.mappings():
        shared.client().delete_event_source_mapping(UUID=each.id)


def map_queue(stage, **settings):
    return stage.client().create_event_source_mapping(
        EventSourceArn=stage.arn, FunctionName=stage.function, **settings
    )["UUID"]


def settle(stage):
    """Wait until the queue is empty; the runs of the function."""
    assert stage.service.wait_until_idle(600)
    return stage.service.executions(stage.function)


def compare_destination(stage, test):
    answer = stage.client("sqs").get_queue_url(QueueName=stage.name)
    assert_same(recorded("sqs", test, "get_destination_queue_url"), sdk_answer(answer, {}))


def compare_event(test, answer, run, seen, *, result=None, bodies_are_json=False):
    """The event of one run; SenderId is left out, as the recordings leave it out."""
    (message,) = recorded("sqs", test, answer)["Messages"]
    event = json.loads(run.payload)
    for record in event["Records"]:
        del record["attributes"]["SenderId"]
        if bodies_are_json:
            record["body"] = json.loads(record["body"])
    error = json.loads(run.response)["errorMessage"] if run.outcome == "error" else None
    ours = {"event": event, **({"error": error} if result is None else {"result": result})}
    assert_same(message["Body"], ours, seen=seen)


def compare_dead(stage, test, seen):
    answer = stage.client("sqs").receive_message(QueueUrl=stage.dead)
    messages = [{"Body": json.loads(each["Body"]), "MessageId": each["MessageId"]} for each in answer["Messages"]]
    ours = {"Messages": messages, "ResponseMetadata": {"HTTPStatusCode": 200}}
    assert_same(recorded("sqs", test, "dlq_response"), ours, seen=seen)


@covers("sqs", "test_failing_lambda_retries_after_visibility_timeout")
def test_retry_after_the_visibility_timeout(at):
    test = "test_failing_lambda_retries_after_visibility_timeout"
    stage = at(FAILS)
    map_queue(stage, BatchSize=1)
    body = json.dumps({"destination": stage.results, "fail_attempts": 1})
    stage.client("sqs").send_message(QueueUrl=stage.url, MessageBody=body)
    first, second = settle(stage)
    seen = {}
    compare_destination(stage, test)
    compare_event(test, "first_attempt", first, seen)
    compare_event(test, "second_attempt", second, seen)
    first, second = stage.service.batches(stage.function)
    assert second.started - first.started > int(VISIBLE) / 2


@covers("sqs", "test_message_body_and_attributes_passed_correctly")
def test_body_and_attributes(at):
    test = "test_message_body_and_attributes_passed_correctly"
    stage = at(FAILS)
    map_queue(stage, BatchSize=1)
    attributes = {
        "Title": {"DataType": "String", "StringValue": "The Whistler"},
        "Author": {"DataType": "String", "StringValue": "John Grisham"},
        "WeeksOn": {"DataType": "Number", "StringValue": "6"},
    }
    body = json.dumps({"destination": stage.results, "fail_attempts": 0})
    stage.client("sqs").send_message(QueueUrl=stage.url, MessageBody=body, MessageAttributes=attributes)
    (run,) = settle(stage)
    compare_destination(stage, test)
    compare_event(test, "first_attempt", run, {})


@covers("sqs", "test_redrive_policy_with_failing_lambda")
def test_redrive(at):
    test = "test_redrive_policy_with_failing_lambda"
    stage = at(FAILS)
    map_queue(stage, BatchSize=1)
    body = json.dumps({"destination": stage.results, "fail_attempts": 2})
    stage.client("sqs").send_message(QueueUrl=stage.url, MessageBody=body)
    first, second = settle(stage)
    seen = {}
    compare_destination(stage, test)
    compare_event(test, "first_attempt", first, seen)
    compare_event(test, "second_attempt", second, seen)
    compare_dead(stage, test, seen)


@covers("sqs", "test_report_batch_item_failures")
def test_reported_failures_of_a_fifo_queue(at):
    test = "test_report_batch_item_failures"
    stage = at(REPORTS, fifo=True)
    entries = [
        {
            "Id": f"message-{number}",
            "MessageBody": json.dumps({"message": number, "fail_attempts": attempts}),
            "MessageGroupId": "1",
            "MessageDeduplicationId": f"dedup-{number}",
        }
        for number, attempts in enumerate([0, 1, 1, 2], 1)
    ]
    sent = sdk_answer(stage.client("sqs").send_message_batch(QueueUrl=stage.url, Entries=entries), {})
    assert sent.pop("Failed", []) == []  # moto names it also when it is empty
    seen = {}
    assert_same(recorded("sqs", test, "send_message_batch"), sent, seen=seen)
    map_queue(stage, BatchSize=10, MaximumBatchingWindowInSeconds=0, FunctionResponseTypes=REPORTING)
    runs = settle(stage)
    assert len(runs) == 2
    compare_destination(stage, test)
    for answer, run in zip(("first_invocation", "second_invocation"), runs, strict=True):
        compare_event(test, answer, run, seen, result=json.loads(run.response), bodies_are_json=True)
    compare_dead(stage, test, seen)


@covers("sqs", "test_report_batch_item_failures_empty_json_batch_succeeds")
@covers("sqs", "test_report_batch_item_failures_invalid_result_json_batch_fails")
@pytest.mark.parametrize(
    ("test", "result", "attempts"),
    [
        ("test_report_batch_item_failures_empty_json_batch_succeeds", {}, 1),
        (
            "test_report_batch_item_failures_invalid_result_json_batch_fails",
            {"batchItemFailures": [{"foo": "notvalid"}]},
            2,
        ),
    ],
)
def test_other_results(at, test, result, attempts):
    stage = at(f"def handler(event, context):\n    return {result!r}\n")
    map_queue(stage, FunctionResponseTypes=REPORTING)
    body = json.dumps({"message": 1, "fail_attempts": 0})
    stage.client("sqs").send_message(QueueUrl=stage.url, MessageBody=body)
    runs = settle(stage)
    assert len(runs) == attempts
    seen = {}
    compare_destination(stage, test)
    for answer, run in zip(("first_invocation", "second_invocation"), runs, strict=False):
        compare_event(test, answer, run, seen, result=json.loads(run.response))
    if attempts == 1:
        assert "Messages" not in stage.client("sqs").receive_message(QueueUrl=stage.dead)
    else:
        compare_dead(stage, test, seen)


@covers("sqs", "test_report_batch_item_failures_on_lambda_error")
def test_an_error_fails_the_whole_batch(at):
    stage = at(FAILS)
    for text in ("{not a json body", json.dumps({"message": 2, "fail_attempts": 0})):
        stage.client("sqs").send_message(QueueUrl=stage.url, MessageBody=text)
    map_queue(stage, FunctionResponseTypes=REPORTING)
    settle(stage)
    messages = stage.client("sqs").receive_message(QueueUrl=stage.dead, MaxNumberOfMessages=10)["Messages"]
    messages.sort(key=lambda each: each["MD5OfBody"])
    ours = [{"Body": as_json(each["Body"]), "MessageId": each["MessageId"]} for each in messages]
    assert_same(recorded("sqs", "test_report_batch_item_failures_on_lambda_error", "dlq_messages"), ours)


def as_json(text):
    """A body as the recordings show it: parsed where it is JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return text


@covers("sqs", "test_fifo_message_group_parallelism")
def test_an_enabled_mapping(at):
    stage = at(FAILS, fifo=True)
    made = map_queue(stage, BatchSize=1)
    answer = sdk_answer(stage.client().get_event_source_mapping(UUID=made), {})
    assert_same(recorded("sqs", "test_fifo_message_group_parallelism", "get_esm_enabled"), answer)


@covers("sqs", "test_sqs_queue_as_lambda_dead_letter_queue")
def test_a_queue_for_dead_letters(at):
    """The queue of the function, not of a mapping: it gets asynchronous events only."""
    test = "test_sqs_queue_as_lambda_dead_letter_queue"
    source = """
        def handler(event, context):
            raise Exception("Test exception (this is intentional)")
    """
    stage = at(source)
    config = {"TargetArn": stage.arn}
    answer = stage.client().update_function_configuration(FunctionName=stage.function, DeadLetterConfig=config)
    assert_same(recorded("sqs", test, "lambda-response-dlq-config"), answer["DeadLetterConfig"])
    stage.client().invoke(FunctionName=stage.function, Payload=json.dumps({"raise_error": 1}), InvocationType="Event")
    assert stage.service.wait_until_idle(600)
    answer = stage.client("sqs").receive_message(QueueUrl=stage.url, MessageAttributeNames=["All"])
    names = ("MessageId", "MessageAttributes")
    messages = [
        {"Body": json.loads(each["Body"]), **{name: each[name] for name in names}} for each in answer["Messages"]
    ]
    ours = {"Messages": messages, "ResponseMetadata": {"HTTPStatusCode": 200}}
    assert_same(recorded("sqs", test, "messages"), ours)
