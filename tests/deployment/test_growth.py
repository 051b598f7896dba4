"""What is asked of templates grows as they do: each function has a handler, a queue, and variables of one name."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from invocation_lint.deployment import deployed
from invocation_lint.deployment.deployed import Deployed
from invocation_lint.deployment.entries import Entries
from invocation_lint.engine import inputs_of, lint
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration

HANDLER = """\
import os
import boto3

functions, queues = boto3.client("lambda"), boto3.client("sqs")


def handler(event, context):
    for record in event["Records"]:
        functions.invoke(FunctionName=os.environ["NEXT"], Payload=record["body"])
        queues.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=record["body"])
"""
SAM = """\
  Queue{n}: {{Type: AWS::SQS::Queue}}
  Function{n}:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/f{n}
      Handler: app.handler
      Runtime: python3.12
      Environment: {{Variables: {{NEXT: !Ref Function{next}, QUEUE: !Ref Queue{next}}}}}
      Events: {{Orders: {{Type: SQS, Properties: {{Queue: !GetAtt Queue{n}.Arn}}}}}}
"""
TERRAFORM = """\
resource "aws_sqs_queue" "q{n}" {{
  name = "q{n}"
}}
resource "aws_lambda_function" "f{n}" {{
  function_name = "f{n}"
  handler       = "src.f{n}.app.handler"
  runtime       = "python3.12"
  filename      = "code.zip"
  environment {{
    variables = {{
      NEXT  = aws_lambda_function.f{next}.function_name
      QUEUE = aws_sqs_queue.q{next}.url
    }}
  }}
}}
resource "aws_lambda_event_source_mapping" "f{n}" {{
  event_source_arn = aws_sqs_queue.q{n}.arn
  function_name    = aws_lambda_function.f{n}.arn
}}
"""
TEMPLATES = {
    "template.yaml": ("Transform: AWS::Serverless-2016-10-31\nResources:\n", SAM),
    "main.tf": ("", TERRAFORM),
}


def calls(folder: Path, name: str, size: int, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each of the counted functions is called for templates of a size."""
    (folder / ".git").mkdir(parents=True)
    head, part = TEMPLATES[name]
    (folder / name).write_text(head + "".join(part.format(n=n, next=(n + 1) % size) for n in range(size)))
    for n in range(size):
        (folder / f"src/f{n}").mkdir(parents=True)
        (folder / f"src/f{n}/app.py").write_text(HANDLER)
    counted: Counter[str] = Counter()

    def count(word: str, function: Any) -> Any:
        def counting(*given: Any, **named: Any) -> Any:
            counted[word] += 1
            return function(*given, **named)

        return counting

    def made(self: Entries, *given: Any, **named: Any) -> None:
        init(self, *given, **named)
        self._is_file = count("_is_file", self._is_file)

    init = Entries.__init__
    with monkeypatch.context() as patching:
        patching.setattr(Entries, "__init__", made)
        patching.setattr(Deployed, "get", count("get", Deployed.get))
        patching.setattr(deployed, "are_equal", count("are_equal", deployed.are_equal))
        project = Project(Configuration())
        lint(inputs_of([str(folder)], project).files, project)
    return counted


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_is_asked_grows_as_the_templates(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small, middle, large = (calls(tmp_path / str(n), name, n, monkeypatch) for n in (6, 12, 24))
    assert large["get"] > middle["get"] > small["get"] > 0
    for word in large:
        grown, before = large[word] - middle[word], middle[word] - small[word]
        assert grown <= 2.3 * before + 4, word
