"""INV101 states the limit that is really there: of the API in front, of whoever called a view, or of nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import findings_in

CONTRACT = """
    version: 1
    functions:
      - name: resize
        match: {names: [resize]}
        duration_seconds: {min: MIN, max: 90}
"""
SAM = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Resize:
        Type: AWS::Serverless::Function
        Properties: {Handler: app.resize, Runtime: python3.12, CodeUri: src, Timeout: 900, Events: {One: EVENT}}
      Other: OTHER
"""
HANDLER = """
    import boto3

    client = boto3.client("lambda")


    def resize(event, context):
        answer = client.invoke(FunctionName="resize", Payload=event["text"])
        return answer["Payload"].read()
"""
WORD = "{Type: AWS::SNS::Topic}"


def said(folder: Path, files: dict[str, str], minimum: float) -> list[tuple[str, str]]:
    """The severity, and what is said of who waits, for each finding."""
    files = {**files, "contracts.yaml": CONTRACT.replace("MIN", str(minimum))}
    found = findings_in(folder, files, "INV101", settings="contracts: [contracts.yaml]\n")
    return [(one.severity.name.lower(), one.message.partition(": ")[2]) for one in found]


REST = "the REST API in front of it gives up after {} s and returns 504"
HTTP = "the HTTP API in front of it gives up after {} s and returns 503"
API = "the API in front of it gives up after {} s at the latest"


@pytest.mark.parametrize(
    ("event", "other", "minimum", "words"),
    [
        ("{Type: Api, Properties: {Path: /, Method: post}}", WORD, 29, REST.format(29)),
        ("{Type: Api, Properties: {Path: /, Method: post}}", WORD, 28, ""),
        ("{Type: Api, Properties: {Path: /, Method: post, TimeoutInMillis: 60000}}", WORD, 59, ""),
        ("{Type: Api, Properties: {Path: /, Method: post, TimeoutInMillis: 60000}}", WORD, 61, REST.format(60)),
        ("{Type: HttpApi}", WORD, 30, HTTP.format(30)),
        ("{Type: HttpApi}", WORD, 29.5, ""),
        ("{Type: HttpApi, Properties: {TimeoutInMillis: 5000}}", WORD, 12, HTTP.format(5)),
        ("{Type: X}", "{Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !Ref Resize}}", 80, ""),
        (
            "{Type: X}",
            "{Type: AWS::ApiGatewayV2::Integration, Properties: {IntegrationUri: !Ref Resize}}",
            40,
            API.format(30),
        ),
        (
            "{Type: X}",
            "{Type: AWS::ApiGateway::Method, Properties: {Integration: {Uri: !Ref Resize, TimeoutInMillis: 8000}}}",
            9,
            REST.format(8),
        ),
        ("{Type: SQS}", WORD, 80, ""),
        ("{Type: Schedule}", WORD, 80, ""),
        ("{Type: EventBridgeRule}", WORD, 80, ""),
        ("{Type: DynamoDB}", WORD, 80, ""),
    ],
)
def test_the_template_tells_who_waits(tmp_path: Path, event: str, other: str, minimum: float, words: str) -> None:
    template = SAM.replace("EVENT", event).replace("OTHER", other)
    found = said(tmp_path, {"template.yaml": template, "src/app.py": HANDLER}, minimum)
    assert found == ([("error", words)] if words else [])


OTHERS = {
    "serverless.yml": """
        service: images
        provider: {name: aws, runtime: python3.12, timeout: 900}
        functions:
          resize: {handler: src/app.resize, events: [{http: {path: /, method: post, timeoutInMillis: 9000}}]}
    """,
    "main.tf": """
        data "archive_file" "code" {
          type        = "zip"
          source_dir  = path.module
          output_path = "code.zip"
        }
        resource "aws_lambda_function" "resize" {
          filename = data.archive_file.code.output_path
          handler = "src/app.resize"
          runtime = "python3.12"
          timeout = 900
        }
        resource "aws_api_gateway_integration" "resize" {
          uri                  = aws_lambda_function.resize.invoke_arn
          timeout_milliseconds = 9000
        }
    """,
    "stack.ts": """
        import * as lambda from 'aws-cdk-lib/aws-lambda';
        const code = lambda.Code.fromAsset('src');
        const timeout = cdk.Duration.seconds(900);
        const resize = new lambda.Function(this, 'R', { handler: 'app.resize', code, timeout });
        api.root.addMethod('POST', new apigateway.LambdaIntegration(resize, { timeout: cdk.Duration.seconds(9) }));
    """,
}


@pytest.mark.parametrize("name", OTHERS)
def test_the_timeout_that_a_template_gives(tmp_path: Path, name: str) -> None:
    assert said(tmp_path, {name: OTHERS[name], "src/app.py": HANDLER}, 10) == [("error", REST.format(9))]


def test_a_handler_of_which_nothing_tells_who_invokes_it(tmp_path: Path) -> None:
    words = "the caller of this code waits that long"
    assert said(tmp_path, {"src/app.py": HANDLER}, 11) == [("warning", words)]


HELPER = """
    import boto3

    client = boto3.client("lambda")


    def ask(text):
        return client.invoke(FunctionName="resize", Payload=text)["Payload"].read()
"""
WORKER = """
    from asking import ask


    def handler(event, context):
        for record in event["Records"]:
            print(ask(record["body"]), record["messageId"])
"""
ROUTE = """
    from asking import ask


    def handler(event, context):
        return {"statusCode": 200, "body": ask(event["body"])}
"""
VIEW = """
    from asking import ask
    from flask import Flask

    app = Flask(__name__)


    @app.get("/")
    def show():
        return ask("{}")
"""
SCRIPT = """
    from asking import ask

    if __name__ == "__main__":
        print(ask("{}"))
"""


@pytest.mark.parametrize(
    ("callers", "told"),
    [
        ([WORKER], []),
        ([SCRIPT], []),
        ([WORKER, SCRIPT], []),
        ([ROUTE], [("error", API.format(30))]),
        ([VIEW], [("error", "the caller of this view waits that long")]),
        ([WORKER, VIEW], [("error", "the caller of this view waits that long")]),
        ([], [("warning", "the caller of this code waits that long")]),
    ],
)
def test_who_calls_a_helper(tmp_path: Path, callers: list[str], told: list[tuple[str, str]]) -> None:
    files = {f"caller{index}.py": text for index, text in enumerate(callers)}
    assert said(tmp_path, {"asking.py": HELPER, **files}, 40) == told


def test_a_view_waits_for_less_than_an_api(tmp_path: Path) -> None:
    files = {"asking.py": HELPER, "a.py": VIEW, "b.py": ROUTE}
    assert said(tmp_path, files, 12) == [("error", "the caller of this view waits that long")]
