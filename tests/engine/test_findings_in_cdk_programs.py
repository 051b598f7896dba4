"""Findings of rules about templates in programs of the CDK: they stand where a construct is made."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import clean_environment, run_lint
from tests.engine.test_findings_in_templates import found

HANDLER = """\
from shop import index


def handler(event, context):
    for record in event["Records"]:
        index(record["body"])
"""
PYTHON = """\
from aws_cdk import App, Duration, Stack, aws_lambda as lambda_, aws_sqs as sqs
from aws_cdk.aws_lambda_event_sources import SqsEventSource


class Orders(Stack):
    def __init__(self, scope, id, **kwargs):
        super().__init__(scope, id, **kwargs)
        orders = sqs.Queue(self, "Orders", visibility_timeout=Duration.seconds(300))
        worker = lambda_.Function(
            self,
            "Worker",
            runtime=lambda_.Runtime.PYTHON_3_12,
            handler="app.handler",
            code=lambda_.Code.from_asset("src"),
            timeout=Duration.seconds(30),
        )
        worker.add_event_source(SqsEventSource(orders))


app = App()
Orders(app, "Orders")
app.synth()
"""
LINE = 8
TYPESCRIPT = """\
import * as cdk from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';

class Orders extends cdk.Stack {
  constructor(scope, id) {
    super(scope, id);
    const orders = new sqs.Queue(this, 'Orders', { visibilityTimeout: cdk.Duration.seconds(300) });
    const worker = new lambda.Function(this, 'Worker', {
      runtime: lambda.Runtime.PYTHON_3_12,
      handler: 'app.handler',
      code: lambda.Code.fromAsset('src'),
      timeout: cdk.Duration.seconds(30),
    });
    worker.addEventSource(new SqsEventSource(orders));
  }
}
new Orders(new cdk.App(), 'Orders');
"""


def project(folder: Path, program: str = PYTHON, name: str = "stack.py", handler: str = HANDLER) -> Path:
    (folder / ".git").mkdir(exist_ok=True)
    (folder / "src").mkdir(exist_ok=True)
    (folder / "src" / "app.py").write_text(handler)
    path = folder / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(program)
    return folder


@pytest.mark.parametrize("given", [(), (".",), ("stack.py",), ("src/app.py", "stack.py")])
def test_it_stands_where_the_construct_is_made(tmp_path: Path, given: tuple[str, ...]) -> None:
    project(tmp_path)
    assert found(tmp_path, *given) == [("INV902", "stack.py", LINE)]


def test_in_typescript_as_well(tmp_path: Path) -> None:
    project(tmp_path, TYPESCRIPT, "lib/stack.ts")
    assert found(tmp_path) == found(tmp_path, "lib/stack.ts") == [("INV902", "lib/stack.ts", 9)]
    silenced = TYPESCRIPT.replace("seconds(300) });", "seconds(300) }); // noqa: INV902")
    project(tmp_path, silenced, "lib/stack.ts")
    assert found(tmp_path) == []


@pytest.mark.parametrize("format_", ["full", "concise", "json", "sarif", "github", "junit", "gitlab"])
@pytest.mark.parametrize(("program", "name"), [(PYTHON, "stack.py"), (TYPESCRIPT, "lib/stack.ts")])
def test_every_report_shows_it(tmp_path: Path, format_: str, program: str, name: str) -> None:
    project(tmp_path, program, name)
    shown = run_lint("check", "--no-cache", "--output", format_, cwd=tmp_path).stdout
    assert "INV902" in shown
    assert name in shown


@pytest.mark.parametrize(
    "comment", ["# noqa: INV902 kept on purpose", "# noqa", "# invocation-lint: ignore[no-failure-destination] why"]
)
def test_a_comment_silences_it(tmp_path: Path, comment: str) -> None:
    line = '        orders = sqs.Queue(self, "Orders", visibility_timeout=Duration.seconds(300))'
    project(tmp_path, PYTHON.replace(line, f"{line}  {comment}"))
    assert found(tmp_path) == []


def test_a_comment_on_the_last_line_of_the_statement_silences_it(tmp_path: Path) -> None:
    line = '        orders = sqs.Queue(self, "Orders", visibility_timeout=Duration.seconds(300))'
    wrapped = line.replace('(self, "Orders", ', '(\n            self,\n            "Orders",\n            ')
    assert found(project(tmp_path, PYTHON.replace(line, wrapped))) == [("INV902", "stack.py", LINE)]
    assert found(project(tmp_path, PYTHON.replace(line, f"{wrapped}  # noqa: INV902"))) == []


def test_a_comment_elsewhere_is_unused(tmp_path: Path) -> None:
    project(tmp_path, PYTHON.replace("app.synth()", "app.synth()  # noqa: INV902"))
    assert [one[0] for one in found(tmp_path)] == ["INV902", "INV002"]


def test_what_the_handler_does_counts(tmp_path: Path) -> None:
    reporting = HANDLER.replace("    for", '    failed = [{"itemIdentifier": "1"}]\n    for') + (
        '    return {"batchItemFailures": failed}\n'
    )
    project(tmp_path, handler=reporting)
    assert ("INV904", "stack.py", 17) in found(tmp_path)
    asked_for = PYTHON.replace("SqsEventSource(orders)", "SqsEventSource(orders, report_batch_item_failures=True)")
    project(tmp_path, asked_for, handler=reporting)
    assert "INV904" not in [one[0] for one in found(tmp_path)]


def test_a_construct_of_two_stacks_is_said_once(tmp_path: Path) -> None:
    twice = PYTHON.replace('Orders(app, "Orders")\n', 'for stage in ("beta", "live"):\n    Orders(app, read(stage))\n')
    project(tmp_path, twice)
    assert found(tmp_path) == [("INV902", "stack.py", LINE)]


def test_what_only_a_run_tells_is_no_part_of_a_name(tmp_path: Path) -> None:
    project(tmp_path, PYTHON.replace('self, "Orders"', 'self, f"{read(id)}-orders"'))
    ran = run_lint("check", "--no-cache", "--output", "concise", cwd=tmp_path)
    assert "Orders/*-orders has no dead-letter queue" in ran.stdout


@pytest.mark.parametrize("name", ["tests/stack.py", "test_stack.py", "stack_test.py"])
def test_programs_of_tests_are_silent(tmp_path: Path, name: str) -> None:
    project(tmp_path, PYTHON, name)
    assert found(tmp_path) == []


def test_alone_it_is_not_looked_at(tmp_path: Path) -> None:
    project(tmp_path)
    assert found(tmp_path, "--isolated", "stack.py") == []


def test_what_was_made_of_it_adds_nothing(tmp_path: Path) -> None:
    project(tmp_path)
    made = {
        "Resources": {
            "Orders1": {"Type": "AWS::SQS::Queue", "Metadata": {"aws:cdk:path": "Orders/Orders/Resource"}},
            "Worker1": {
                "Type": "AWS::Lambda::Function",
                "Properties": {"Handler": "app.handler", "Runtime": "python3.12", "Code": {}, "Role": "r"},
                "Metadata": {"aws:cdk:path": "Orders/Worker/Resource"},
            },
        }
    }
    (tmp_path / "cdk.out").mkdir()
    (tmp_path / "cdk.out" / "Orders.template.json").write_text(json.dumps(made))
    assert found(tmp_path) == [("INV902", "stack.py", LINE)]


def test_flake8_shows_it(tmp_path: Path) -> None:
    project(tmp_path)
    command = [sys.executable, "-m", "flake8", "--isolated", "--select", "INV", "stack.py"]
    ran = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, env=clean_environment(), check=False, timeout=120
    )
    assert ran.stdout.startswith(f"stack.py:{LINE}:18: INV902"), ran.stdout + ran.stderr


def test_the_cache_knows_the_handler(tmp_path: Path) -> None:
    polled = PYTHON.replace("aws_sqs as sqs", "aws_dynamodb as dynamodb").replace(
        'sqs.Queue(self, "Orders", visibility_timeout=Duration.seconds(300))',
        'dynamodb.Table(self, "Orders", stream=dynamodb.StreamViewType.NEW_IMAGE)',
    )
    polled = polled.replace("SqsEventSource(orders)", "DynamoEventSource(orders)").replace("SqsEvent", "DynamoEvent")
    project(tmp_path, polled, handler=HANDLER.replace('record["body"]', 'record["dynamodb"]'))

    def lines() -> list[tuple[str, int]]:
        cached = ("--cache-dir", str(tmp_path / ".cache"), "--select", "INV910")
        ran = run_lint("check", "--output", "json", *cached, cwd=tmp_path)
        return [(one["place"]["path"], one["place"]["line"]) for one in json.loads(ran.stdout)["findings"]]

    assert lines() == lines() == [("stack.py", 17)]
    (tmp_path / "src" / "app.py").write_text("def handler(event, context):\n    print(event)\n")
    assert lines() == []
    (tmp_path / "src" / "app.py").write_text(HANDLER.replace('record["body"]', 'record["dynamodb"]'))
    assert lines() == [("stack.py", 17)]
    bounded = polled.replace("DynamoEventSource(orders)", "DynamoEventSource(orders, retry_attempts=2)")
    (tmp_path / "stack.py").write_text(bounded)
    assert lines() == []


def test_the_facts_are_shown(tmp_path: Path) -> None:
    project(tmp_path)
    shown = run_lint("facts", "stack.py", cwd=tmp_path).stdout
    assert f"stack.py:{LINE}:18: delivery" in shown
    assert "stack.py:17:33: event_source_mapping" in shown


API = """\
from aws_cdk import Stack, aws_apigateway as apigw, aws_lambda as lambda_


class Greeting(Stack):
    def __init__(self, scope, id, **options):
        super().__init__(scope, id)
        greet = lambda_.Function(
            self, "Greet", runtime=lambda_.Runtime.PYTHON_3_12, handler="app.handler",
            code=lambda_.Code.from_asset("src"),
        )
        API
"""
API_TS = """\
import * as cdk from 'aws-cdk-lib';
import * as apigw from 'aws-cdk-lib/aws-apigateway';
import * as lambda from 'aws-cdk-lib/aws-lambda';
export class Greeting extends cdk.Stack {
  constructor(scope: any, id: string, options: any) {
    super(scope, id);
    const greet = new lambda.Function(this, 'Greet', {
      runtime: lambda.Runtime.PYTHON_3_12, handler: 'app.handler', code: lambda.Code.fromAsset('src'),
    });
    API
  }
}
"""


@pytest.mark.parametrize(
    ("api", "expected"),
    [
        ("apigw.LambdaIntegration(greet)", ["INV707"]),
        ("apigw.LambdaIntegration(greet, proxy=True)", ["INV707"]),
        ("apigw.LambdaIntegration(greet, proxy=False, integration_responses=[])", []),
        ("apigw.LambdaIntegration(greet, proxy=options['proxy'])", []),
        ("apigw.LambdaIntegration(greet, **options)", []),
        ("apigw.LambdaRestApi(self, 'Api', handler=greet, proxy=False)", ["INV707"]),
        (
            """opts = apigw.LambdaIntegrationOptions(proxy=False)
        apigw.LambdaRestApi(self, "Api", handler=greet, integration_options=opts)""",
            [],
        ),
        (
            "apigw.LambdaRestApi(self, 'Api', handler=greet, integration_options={'allow_test_invoke': True})",
            ["INV707"],
        ),
        ("new apigw.LambdaIntegration(greet);", ["INV707"]),
        ("new apigw.LambdaIntegration(greet, { proxy: false });", []),
        ("new apigw.LambdaIntegration(greet, options);", []),
        ("new apigw.LambdaRestApi(this, 'Api', { handler: greet, proxy: false });", ["INV707"]),
        ("new apigw.LambdaRestApi(this, 'Api', { handler: greet, integrationOptions: { proxy: false } });", []),
    ],
)
def test_a_response_that_a_mapping_makes_is_any_object(tmp_path: Path, api: str, expected: list[str]) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text("def handler(event, context):\n    return {'message': 'hello'}\n")
    is_typescript = api.startswith("new")
    (tmp_path / ("stack.ts" if is_typescript else "stack.py")).write_text(
        (API_TS if is_typescript else API).replace("API", api)
    )
    assert [id_ for id_, _, _ in found(tmp_path)] == expected
