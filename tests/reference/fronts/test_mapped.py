"""REST integrations by mapping templates: what the function gets, and what becomes of its answer."""

from __future__ import annotations

import http.client
import json
import textwrap

import pytest

from invocation_lint.reference import LambdaService, RestApi, Route
from invocation_lint.reference.service.functions import Mapped, MappedResponse
from invocation_lint.reference.templates.names import Place
from invocation_lint.reference.templates.serving import serve_stack
from invocation_lint.reference.templates.stack import read_stack

ECHO = """
def handler(event, context):
    if isinstance(event, dict) and "raise" in event:
        raise ValueError(event["raise"])
    return event
"""
DEFAULT = MappedResponse(200)


@pytest.fixture
def ask(bench):
    """`ask(mapped, body, ...)`: status, headers and body of a request at an API with such an integration."""

    def send(mapped, body="", *, path="/jobs/7?size=3&who=a%20b", method="POST", headers=None):
        route = Route("ANY", "/jobs/{id}", "f", mapped=mapped)
        service = bench.service(bench.function("f", ECHO), rest_apis=[RestApi("api", [route])])
        return request(service.rest_api_url("api"), path, method, body, headers)

    return send


def request(url, path, method="POST", body="", headers=None):
    host, _, stage = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host)
    try:
        connection.request(method, f"/{stage}{path}", body or None, headers or {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("template", "event"),
    [
        ("""{"id": "$input.params('id')", "job": $input.json('$.job'), "all": $input.body}""", None),
        ('#set($r = $input.path("$"))[#foreach($e in $r.items)$e.n#if($foreach.hasNext),#end#end]', [1, 2]),
        ('{"stage": "$context.stage", "who": "$input.params(\'who\')", "is": $input.path(\'$.on\')}', "CONTEXT"),
        ('{#foreach($p in $input.params().querystring.keySet())"$p": 1#if($foreach.hasNext),#end#end}', "QUERY"),
        ('{"text": "$util.escapeJavaScript($input.path("$.text"))"}', {"text": 'say "a"'}),
        ('{"text": "$util.base64Encode($util.urlEncode("a b"))"}', {"text": "YSti"}),
    ],
)
def test_a_template_makes_the_event(ask, template, event):
    sent = {"job": {"a": None}, "items": [{"n": 1}, {"n": 2}], "on": True, "text": 'say "a"'}
    known = {
        "CONTEXT": {"stage": "prod", "who": "a b", "is": True},
        "QUERY": {"size": 1, "who": 1},
    }
    expected = {"id": "7", "job": {"a": None}, "all": sent} if event is None else known.get(str(event), event)
    status, _, body = ask(Mapped({"application/json": template}, [DEFAULT]), json.dumps(sent))
    assert (status, json.loads(body)) == (200, expected)


@pytest.mark.parametrize(
    ("passthrough", "templates", "status"),
    [
        ("WHEN_NO_MATCH", {"text/xml": "{}"}, 200),
        ("WHEN_NO_TEMPLATES", {}, 200),
        ("WHEN_NO_TEMPLATES", {"text/xml": "{}"}, 415),
        ("NEVER", {}, 415),
    ],
)
def test_a_body_without_a_template(ask, passthrough, templates, status):
    answer = ask(Mapped(templates, [DEFAULT], passthrough), '{"a": 1}', headers={"Content-Type": "application/json"})
    assert answer[0] == status
    assert json.loads(answer[2]) == ({"a": 1} if status == 200 else {"message": "Unsupported Media Type"})


RESPONSES = [
    MappedResponse(200, "", {"application/json": '{"told": $input.json("$")}'}, {"method.response.header.X": "'a'"}),
    MappedResponse(404, r"not found.*", {"text/plain": "$input.path('$.errorMessage')"}),
    MappedResponse(500, r".*\[server\].*"),
]


@pytest.mark.parametrize(
    ("sent", "status", "content_type", "body"),
    [
        ({"a": 1}, 200, "application/json", '{"told": {"a":1}}'),
        ({"raise": "not found: 7"}, 404, "text/plain", "not found: 7"),
        ({"raise": "a [server] error"}, 500, "application/json", None),
        ({"raise": "something else"}, 200, "application/json", None),  # the default takes what nobody else does
        ({"raise": "it is not found"}, 200, "application/json", None),  # a pattern matches from the start
    ],
)
def test_the_message_of_a_failure_chooses_the_response(ask, sent, status, content_type, body):
    told = ask(Mapped({}, RESPONSES), json.dumps(sent))
    assert (told[0], told[1]["Content-Type"]) == (status, content_type)
    assert told[1].get("X") == ("a" if status == 200 else None)
    if body is None:
        assert sent["raise"] in told[2]
    else:
        assert told[2] == body


def test_a_template_may_choose_status_and_headers(ask):
    text = '#set($context.responseOverride.status = 409)#set($context.responseOverride.header.Y = "b"){}'
    status, headers, _ = ask(Mapped({}, [MappedResponse(200, "", {"application/json": text})]), "{}")
    assert (status, headers["Y"]) == (409, "b")


@pytest.mark.parametrize(
    ("mapped", "body"),
    [
        (Mapped({}, [MappedResponse(200, "other")]), "{}"),  # no response for what is no failure
        (Mapped({"application/json": "#if($a)"}, [DEFAULT]), "{}"),  # no Velocity
    ],
)
def test_what_goes_wrong_is_a_500(ask, mapped, body):
    status, _, told = ask(mapped, body)
    assert (status, json.loads(told)) == (500, {"message": "Internal server error"})


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize(
    ("templates", "body", "reason"),
    [
        ({"application/json": "{"}, "{}", "Expecting property name"),
        ({"application/json": '{"id": $input.params("id")x}'}, "{}", "Expecting ',' delimiter"),
        ({"application/json": """{"text": "$util.escapeJavaScript($input.path('$.text'))"}"""}, None, "Invalid"),
        ({}, "a=1&b=2", "Unrecognized token 'a'"),
        ({}, "-----form", "Expecting value"),
    ],
)
def test_what_is_no_json_is_a_400_with_the_words_of_lambda(ask, asynchronous, templates, body, reason):
    """No response of the integration is asked: their patterns are for what functions say."""
    sent = json.dumps({"text": "it's"}) if body is None else body
    responses = [MappedResponse(200, "Could not.*", {"application/json": "{}"}), DEFAULT]
    status, headers, told = ask(Mapped(templates, responses, asynchronous=asynchronous), sent)
    assert (status, headers["Content-Type"]) == (400, "application/json")
    message = json.loads(told)["message"]
    assert message.startswith("Could not parse request body into json: Could not parse payload into json: ")
    assert reason in message


def test_an_event_of_a_request(bench):
    mapped = Mapped({}, [MappedResponse(202)], asynchronous=True)
    route = Route("POST", "/jobs", "f", mapped=mapped)
    service = bench.service(bench.function("f", ECHO), rest_apis=[RestApi("api", [route])])
    assert request(service.rest_api_url("api"), "/jobs", body='{"a": 1}')[0] == 202
    assert service.wait_until_idle()
    (run,) = service.executions()
    assert (json.loads(run.payload), run.attempt) == ({"a": 1}, 1)


def test_templates(tmp_path):
    """The integration of a method, and that of an OpenAPI document."""
    text = """
    Resources:
      F: {Type: AWS::Lambda::Function, Properties: {Handler: app.handler, Code: src, Runtime: python3.12}}
      Plain: {Type: AWS::ApiGateway::RestApi, Properties: {Name: plain}}
      Method:
        Type: AWS::ApiGateway::Method
        Properties:
          RestApiId: !Ref Plain
          ResourceId: !GetAtt Plain.RootResourceId
          HttpMethod: POST
          Integration:
            Type: AWS
            IntegrationHttpMethod: POST
            Uri: !Sub "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${F.Arn}/invocations"
            RequestTemplates: {application/json: '{"plain": $input.json("$.a")}'}
            IntegrationResponses:
              - StatusCode: 201
                ResponseTemplates: {application/json: '$input.json("$.plain")'}
      Documented:
        Type: AWS::Serverless::Api
        Properties:
          StageName: v1
          DefinitionBody:
            paths:
              /:
                post:
                  x-amazon-apigateway-integration:
                    type: aws
                    httpMethod: POST
                    uri: !Sub "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${F.Arn}/invocations"
                    requestTemplates: {application/json: {raise: "bad $input.path('$.a')"}}
                    responses:
                      default: {statusCode: "200"}
                      bad.*:
                        statusCode: "400"
                        responseTemplates: {application/json: '{"why": $input.json("$.errorType")}'}
    """
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(textwrap.dedent(ECHO), encoding="utf-8")
    (tmp_path / "template.yaml").write_text(textwrap.dedent(text), encoding="utf-8")
    with LambdaService() as service:
        place = Place("us-east-1", service.account, service.endpoint_url, "app")
        stack = read_stack(tmp_path / "template.yaml", place, parameters={}, made=tmp_path / "made")
        assert stack.notes == []
        serve_stack(stack, service)
        plain = request(service.rest_api_url("Plain"), "/", body='{"a": [1]}')
        documented = request(service.rest_api_url("Documented"), "/", body='{"a": 1}')
    assert (plain[0], plain[2]) == (201, "[1]")
    assert (documented[0], documented[2]) == (400, '{"why": "ValueError"}')
