"""What some rules find is what they find among all, for less: facts that no rule asks about are not looked for."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from invocation_lint.engine import inputs_of, lint
from invocation_lint.facts.building.messaging import messages
from invocation_lint.findings import Finding
from invocation_lint.project import Project
from invocation_lint.rulebook.loader import load_shipped
from invocation_lint.run import Run
from invocation_lint.settings.files import Configuration

EXAMPLE = Path("examples/story_platform")
HANDLING = """
def handler(event, context):
    for record in event["Records"]:
        boto3.client("s3").get_object(Bucket="b", Key=record["s3"]["object"]["key"])
"""
SENDING = """
import json, boto3
lambda_client = boto3.client("lambda")
def send(a):
    lambda_client.invoke(FunctionName="f", Payload=json.dumps(json.dumps({"a": a})))
"""


def run(path: Path, *selected: str) -> Run:
    project = Project(Configuration(values={"select": list(selected)} if selected else {}))
    return lint(inputs_of([str(path)], project).files, project)


def told(findings: list[Finding]) -> dict[str, list[tuple[object, ...]]]:
    by_rule: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    for one in findings:
        by_rule[one.id].append((one.place, one.message, one.labels))
    return by_rule


def test_a_rule_finds_alone_what_it_finds_among_all() -> None:
    """One rule for each kind of facts; a rule may find more where no other is there that says the same better."""
    facts = {rule.id: rule.fact for rule in load_shipped().rules}
    together = told([one for one in run(EXAMPLE).report.findings if one.id in facts])
    of_kinds = {facts[rule]: rule for rule in together}
    assert len(of_kinds) >= 6
    for rule in of_kinds.values():
        alone = told(run(EXAMPLE, rule).report.findings)[rule]
        assert [one for one in together[rule] if one not in alone] == []


def test_with_rules_about_handlers_only_no_call_is_followed(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(SENDING + HANDLING)
    walked = {rule: sum(len(walks) for _, walks in run(tmp_path, rule).costs.values()) for rule in ("INV401", "INV712")}
    assert walked["INV401"] > 0
    assert walked["INV712"] == 0
    assert [one.id for one in run(tmp_path, "INV712").report.findings] == ["INV712"]


QUEUE = """
import os
import boto3
sqs = boto3.client("sqs")
def handler(event, context):
    sqs.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody="a")
"""
SAM = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Front:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.handler, CodeUri: ., Runtime: python3.12}
"""


def test_what_only_advice_asks_of_a_message_is_looked_for_where_advice_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "app.py").write_text(QUEUE)
    (tmp_path / "template.yaml").write_text(SAM)
    assert [one.id for one in run(tmp_path, "INV916").report.findings] == ["INV916"]
    looked: list[object] = []
    monkeypatch.setattr(messages, "sink_of", lambda *given: looked.append(given[4]))
    run(tmp_path)
    assert looked == [None]
    run(tmp_path, "INV803", "INV917")
    assert looked[1] is not None
