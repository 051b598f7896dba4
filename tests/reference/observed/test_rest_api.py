"""A REST API before a function: the events and answers that AWS made of the same requests."""

from __future__ import annotations

import base64
import http.client
import json

from invocation_lint.reference import RestApi, Route
from tests.reference.observed.answers import assert_same, covers, load, recorded

FORMAT = "test_aws_proxy_response_payload_format_validation"
EVENTS = "test_lambda_aws_proxy_integration"
# Added by CloudFront, which stands before edge-optimised APIs on AWS and does not here.
CLOUDFRONT = ("CloudFront-", "Via", "X-Amz-Cf-", "X-Cache")
ECHO = """
import json

def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event), "isBase64Encoded": False}
"""


def send(url, path, *, method="GET", body=None, headers=None):
    """Send as `requests` does: an own User-Agent, Accept and Accept-Encoding."""
    host, _, stage = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host)
    try:
        connection.putrequest(method, path.replace("STAGE", stage), skip_accept_encoding=True)
        defaults = {"Accept-Encoding": "gzip, deflate", "Accept": "*/*"}
        length = {} if body is None else {"Content-Length": str(len(body))}
        for name, value in {**defaults, **(headers or {}), **length}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    finally:
        connection.close()


def without_cloudfront(headers):
    return {name: value for name, value in headers.items() if not name.startswith(CLOUDFRONT)}


REQUESTS = {
    "invocation-payload-without-trailing-slash": "/STAGE/proxy-value",
    "invocation-payload-with-trailing-slash": "/STAGE/proxy-value/",
    "invocation-payload-with-double-slash": "/STAGE/proxy-value//double-slash",
    "invocation-payload-with-prepended-slash-to-stage": "//STAGE/proxy-value",
    "invocation-payload-with-prepended-slash": "/STAGE//proxy-value",
    "invocation-payload-without-trailing-slash-and-query-params": "/STAGE/proxy-value?urlparam=test",
    "invocation-payload-with-trailing-slash-and-query-params": "/STAGE/proxy-value/?urlparam=test",
    "invocation-payload-with-path-encoded-email": (
        "/STAGE/proxy-value/api/user/test%2Balias@gmail.com/plus/test+alias@gmail.com"
    ),
    "invocation-payload-with-params-encoding": (
        "/STAGE/proxy-value/api?dateTimeOffset=2023-06-12T18:05:10.123456+00:00&email=test%2Balias@gmail.com"
        "&plus=test+alias@gmail.com&url=https://www.google.com/&whitespace=foo%20bar&zhash=abort/"
    ),
    "invocation-payload-with-params-encoding-multi": (
        "/STAGE/proxy-value?category=electronics&category=books&price=10&price=20&price=30"
    ),
    "invocation-hardcoded": "/STAGE//hardcoded",
}


@covers("rest_api", EVENTS)
def test_events(bench, scene):
    assert REQUESTS.keys() == load("rest_api")[EVENTS].keys()
    routes = [Route("ANY", "/{proxy+}", "f"), Route("ANY", "/hardcoded", "f")]
    stage = scene(bench.function("f", ECHO), rest_apis=[RestApi("api", routes, stage="stage")])
    url = stage.service.rest_api_url("api")
    for answer, path in REQUESTS.items():
        if answer.endswith("-multi"):
            more = {"Content-Type": "application/json;charset=utf-8", "aUThorization": "Bearer token123;API key456"}
            body = b'{"message": "hello world"}'
        else:
            more, body = {"tEsT-HEADeR": "aValUE", "authorization": "random-value"}, None
        headers = {"User-Agent": "python-requests/testing", **more}
        status, _, content = send(url, path, method="POST" if body else "GET", body=body, headers=headers)
        assert status == 200
        event, expected = json.loads(content), recorded("rest_api", EVENTS, answer)
        for kind in ("headers", "multiValueHeaders"):
            expected[kind] = without_cloudfront(expected[kind])
            for name in ("X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto"):
                if kind == "multiValueHeaders":
                    assert isinstance(event[kind][name], list)
                    expected[kind][name] = event[kind][name]
        if event["body"] is not None:
            event["body"] = json.loads(event["body"])
        seen = {}
        event["requestContext"] = {name: as_masked(name, value) for name, value in event["requestContext"].items()}
        assert_same(expected, event, where=answer, seen=seen)


def as_masked(name, value):
    """A time in milliseconds as a text, as a placeholder stands for it."""
    return str(value) if name == "requestTimeEpoch" else value


BODIES = {
    "invoke-api-no-body": ({"statusCode": 200}, 200),
    "invoke-api-with-headers": ({"statusCode": 200, "headers": {"test-header": "value", "header-bool": True}}, 200),
    "invoke-api-with-headers-null": ({"statusCode": 200, "headers": None}, 200),
    "invoke-api-wrong-format": ({"statusCode": 200, "wrongValue": "value"}, 502),
    "invoke-api-empty-response": (None, 502),  # sent without a body: the handler itself fails on that
    "invoke-api-b64-encoded-true": (
        {"statusCode": 200, "body": base64.b64encode(b"test-data").decode(), "isBase64Encoded": True},
        200,
    ),
    "invoke-api-b64-encoded-false": ({"statusCode": 200, "body": base64.b64encode(b"test-data").decode()}, 200),
    "invoke-api-multi-headers-valid": (
        {"statusCode": 200, "multiValueHeaders": {"test-multi": ["value1", "value2"]}},
        200,
    ),
    "invoke-api-multi-headers-overwrite": (
        {
            "statusCode": 200,
            "multiValueHeaders": {"test-multi": ["value-multi"]},
            "headers": {"test-multi": "value-solo"},
        },
        200,
    ),
    "invoke-api-multi-headers-overwrite-casing": (
        {
            "statusCode": 200,
            "multiValueHeaders": {"tesT-Multi": ["value-multi"]},
            "headers": {"test-multi": "value-solo"},
        },
        200,
    ),
    "invoke-api-multi-headers-invalid": (
        {"statusCode": 200, "multiValueHeaders": {"test-multi-invalid": "value1"}},
        502,
    ),
    "invoke-api-invalid-status-code": ({"statusCode": "test"}, 502),
    "invoke-api-status-code-str": ({"statusCode": "201"}, 201),
    "invoke-api-just-string": ("justAString", 502),
    "invoke-api-only-headers": ({"headers": {"test-header": "value"}}, 200),
}


@covers("rest_api", FORMAT)
def test_answers(bench, scene):
    assert BODIES.keys() == load("rest_api")[FORMAT].keys()
    source = "import json\n\ndef handler(event, context):\n    return json.loads(event['body'])\n"
    api = RestApi("api", [Route("ANY", "/{proxy+}", "f")], stage="test")
    stage = scene(bench.function("f", source), rest_apis=[api])
    url = stage.service.rest_api_url("api")
    for answer, (value, wanted) in BODIES.items():
        body = None if value is None else json.dumps(value).encode()
        headers = {"User-Agent": "python/test", "Content-Type": "application/json"}
        status, pairs, content = send(url, "/STAGE/test", method="POST", body=body, headers=headers)
        assert status == wanted, answer
        expected = recorded("rest_api", FORMAT, answer)
        text = content.decode()
        ours = {"content": json.loads(text) if isinstance(expected["content"], dict) else text}
        if "headers" in expected:
            expected["headers"] = without_cloudfront(expected["headers"])
            for name in ("Connection", "Date"):  # of the HTTP server itself
                expected["headers"].pop(name)
            joined = {}
            for name, each in pairs:
                joined[name] = f"{joined[name]}, {each}" if name in joined else each
            ours["headers"] = joined
        assert_same(expected, ours, where=answer)


@covers("rest_api", "test_lambda_aws_proxy_integration_non_post_method")
def test_integration_by_another_method_than_post(bench, scene):
    routes = [Route("ANY", "/{proxy+}", "f", integration_method="GET")]
    stage = scene(bench.function("f", ECHO), rest_apis=[RestApi("api", routes, stage="test")])
    status, _, content = send(stage.service.rest_api_url("api"), "/STAGE/test")
    assert status == 500  # asserted by the recording test itself
    test = "test_lambda_aws_proxy_integration_non_post_method"
    assert_same(recorded("rest_api", test, "invocation-payload-with-get-proxy-method"), json.loads(content))
    assert stage.service.executions() == ()


def test_an_empty_object_is_a_good_answer(bench, scene):
    """Asserted by the recording project's test_lambda_aws_proxy_response_format."""
    stage = scene(
        bench.function("f", "def handler(event, context):\n    return {}\n"),
        rest_apis=[RestApi("api", [Route("ANY", "/{proxy+}", "f")])],
    )
    status, _, content = send(stage.service.rest_api_url("api"), "/STAGE/empty-response")
    assert (status, content) == (200, b"")
