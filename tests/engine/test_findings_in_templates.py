"""Findings of rules about templates: they stand in the template, in every report, and comments silence them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import clean_environment, run_lint

HANDLER = """\
from shop import index


def handler(event, context):
    for record in event["Records"]:
        index(record["kinesis"]["data"])
"""
TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders: {Type: AWS::Kinesis::Stream}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Runtime: python3.12
      Description: "one # noqa: INV910 in a text"
      Events:
        Orders:
          Type: Kinesis
          Properties: {Stream: !GetAtt Orders.Arn, StartingPosition: LATEST}
"""
LINE = 12


def project(folder: Path, template: str = TEMPLATE, name: str = "template.yaml") -> Path:
    (folder / ".git").mkdir(exist_ok=True)
    (folder / "app.py").write_text(HANDLER)
    path = folder / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(template)
    return path


def found(folder: Path, *options: str) -> list[tuple[str, str, int]]:
    """The id, path and line of each finding that is not suppressed."""
    ran = run_lint("check", "--no-cache", "--output", "json", *options, cwd=folder)
    assert ran.returncode in (0, 1), ran.stderr
    told = json.loads(ran.stdout)["findings"]
    return [(one["id"], one["place"]["path"], one["place"]["line"]) for one in told if not one.get("suppressed_by")]


EXPECTED = [("INV910", "template.yaml", LINE)]


@pytest.mark.parametrize("given", [(), (".",), ("template.yaml",), ("app.py", "template.yaml")])
def test_it_is_found_however_the_template_is_reached(tmp_path: Path, given: tuple[str, ...]) -> None:
    project(tmp_path)
    assert found(tmp_path, *given) == EXPECTED


def test_a_module_alone_does_not_show_it(tmp_path: Path) -> None:
    project(tmp_path)
    assert found(tmp_path, "app.py") == []


@pytest.mark.parametrize("name", ["stack.yml", "infra/stack.template", "template.yaml"])
def test_a_template_may_have_any_name(tmp_path: Path, name: str) -> None:
    project(tmp_path, TEMPLATE.replace("CodeUri: .", "CodeUri: .." if "/" in name else "CodeUri: ."), name)
    assert found(tmp_path) == [("INV910", name, LINE)]
    assert found(tmp_path, name) == [("INV910", name, LINE)]


def test_a_template_that_nothing_marks_but_its_resources_is_one(tmp_path: Path) -> None:
    text = """\
Resources:
  Jobs:
    Type: AWS::SQS::Queue
  Worker: {Type: AWS::Lambda::Function, Properties: {Code: ., Handler: app.handler, Runtime: python3.12}}
  Polling:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:kinesis:eu-west-1:123456789012:stream/orders
      FunctionName: !Ref Worker
      StartingPosition: LATEST
"""
    project(tmp_path, text, "infra.yaml")
    assert ("INV910", "infra.yaml", 5) in found(tmp_path, "--select", "INV910")


@pytest.mark.parametrize("folder", ["tests", "tests/fixtures", "integration-tests", "fixtures"])
def test_templates_of_tests_are_silent(tmp_path: Path, folder: str) -> None:
    project(tmp_path, TEMPLATE.replace("CodeUri: .", f"CodeUri: {'/'.join(['..'] * (folder.count('/') + 1))}"),
            f"{folder}/template.yaml")  # fmt: skip
    assert found(tmp_path) == []


def test_alone_nothing_is_known_of_the_handler(tmp_path: Path) -> None:
    project(tmp_path)
    assert found(tmp_path, "--isolated", "template.yaml") == []


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: INV910 on purpose",
        "# noqa",
        "# invocation-lint: ignore[poison-record] on purpose",
        "# why # noqa: INV910",
    ],
)
def test_a_comment_on_its_line_silences_it(tmp_path: Path, comment: str) -> None:
    project(tmp_path, TEMPLATE.replace("        Orders:\n", f"        Orders:  {comment}\n"))
    assert found(tmp_path) == []


def test_a_comment_above_it_silences_it(tmp_path: Path) -> None:
    above = "        # invocation-lint: ignore[INV910] on purpose\n        # and more\n        Orders:\n"
    project(tmp_path, TEMPLATE.replace("        Orders:\n", above))
    assert found(tmp_path) == []


def test_a_handler_that_its_module_imports_is_looked_at(tmp_path: Path) -> None:
    project(tmp_path)
    (tmp_path / "core.py").write_text(HANDLER)
    (tmp_path / "app.py").write_text("from core import handler\n")
    assert found(tmp_path) == EXPECTED
    (tmp_path / "app.py").write_text("from elsewhere import handler\n")
    assert found(tmp_path) == []


def test_a_comment_elsewhere_is_unused(tmp_path: Path) -> None:
    project(tmp_path, TEMPLATE.replace("CodeUri: .", "CodeUri: .  # noqa: INV910"))
    assert found(tmp_path) == [("INV002", "template.yaml", 7), *EXPECTED]


def test_what_is_written_wrongly_is_told(tmp_path: Path) -> None:
    project(tmp_path, TEMPLATE.replace("CodeUri: .", "CodeUri: .  # noqa: INV990"))
    assert [one[0] for one in found(tmp_path)] == ["INV003", "INV910"]


@pytest.mark.parametrize(
    "text", ["|\n        # noqa: INV910\n        text", "'# noqa: INV910'", ">-  # noqa: X1\n        a"]
)
def test_what_only_looks_like_a_comment_is_none(tmp_path: Path, text: str) -> None:
    project(tmp_path, TEMPLATE.replace('"one # noqa: INV910 in a text"', text))
    assert [one[0] for one in found(tmp_path)] == ["INV910"]


@pytest.mark.parametrize("format_", ["full", "concise", "json", "sarif", "github", "junit", "gitlab"])
def test_every_report_shows_it(tmp_path: Path, format_: str) -> None:
    project(tmp_path)
    ran = run_lint("check", "--no-cache", "--output", format_, cwd=tmp_path)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "INV910" in ran.stdout


def test_the_closing_line_counts_templates(tmp_path: Path) -> None:
    project(tmp_path)
    assert "1 template" in run_lint("check", "--no-cache", cwd=tmp_path).stdout


def test_a_project_may_hold_templates_alone(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    assert found(tmp_path, "template.yaml") == found(tmp_path) == []


def test_flake8_shows_nothing_of_it(tmp_path: Path) -> None:
    project(tmp_path)
    command = [sys.executable, "-m", "flake8", "--isolated", "--select", "INV", "app.py"]
    ran = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, env=clean_environment(), check=False, timeout=120
    )
    assert (ran.returncode, ran.stdout) == (0, ""), ran.stderr


def test_a_rule_that_is_left_out_reads_no_template(tmp_path: Path) -> None:
    project(tmp_path)
    assert found(tmp_path, "--ignore", "INV910") == []
    assert found(tmp_path, "--select", "INV1") == []


def test_the_facts_of_a_template_are_shown(tmp_path: Path) -> None:
    project(tmp_path)
    shown = run_lint("facts", "template.yaml", cwd=tmp_path).stdout
    assert f"template.yaml:{LINE}:9: event_source_mapping" in shown
    assert "attempts" in shown


def test_the_cache_knows_what_it_was_found_by(tmp_path: Path) -> None:
    project(tmp_path)
    cached = ("--cache-dir", str(tmp_path / ".cache"))

    def ids() -> list[str]:
        ran = run_lint("check", "--output", "json", *cached, cwd=tmp_path)
        return [one["id"] for one in json.loads(ran.stdout)["findings"]]

    assert ids() == ids() == ["INV910"]
    (tmp_path / "app.py").write_text(HANDLER.replace("        index(record", "        print(record"))
    assert ids() == []
    (tmp_path / "app.py").write_text(HANDLER)
    assert ids() == ["INV910"]
    (tmp_path / "app.py").unlink()
    assert ids() == []


SENDING = """\
import os

import boto3

sqs = boto3.client("sqs")
client = boto3.client("lambda")


def handler(event, context):
    client.invoke(FunctionName="mail", InvocationType="Event", Payload=b"{}")
    sqs.send_message(QueueUrl=os.environ["ORDERS_URL"], MessageBody="x")
"""
OF_QUEUE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders: {Type: AWS::SQS::Queue}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Runtime: python3.12
      Environment: {Variables: {ORDERS_URL: !Ref Orders}}
      Events:
        Orders: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}}
"""


def test_the_cache_knows_the_handlers_that_were_looked_at_before(tmp_path: Path) -> None:
    project(tmp_path, OF_QUEUE)
    cached = ("--cache-dir", str(tmp_path / ".cache"), "--select", "INV907")

    def ids(code: str) -> list[str]:
        (tmp_path / "app.py").write_text(code)
        ran = run_lint("check", "--output", "json", *cached, cwd=tmp_path)
        return [one["id"] for one in json.loads(ran.stdout)["findings"]]

    assert ids(SENDING) == ids(SENDING) == ["INV907"]
    assert ids(SENDING.replace("    sqs.send", "    if event:\n        sqs.send")) == []
    assert ids(SENDING) == ["INV907"]


REPORTING = """\
from shop import work


def handler(event, context):
    failed = []
    for record in event["Records"]:
        try:
            work(record)
        except Exception:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""
STACK = """\
import * as cdk from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';

export class OrdersStack extends cdk.Stack {
  constructor(scope, id) {
    super(scope, id);
    const failed = new sqs.Queue(this, 'Failed');
    const orders = new sqs.Queue(this, 'Orders', {
      visibilityTimeout: cdk.Duration.seconds(180),
      deadLetterQueue: { queue: failed, maxReceiveCount: 3 },
    });
    const worker = new lambda.Function(this, 'Worker', {
      runtime: lambda.Runtime.PYTHON_3_12,
      handler: 'app.handler',
      code: lambda.Code.fromAsset('.'),
      timeout: cdk.Duration.seconds(30),
    });
    worker.addEventSource(new SqsEventSource(orders));
  }
}
new OrdersStack(new cdk.App(), 'Orders');
"""
CONFIGURATION = """\
resource "aws_sqs_queue" "orders" {
  name                       = "orders"
  visibility_timeout_seconds = 180
  redrive_policy             = jsonencode({ deadLetterTargetArn = aws_sqs_queue.failed.arn, maxReceiveCount = 3 })
}

resource "aws_sqs_queue" "failed" {
  name = "failed"
}

resource "aws_lambda_function" "worker" {
  function_name = "worker"
  filename      = "worker.zip"
  handler       = "app.handler"
  runtime       = "python3.12"
  timeout       = 30
  role          = "arn:aws:iam::123456789012:role/worker"
}

resource "aws_lambda_event_source_mapping" "orders" {
  event_source_arn = aws_sqs_queue.orders.arn
  function_name    = aws_lambda_function.worker.arn
}
"""


@pytest.mark.parametrize(("name", "text", "line"), [("stack.ts", STACK, 20), ("main.tf", CONFIGURATION, 20)])
class TestPrograms:
    def test_they_are_checked(self, tmp_path: Path, name: str, text: str, line: int) -> None:
        project(tmp_path, text, name)
        (tmp_path / "app.py").write_text(REPORTING)
        assert found(tmp_path) == found(tmp_path, name) == [("INV904", name, line)]

    def test_a_comment_silences_it(self, tmp_path: Path, name: str, text: str, line: int) -> None:
        lines = text.split("\n")
        lines[line - 1] += "  // noqa: INV904 on purpose"
        project(tmp_path, "\n".join(lines), name)
        (tmp_path / "app.py").write_text(REPORTING)
        assert found(tmp_path) == []

    def test_a_comment_above_silences_it(self, tmp_path: Path, name: str, text: str, line: int) -> None:
        lines = text.split("\n")
        lines.insert(line - 1, "    /* invocation-lint: ignore[INV904] on purpose */")
        project(tmp_path, "\n".join(lines), name)
        (tmp_path / "app.py").write_text(REPORTING)
        assert found(tmp_path) == []

    def test_a_text_is_no_comment(self, tmp_path: Path, name: str, text: str, line: int) -> None:
        lines = text.split("\n")
        shown = "    const text = '// noqa: INV904';" if name.endswith(".ts") else '  uuid = "// noqa: INV904"'
        lines[line - 1] += shown if name.endswith(".ts") else f"\n{shown}"
        project(tmp_path, "\n".join(lines), name)
        (tmp_path / "app.py").write_text(REPORTING)
        assert found(tmp_path) == [("INV904", name, line)]


@pytest.mark.parametrize(
    "policy", ["var.with_letters ? jsonencode({}) : null", "var.policy", "data.external.policy.result"]
)
def test_a_redrive_policy_that_is_not_told_is_not_taken_for_none(tmp_path: Path, policy: str) -> None:
    text = CONFIGURATION.replace(
        "jsonencode({ deadLetterTargetArn = aws_sqs_queue.failed.arn, maxReceiveCount = 3 })", policy
    )
    project(tmp_path, text, "main.tf")
    assert found(tmp_path, "--select", "INV902") == []


def test_a_redrive_policy_by_itself(tmp_path: Path) -> None:
    without = "\n".join(line for line in CONFIGURATION.split("\n") if "redrive_policy" not in line)
    apart = """
resource "aws_sqs_queue_redrive_policy" "orders" {
  queue_url      = aws_sqs_queue.orders.id
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.failed.arn, maxReceiveCount = 3 })
}
"""
    project(tmp_path, without, "main.tf")
    assert found(tmp_path, "--select", "INV902") == [("INV902", "main.tf", 1)]
    (tmp_path / "letters.tf").write_text(apart)
    assert found(tmp_path, "--select", "INV902") == []


def test_parts_of_a_template_are_checked_where_they_stand(tmp_path: Path) -> None:
    whole = "service: orders\nprovider: {name: aws, runtime: python3.12}\nfunctions:\n  - ${file(parts/orders.yml)}\n"
    part = """\
worker:
  handler: app.handler
  events:
    - stream:
        type: kinesis
        arn: arn:aws:kinesis:eu-west-1:123456789012:stream/orders
"""
    project(tmp_path, whole, "serverless.yml")
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "orders.yml").write_text(part)
    assert [one[:2] for one in found(tmp_path)] == [("INV910", "parts/orders.yml")]
