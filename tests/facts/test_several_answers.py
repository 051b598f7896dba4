"""Conditions over several answers, of which one is that of a crash, and clauses that put a default in its place."""

from __future__ import annotations

from textwrap import indent

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.source.parsing.tree import parse
from tests.facts.test_what_a_crash_passes import payload_after

ASK_EACH = """\
import json
import boto3
from store import keep

client = boto3.client("lambda")

def ask(names):
    found = []
    for name in names:
        response = client.invoke(FunctionName=name, Payload="{}")
        found.append(json.loads(response["Payload"].read()))
"""


def payload(body: str) -> object:
    """What is said of the payloads in `found`."""
    source = parse((ASK_EACH + indent(body, "    ") + "\n").encode(), "app.py")
    (fact,) = facts_of(source, ContractBook(), AnalysisOptions()).facts
    return fact.data.response.payload


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ('not all(p.get("ok") for p in found)', "tested"),
        ('not any(p.get("ok") for p in found)', "tested"),
        ('any("rows" not in p for p in found)', "tested"),
        ('not all("rows" in p for p in found if isinstance(p, dict))', "tested"),
        ('any(p.get("error") for p in found)', "used"),
        ('not all("rows" in p for p in found if p.get("ok"))', "used"),
        ('all("rows" not in p for p in found)', "used"),
    ],
)
def test_a_condition_over_all_answers(condition: str, said: str) -> None:
    assert payload(f"if {condition}:\n    raise ValueError\nkeep(found)") == said


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ("x = []", "used"),
        ("pass", "used"),
        ('return {"state": "done"}', "used"),
        ("return (True, 0)", "used"),
        ('return {"ok": False}', "tested"),
        ('return {"state": "missing"}', "tested"),
        ('return {"state": "done", "error": "no rows"}', "tested"),
        ('return (None, "done")', "tested"),
        ('x = []\n    notify("no rows")', "tested"),
        ("if default:\n        x = []", "tested"),
        ("x = []\n    if default:\n        x = [default]", "tested"),
    ],
)
def test_a_default_for_a_missing_key(clause: str, said: str) -> None:
    assert payload_after(f'x = 1\ntry:\n    x = r["rows"]\nexcept KeyError:\n    {clause}\nkeep(x)') == said


@pytest.mark.parametrize(
    ("condition", "said"),
    [('r.get("errors", [])', "used"), ('r.get("errors", {})', "used"), ('not r.get("rows", [])', "tested")],
)
def test_an_empty_default(condition: str, said: str) -> None:
    assert payload_after(f'if {condition}: raise ValueError\nkeep(r["rows"])') == said
