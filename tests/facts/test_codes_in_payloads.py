"""Whether the statusCode in a payload, by which a function reports that it failed, is told from that of success."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.invocation import Invocation
from invocation_lint.source.parsing.tree import parse

HEAD = """\
import http, json, logging
import boto3
from store import keep, notify

logger = logging.getLogger(__name__)
client = boto3.client("lambda")

def ask():
    response = client.invoke(FunctionName="f", Payload="{}")
    if response.get("FunctionError"):
        raise RuntimeError("crashed")
    r = json.load(response["Payload"])
"""


def code_after(body: str) -> object:
    """What is said of the statusCode of the payload `r` in a function that ends with these statements."""
    code = HEAD + indent(dedent(body).strip(), "    ") + "\n"
    told = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions())
    (found,) = (fact.data for fact in told.facts if not fact.chain)
    assert isinstance(found, Invocation)
    assert found.response.function_error == "checked"
    return found.response.status_code


CHECKED = [
    # by the code
    'if r["statusCode"] != 200: notify("failed")',
    'if r["statusCode"] != 200: raise ValueError',
    'if r["statusCode"] == 200: keep(r["body"])',
    'if r["statusCode"] >= 400: return None',
    'if r["statusCode"] == http.HTTPStatus.OK: keep(r["body"])',
    'if r["statusCode"] not in (200, 202): return False',
    'if r["statusCode"] // 100 != 2: return False',
    'if r.get("statusCode", 200) != 200: raise ValueError',
    'if r.get("statusCode") == 500: raise ValueError',
    'if r.get("statusCode") == 404: return None\nkeep(r["body"])',
    'if int(r["statusCode"]) > 299: raise ValueError',
    'code = r["statusCode"]\nif code != 200: raise ValueError',
    'ok = r["statusCode"] == 200\nif not ok: raise ValueError',
    'assert r["statusCode"] == 200',
    'while r["statusCode"] != 200: notify("again")',
    'body = r["body"] if r["statusCode"] == 200 else None\nkeep(body)',
    'match r["statusCode"]:\n    case 200: keep(r["body"])\n    case _: raise ValueError',
    'match r:\n    case {"statusCode": 200}: keep(r["body"])',
    # by what only success has
    'if "storyId" not in r: raise ValueError',
    'if not r.get("storyId"): raise ValueError',
    'body = json.loads(r["body"])\nif "error" in body: raise ValueError\nkeep(body)',
    'body = json.loads(r["body"])\nif body.get("error"): raise ValueError\nkeep(body)',
    'body = json.loads(r["body"])\nif "storyId" not in body: raise ValueError\nkeep(body)',
    # whoever gets it may ask
    'notify(r["statusCode"])',
    'return r["statusCode"]',
    'return {"statusCode": r["statusCode"], "body": r["body"]}',
]

UNCHECKED = [
    'keep(r["body"])',
    'keep(json.loads(r["body"])["storyId"])',
    'keep(r.get("body"))',
    'if "body" in r: keep(r["body"])',
    'if r.get("body"): keep(r["body"])',
    'if isinstance(r, dict): keep(r["body"])',
    'if isinstance(r["body"], str): keep(json.loads(r["body"]))',
    'if "statusCode" in r: keep(r["body"])',
    'logger.info("answered %s", r["statusCode"])\nkeep(r["body"])',
    'logger.info(f"answered {r[\'statusCode\']}")\nkeep(r["body"])',
    'if r: keep(r["body"])',
    'keep(r["storyId"])',
]


@pytest.mark.parametrize("body", CHECKED)
def test_checked(body: str) -> None:
    assert code_after(body) == "checked"


@pytest.mark.parametrize("body", UNCHECKED)
def test_unchecked(body: str) -> None:
    assert code_after(body) == "unchecked"
