"""A handler of records that is invoked directly: whoever invokes it makes the records."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from tests.cli.test_suggested_links import links
from tests.command import run_lint
from tests.facts.linking import TEMPLATE, findings, sends

EACH = """
    import json

    def handler(event, context):
        for record in event["Records"]:
            print(json.loads(record["body"])["order"])
"""
FIRST = """
    def handler(event, context):
        return event["Records"][0]["s3"]["object"]["key"]
"""
REFUSES = """
    def handler(event, context):
        records = event.get("Records")
        if not records:
            raise ValueError("no records")
        return len(records)
"""
MAY = """
    def handler(event, context):
        return [record["body"] for record in event.get("Records", [])]
"""
EITHER = """
    def handler(event, context):
        if "Records" in event:
            return [record["body"] for record in event["Records"]]
        return event["order"]
"""


@pytest.mark.parametrize(
    ("payload", "worker", "missing"),
    [
        ('{"order": 1}', EACH, ["Records"]),
        ('{"order": 1}', FIRST, ["Records"]),
        ('{"order": 1}', REFUSES, ["Records"]),
        ('{"Records": [{"body": "{}"}]}', EACH, []),
        ('{"Records": event["orders"]}', FIRST, []),
        ("event", EACH, []),  # it may have them
        ('{"order": 1}', MAY, []),
        ('{"order": 1}', EITHER, []),
        ('{"other": 1}', EITHER, ["order"]),
    ],
)
def test_what_it_needs(tmp_path: Path, payload: str, worker: str, missing: list[str]) -> None:
    found = [one.message for one in findings(tmp_path, sends(payload, worker)) if one.id == "INV204"]
    assert len(found) == len(missing) and all(word in text for word, text in zip(missing, found, strict=True))


def test_links_show_it(tmp_path: Path) -> None:
    (link,) = links(tmp_path, {**sends('{"order": 1}', EACH), "template.yaml": TEMPLATE})
    assert link["certain"] and link["contract"] == {"required": ["Records"], "optional": []}
    assert link["mismatches"] == [{"kind": "missing_field", "field": "Records"}]


def test_it_has_no_contract_of_its_own(tmp_path: Path) -> None:
    for name, text in {**sends("{}", EACH), "template.yaml": dedent(TEMPLATE), ".git/HEAD": ""}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert "worker" not in run_lint("contracts", cwd=tmp_path).stdout.casefold()
