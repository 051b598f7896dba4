"""What is to be added to a mapping is said in the words of the language that deploys it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import run_lint
from tests.engine.test_findings_in_templates import CONFIGURATION, REPORTING, STACK, project
from tests.fixes.test_item_failures import BLOCK

SERVERLESS = """\
service: shop
provider: {name: aws, runtime: python3.12}
functions:
  worker:
    handler: app.handler
    events:
      - sqs: arn:aws:sqs:eu-west-1:123456789012:orders
"""


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("template.yaml", BLOCK, "`FunctionResponseTypes: [ReportBatchItemFailures]` to the mapping"),
        ("serverless.yml", SERVERLESS, "`functionResponseType: ReportBatchItemFailures` to the event"),
        ("main.tf", CONFIGURATION, '`function_response_types = ["ReportBatchItemFailures"]` to the mapping'),
        ("stack.ts", STACK, "`reportBatchItemFailures: true` to the event source"),
    ],
)
def test_a_report_that_is_not_read(tmp_path: Path, name: str, text: str, words: str) -> None:
    project(tmp_path, text, name)
    (tmp_path / "app.py").write_text(REPORTING)
    ran = run_lint("check", ".", "--select", "INV904", "--output", "json", cwd=tmp_path)
    (finding,) = json.loads(ran.stdout)["findings"]
    assert words in finding["help"]
