"""What takes a whole handler to answer is asked once, however many calls the handler makes."""

from __future__ import annotations

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.building import handlers
from invocation_lint.source.parsing.tree import parse

PUT = """\
        events.put_events(Entries=[{"Source": "shop", "DetailType": "a", "Detail": record["body"]}])
"""
CODE = """\
import boto3

events = boto3.client("events")


def handler(event, context):
    for record in event["Records"]:
"""


@pytest.mark.parametrize("calls", [1, 40])
def test_what_invokes_a_handler(calls: int) -> None:
    handlers.event_source.cache_clear()
    told = facts_of(parse((CODE + PUT * calls).encode(), "app.py"), ContractBook(), AnalysisOptions())
    assert len([fact for fact in told.facts if fact.kind == "batch_call"]) == calls
    assert handlers.event_source.cache_info().misses <= 2
