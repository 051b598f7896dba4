"""What a finding says of a field comes from the contract: rules know no business, shipped or not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from invocation_lint.contracts.loader import load_shipped_contracts
from invocation_lint.project import Project
from invocation_lint.settings.keys import Settings
from tests.command import run_lint

CONTRACT = """\
version: 1
functions:
  - name: billing
    match: {{names: [billing]}}
    discriminator: action
    {unknown}
    actions:
      charge:
        fields:
          orderId: {{required: true, type: string, role: story{order}}}
          taskId: {{required: true, type: string, role: job{task}}}
          payer: {{required: true, type: string, role: owner, forbidden_sources: ["account_id"]{payer}}}
"""
CODE = """\
import json
import boto3

client = boto3.client("lambda")


def start(account_id):
    payload = {payload}
    client.invoke(FunctionName="billing", InvocationType="Event", Payload=json.dumps(payload))
"""
WORDS = {
    "unknown": "other_actions: the order is refused",
    "order": ", why: it names the order to bill",
    "task": ", why: the books stay open",
    "payer": ", why: who pays",
}
CASES = {
    "INV201": ('{"action": "charge", "taskId": "1", "payer": "2"}', "it names the order to bill"),
    "INV202": ('{"action": "charge", "orderId": "1", "payer": "2"}', "the books stay open"),
    "INV203": ('{"action": "charge", "orderId": "1", "taskId": "2"}', "who pays"),
    "INV206": ('{"action": "charge", "orderId": "1", "taskId": "2", "payer": account_id}', "who pays"),
    "INV207": ('{"action": "refund", "orderId": "1"}', "the order is refused"),
}
PLATFORM = re.compile(r"stor(?:y|ies)|librar|creator|quota|asset|upload|reaper|generating", re.IGNORECASE)


def check(folder: Path, payload: str, words: dict[str, str]) -> str:
    (folder / "bad.py").write_text(CODE.format(payload=payload))
    (folder / "contracts.yaml").write_text(CONTRACT.format(**words))
    (folder / ".invocation-lint.yaml").write_text("contracts: [contracts.yaml]\n")
    (folder / ".git").mkdir()
    return run_lint("check", "-q", cwd=folder).stdout


@pytest.mark.parametrize("rule", CASES)
def test_the_words_of_a_contract_are_what_is_said(tmp_path: Path, rule: str) -> None:
    payload, said = CASES[rule]
    found = check(tmp_path, payload, WORDS)
    headline = next(line for line in found.splitlines() if f"[{rule}]" in line)
    assert headline.endswith(f": {said}")
    assert not PLATFORM.search(found.replace(f"{rule}] missing-story-id", "").replace("missing-creator-user-id", ""))


@pytest.mark.parametrize("rule", CASES)
def test_a_contract_that_says_nothing(tmp_path: Path, rule: str) -> None:
    payload, _ = CASES[rule]
    found = check(tmp_path, payload, dict.fromkeys(WORDS, ""))
    headline = next(line for line in found.splitlines() if f"[{rule}]" in line)
    assert re.search(r": (?:the contract \w+ (?:it|this source)|none of its actions runs)$", headline)


def test_the_shipped_contract_has_words_of_its_own() -> None:
    for contract in load_shipped_contracts().functions:
        assert bool(contract.other_actions) is bool(contract.discriminator)
        for action in contract.actions:
            assert all(field.why for field in action.fields if field.required or field.forbidden_sources)


def test_no_text_of_a_rule_speaks_of_the_platform_of_its_proofs() -> None:
    texts = [text.text for text in Project().messages(Settings()) if text.id.startswith("INV2")]
    assert len(texts) > 20
    assert [text for text in texts if PLATFORM.search(text)] == []
