"""How a function measures what it sends."""

from __future__ import annotations

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.source.parsing.tree import parse

CODE = """\
import json
import sys
from sys import getsizeof

import boto3
from pympler import asizeof

client = boto3.client("lambda")


def check(data, limit=256_000):
    if sys.getsizeof(data) > limit:
        raise ValueError("too large")


def length(data):
    return len(json.dumps(data))


def send(self, order, orders):
    payload = {"order": order, "orders": orders}
    BODY
    client.invoke(FunctionName="mail", InvocationType="Event", Payload=SENT)
"""


def measured(body: str, sent: str = "json.dumps(payload)") -> object:
    code = CODE.replace("BODY", body).replace("SENT", sent)
    told = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions())
    (found,) = (fact.data.payload.measured for fact in told.facts if fact.kind == "invocation")
    return found


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("print(sys.getsizeof(json.dumps(payload)))", "memory"),
        ("print(getsizeof(payload))", "memory"),
        ("print(payload.__sizeof__())", "memory"),
        ("print(asizeof.asizeof(payload))", "memory"),
        ("print(sys.getsizeof(orders))", "memory"),
        ("check(payload)", "memory"),
        ("check(data=payload)", "memory"),
        ("print(len(str(payload)))", "characters"),
        ("print(len(repr(payload)))", "characters"),
        ("print(len(json.dumps(payload, ensure_ascii=False)))", "characters"),
        ("if len(payload) > 262_144:\n        return", "keys"),
        ("if len(payload) > 256 * 1024:\n        return", "keys"),
        ("if MAX_PAYLOAD_SIZE < len(payload):\n        return", "keys"),
        ("if len(payload) >= self.max_bytes:\n        return", "keys"),
    ],
)
def test_it_is_not_measured_in_what_is_sent(body: str, expected: str) -> None:
    assert measured(body) == expected


def test_an_attribute_is_measured() -> None:
    assert measured("print(sys.getsizeof(self.payload))", "json.dumps(self.payload)") == "memory"
    assert measured("print(sys.getsizeof(self.other))", "json.dumps(self.payload)") is None


@pytest.mark.parametrize(
    "body",
    [
        "print(len(payload))",
        "if len(payload) > 10:\n        return",
        "if len(payload) > BATCH_SIZE:\n        return",
        "if len(orders) > 256_000:\n        return",
        "print(len(str(order)))",
        "print(len(json.dumps(payload)))",
        "print(len(json.dumps(payload, ensure_ascii=False).encode()))",
        "length(payload)",
        "check(other)",
        "print(sys.getsizeof(self))",
        "print(sys.getsizeof(payload, 0))",
    ],
)
def test_it_is_measured_in_what_is_sent_or_something_else_is(body: str) -> None:
    assert measured(body) is None
