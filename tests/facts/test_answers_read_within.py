"""Answers that are read by functions within, and by methods that are handed to a thread."""

from __future__ import annotations

from textwrap import indent

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.invocation import Invocation
from invocation_lint.source.parsing.tree import parse

HEAD = """\
import asyncio, json
from concurrent.futures import ThreadPoolExecutor
import boto3
from app import check, register

client = boto3.client("lambda")
pool = ThreadPoolExecutor()

async def ask(event):
    response = client.invoke(FunctionName="f", Payload="{}")
"""

HANDED = [
    "text = await asyncio.to_thread(response['Payload'].read)\nreturn json.loads(text)['x']",
    (
        "text = await asyncio.get_running_loop().run_in_executor(None, response['Payload'].read)\n"
        "return json.loads(text)['x']"
    ),
    (
        "text = await asyncio.get_running_loop().run_in_executor(pool, response['Payload'].read)\n"
        "result = json.loads(text.decode())\nreturn {'name': result['name']}"
    ),
    "text = pool.submit(response['Payload'].read)\nreturn json.loads(text.result())['x']",
]
WITHIN = [
    "text = await asyncio.to_thread(lambda: response['Payload'].read())\nreturn json.loads(text)['x']",
    "text = pool.submit(lambda: response.get('Payload').read()).result()\nreturn json.loads(text)['x']",
    "def read():\n    return json.loads(response['Payload'].read())\nreturn read()['x']",
    (
        "def read():\n    if response is None:\n        return None\n"
        "    return json.loads(response['Payload'].read())\nreturn read()['x']"
    ),
    (
        "def is_fine():\n    return response['StatusCode'] == 200\nif not is_fine():\n    raise ValueError\n"
        "return json.loads(response['Payload'].read())['x']"
    ),
]
ASKED = [
    (
        "def look():\n    if response['ResponseMetadata']['HTTPHeaders'].get('x-amz-function-error'):\n"
        "        raise ValueError\nregister(look)\nreturn json.loads(response['Payload'].read())['x']"
    ),
    (
        "def failed():\n    return 'FunctionError' in response\nif failed():\n    raise ValueError\n"
        "return json.loads(response['Payload'].read())['x']"
    ),
    (
        "def part(key):\n    return response[key]\nif part('FunctionError'):\n    raise ValueError\n"
        "return json.loads(part('Payload').read())['x']"
    ),
    "register(lambda: check(response))\nreturn json.loads(response['Payload'].read())['x']",
    "def look():\n    check(response, response['Payload'])\nlook()\nreturn json.loads(response['Payload'].read())['x']",
    (
        "if pool.submit(response.get, 'FunctionError').result():\n    raise ValueError\n"
        "return json.loads(response['Payload'].read())['x']"
    ),
    (
        "error, payload = pool.map(response.get, ['FunctionError', 'Payload'])\nif error:\n    raise ValueError\n"
        "return json.loads(payload.read())['x']"
    ),
]


def told(body: str) -> tuple[object, object]:
    """What is said of the error and of the payload."""
    code = HEAD + indent(body, "    ") + "\n"
    found = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions())
    (fact,) = (fact.data for fact in found.facts if not fact.chain)
    assert isinstance(fact, Invocation)
    return fact.response.function_error, fact.response.payload


@pytest.mark.parametrize("body", [*HANDED, *WITHIN])
def test_parts_that_are_read_elsewhere_are_used(body: str) -> None:
    assert told(body) == ("unchecked", "used")


@pytest.mark.parametrize("body", ASKED)
def test_who_reads_it_may_look_for_the_error(body: str) -> None:
    error, payload = told(body)
    assert error != "unchecked" or payload != "used"


def test_a_function_within_that_looks_at_the_payload() -> None:
    body = "def read():\n    data = json.load(response['Payload'])\n    if 'errorType' in data:\n"
    assert told(body + "        raise ValueError\n    return data\nreturn read()['x']")[1] in {"tested", "handed_over"}


AROUND = """\
import json
import boto3

client = boto3.client("lambda")

def ask(event):
    response = None
    def send():
        nonlocal response
        response = client.invoke(FunctionName="f", Payload="{{}}")
        return json.loads(response["Payload"].read())["x"]
    value = send()
    if {condition}:
        raise ValueError
    return value
"""


@pytest.mark.parametrize(
    ("condition", "error"),
    [
        ("response.get('FunctionError')", "handed_over"),
        ("failed(response)", "handed_over"),
        ("response['ResponseMetadata']['HTTPHeaders'].get('x-amz-function-error')", "handed_over"),
        ("response['ResponseMetadata']['RetryAttempts'] > 2", "unchecked"),
        ("response is None", "unchecked"),
    ],
)
def test_a_name_of_the_function_around(condition: str, error: str) -> None:
    code = AROUND.format(condition=condition)
    found = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions())
    told = {fact.data.response.function_error for fact in found.facts if isinstance(fact.data, Invocation)}
    assert told == {error}
