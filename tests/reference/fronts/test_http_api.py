"""HTTP APIs, by plain HTTP."""

from __future__ import annotations

import http.client
import json

from invocation_lint.reference import HttpApi, Route


def send(url, path, method="GET"):
    connection = http.client.HTTPConnection(url.removeprefix("http://"))
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_an_http_api_sends_format_2_and_infers_answers(bench):
    service = bench.service(bench.function("f", "def handler(event, context):\n    return event\n"))
    service.add_http_api(HttpApi("api", [Route("GET", "/stories/{id}", "f"), Route("ANY", "/{proxy+}", "f")]))
    url = service.http_api_url("api")
    status, event = send(url, "/stories/7?a=1")
    assert (status, event["version"], event["routeKey"]) == (200, "2.0", "GET /stories/{id}")
    assert (event["pathParameters"], event["queryStringParameters"]) == ({"id": "7"}, {"a": "1"})
    assert send(url, "/other", "POST")[1]["routeKey"] == "ANY /{proxy+}"
    assert send(url, "/") == (404, {"message": "Not Found"})
    assert [each.origin for each in service.executions()] == ["http", "http"]


def test_an_http_api_waits_thirty_seconds_and_fails_with_500(bench):
    source = """
        import time

        def handler(event, context):
            if event["rawPath"] == "/fail":
                raise ValueError("boom")
            time.sleep(70)
    """
    service = bench.service(bench.function("f", source, timeout=120), clock_factor=20)
    service.add_http_api(HttpApi("api", [Route("GET", "/{proxy+}", "f")]))
    url = service.http_api_url("api")
    assert send(url, "/slow")[0] == 503
    record = service.front_requests()[0]
    assert record.ended - record.time >= 30
    assert service.executions()[0].outcome == "running"
    assert send(url, "/fail")[0] == 500
    service.faults.throttle("f")
    assert send(url, "/fail")[0] == 500
    assert service.wait_until_idle(120)


def test_a_status_that_the_handler_answers_itself_is_handed_on(bench):
    source = """
        def handler(event, context):
            if event["rawPath"] == "/broken":
                return {"statusCode": "many"}
            return {"statusCode": int(event["rawPath"].strip("/")), "body": '"from the handler"'}
    """
    service = bench.service(bench.function("f", source))
    service.add_http_api(HttpApi("api", [Route("GET", "/{proxy+}", "f")]))
    url = service.http_api_url("api")
    assert [send(url, f"/{status}") for status in (500, 502, 503, 504)] == [
        (status, "from the handler") for status in (500, 502, 503, 504)
    ]
    assert send(url, "/broken") == (500, {"message": "Internal Server Error"})
    assert service.front_requests()[-1].note.startswith("malformed proxy response")
