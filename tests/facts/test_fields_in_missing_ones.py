"""A field in a field that is missing is not missing itself, with a declared contract as with one of a handler."""

from __future__ import annotations

import pytest

from invocation_lint.contracts.loader import load_contracts
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.invocation import Invocation
from invocation_lint.source.parsing.tree import parse

CONTRACTS = """
version: 1
functions:
  - name: orders
    match: {names: [orders]}
    fields:
      box.size.x: {required: true}
      box.size: {required: true}
      box: {required: true}
      to.name: {required: true}
"""
CODE = """
import json
import boto3
client = boto3.client("lambda")
def send(x):
    client.invoke(FunctionName="orders", InvocationType="Event", Payload=json.dumps(PAYLOAD))
"""


@pytest.mark.parametrize(
    ("payload", "missing"),
    [
        ("{}", ["box", "to.name"]),
        ('{"box": {}, "to": {}}', ["box.size", "to.name"]),
        ('{"box": {"size": {}}, "to": {"name": x}}', ["box.size.x"]),
        ('{"box": {"size": {"x": 1}}, "to": {"name": x}}', []),
    ],
)
def test_missing(payload: str, missing: list[str]) -> None:
    source = parse(CODE.replace("PAYLOAD", payload).encode(), "app.py")
    found = facts_of(source, load_contracts([("contracts.yaml", CONTRACTS)]), AnalysisOptions()).facts
    (fact,) = [fact.data for fact in found if isinstance(fact.data, Invocation)]
    assert isinstance(fact.payload.missing, tuple)
    assert [item.name for item in fact.payload.missing] == missing
