"""Function URLs, by plain HTTP."""

from __future__ import annotations

import http.client
import json

ECHO = "def handler(event, context):\n    return event\n"


def send(url, path="", *, method="POST", body=None, headers=None):
    connection = http.client.HTTPConnection(url.removeprefix("http://").rstrip("/"))
    try:
        connection.request(method, f"/{path}", body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    finally:
        connection.close()


def test_the_event_has_format_2_and_no_empty_keys(bench):
    service = bench.service(bench.function("f", ECHO, url=True))
    headers = {"Content-Type": "application/json", "X-Odd-Case": "Kept", "Cookie": "a=1; b=2"}
    path = "path/1?q=query&multi=foo&multi=%2Fbar"
    event = json.loads(send(service.function_url("f"), path, body=b'{"foo": "bar"}', headers=headers)[2])
    assert event["version"] == "2.0"
    assert (event["rawPath"], event["rawQueryString"]) == ("/path/1", "q=query&multi=foo&multi=%2Fbar")
    assert event["queryStringParameters"] == {"q": "query", "multi": "foo,/bar"}
    assert event["headers"]["x-odd-case"] == "Kept"
    assert event["cookies"] == ["a=1", "b=2"]
    assert event["requestContext"]["http"]["method"] == "POST"
    assert (event["body"], event["isBase64Encoded"]) == ('{"foo": "bar"}', False)
    bare = json.loads(send(service.function_url("f"), method="GET")[2])
    assert not {"body", "queryStringParameters", "cookies", "pathParameters", "stageVariables"} & bare.keys()


def test_a_body_that_is_no_text_comes_in_base64(bench):
    service = bench.service(bench.function("f", ECHO, url=True))
    event = json.loads(send(service.function_url("f"), body=b"\xff\x00", headers={"Content-Type": "image/png"})[2])
    assert (event["body"], event["isBase64Encoded"]) == ("/wA=", True)


def test_an_answer_with_a_status_is_taken_apart(bench):
    source = """
        def handler(event, context):
            return {"statusCode": 201, "headers": {"X-A": "b"}, "cookies": ["a=1", "b=2"], "body": "aGk=",
                    "isBase64Encoded": True}
    """
    service = bench.service(bench.function("f", source, url=True))
    status, headers, body = send(service.function_url("f"))
    assert (status, body) == (201, b"hi")
    assert [value for name, value in headers if name == "Set-Cookie"] == ["a=1", "b=2"]
    assert ("X-A", "b") in headers


def test_a_url_waits_as_long_as_the_function_and_fails_with_it(bench):
    source = """
        import time

        def handler(event, context):
            time.sleep(40)
            if event["rawPath"] == "/fail":
                raise ValueError("boom")
            return "late"
    """
    service = bench.service(bench.function("f", source, url=True, timeout=300), clock_factor=40)
    assert send(service.function_url("f"))[2] == b"late"
    status, _, body = send(service.function_url("f"), "fail")
    assert (status, body) == (502, b"Internal Server Error")
    assert [record.origin for record in service.executions()] == ["url", "url"]
    service.faults.throttle("f")
    assert send(service.function_url("f"))[0] == 429


def test_without_a_permission_everybody_is_refused(bench):
    service = bench.service(bench.function("f", ECHO, url=True, url_public=False))
    status, _, body = send(service.function_url("f"))
    assert (status, json.loads(body)["Message"].startswith("Forbidden.")) == (403, True)
    assert service.executions() == ()
