"""A REST API with a proxy integration, by plain HTTP."""

from __future__ import annotations

import http.client
import json

import pytest

from invocation_lint.reference import RestApi, Route

RETURNS_BODY = """
import json

def handler(event, context):
    return json.loads(event["body"])
"""
ECHO = """
import json

def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}
"""


def send(url, path="", *, method="POST", body=None, headers=None):
    host, _, stage = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host)
    try:
        connection.request(method, f"/{stage}{path}", body, headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def api(bench, source, **settings):
    routes = settings.pop("routes", [Route("ANY", "/{proxy+}", "f")])
    function = bench.function("f", source, **settings.pop("function", {}))
    service = bench.service(function, rest_apis=[RestApi("api", routes, **settings)], clock_factor=10)
    return service, service.rest_api_url("api")


def test_routes_are_chosen_by_method_and_path_exact_ones_first(bench):
    routes = [
        Route("ANY", "/{proxy+}", "f"),
        Route("GET", "/stories/{story-id}", "f"),
        Route("GET", "/stories/latest", "f"),
        Route("ANY", "/", "f"),
    ]
    _, url = api(bench, ECHO, routes=routes)

    def chosen(method, path):
        event = json.loads(send(url, path, method=method)[2])
        return event["resource"], event["pathParameters"]

    assert chosen("GET", "/stories/7") == ("/stories/{story-id}", {"story-id": "7"})
    assert chosen("GET", "/stories/latest") == ("/stories/latest", None)
    assert chosen("POST", "/stories/7") == ("/{proxy+}", {"proxy": "stories/7"})
    assert chosen("GET", "") == ("/", None)


def test_an_unknown_route_or_stage_is_refused(bench):
    service, url = api(bench, ECHO, routes=[Route("GET", "/a", "f")])
    assert send(url, "/b", method="GET")[0] == 403
    assert send(url.replace("/prod", "/test"), "/a", method="GET")[0] == 403
    assert service.executions() == ()


@pytest.mark.parametrize(
    "value",
    ["null", "[1]",
     '{"message": "hi"}', '{"body": {"a": 1}}', '{"body": [1]}', '{"statusCode": 99}', '{"headers": [1]}',
     '{"statusCode": true}', '{"headers": {"a": 1}}', '{"multiValueHeaders": {"a": [1]}}'],
)  # fmt: skip
def test_a_malformed_return_value_is_502(bench, value):
    service, url = api(bench, RETURNS_BODY)
    status, _, body = send(url, "/x", body=value)
    assert (status, json.loads(body)) == (502, {"message": "Internal server error"})
    assert service.executions("f")[0].outcome == "success"
    assert service.front_requests("f")[0].note.startswith("malformed proxy response: ")


def test_a_function_error_is_502_and_a_refused_invoke_500(bench):
    service, url = api(bench, "def handler(event, context):\n    raise ValueError('boom')\n")
    assert send(url, "/x")[0] == 502
    service.set_reserved_concurrency("f", 0)
    status, _, body = send(url, "/x")
    assert (status, json.loads(body)) == (500, {"message": "Internal server error"})
    assert [record.status for record in service.front_requests()] == [502, 500]
    assert len(service.executions()) == 1


def test_the_front_gives_up_after_29_seconds_and_the_function_runs_on(bench):
    source = "import time\n\ndef handler(event, context):\n    time.sleep(50)\n    print('done')\n    return {}\n"
    service, url = api(bench, source, function={"timeout": 90})
    status, _, body = send(url, "/x")
    assert (status, json.loads(body)) == (504, {"message": "Endpoint request timed out"})
    record = service.front_requests("f")[0]
    assert record.ended - record.time >= 29
    assert service.executions("f")[0].outcome == "running"
    assert service.wait_until_idle(90)
    execution = service.executions("f")[0]
    assert (execution.outcome, execution.origin) == ("success", "rest")
    assert execution.ended > record.ended
    assert "done" in execution.log


def test_binary_media_types_are_handed_over_and_sent_in_base64(bench):
    source = """
        def handler(event, context):
            return {"statusCode": 200, "body": event["body"], "isBase64Encoded": event["isBase64Encoded"]}
    """
    _, url = api(bench, source, binary_media_types=["image/png"])
    png = {"Content-Type": "image/png", "Accept": "image/png"}
    assert send(url, "/x", body=b"\x89PNG\xff", headers=png)[2] == b"\x89PNG\xff"
    assert send(url, "/x", body=b"text", headers={"Content-Type": "text/plain"})[2] == b"text"
