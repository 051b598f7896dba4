"""Responses that a custom runtime streams: they arrive while the function runs, over a Function URL and the API."""

from __future__ import annotations

import http.client
import json
import sys
import textwrap

import pytest
from botocore.eventstream import EventStream

from invocation_lint.reference import LambdaService
from invocation_lint.reference.templates.names import Place
from invocation_lint.reference.templates.serving import serve_stack
from invocation_lint.reference.templates.stack import read_stack

# A runtime that streams what `parts()` yields: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html. What
# is raised there is told in the trailers.
RUNTIME = f"#!{sys.executable}" + textwrap.dedent("""
    import base64, http.client, json, os, pathlib, time

    ROOT = pathlib.Path(os.environ["LAMBDA_TASK_ROOT"])

    def until(name):
        while not (ROOT / name).exists():
            time.sleep(0.01)

    def send(connection, request_id):
        error = None
        connection.putrequest("POST", f"/2018-06-01/runtime/invocation/{request_id}/response")
        connection.putheader("Lambda-Runtime-Function-Response-Mode", "streaming")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.putheader("Trailer", "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body")
        connection.putheader("Content-Type", TYPE)
        connection.endheaders()
        try:
            for part in parts():
                connection.send(b"%x\\r\\n%b\\r\\n" % (len(part), part))
        except ValueError as problem:
            error = {"errorType": "ValueError", "errorMessage": str(problem)}
        connection.send(b"0\\r\\n")
        if error is not None:
            body = base64.b64encode(json.dumps(error).encode())
            connection.send(b"Lambda-Runtime-Function-Error-Type: ValueError\\r\\n")
            connection.send(b"Lambda-Runtime-Function-Error-Body: " + body + b"\\r\\n")
        connection.send(b"\\r\\n")
        connection.getresponse().read()

    def main():
        while True:
            connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
            connection.request("GET", "/2018-06-01/runtime/invocation/next")
            event = connection.getresponse()
            event.read()
            send(connection, event.headers["Lambda-Runtime-Aws-Request-Id"])
            connection.close()
""")
WITH_HEAD = "application/vnd.awslambda.http-integration-response"
HEAD = '{"statusCode": 201, "headers": {"Content-Type": "text/event-stream"}, "cookies": ["a=1"]}'
WAITS = 'yield b"first"; until("go"); yield b"second"'


@pytest.fixture
def runtime(bench):
    """`runtime(body of parts(), content type, **settings)`: a service with the function `f`, and its folder."""

    def make(parts, content_type="text/plain", **settings):
        function = bench.function("f", url=True, bootstrap=True, **{"timeout": 60, "url_streams": True, **settings})
        program = function.code_dir / "bootstrap"
        program.write_text(
            f"{RUNTIME}\nTYPE = {content_type!r}\n\ndef parts():\n    {parts}\n\nmain()\n", encoding="utf-8"
        )
        program.chmod(0o755)
        return bench.service(function), function.code_dir

    return make


class Reading:
    """A GET at a URL whose answer is read in pieces."""

    def __init__(self, url):
        self._connection = http.client.HTTPConnection(url.removeprefix("http://").rstrip("/"))
        self._connection.request("GET", "/")
        self.answer = self._connection.getresponse()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.answer.close()
        self._connection.close()


def test_the_first_chunk_arrives_before_the_function_ends(runtime):
    service, folder = runtime(WAITS)
    with Reading(service.function_url("f")) as reading:
        assert reading.answer.read(5) == b"first"
        assert [run.outcome for run in service.executions()] == ["running"]
        (folder / "go").touch()
        assert reading.answer.read() == b"second"
        assert (reading.answer.status, reading.answer.headers["Content-Type"]) == (200, "text/plain")
    assert service.wait_until_idle()
    assert [(run.outcome, run.response) for run in service.executions()] == [("success", b"firstsecond")]
    assert [(record.status, record.response) for record in service.front_requests()] == [(200, b"firstsecond")]


def test_status_headers_and_cookies_come_first(runtime):
    """They may be cut anywhere by chunks."""
    head = HEAD.encode()
    parts = f'yield {head[:10]!r}; yield {head[10:] + bytes(4)!r}; yield {bytes(4) + b"data: 1"!r}; until("go")'
    service, folder = runtime(parts, WITH_HEAD)
    with Reading(service.function_url("f")) as reading:
        assert (reading.answer.status, reading.answer.read(7)) == (201, b"data: 1")
        assert reading.answer.headers["Content-Type"] == "text/event-stream"
        assert reading.answer.headers["Set-Cookie"] == "a=1"
        (folder / "go").touch()
        assert reading.answer.read() == b""


@pytest.mark.parametrize("parts", ['yield b"{}"', 'yield b"no json" + bytes(8)', 'yield b"[]" + bytes(8)'])
def test_a_head_that_is_none_is_a_502(runtime, parts):
    service, _ = runtime(parts, WITH_HEAD)
    with Reading(service.function_url("f")) as reading:
        assert (reading.answer.status, reading.answer.read()) == (502, b"Internal Server Error")


@pytest.mark.parametrize(
    ("ending", "outcome", "error_type"),
    [
        ('raise ValueError("boom")', "error", "ValueError"),
        ("os._exit(3)", "exit", "Runtime.ExitError"),
        ("time.sleep(600)", "timeout", "Sandbox.Timedout"),
    ],
)
def test_a_failure_in_the_middle(runtime, ending, outcome, error_type):
    """The client of a URL gets no end of the response, that of the API gets the error after what was sent."""
    timeout = 2.5 if outcome == "timeout" else 60
    service, _ = runtime(f'yield b"first"; {ending}', timeout=timeout)
    with Reading(service.function_url("f")) as reading:
        assert reading.answer.status == 200
        assert reading.answer.read(5) == b"first"
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            reading.answer.read()
    assert service.wait_until_idle()
    assert [(run.outcome, run.error_type) for run in service.executions()] == [(outcome, error_type)]
    assert "the function failed" in service.front_requests()[0].note
    chunks, complete = told(service)
    assert chunks == [b"first"]
    assert complete["ErrorCode"] == error_type
    if outcome == "error":
        assert json.loads(complete["ErrorDetails"]) == {"errorType": "ValueError", "errorMessage": "boom"}


def told(service):
    """The chunks of InvokeWithResponseStream, and how the function ended."""
    client = service.client()
    stream = client.invoke_with_response_stream(FunctionName="f")["EventStream"]
    events = list(stream)
    stream.close()
    client.close()
    return [each["PayloadChunk"]["Payload"] for each in events[:-1]], events[-1]["InvokeComplete"]


def test_the_api_sends_chunks_while_the_function_runs(runtime):
    service, folder = runtime(WAITS)
    client = service.client()
    answer = client.invoke_with_response_stream(FunctionName="f", LogType="Tail")
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amzn-remapped-content-type"] == "text/plain"
    stream = answer["EventStream"]
    assert isinstance(stream, EventStream)
    events = iter(stream)
    assert next(events) == {"PayloadChunk": {"Payload": b"first"}}
    assert [run.outcome for run in service.executions()] == ["running"]
    (folder / "go").touch()
    assert next(events) == {"PayloadChunk": {"Payload": b"second"}}
    assert "LogResult" in next(events)["InvokeComplete"]
    stream.close()
    client.close()


def test_invoke_and_a_url_that_buffers_get_all_of_it(runtime, invoke):
    service, _ = runtime('yield b"\\"one"; yield b" two\\""', url_streams=False)
    assert invoke(service, "f")["Payload"] == "one two"
    with Reading(service.function_url("f")) as reading:
        assert (reading.answer.headers["Content-Length"], reading.answer.read()) == ("7", b"one two")


def test_a_response_in_one_piece_is_the_body_of_a_url_that_streams(bench):
    source = "def handler(event, context):\n    return {'statusCode': 201, 'body': 'x'}\n"
    service = bench.service(bench.function("f", source, url=True, url_streams=True))
    with Reading(service.function_url("f")) as reading:
        assert (reading.answer.status, json.loads(reading.answer.read())) == (200, {"statusCode": 201, "body": "x"})
    service.faults.throttle("f")
    with Reading(service.function_url("f")) as reading:
        assert reading.answer.status == 429


def test_a_template(tmp_path):
    text = """
    Resources:
      F:
        Type: AWS::Serverless::Function
        Properties: {CodeUri: f, Runtime: provided.al2023, FunctionUrlConfig: {InvokeMode: RESPONSE_STREAM}}
      Unbuilt:
        Type: AWS::Serverless::Function
        Properties: {CodeUri: unbuilt, Runtime: provided.al2023, Handler: main}
    """
    for name in ("f", "unbuilt"):
        (tmp_path / name).mkdir()
    program = tmp_path / "f" / "bootstrap"
    program.write_text(f"{RUNTIME}\nTYPE = 'text/plain'\n\ndef parts():\n    {WAITS}\n\nmain()\n", encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "template.yaml").write_text(textwrap.dedent(text), encoding="utf-8")
    with LambdaService() as service:
        place = Place("us-east-1", service.account, service.endpoint_url, "app")
        stack = read_stack(tmp_path / "template.yaml", place, parameters={}, made=tmp_path / "made")
        assert stack.notes == ["Unbuilt: not served, there is no program `bootstrap` in its folder"]
        serve_stack(stack, service)
        with Reading(service.function_url("app-F")) as reading:
            assert reading.answer.read(5) == b"first"
            (tmp_path / "f" / "go").touch()
            assert reading.answer.read() == b"second"
