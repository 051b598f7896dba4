"""Where errors end: what a message says is lost is what is lost, and the body of a module is its handlers' own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import findings_in

SAM = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      One: {Type: AWS::Serverless::Function, Properties: {Handler: app.one, CodeUri: ., Events: {E: {Type: FIRST}}}}
      Two: {Type: AWS::Serverless::Function, Properties: {Handler: app.two, CodeUri: ., Events: {E: {Type: SECOND}}}}
"""
AT_IMPORT = """
    import boto3

    client = boto3.client("lambda")


    class Prices:
        def __init__(self):
            self.table = client.invoke(FunctionName="prices", Payload=b"{}")["Payload"].read()


    prices = Prices()


    def one(event, context):
        return prices.table


    def two(event, context):
        return len(prices.table)
"""
INSIDE = """
    import boto3

    client = boto3.client("lambda")


    def one(event, context):
        client.invoke(FunctionName="prices", InvocationType="Event", Payload=b"{}")
        return {"statusCode": 202}


    def two(event, context):
        return 1
"""


def losses(folder: Path, code: str, first: str, second: str = "SQS") -> list[str]:
    template = SAM.replace("FIRST", first).replace("SECOND", second)
    found = findings_in(folder, {"template.yaml": template, "app.py": code}, "INV301")
    return [finding.message.rpartition("when it is throttled, ")[2] for finding in found]


@pytest.mark.parametrize(
    ("first", "second", "loss"),
    [
        ("SQS", "SQS", []),
        ("SQS", "Schedule", []),
        ("Kinesis", "S3", []),
        ("Api", "SQS", ["the function cannot start"]),
        ("HttpApi", "HttpApi", ["the function cannot start"]),
    ],
)
def test_the_body_of_a_module_is_its_handlers_own(tmp_path: Path, first: str, second: str, loss: list[str]) -> None:
    assert losses(tmp_path, AT_IMPORT, first, second) == loss


@pytest.mark.parametrize(
    ("source", "loss"),
    [
        ("Api", ["the REST API returns 502"]),
        ("HttpApi", ["the HTTP API returns 500"]),
        ("AlexaSkill", ["the handler raises TooManyRequestsException, and whoever invoked it gets no answer"]),
        ("SQS", []),
    ],
)
def test_the_loss_that_is_said_is_the_one_that_happens(tmp_path: Path, source: str, loss: list[str]) -> None:
    assert losses(tmp_path, INSIDE, source) == loss


@pytest.mark.parametrize(
    ("integration", "loss"),
    [
        ("lambda-proxy", "the REST API returns 502"),
        ("lambda", "whoever calls the API gets an error"),  # with status 200, unless a pattern of the response maps it
        ("aws", "whoever calls the API gets an error"),
    ],
)
def test_an_integration_that_maps_answers_maps_errors(tmp_path: Path, integration: str, loss: str) -> None:
    template = f"""
    service: prices
    provider: {{name: aws}}
    functions:
      one:
        handler: app.one
        events:
          - http: {{path: /prices, method: post, integration: {integration}}}
    """
    found = findings_in(tmp_path, {"serverless.yml": template, "app.py": INSIDE}, "INV301")
    assert [finding.message.rpartition("when it is throttled, ")[2] for finding in found] == [loss]


def test_the_kind_of_an_api_that_no_template_tells(tmp_path: Path) -> None:
    code = INSIDE.replace("client.invoke", 'print(event["headers"], event["body"])\n        client.invoke')
    found = findings_in(tmp_path, {"app.py": code}, "INV301")
    expected = "whoever calls the API gets an error"
    assert [finding.message.rpartition("when it is throttled, ")[2] for finding in found] == [expected]


def test_a_module_that_has_no_handler(tmp_path: Path) -> None:
    code = AT_IMPORT.replace("def one(event, context)", "def one()").replace("def two(event, context)", "def two()")
    found = findings_in(tmp_path, {"app.py": code}, "INV301")
    assert [finding.message.rpartition(", ")[2] for finding in found] == ["the module cannot be imported"]


def test_a_view(tmp_path: Path) -> None:
    code = """
    import boto3
    from flask import Flask

    app = Flask(__name__)


    @app.post("/prices")
    def start():
        boto3.client("lambda").invoke(FunctionName="prices", InvocationType="Event", Payload=b"{}")
        return "started"
    """
    found = findings_in(tmp_path, {"app.py": code}, "INV301")
    assert [finding.message.rpartition(", ")[2] for finding in found] == ["the view returns 500"]


LOOP = """
    import boto3

    client = boto3.client("lambda")


    def send(records):
        for record in records:
            client.invoke(FunctionName="mail", InvocationType="Event", Payload=record["body"])


    def one(event, context):
        ONE


    def two(event, context):
        TWO
"""
LOST = "the items after it are not sent"
TWICE = "the whole batch is delivered again, and the items before it are sent twice"
ANEW = "the items after it are left to a retry, which may send those before it again"


@pytest.mark.parametrize(
    ("first", "second", "one", "two", "loss"),
    [
        ("SQS", "SQS", "send(event['Records'])", "pass", TWICE),
        ("Kinesis", "SQS", "send(event['Records'])", "send(event['Records'])", TWICE),
        ("Schedule", "SQS", "send(event['items'])", "pass", ANEW),
        ("Api", "SQS", "send(event['items'])", "pass", LOST),
        ("Api", "SQS", "send(event['items'])", "send(event['Records'])", LOST),
        (
            "SQS",
            "SQS",
            "send(event['Records'])",
            "try: send(event['Records'])\n        except Exception: return 1",
            LOST,
        ),
    ],
)
def test_what_a_loop_loses(tmp_path: Path, first: str, second: str, one: str, two: str, loss: str) -> None:
    template = SAM.replace("FIRST", first).replace("SECOND", second)
    code = LOOP.replace("ONE", one).replace("TWO", two)
    found = findings_in(tmp_path, {"template.yaml": template, "app.py": code}, "INV308")
    assert [finding.message.rpartition("ends the loop: ")[2] for finding in found] == [loss]


RAISED_ON = """
    import logging
    import boto3

    client = boto3.client("lambda")


    def send(record):
        try:
            client.invoke(FunctionName="mail", InvocationType="Event", Payload=record["body"])
        except Exception as error:
            logging.exception("not sent")
            raise AGAIN


    def send_all(records):
        for record in records:
            send(record)


    def one(event, context):
        ONE


    def two(event, context):
        pass
"""


@pytest.mark.parametrize(
    ("one", "loss"),
    [
        ("send_all(event['Records'])", TWICE),
        (
            "try: send_all(event['Records'])\n        except Exception:\n            raise RuntimeError('no mail')",
            TWICE,
        ),
        ("try: send_all(event['Records'])\n        except Exception: return 1", LOST),
    ],
)
@pytest.mark.parametrize("again", ["", "error", "RuntimeError('not sent') from error"])
def test_what_a_loop_loses_whose_errors_are_raised_on(tmp_path: Path, again: str, one: str, loss: str) -> None:
    template = SAM.replace("FIRST", "SQS").replace("SECOND", "SQS")
    code = RAISED_ON.replace("ONE", one).replace("raise AGAIN", f"raise {again}".strip())
    found = findings_in(tmp_path, {"template.yaml": template, "app.py": code}, "INV308")
    assert [finding.message.rpartition("ends the loop: ")[2] for finding in found] == [loss]
