"""Asynchronous events: retries, ages, throttling, ends, duplicates, loops."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

FAILS = "def handler(event, context):\n    raise ValueError('boom')\n"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:results"


def event(invoke, service, name, payload=None):
    answer = invoke(service, name, payload or {}, InvocationType="Event")
    assert answer["StatusCode"] == 202
    return answer["ResponseMetadata"]["RequestId"]


def test_a_failing_event_is_run_three_times_with_one_request_id(bench, invoke):
    service = bench.service(bench.function("f", FAILS, timeout=900), clock_factor=100)
    request_id = event(invoke, service, "f")
    assert service.wait_until_idle(400)
    runs = service.executions("f")
    assert [(each.attempt, each.request_id, each.origin) for each in runs] == [
        (n, request_id, "event") for n in (1, 2, 3)
    ]
    assert [each.outcome for each in runs] == ["error"] * 3
    assert runs[1].started - runs[0].ended >= 60
    assert runs[2].started - runs[1].ended >= 120
    assert service.deliveries() == ()


def test_retries_and_age_are_the_functions(bench, invoke):
    service = bench.service(
        bench.function("never", FAILS, timeout=900, maximum_retry_attempts=0),
        bench.function("young", FAILS, timeout=900, maximum_event_age=60),
        bench.function("older", FAILS, timeout=900, maximum_event_age=150),
        clock_factor=40,
    )
    for name in ("never", "young", "older"):
        event(invoke, service, name)
    assert service.wait_until_idle(400)
    assert [len(service.executions(name)) for name in ("never", "young", "older")] == [1, 1, 2]


def test_a_throttled_event_waits_and_is_not_counted_as_a_retry(bench, invoke):
    source = "import time\n\ndef handler(event, context):\n    time.sleep(event['sleep'])\n"
    service = bench.service(bench.function("f", source, reserved_concurrency=1, timeout=600), clock_factor=20)
    event(invoke, service, "f", {"sleep": 60})
    assert service.clock.wait_until(lambda: len(service.executions()) == 1, 60)
    event(invoke, service, "f", {"sleep": 0})
    assert service.clock.wait_until(lambda: bool(service.queued_events()), 60)
    with pytest.raises(ClientError) as caught:
        invoke(service, "f", {"sleep": 0})
    assert caught.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert service.wait_until_idle(400)
    assert [each.attempt for each in service.executions()] == [1, 1]
    assert service.executions()[1].started >= service.executions()[0].ended


def test_destinations_and_dead_letters(bench, invoke):
    source = """
        def handler(event, context):
            if event.get("fail"):
                raise ValueError("boom")
            return {"ok": 1}
    """
    function = bench.function(
        "f", source, maximum_retry_attempts=0, on_success=QUEUE, on_failure=QUEUE, dead_letter=QUEUE
    )
    service = bench.service(function)
    sqs = service.client("sqs")
    try:
        url = sqs.create_queue(QueueName="results")["QueueUrl"]
        event(invoke, service, "f", {"n": 1})
        assert service.wait_until_idle(30)
        request_id = event(invoke, service, "f", {"fail": 1})
        assert service.wait_until_idle(30)
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])["Messages"]
    finally:
        sqs.close()
    success, failure, dead_letter = (json.loads(each["Body"]) for each in messages)
    assert (success["requestContext"]["condition"], success["responsePayload"]) == ("Success", {"ok": 1})
    assert "functionError" not in success["responseContext"]
    assert (failure["requestContext"]["condition"], failure["requestPayload"]) == ("RetriesExhausted", {"fail": 1})
    assert dead_letter == {"fail": 1}
    assert messages[2]["MessageAttributes"]["RequestID"]["StringValue"] == request_id
    assert [each.kind for each in service.deliveries()] == ["on_success", "on_failure", "dead_letter"]


def test_a_destination_that_is_not_there_is_written_down(bench, invoke):
    service = bench.service(bench.function("f", on_success=QUEUE), bench.function("g", on_success="arn:aws:ec2:x:1:y"))
    event(invoke, service, "f")
    event(invoke, service, "g")
    assert service.wait_until_idle(60)
    errors = {each.function: each.error for each in service.deliveries()}
    assert "QueueDoesNotExist" in errors["f"]
    assert "ec2" in errors["g"]


def test_a_function_as_destination_gets_the_record_as_its_event(bench, invoke):
    target = "arn:aws:lambda:us-east-1:123456789012:function:echo"
    service = bench.service(
        bench.function("f", "def handler(event, context):\n    return 7\n", on_success=target), bench.function("echo")
    )
    event(invoke, service, "f")
    assert service.clock.wait_until(lambda: len(service.executions("echo")) == 1, 10)
    assert service.wait_until_idle(10)
    record = json.loads(service.executions("echo")[0].payload)
    assert (record["responsePayload"], record["requestContext"]["condition"]) == (7, "Success")


def test_topics_and_buckets_as_destinations(bench, invoke):
    topic, bucket = "arn:aws:sns:us-east-1:123456789012:news", "arn:aws:s3:::failures"
    function = bench.function("f", FAILS, timeout=900, maximum_retry_attempts=0, dead_letter=topic, on_failure=bucket)
    service = bench.service(function)
    s3, sns = service.client("s3", s3={"addressing_style": "path"}), service.client("sns")
    try:
        s3.create_bucket(Bucket="failures")
        sns.create_topic(Name="news")
        event(invoke, service, "f", {"a": 1})
        assert service.wait_until_idle(60)
        listed = s3.list_objects_v2(Bucket="failures")["Contents"]
        record = json.loads(s3.get_object(Bucket="failures", Key=listed[0]["Key"])["Body"].read())
    finally:
        s3.close()
        sns.close()
    assert record["requestPayload"] == {"a": 1}
    assert [(each.kind, each.error) for each in service.deliveries()] == [("on_failure", None), ("dead_letter", None)]


def test_an_event_is_delivered_twice_on_demand(bench, invoke):
    service = bench.service(bench.function("echo"))
    service.faults.duplicate("echo")
    first = event(invoke, service, "echo", {"n": 1})
    event(invoke, service, "echo", {"n": 2})
    assert service.wait_until_idle(30)
    runs = service.executions()
    assert sorted(json.loads(each.payload)["n"] for each in runs) == [1, 1, 2]
    assert [each.request_id for each in runs].count(first) == 2


LOOPS = """
import json, os
import boto3

client = boto3.client("lambda")

def handler(event, context):
    kind = event["kind"]
    client.invoke(FunctionName=context.function_name, InvocationType=kind, Payload=json.dumps(event))
"""


def test_a_chain_of_events_is_stopped_after_sixteen_runs(bench, invoke):
    service = bench.service(bench.function("f", LOOPS, timeout=60, dead_letter=QUEUE), clock_factor=10)
    event(invoke, service, "f", {"kind": "Event"})
    assert service.wait_until_idle(600)
    assert len(service.executions("f")) == 16
    assert [each.kind for each in service.deliveries("f")] == ["dead_letter"]


def test_a_chain_of_synchronous_calls_is_refused_inwards(bench, invoke):
    source = """
        import os, urllib.error, urllib.request

        def handler(event, context):
            url = f"{os.environ['AWS_ENDPOINT_URL']}/2015-03-31/functions/f/invocations"
            headers = {"X-Amzn-Trace-Id": os.environ["_X_AMZN_TRACE_ID"]}
            try:
                return urllib.request.urlopen(urllib.request.Request(url, b"{}", headers)).status
            except urllib.error.HTTPError as error:
                return error.code
    """
    service = bench.service(bench.function("f", source, timeout=60))
    assert invoke(service, "f")["Payload"] == 200
    assert len(service.executions("f")) == 16
    refused = [each for each in service.requests("f") if each.error]
    assert [(each.error, each.status) for each in refused] == [("RecursiveInvocationException", 400)]


def test_loops_may_be_allowed_and_separate_calls_are_no_loop(bench, invoke):
    source = """
        import json
        import boto3

        client = boto3.client("lambda")

        def handler(event, context):
            if event["left"]:
                payload = json.dumps({"left": event["left"] - 1})
                client.invoke(FunctionName="f", InvocationType="Event", Payload=payload)
    """
    service = bench.service(bench.function("f", source, timeout=60, recursive_loop="Allow"), clock_factor=10)
    event(invoke, service, "f", {"left": 18})
    assert service.wait_until_idle(600)
    assert len(service.executions("f")) == 19


def test_events_of_a_removed_function_are_dropped(bench, invoke):
    service = bench.service(bench.function("f", FAILS))
    event(invoke, service, "f")
    assert service.clock.wait_until(lambda: [one.attempt for one in service.queued_events()] == [2], 60)
    service.remove_function("f")
    assert service.executions("f")[0].outcome == "error"
