"""How the body of a message is written, where botocore rejects it or only its text is sent."""

from __future__ import annotations

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.source.parsing.tree import parse

CODE = """\
import json
from dataclasses import asdict

import boto3

events = boto3.client("events")


def send(order, text):
    body = {"id": order}
    return events.put_events(Entries=[{"Source": "shop", "DetailType": "Ordered", "Detail": WRITTEN}])
"""


@pytest.mark.parametrize(
    ("written", "encoding"),
    [
        ("body", "object"),
        ("asdict(order)", "object"),
        ("order.model_dump()", "object"),
        ("json.dumps(body).encode()", "bytes"),
        ('"{}".encode("utf-8")', "bytes"),
        ("str(order).encode()", "bytes"),
        ('b"{}"', "bytes"),
        ('f"{body}"', "python"),
        ("str(body)", "python"),
        ("json.dumps(body)", "json"),
        ("order.model_dump_json()", "json"),
    ],
)
def test_the_body_of_a_message(written: str, encoding: str) -> None:
    assert told(written) == encoding


@pytest.mark.parametrize(
    "written",
    ["text.encode()", "cipher.encode(text)", 'f"{order}"', 'f"{body} of {order}"', "order.to_dict()", "text", "asdict"],
)
def test_what_is_not_seen(written: str) -> None:
    assert told(written) not in {"object", "bytes", "python"}


def told(written: str) -> object:
    facts = facts_of(
        parse(CODE.replace("WRITTEN", written).encode(), "app.py"), ContractBook(), AnalysisOptions()
    ).facts
    (found,) = (fact.data.encoding for fact in facts if fact.kind == "message")
    return found
