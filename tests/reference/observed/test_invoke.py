"""Invoke and Function URLs: the answers that AWS gave to the same requests."""

from __future__ import annotations

import base64
import http.client
import json
import re

import pytest
from botocore.exceptions import ClientError

from tests.reference.observed.answers import (
    assert_same,
    covers,
    load,
    log_lines,
    recorded,
    sdk_answer,
    with_task_root,
)

ECHO = "def handler(event, context):\n    print(event if event else '{}')\n    return event\n"
TALKS = """
import logging

logging.getLogger().setLevel(logging.INFO)

def handler(event, context):
    print("Lambda log message - print function")
    logging.info("Lambda log message - logging module")
    if "raise_error" in event:
        raise Exception("Test exception (this is intentional)")
    names = ["aws_request_id", "client_context", "function_name", "function_version", "invoked_function_arn",
             "log_group_name", "log_stream_name", "memory_limit_in_mb"]
    return {"event": event, "context": {name: getattr(context, name) for name in names}}
"""


def compare(test, answer, response):
    expected = recorded("invoke", test, answer)
    assert_same(expected, sdk_answer(response, expected))


def refused(call):
    with pytest.raises(ClientError) as caught:
        call()
    response = caught.value.response
    return {**response, "ResponseMetadata": {"HTTPStatusCode": response["ResponseMetadata"]["HTTPStatusCode"]}}


@covers("invoke", "TestLambdaBaseFeatures/test_lambda_too_large_response")
def test_too_large_response(bench, scene):
    source = "def handler(event, context):\n    return 'a' * event['bytenum']\n"
    client = scene(bench.function("f", source, timeout=60)).client()
    for answer in ("invoke_result", "invoke_result_2"):
        response = client.invoke(FunctionName="f", Payload=json.dumps({"bytenum": 7 * 1024 * 1024}))
        compare("TestLambdaBaseFeatures/test_lambda_too_large_response", answer, response)


@covers("invoke", "TestLambdaBehavior/test_lambda_cache_local[python]")
def test_globals_are_kept(bench, scene):
    source = "n = -1\n\ndef handler(event, context):\n    global n\n    n += 1\n    return {'counter': n}\n"
    client = scene(bench.function("f", source)).client()
    for answer in ("first_invoke_result", "second_invoke_result"):
        compare("TestLambdaBehavior/test_lambda_cache_local[python]", answer, client.invoke(FunctionName="f"))


@covers("invoke", "TestLambdaBehavior/test_lambda_init_environment")
def test_environment(bench, scene):
    test, answer = "TestLambdaBehavior/test_lambda_init_environment", "lambda-init-inspection"
    source = "import os\n\ndef handler(event, context):\n    return {'environment': dict(os.environ)}\n"
    function = bench.function("f", source, handler="handler.handler")
    (function.code_dir / "app.py").rename(function.code_dir / "handler.py")
    response = scene(function).client().invoke(FunctionName="f", Payload='{"pid": 1}')
    expected = recorded("invoke", test, answer)
    ours = with_task_root(sdk_answer(response, expected), function.code_dir)
    variables = ours["Payload"]["environment"]
    assert variables.pop("AWS_ENDPOINT_URL").startswith("http://127.0.0.1:")
    assert variables.pop("AWS_DISABLE_HOST_PREFIX_INJECTION") == "true"
    # The interpreter is the one that runs these tests, the Runtime API has a free port, packages lie where they lie.
    assert variables["PYTHONPATH"].split(":")[1] == "/var/task"
    named = {**variables, "AWS_EXECUTION_ENV": "AWS_Lambda_python3.14", "PYTHONPATH": "/var/runtime"}
    named["AWS_LAMBDA_RUNTIME_API"] = re.sub(r":\d+$", ":9001", variables["AWS_LAMBDA_RUNTIME_API"])
    ours["Payload"]["environment"] = named
    assert_same(expected, ours)


@covers("invoke", "TestLambdaBehavior/test_lambda_invoke_no_timeout")
def test_no_timeout(bench, scene):
    source = "import time\n\ndef handler(event, context):\n    time.sleep(event['sleep'])\n"
    client = scene(bench.function("f", source, timeout=5), clock_factor=2).client()
    response = client.invoke(FunctionName="f", Payload='{"sleep": 2}')
    compare("TestLambdaBehavior/test_lambda_invoke_no_timeout", "invoke-result", response)


@covers(
    "invoke",
    "TestLambdaBehavior/test_lambda_invoke_timed_out_environment_reuse",
    "invoke-result-file-write",
    "invoke-result-file-read",
    "invoke-result-set-number",
    "invoke-result-read-number",
    "invoke-result-file-read-after-timeout",
    "invoke-result-read-number-after-timeout",
)
def test_after_a_timeout_the_disk_is_kept_and_the_memory_is_not(bench, scene, tmp_path):
    test = "TestLambdaBehavior/test_lambda_invoke_timed_out_environment_reuse"
    source = f"""
        import time
        from pathlib import Path

        FILE = Path({str(tmp_path / "kept")!r})
        number = 0

        def handler(event, context):
            global number
            if "write" in event:
                FILE.write_text(event["write"])
            elif "read" in event:
                return {{"content": FILE.read_text()}}
            elif "set" in event:
                number = event["set"]
            elif "get" in event:
                return {{"number": number}}
            time.sleep(event.get("sleep", 0))
    """
    client = scene(bench.function("f", source, timeout=1)).client()

    def call(payload):
        return client.invoke(FunctionName="f", Payload=json.dumps(payload))

    compare(test, "invoke-result-file-write", call({"write": "some-content"}))
    compare(test, "invoke-result-file-read", call({"read": 1}))
    compare(test, "invoke-result-set-number", call({"set": 42}))
    compare(test, "invoke-result-read-number", call({"get": 1}))
    assert call({"sleep": 2})["FunctionError"] == "Unhandled"
    compare(test, "invoke-result-file-read-after-timeout", call({"read": 1}))
    compare(test, "invoke-result-read-number-after-timeout", call({"get": 1}))


@covers("invoke", "TestLambdaBehavior/test_lambda_invoke_with_timeout")
def test_timeout(bench, scene):
    source = "import time\n\ndef handler(event, context):\n    time.sleep(event['sleep'])\n"
    client = scene(bench.function("f", source, timeout=1), clock_factor=5).client()
    response = client.invoke(FunctionName="f", Payload='{"sleep": 60}')
    compare("TestLambdaBehavior/test_lambda_invoke_with_timeout", "invoke-result", response)


@covers("invoke", "TestLambdaConcurrency/test_lambda_concurrency_block")
def test_concurrency_block(bench, scene):
    test = "TestLambdaConcurrency/test_lambda_concurrency_block"
    client = scene(bench.function("f", ECHO)).client()
    version = client.publish_version(FunctionName="f")["Version"]
    answer = client.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
    compare(test, "reserved_concurrency_result", answer)

    def call(qualifier):
        return client.invoke(FunctionName="f", Qualifier=qualifier, Payload='{"hello": "world"}')

    compare(test, "invoke_latest_before_block", call("$LATEST"))
    client.put_provisioned_concurrency_config(FunctionName="f", Qualifier=version, ProvisionedConcurrentExecutions=1)
    assert_same(recorded("invoke", test, "invoke_latest_first_exc"), refused(lambda: call("$LATEST")))
    compare(test, "invoke_v1_after_block", call(version))
    assert_same(recorded("invoke", test, "invoke_latest_second_exc"), refused(lambda: call("$LATEST")))


@covers("invoke", "TestLambdaConcurrency/test_reserved_concurrency")
def test_reserved_concurrency_of_zero(bench, scene):
    test = "TestLambdaConcurrency/test_reserved_concurrency"
    stage = scene(bench.function("f", ECHO))
    client, sqs = stage.client(), stage.client("sqs")
    compare(test, "put_reserved", client.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0))
    exception = refused(lambda: client.invoke(FunctionName="f"))
    assert_same(recorded("invoke", test, "exc_no_cap_requestresponse"), exception)
    url, arn = stage.queue()
    configured = client.put_function_event_invoke_config(
        FunctionName="f", MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    compare(test, "put_event_invoke_conf", configured)
    compare(test, "invoke_result", client.invoke(FunctionName="f", InvocationType="Event"))
    assert stage.service.wait_until_idle(30)
    message = sqs.receive_message(QueueUrl=url, AttributeNames=["All"])["Messages"][0]
    expected = recorded("invoke", test, "msg")
    attributes = {name: message["Attributes"][name] for name in expected["Attributes"]}
    ours = {"MessageId": message["MessageId"], "Body": json.loads(message["Body"]), "Attributes": attributes}
    assert_same(expected, ours)
    assert stage.service.executions() == ()


@covers("invoke", "TestLambdaConcurrency/test_reserved_concurrency_async_queue")
def test_reserved_concurrency_with_an_event_at_work(bench, scene):
    test = "TestLambdaConcurrency/test_reserved_concurrency_async_queue"
    source = "import time\n\ndef handler(event, context):\n    time.sleep(event.get('wait', 0))\n"
    stage = scene(bench.function("f", source, timeout=30), clock_factor=5)
    client = stage.client()
    client.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
    client.invoke(FunctionName="f")
    first = client.invoke(FunctionName="f", InvocationType="Event", Payload='{"wait": 15}')
    assert stage.service.clock.wait_until(lambda: len(stage.service.executions()) == 2, 15)
    second = client.invoke(FunctionName="f", InvocationType="Event", Payload="{}")
    exception = refused(lambda: client.invoke(FunctionName="f"))
    assert_same(recorded("invoke", test, "too_many_requests_exc"), exception)
    client.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=3)
    assert "FunctionError" not in client.invoke(FunctionName="f")
    assert stage.service.wait_until_idle(60)
    ran = {each.request_id for each in stage.service.executions("f")}
    assert {each["ResponseMetadata"]["RequestId"] for each in (first, second)} <= ran


@covers("invoke", "TestLambdaErrors/test_lambda_handler_error")
def test_handler_error(bench, scene):
    test, answer = "TestLambdaErrors/test_lambda_handler_error", "invocation_error"
    source = 'def handler(event, context):\n    raise Exception("Handler fails")\n'
    function = bench.function("f", source, handler="lambda_handler_error.handler")
    (function.code_dir / "app.py").rename(function.code_dir / "lambda_handler_error.py")
    expected = recorded("invoke", test, answer)
    response = scene(function).client().invoke(FunctionName="f")
    assert_same(expected, with_task_root(sdk_answer(response, expected), function.code_dir))


@covers("invoke", "TestLambdaErrors/test_lambda_handler_exit")
@covers("invoke", "TestLambdaErrors/test_lambda_runtime_exit")
@pytest.mark.parametrize(
    ("test", "source"),
    [
        ("test_lambda_handler_exit", "import sys\n\ndef handler(event, context):\n    sys.exit(0)\n"),
        ("test_lambda_runtime_exit", "import sys\nsys.exit(0)\n"),
    ],
)
def test_exits(bench, scene, test, source):
    response = scene(bench.function("f", source)).client().invoke(FunctionName="f")
    compare(f"TestLambdaErrors/{test}", "invocation_error", response)


@covers("invoke", "TestLambdaErrors/test_lambda_runtime_exit_segfault")
def test_crash_at_import(bench, scene):
    source = "import os, signal\n\nos.kill(os.getpid(), signal.SIGSEGV)\n"
    response = scene(bench.function("f", source, timeout=30), clock_factor=20).client().invoke(FunctionName="f")
    compare("TestLambdaErrors/test_lambda_runtime_exit_segfault", "invocation_error", response)


@covers("invoke", "TestLambdaErrors/test_lambda_runtime_wrapper_not_found")
def test_wrapper_that_is_not_there(bench, scene):
    function = bench.function("f", ECHO, environment={"AWS_LAMBDA_EXEC_WRAPPER": "/idontexist.sh"})
    response = scene(function).client().invoke(FunctionName="f")
    compare("TestLambdaErrors/test_lambda_runtime_wrapper_not_found", "invocation_error", response)


@covers("invoke", "TestLambdaErrors/test_lambda_runtime_error")
def test_error_at_import(bench, scene):
    test, answer = "TestLambdaErrors/test_lambda_runtime_error", "invocation_error"
    function = bench.function("f", 'raise Exception("Runtime startup fails")\n', handler="lambda_runtime_error.handler")
    (function.code_dir / "app.py").rename(function.code_dir / "lambda_runtime_error.py")
    response = scene(function).client().invoke(FunctionName="f")

    def without_interpreter(payload):
        """Line numbers and the place of importlib are those of one Python version."""
        frames = [re.sub(r'"[^"]*importlib/__init__.py"', '"importlib"', each) for each in payload["stackTrace"]]
        own = frames[-1:]
        return {**payload, "stackTrace": [re.sub(r"line \d+", "line N", each) for each in frames[:-1]] + own}

    expected = recorded("invoke", test, answer)
    ours = with_task_root(sdk_answer(response, expected), function.code_dir)
    ours["Payload"] = without_interpreter(ours["Payload"])
    assert_same({**expected, "Payload": without_interpreter(expected["Payload"])}, ours)


@covers("invoke", _first := next(name for name in load("invoke") if "encoding_error[body" in name))
@covers("invoke", _second := next(name for name in load("invoke") if "encoding_error[message" in name))
@pytest.mark.parametrize(
    ("test", "answer", "payload"),
    [
        (_first, "invoke_function_invalid_payload_body", b"n\x87r\x9e\xe9\xb5\xd7I\xee\x9bmt"),
        (_second, "invoke_function_invalid_payload_message", b"\x99\xeb,j\x07\xa1zYh"),
    ],
)
def test_payload_encoding_error(bench, scene, test, answer, payload):
    client = scene(bench.function("f", ECHO)).client()
    assert_same(recorded("invoke", test, answer), refused(lambda: client.invoke(FunctionName="f", Payload=payload)))


@covers("invoke", "TestLambdaFeatures/test_basic_invoke")
@covers("invoke", "TestLambdaFeatures/test_invocation_type_request_response[python3.9]")
@covers("invoke", "TestLambdaFeatures/test_invocation_type_request_response[python3.10]")
@covers("invoke", "TestLambdaFeatures/test_invocation_type_event[python3.9]")
@covers("invoke", "TestLambdaFeatures/test_invocation_type_event[python3.10]")
@covers("invoke", "TestLambdaFeatures/test_invocation_type_dry_run[python3.9]")
@covers("invoke", "TestLambdaFeatures/test_invocation_type_dry_run[python3.10]")
@pytest.mark.parametrize(
    ("test", "answer", "kind"),
    [
        ("test_basic_invoke", "lambda_invoke_result", None),
        ("test_invocation_type_request_response[python3.9]", "invoke-result", "RequestResponse"),
        ("test_invocation_type_request_response[python3.10]", "invoke-result", "RequestResponse"),
        ("test_invocation_type_event[python3.9]", "invoke-result", "Event"),
        ("test_invocation_type_event[python3.10]", "invoke-result", "Event"),
        ("test_invocation_type_dry_run[python3.9]", "invoke-result", "DryRun"),
        ("test_invocation_type_dry_run[python3.10]", "invoke-result", "DryRun"),
    ],
)
def test_invocation_types(bench, scene, test, answer, kind):
    client = scene(bench.function("f", ECHO)).client()
    more = {} if kind is None else {"InvocationType": kind}
    compare(f"TestLambdaFeatures/{test}", answer, client.invoke(FunctionName="f", Payload=b"{}", **more))


@covers("invoke", "TestLambdaFeatures/test_invocation_type_event_error")
def test_log_of_an_event_that_fails_twice(bench, scene):
    test = "TestLambdaFeatures/test_invocation_type_event_error"
    source = (
        "class CustomException(Exception):\n    pass\n\n\ndef handler(event, context):\n"
        '    raise CustomException("some error occurred")\n'
    )
    function = bench.function("f", source, handler="handler.handler", maximum_retry_attempts=1, timeout=600)
    (function.code_dir / "app.py").rename(function.code_dir / "handler.py")
    stage = scene(function, clock_factor=50)
    response = stage.client().invoke(FunctionName="f", Payload=b"{}", InvocationType="Event")
    compare(test, "invocation_response", response)
    assert stage.service.wait_until_idle(120)
    expected = [each["message"] for each in recorded("invoke", test, "log_events")]
    assert expected.pop(0).startswith("INIT_START ")  # a line of CloudWatch; the service has no log of that kind
    ours = "".join(with_task_root(each.log, function.code_dir) for each in stage.service.executions())

    def masked(text):
        text = re.sub(r"(Duration: |Used: )[\d.]+", r"\g<1>0", text)
        return re.sub(r"RequestId: [^\s]+", "RequestId: 0", text)

    assert masked(ours) == masked("".join(each if each.endswith("\n") else f"{each}\n" for each in expected))


@covers("invoke", "TestLambdaFeatures/test_invocation_type_no_return_payload[python-Event]")
@covers("invoke", "TestLambdaFeatures/test_invocation_type_no_return_payload[python-RequestResponse]")
@pytest.mark.parametrize("kind", ["Event", "RequestResponse"])
def test_no_return_value(bench, scene, kind):
    client = scene(bench.function("f", "def handler(event, context):\n    pass\n")).client()
    response = client.invoke(FunctionName="f", Payload=b"{}", InvocationType=kind)
    compare(f"TestLambdaFeatures/test_invocation_type_no_return_payload[python-{kind}]", "invoke-result", response)


@covers("invoke", "TestLambdaFeatures/test_invocation_with_logs[python3.10]")
def test_logs(bench, scene):
    test = "TestLambdaFeatures/test_invocation_with_logs[python3.10]"
    client = scene(bench.function("f", ECHO)).client()
    response = client.invoke(FunctionName="f", Payload=b"{}", LogType="Tail")
    lines = base64.b64decode(response["LogResult"]).decode().splitlines(keepends=True)
    assert_same(recorded("invoke", test, "logs"), {"logs": lines})
    compare(test, "invoke", response)


@covers("invoke", "TestLambdaFeatures/test_invocation_with_qualifier")
def test_qualifier(bench, scene):
    test = "TestLambdaFeatures/test_invocation_with_qualifier"
    client = scene(bench.function("f", TALKS, versions=1)).client()
    payload = json.dumps({"foo": "bar with 'quotes\""})
    response = client.invoke(FunctionName="f", Payload=payload, Qualifier="1", LogType="Tail")
    assert_same(recorded("invoke", test, "log_result"), {"log_result": log_lines(response)})
    compare(test, "invocation-response", response)


@covers("invoke", "TestLambdaFeatures/test_invoke_exceptions")
def test_unknown_function(bench, scene):
    test = "TestLambdaFeatures/test_invoke_exceptions"
    client = scene().client()
    response = refused(lambda: client.invoke(FunctionName="doesnotexist"))
    assert_same(recorded("invoke", test, "invoke_function_doesnotexist"), response)


@covers("invoke", "TestLambdaFeatures/test_lambda_environment")
def test_variables(bench, scene):
    test = "TestLambdaFeatures/test_lambda_environment"
    source = "import os\n\ndef handler(event, context):\n    return {'Hello': os.environ['Hello']}\n"
    function = bench.function("f", source, handler="handler.handler", environment={"Hello": "World"}, timeout=30)
    (function.code_dir / "app.py").rename(function.code_dir / "handler.py")
    client = scene(function).client()
    configuration = client.get_function_configuration(FunctionName="f")
    expected = recorded("invoke", test, "get-configuration-result")
    configuration["Runtime"] = expected["Runtime"]  # the interpreter is the one that runs these tests
    assert_same(expected, sdk_answer(configuration, expected))
    compare(test, "invocation-result", client.invoke(FunctionName="f", Payload=b"{}"))


@covers("invoke", "TestLambdaFeatures/test_lambda_with_context")
def test_context(bench, scene):
    """Recorded with Node.js: the values of its context object, under the names that it has in Python."""
    test = "TestLambdaFeatures/test_lambda_with_context"
    source = """
        def handler(event, context):
            client = context.client_context
            return {"context": {
                "awsRequestId": context.aws_request_id,
                "callbackWaitsForEmptyEventLoop": True,
                "clientContext": {"client": {"snap": ["crackle", "pop"]} if client.client else None,
                                  "custom": client.custom, "env": client.env},
                "functionName": context.function_name,
                "functionVersion": context.function_version,
                "invokedFunctionArn": context.invoked_function_arn,
                "logGroupName": context.log_group_name,
                "logStreamName": context.log_stream_name,
                "memoryLimitInMB": context.memory_limit_in_mb,
            }}
    """
    client = scene(bench.function("f", source)).client()
    value = {"custom": {"foo": "bar"}, "client": {"snap": ["crackle", "pop"]}, "env": {"fizz": "buzz"}}
    context = base64.b64encode(json.dumps(value).encode()).decode()
    compare(test, "invocation", client.invoke(FunctionName="f", Payload=b"{}", ClientContext=context))


def send(url, body, headers=None):
    connection = http.client.HTTPConnection(url.removeprefix("http://").split("/")[0])
    try:
        connection.request("POST", "/custom_path/extend?test_param=test_value", body, headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        connection.close()


RETURNED = {
    "dict": {"hello": "world"},
    "http-response": {"statusCode": 200, "body": "body123"},
    "http-response-json": {"statusCode": 200, "body": '{"hello": "world"}'},
    "list-mixed": ["hello", 3, True],
    "string": "hello",
    "integer": 3,
    "float": 3.1,
    "boolean": True,
}


@pytest.mark.parametrize("name", RETURNED)
def test_function_url(bench, scene, name):
    test = f"TestLambdaURL/test_lambda_url_invocation[{name}]"
    stage = scene(bench.function("f", f"def handler(event, context):\n    return {RETURNED[name]!r}\n"))
    url = stage.client().create_function_url_config(FunctionName="f", AuthType="NONE")["FunctionUrl"]
    assert_same(recorded("invoke", test, "add_permission"), permission(stage))
    status, headers, content = send(url, b"{'key':'value'}")
    expected = recorded("invoke", test, "lambda_url_invocation")
    shown = {key: headers[key] for key in expected["headers"]}
    parsed = json.loads(content) if isinstance(expected["content"], dict) else content
    assert_same(expected, {"statuscode": status, "headers": shown, "content": parsed})


for _name in RETURNED:
    covers("invoke", f"TestLambdaURL/test_lambda_url_invocation[{_name}]")(test_function_url)


def permission(stage):
    """Let everybody use the URL; the answer in the form of the recordings."""
    response = stage.client().add_permission(
        FunctionName="f",
        StatementId="urlPermission",
        Action="lambda:InvokeFunctionUrl",
        Principal="*",
        FunctionUrlAuthType="NONE",
    )
    return sdk_answer({**response, "Statement": json.loads(response["Statement"])}, {})


@covers("invoke", "TestLambdaURL/test_lambda_url_invocation_exception")
def test_function_url_of_a_function_that_fails(bench, scene):
    stage = scene(bench.function("f", "def handler(event, context):\n    raise Exception('x')\n"))
    url = stage.client().create_function_url_config(FunctionName="f", AuthType="NONE")["FunctionUrl"]
    test = "TestLambdaURL/test_lambda_url_invocation_exception"
    assert_same(recorded("invoke", test, "add_permission"), permission(stage))
    status, _, content = send(url, b"{}")
    assert (status, content) == (502, "Internal Server Error")  # asserted by the recording test itself


@covers("invoke", "TestLambdaPermissions/test_lambda_permission_url_invocation")
def test_function_url_without_permission(bench, scene):
    test = "TestLambdaPermissions/test_lambda_permission_url_invocation"
    stage = scene(bench.function("f", ECHO))
    url = stage.client().create_function_url_config(FunctionName="f", AuthType="NONE")["FunctionUrl"]
    status, _, content = send(url, b"text", {"Content-Type": "text/plain"})
    assert status == 403
    assert_same(recorded("invoke", test, "lambda_url_invocation_missing_permission"), json.loads(content))


@covers("invoke", "TestRequestIdHandling/test_request_id_invoke_url")
def test_request_id_of_a_function_url(bench, scene):
    test = "TestRequestIdHandling/test_request_id_invoke_url"
    stage = scene(bench.function("f", "def handler(event, context):\n    return 'hi'\n"))
    url = stage.client().create_function_url_config(FunctionName="f", AuthType="NONE")["FunctionUrl"]
    seen = {}
    assert_same(recorded("invoke", test, "add_permission"), permission(stage))
    status, headers, content = send(url, b"{'key':'value'}")
    ours = {"statuscode": status, "content": content, "headers": {"x-amzn-RequestId": headers["x-amzn-RequestId"]}}
    assert_same(recorded("invoke", test, "lambda_url_invocation"), ours, seen=seen)
    ends = [line for line in stage.service.executions("f")[0].log.splitlines() if line.startswith("END")]
    assert_same(recorded("invoke", test, "end_log_entries"), ends, seen=seen)


@covers("invoke", "TestRequestIdHandling/test_request_id_invoke")
def test_request_id(bench, scene):
    test = "TestRequestIdHandling/test_request_id_invoke"
    source = """
        import logging

        logging.getLogger().setLevel(logging.INFO)

        def handler(event, context):
            logging.info("RequestId log message")
            return context.aws_request_id
    """
    stage = scene(bench.function("f", source))
    seen = {}
    response = stage.client().invoke(FunctionName="f")
    expected = recorded("invoke", test, "invoke_result")
    assert_same(expected, sdk_answer(response, expected), seen=seen)
    logs = [line.rstrip() for line in stage.service.executions("f")[0].log.splitlines()]
    assert_same(recorded("invoke", test, "log_entries"), {"logs": logs}, seen=seen)


@covers("invoke", "TestRequestIdHandling/test_request_id_async_invoke_with_retry")
def test_request_id_of_an_event_that_is_retried(bench, scene):
    test = "TestRequestIdHandling/test_request_id_async_invoke_with_retry"
    source = "def handler(event, context):\n    raise Exception('fail')\n"
    stage = scene(bench.function("f", source, timeout=600), clock_factor=50)
    stage.client().put_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=1)
    compare(
        test, "invoke_result", stage.client().invoke(FunctionName="f", InvocationType="Event", Payload='{"fail": 1}')
    )
    assert stage.service.wait_until_idle(300)
    ends = [line for each in stage.service.executions("f") for line in each.log.splitlines() if line[:4] == "END "]
    assert_same(recorded("invoke", test, "end_messages"), ends)
