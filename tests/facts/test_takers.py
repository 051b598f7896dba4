"""Whether a rule of the project takes an event, or a subscription a message."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Unknown
from invocation_lint.facts.message import Message
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration
from invocation_lint.source.parsing.tree import parse

PUT = """\
import json

import boto3

events = boto3.client("events")


def tell(order):
    return events.put_events(
        Entries=[{"Source": "shop.orders", "DetailType": "OrderPlaced", "Detail": json.dumps(order)}]
    )["FailedEntryCount"]
"""
PUBLISH = """\
import os

import boto3

sns = boto3.client("sns")


def handler(event, context):
    sns.publish(TopicArn=os.environ["NEWS"], Message="x"%s)
"""
PUBLISHER = """\
Resources:
  News: {Type: AWS::SNS::Topic}
  Publisher:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Runtime: python3.12
      Environment: {Variables: {NEWS: !Ref News}}
"""


def message(folder: Path, code: str, template: str, **files: str) -> Message:
    """The message that `app.py` sends."""
    (folder / ".git").mkdir(exist_ok=True)
    for name, text in {"app.py": code, "template.yaml": template, **files}.items():
        (folder / name).write_text(text)
    programs = Project(Configuration()).programs
    assert programs is not None
    app = folder / "app.py"
    programs.note([("app.py", app, None)])
    told = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions(), programs.program(app), app)
    (found,) = (fact.data for fact in told.facts if fact.kind == "message")
    assert isinstance(found, Message)
    return found


def rules(*patterns: object, more: str = "") -> str:
    """A template of rules."""
    return "Resources:\n" + "".join(
        f"  Rule{number}:\n    Type: AWS::Events::Rule\n    Properties: {{EventPattern: {json.dumps(one)}{more}}}\n"
        for number, one in enumerate(patterns)
    )


@pytest.mark.parametrize(
    ("pattern", "taken"),
    [
        ({"source": ["shop.orders"]}, "yes"),
        ({"source": ["shop.orders"], "detail-type": ["OrderPlaced"]}, "yes"),
        ({"source": ["shop.orders"], "detail-type": ["OrderPaid"]}, "no"),
        ({"source": ["shop.order"], "detail-type": ["OrderPlaced"]}, "no"),
        ({"source": ["shop.order"], "detail-type": ["OrderPaid"]}, None),
        ({"detail-type": ["OrderPlaced"]}, "yes"),
        ({"detail-type": ["OrderPaid"]}, None),
        ({"source": [{"prefix": "shop."}], "detail-type": [{"suffix": "Paid"}]}, "no"),
        ({"source": [{"prefix": "shop."}], "detail-type": [{"prefix": "Order"}]}, "yes"),
        ({"source": [{"anything-but": ["mail"]}], "detail-type": ["OrderPaid", {"wildcard": "*Placed"}]}, "yes"),
        ({"source": [{"equals-ignore-case": "SHOP.ORDERS"}], "detail-type": [{"anything-but": "OrderPlaced"}]}, "no"),
        ({"source": ["shop.orders"], "detail": {"kind": ["book"]}}, "yes"),
        ({"account": ["123456789012"]}, "yes"),
    ],
)
def test_a_pattern(tmp_path: Path, pattern: object, taken: str | None) -> None:
    assert message(tmp_path, PUT, rules(pattern)).taken == taken


def test_the_words(tmp_path: Path) -> None:
    found = message(tmp_path, PUT, rules({"source": ["shop.orders"], "detail-type": ["OrderPaid"]}))
    assert found.not_taken_for == (
        'rules take events of shop.orders with DetailType "OrderPaid", but not "OrderPlaced"'
    )


def test_one_of_several_rules(tmp_path: Path) -> None:
    other = {"source": ["shop.orders"], "detail-type": ["OrderPaid"]}
    assert message(tmp_path, PUT, rules(other, {"source": ["shop.orders"]})).taken == "yes"


def test_a_rule_that_is_off(tmp_path: Path) -> None:
    assert message(tmp_path, PUT, rules({"source": ["shop.orders"]}, more=", State: DISABLED")).taken is None


@pytest.mark.parametrize("operator", [{"numeric": [">", 1]}, {"cidr": "10.0.0.0/8"}])
def test_an_operator_that_is_not_known_may_take_it(tmp_path: Path, operator: object) -> None:
    found = message(tmp_path, PUT, rules({"source": ["shop.orders"], "detail-type": [operator]}))
    assert isinstance(found.taken, Unknown)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("listen.py", 'events.put_rule(Name="all")\n'),
        ("listen.sh", "aws events put-rule --name all\n"),
        ("stack.yaml", "Resources:\n  All: {Type: AWS::Events::Archive}\n"),
    ],
)
def test_a_script_may_listen(tmp_path: Path, name: str, text: str) -> None:
    template = rules({"source": ["shop.orders"], "detail-type": ["OrderPaid"]})
    assert isinstance(message(tmp_path, PUT, template, **{name: text}).taken, Unknown)


@pytest.mark.parametrize(
    ("policies", "sent", "taken"),
    [
        (["FilterPolicy: {kind: [a]}"], "", "no"),
        (["FilterPolicy: {kind: [a]}"], ', MessageAttributes={"kind": {}}', "yes"),
        (["FilterPolicy: {kind: [a]}"], ', MessageAttributes={"other": {}}', "no"),
        (["FilterPolicy: {kind: [a]}"], ", MessageAttributes=attributes(event)", None),
        (["FilterPolicy: {kind: [a]}"], ", **event", None),
        (["FilterPolicy: {kind: [{exists: false}]}"], "", "yes"),
        (["FilterPolicy: {kind: [a]}", "FilterPolicy: {id: [b]}"], "", "no"),
        (["FilterPolicy: {kind: [a]}", ""], "", "yes"),
        (["FilterPolicy: {kind: [a]}, FilterPolicyScope: MessageBody"], "", None),
        (["FilterPolicy: !Ref Policy"], "", None),
    ],
)
def test_a_topic(tmp_path: Path, policies: list[str], sent: str, taken: str | None) -> None:
    template = PUBLISHER + "".join(
        f"  Sub{number}:\n    Type: AWS::SNS::Subscription\n"
        f"    Properties: {{TopicArn: !Ref News, Protocol: sqs, Endpoint: 'arn:aws:sqs:eu-west-1:1:a', {policy}}}\n"
        for number, policy in enumerate(policies)
    )
    found = message(tmp_path, PUBLISH % sent, template).taken
    assert found == taken if taken is not None else isinstance(found, Unknown)


def test_a_topic_without_subscriptions_is_for_other_stacks(tmp_path: Path) -> None:
    assert message(tmp_path, PUBLISH % "", PUBLISHER).taken is None
