"""What `ask-for-item-failures` writes: one property more in the mapping, with comments and layout as they were."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from invocation_lint.findings import Place
from invocation_lint.fixes.item_failures import edits_in
from tests.command import run_lint
from tests.engine.test_findings_in_templates import REPORTING

RULE = "INV904"

BLOCK = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Runtime: python3.12
      Events:
        Orders:  # all of them
          Type: SQS
          Properties:
            # the queue of another stack
            Queue: arn:aws:sqs:eu-west-1:123456789012:orders   # eu only
            BatchSize: 10
"""
ADDED = """\
            FunctionResponseTypes:
              - ReportBatchItemFailures
"""
FLOW = BLOCK[: BLOCK.index("        Orders:")] + (
    "        Orders: {Type: SQS, Properties: {Queue: 'arn:aws:sqs:eu-west-1:123456789012:orders'}} # short\n"
)
RAW = """\
Resources:
  Worker: {Type: AWS::Lambda::Function, Properties: {Code: ., Handler: app.handler, Runtime: python3.12}}
  Polling:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: arn:aws:sqs:eu-west-1:123456789012:orders
      FunctionName: !Ref Worker
"""


def mended(folder: Path, text: str, name: str = "template.yaml", *options: str) -> str:
    """The template after `--fix`."""
    (folder / ".git").mkdir()
    (folder / "app.py").write_text(REPORTING)
    path = folder / name
    path.write_bytes(text.encode())
    ran = run_lint("check", "--no-cache", "--select", RULE, "--fix", *options, cwd=folder)
    assert ran.returncode in (0, 1), ran.stdout + ran.stderr
    return path.read_bytes().decode()


def test_in_block_style(tmp_path: Path) -> None:
    before = "            Queue: arn"
    assert mended(tmp_path, BLOCK) == BLOCK.replace(before, ADDED + before)


def test_line_ends_are_kept(tmp_path: Path) -> None:
    text = BLOCK.replace("\n", "\r\n")
    assert mended(tmp_path, text).count("\r\n") == text.count("\r\n") + 2


def test_in_flow_style(tmp_path: Path) -> None:
    switch = "FunctionResponseTypes: [ReportBatchItemFailures], "
    assert mended(tmp_path, FLOW) == FLOW.replace("{Queue:", f"{{{switch}Queue:")


def test_a_mapping_by_itself(tmp_path: Path) -> None:
    before = "      EventSourceArn:"
    added = "      FunctionResponseTypes:\n        - ReportBatchItemFailures\n"
    assert mended(tmp_path, RAW) == RAW.replace(before, added + before)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("            BatchSize: 10\n", "            FunctionResponseTypes: !Ref Types\n"),
        ("            BatchSize: 10\n", "            Fn::Transform: {Name: Macro}\n"),
        ("        Orders:  # all of them\n", "        Orders:  # noqa: INV904\n"),
    ],
)
def test_what_is_not_certain_stays(tmp_path: Path, old: str, new: str) -> None:
    text = BLOCK.replace(old, new)
    assert mended(tmp_path, text) == text


def test_a_list_that_is_empty(tmp_path: Path) -> None:
    text = BLOCK.replace("BatchSize: 10\n", "FunctionResponseTypes: []  # later\n")
    assert mended(tmp_path, text) == text.replace("[]", "[ReportBatchItemFailures]")


SERVERLESS = """\
service: orders
provider: {name: aws, runtime: python3.12}
functions:
  worker:
    handler: app.handler
    events:
      - sqs:  # all of them
          arn: arn:aws:sqs:eu-west-1:123456789012:orders
          batchSize: 10
"""


@pytest.mark.parametrize(
    ("event", "old", "new"),
    [
        ("", "          arn:", "          functionResponseType: ReportBatchItemFailures\n          arn:"),
        (
            '      - sqs: {arn: "arn:aws:sqs:eu-west-1:1:b"}\n',
            "{arn",
            "{functionResponseType: ReportBatchItemFailures, arn",
        ),
        (
            "      - stream:\n          arn: arn:aws:kinesis:eu-west-1:1:stream/b\n",
            "          arn: arn:aws:kinesis",
            "          functionResponseType: ReportBatchItemFailures\n          arn: arn:aws:kinesis",
        ),
        ("      - sqs: arn:aws:sqs:eu-west-1:1:b\n", "", ""),
    ],
)
def test_in_an_event_of_the_serverless_framework(event: str, old: str, new: str, tmp_path: Path) -> None:
    text = SERVERLESS[: SERVERLESS.index("      - sqs")] + event if event else SERVERLESS
    assert mended(tmp_path, text, "serverless.yml") == (text.replace(old, new) if old else text)


TERRAFORM = """\
resource "aws_lambda_function" "worker" {
  function_name = "worker"
  handler       = "app.handler"
  runtime       = "python3.12"
  filename      = "worker.zip"
}

resource "aws_lambda_event_source_mapping" "orders" { # all of them
  event_source_arn = "arn:aws:sqs:eu-west-1:123456789012:orders"
  function_name    = aws_lambda_function.worker.arn

  scaling_config {
    maximum_concurrency = 2
  }
}
"""
SWITCHED = '  function_response_types = ["ReportBatchItemFailures"]\n'


def test_in_a_block_of_terraform(tmp_path: Path) -> None:
    before = "  event_source_arn"
    assert mended(tmp_path, TERRAFORM, "main.tf") == TERRAFORM.replace(before, f"{SWITCHED}\n{before}")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("  function_response_types = [] # none\n", '  function_response_types = ["ReportBatchItemFailures"] # none\n'),
        ("  function_response_types = var.types\n", "  function_response_types = var.types\n"),
        ("  function_response_types = concat([], [])\n", "  function_response_types = concat([], [])\n"),
    ],
)
def test_where_terraform_says_it(line: str, expected: str, tmp_path: Path) -> None:
    at = "\n  scaling_config"
    text = TERRAFORM.replace(at, f"{line}{at}")
    assert mended(tmp_path, text, "main.tf") == TERRAFORM.replace(at, f"{expected}{at}")


def test_a_block_in_one_line_stays(tmp_path: Path) -> None:
    source = '  event_source_arn = "arn:aws:sqs:eu-west-1:1:b"\n'
    text = TERRAFORM.replace(source, "").replace("{ # all of them\n", f"{{\n{source}").replace("{\n  event", "{ event")
    assert mended(tmp_path, text, "main.tf") == text


def test_a_template_is_read_once_for_all_its_fixes(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    compose = yaml.compose
    monkeypatch.setattr(yaml, "compose", lambda text, **named: read.append(text) or compose(text, **named))
    text = BLOCK + BLOCK[BLOCK.index("        Orders:") :].replace("Orders", "Returns")
    for line in (10, 16):
        _, edits = edits_in(text, Place("template.yaml", line, 9, line, 15))
        assert [edit.place.line for edit in edits] == [line + 4]
    assert read == [text]


def test_properties_that_others_share_stay(tmp_path: Path) -> None:
    shared = "          Properties:\n            # the queue of another stack\n"
    text = BLOCK.replace(shared, "          Properties: &shared\n") + "        More: {Type: SQS, Properties: *shared}\n"
    found = mended(tmp_path, text)
    assert found.count("FunctionResponseTypes") == 1


@pytest.mark.parametrize("event", ["{Type: SQS, Properties: *shared}", "*event"])
def test_properties_that_stand_elsewhere_stay(tmp_path: Path, event: str) -> None:
    metadata = (
        "Metadata:\n  Shared: &shared {Queue: arn:aws:sqs:eu-west-1:123456789012:orders}\n"
        "  Event: &event {Type: SQS, Properties: *shared}\n"
    )
    text = metadata + BLOCK[: BLOCK.index("        Orders:")] + f"        Orders: {event}\n"
    assert mended(tmp_path, text) == text
    ran = run_lint("check", "--no-cache", "--select", RULE, "--output", "concise", cwd=tmp_path)
    assert "template.yaml:13:" in ran.stdout


def test_nothing_is_left_to_find(tmp_path: Path) -> None:
    mended(tmp_path, BLOCK)
    assert run_lint("check", "--no-cache", "--select", RULE, cwd=tmp_path).returncode == 0


def test_it_is_shown_before_it_is_done(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "app.py").write_text(REPORTING)
    (tmp_path / "template.yaml").write_text(BLOCK)
    ran = run_lint("check", "--no-cache", "--select", RULE, "--show-fixes", cwd=tmp_path)
    assert "+              - ReportBatchItemFailures" in ran.stdout
    assert (tmp_path / "template.yaml").read_text() == BLOCK


PROGRAM = """\
from aws_cdk import App, Stack, aws_lambda as lambda_, aws_sqs as sqs
from aws_cdk.aws_lambda_event_sources import SqsEventSource

stack = Stack(App(), "Orders")
queue = sqs.Queue(stack, "Queue")
worker = lambda_.Function(
    stack, "Worker", runtime=lambda_.Runtime.PYTHON_3_12, handler="app.handler", code=lambda_.Code.from_asset(".")
)
MAPPING
"""


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ("worker.add_event_source(SqsEventSource(queue))", "SqsEventSource(queue, report_batch_item_failures=True)"),
        (
            "worker.add_event_source(\n    SqsEventSource(\n        queue,\n        batch_size=5,  # small\n    )\n)",
            "batch_size=5,  # small\n        report_batch_item_failures=True,\n",
        ),
        (
            'worker.add_event_source_mapping("Orders", event_source_arn=queue.queue_arn)',
            "event_source_arn=queue.queue_arn, report_batch_item_failures=True)",
        ),
        (
            'lambda_.EventSourceMapping(stack, "Orders", target=worker, event_source_arn=queue.queue_arn)',
            "event_source_arn=queue.queue_arn, report_batch_item_failures=True)",
        ),
    ],
)
def test_in_a_program_of_the_cdk(tmp_path: Path, mapping: str, expected: str) -> None:
    assert expected in mended(tmp_path, PROGRAM.replace("MAPPING", mapping), "stack.py")


@pytest.mark.parametrize(
    "mapping",
    [
        "worker.add_event_source(SqsEventSource(queue, report_batch_item_failures=False))",
        'worker.add_event_source(SqsEventSource(queue, **{"batch_size": 5}))',
        'lambda_.CfnEventSourceMapping(stack, "Orders", function_name="worker", event_source_arn=queue.queue_arn)',
    ],
)
def test_a_mapping_of_the_cdk_that_is_written_in_another_way_stays(tmp_path: Path, mapping: str) -> None:
    program = PROGRAM.replace("MAPPING", mapping)
    assert mended(tmp_path, program, "stack.py") == program
