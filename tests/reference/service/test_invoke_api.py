"""The Invoke API over HTTP, by an unmodified boto3 client."""

from __future__ import annotations

import base64
import json

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

ECHO_CONTEXT = """
def handler(event, context):
    client = context.client_context
    return {"event": event, "custom": client and client.custom, "version": context.function_version,
            "arn": context.invoked_function_arn, "id": context.aws_request_id}
"""


def refused(call):
    with pytest.raises(ClientError) as caught:
        call()
    return caught.value.response


def test_a_synchronous_call_gets_the_handlers_answer(bench, invoke):
    service = bench.service(bench.function("echo"))
    answer = invoke(service, "echo", {"action": "x"})
    assert (answer["StatusCode"], answer["ExecutedVersion"], answer["Payload"]) == (200, "$LATEST", {"action": "x"})
    assert "FunctionError" not in answer
    assert "LogResult" not in answer


@pytest.mark.parametrize(
    ("payload", "event"),
    [(b"", {}), (b"null", None), (b"5", 5), (b'"{}"', "{}"), (b"[1]", [1]), (b"\xef\xbb\xbf{}", {}), (b" {} ", {})],
)
def test_every_json_document_is_an_event_and_an_empty_body_is_an_object(bench, invoke, payload, event):
    service = bench.service(bench.function("echo"))
    assert invoke(service, "echo", payload)["Payload"] == event


@pytest.mark.parametrize("payload", [b"{", b"{'a': 1}", b"eyJhIjogMX0=", b'{"a": NaN}', b'{"a": "\xe9"}', b"1 2", b" "])
def test_what_is_not_json_is_refused_and_not_run(bench, invoke, payload):
    service = bench.service(bench.function("echo"))
    for kind in ("RequestResponse", "Event"):
        response = refused(lambda kind=kind: invoke(service, "echo", payload, InvocationType=kind))
        assert response["Error"]["Code"] == "InvalidRequestContentException"
        assert response["Error"]["Message"].startswith("Could not parse request body into json: ")
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert service.executions() == ()
    assert [record.error for record in service.requests("echo")] == ["InvalidRequestContentException"] * 2


def test_an_unknown_mode_arrives_and_is_refused(bench, invoke):
    service = bench.service(bench.function("echo"))
    response = refused(lambda: invoke(service, "echo", InvocationType="event"))
    assert response["Error"]["Code"] == "ValidationException"
    assert "'event' at 'invocationType'" in response["Error"]["Message"]
    assert service.requests()[0].invocation_type == "event"
    assert service.executions() == ()


def test_an_unknown_function_or_qualifier_is_not_found(bench, invoke):
    service = bench.service(bench.function("echo", versions=1, aliases={"live": "1"}))
    assert "function:missing:$LATEST" in refused(lambda: invoke(service, "missing"))["Message"]
    assert "function:echo:9" in refused(lambda: invoke(service, "echo", Qualifier="9"))["Message"]
    assert refused(lambda: invoke(service, "echo:live", Qualifier="1"))["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert refused(lambda: invoke(service, "my function!"))["Error"]["Code"] == "ValidationException"


@pytest.mark.parametrize(
    ("named", "version", "arn"),
    [
        (("f", None), "$LATEST", "function:f"),
        (("f", "live"), "1", "function:f:live"),
        (("f:live", None), "1", "function:f:live"),
        (("f", "1"), "1", "function:f:1"),
        (("123456789012:function:f", None), "$LATEST", "function:f"),
        (("arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST", None), "$LATEST", "function:f:$LATEST"),
    ],
)
def test_names_arns_and_qualifiers(bench, invoke, named, version, arn):
    name, qualifier = named
    service = bench.service(bench.function("f", ECHO_CONTEXT, versions=1, aliases={"live": "1"}))
    more = {} if qualifier is None else {"Qualifier": qualifier}
    answer = invoke(service, name, **more)
    assert (answer["ExecutedVersion"], answer["Payload"]["version"]) == (version, version)
    assert answer["Payload"]["arn"].endswith(arn)
    assert service.requests()[0].function == "f"
    assert service.requests()[0].qualifier == (arn.split(":")[2:] or [None])[0]


def test_the_request_id_is_the_contexts(bench, invoke):
    service = bench.service(bench.function("f", ECHO_CONTEXT))
    answer = invoke(service, "f")
    assert answer["ResponseMetadata"]["RequestId"] == answer["Payload"]["id"] == service.requests()[0].request_id


def test_client_context(bench, invoke):
    service = bench.service(bench.function("f", ECHO_CONTEXT))
    good = base64.b64encode(b'{"custom": {"trace": "7"}}').decode()
    assert invoke(service, "f", ClientContext=good)["Payload"]["custom"] == {"trace": "7"}
    assert invoke(service, "f")["Payload"]["custom"] is None
    for bad in ('{"custom": {}}', base64.b64encode(b"no JSON").decode(), base64.b64encode(b'"' + b"x" * 3000).decode()):
        assert (
            refused(lambda bad=bad: invoke(service, "f", ClientContext=bad))["ResponseMetadata"]["HTTPStatusCode"]
            == 400
        )
    assert len(service.executions()) == 2


def test_event_and_dry_run_answer_at_once_with_an_empty_body(bench, invoke):
    service = bench.service(bench.function("echo"))
    event, dry_run = (invoke(service, "echo", {"a": 1}, InvocationType=kind) for kind in ("Event", "DryRun"))
    assert (event["StatusCode"], event["Payload"]) == (202, b"")
    assert (dry_run["StatusCode"], dry_run["Payload"]) == (204, b"")
    assert not {"ExecutedVersion", "FunctionError", "LogResult"} & (event.keys() | dry_run.keys())
    assert service.wait_until_idle()
    assert [(each.origin, each.payload) for each in service.executions()] == [("event", b'{"a": 1}')]


def test_payload_limits_by_mode(bench, invoke):
    service = bench.service(bench.function("size", "def handler(event, context):\n    return len(event)\n"))
    largest_event = b'"' + b"x" * (1048576 - 2) + b'"'
    assert invoke(service, "size", largest_event, InvocationType="Event")["StatusCode"] == 202
    response = refused(lambda: invoke(service, "size", largest_event + b" ", InvocationType="Event"))
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 413
    assert response["Error"]["Code"] == "RequestEntityTooLargeException"
    assert "(limit 1048576 bytes)" in response["Error"]["Message"]
    assert invoke(service, "size", largest_event + b" ")["Payload"] == 1048574
    largest = b'"' + b"x" * (6291456 - 2) + b'"'
    assert invoke(service, "size", largest)["Payload"] == 6291454
    message = refused(lambda: invoke(service, "size", largest + b" "))["Error"]["Message"]
    assert message == "Request must be smaller than 6291456 bytes for the InvokeFunction operation"


def test_log_tail_only_when_asked_for_and_only_the_last_4_kb(bench, invoke):
    service = bench.service(
        bench.function("talks", "def handler(event, context):\n    print('é' * 3000)\n    return 1\n")
    )
    assert "LogResult" not in invoke(service, "talks")
    log = base64.b64decode(invoke(service, "talks", LogType="Tail")["LogResult"])
    assert len(log) == 4096
    assert log.decode("utf-8", "replace").splitlines()[-1].startswith("REPORT RequestId: ")
    assert refused(lambda: invoke(service, "talks", LogType="tail"))["Error"]["Code"] == "ValidationException"


def test_invoke_async_has_its_own_limit_and_answer(bench):
    service = bench.service(bench.function("echo"))
    client = service.client()
    try:
        answer = client.invoke_async(FunctionName="echo", InvokeArgs=b'{"a": 1}')
        assert (answer["Status"], "Payload" in answer) == (202, False)
        too_large = json.dumps("x" * 262144).encode()
        response = refused(lambda: client.invoke_async(FunctionName="echo", InvokeArgs=too_large))
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 413
    finally:
        client.close()
    assert service.wait_until_idle()
    assert len(service.executions("echo")) == 1


def test_a_response_stream_tells_of_failure_only_at_its_end(bench):
    source = (
        "def handler(event, context):\n    if event == 'fail':\n        raise ValueError('boom')\n    return event\n"
    )
    service = bench.service(bench.function("f", source))
    client = service.client()
    try:
        answer = client.invoke_with_response_stream(FunctionName="f", Payload=json.dumps("x" * 100000))
        events = list(answer["EventStream"])
        body = b"".join(event["PayloadChunk"]["Payload"] for event in events[:-1])
        assert (len(events), json.loads(body), events[-1]) == (3, "x" * 100000, {"InvokeComplete": {}})
        failed = client.invoke_with_response_stream(FunctionName="f", Payload='"fail"', LogType="Tail")
        assert (failed["StatusCode"], "FunctionError" in failed) == (200, False)
        complete = list(failed["EventStream"])[-1]["InvokeComplete"]
        assert complete["ErrorCode"] == "ValueError"
        assert json.loads(complete["ErrorDetails"])["errorMessage"] == "boom"
        assert base64.b64decode(complete["LogResult"]).startswith(b"START ")
        assert refused(lambda: client.invoke_with_response_stream(FunctionName="f", InvocationType="Event"))
    finally:
        client.close()


def test_denied_functions_answer_403(bench, invoke):
    service = bench.service(bench.function("echo"), denied=["echo"])
    response = refused(lambda: invoke(service, "echo"))
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == ("AccessDeniedException", 403)


def test_the_log_of_requests_shows_what_was_on_the_wire(bench):
    service = bench.service(bench.function("echo"))
    client = service.client(retries={"total_max_attempts": 3, "mode": "standard"})
    service.faults.throttle("echo", times=2)
    try:
        client.invoke(FunctionName="echo", Payload=b'{"a": 1}', LogType="Tail")
    finally:
        client.close()
    records = service.requests("echo")
    assert [(each.sequence, each.attempt, each.status, each.error) for each in records] == [
        (1, 1, 429, "TooManyRequestsException"),
        (2, 2, 429, "TooManyRequestsException"),
        (3, 3, 200, None),
    ]
    assert len({each.sdk_invocation_id for each in records}) == 1
    assert records[2].headers["x-amz-log-type"] == "Tail"
    assert (records[2].payload, records[2].response) == (b'{"a": 1}', b'{"a": 1}')
    assert records[2].time <= (records[2].ended or 0)


def test_faults_of_the_wire(bench, invoke):
    service = bench.service(bench.function("echo"), bench.function("other"))
    service.faults.drop_connection("echo")
    with pytest.raises(ConnectionClosedError):
        invoke(service, "echo")
    assert (service.executions(), service.requests()[0].status) == ((), None)
    service.faults.drop_connection("echo", after_run=True)
    with pytest.raises(ConnectionClosedError):
        invoke(service, "echo")
    assert len(service.executions("echo")) == 1
    service.faults.answer("ec*", status=500, code="ServiceException", message="broken")
    assert invoke(service, "other")["StatusCode"] == 200
    response = refused(lambda: invoke(service, "echo"))
    assert (response["Error"]["Code"], response["Error"]["Message"]) == ("ServiceException", "broken")
    service.faults.throttle(times=5)
    service.faults.clear()
    assert invoke(service, "echo")["StatusCode"] == 200
