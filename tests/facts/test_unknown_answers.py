"""Keys of an answer that are read without a default, held against what the handler of the function returns."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest

from tests.running import findings_in

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.12}}
Resources:
  Sender:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: sender/, Handler: app.handler, Environment: {Variables: {WORKER: !Ref Worker}}}
  Worker:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: worker/, Handler: work.handler}
"""
HEAD = """
import json
import os
from contextlib import suppress

import boto3

client = boto3.client("lambda")


def ask(payload):
    response = client.invoke(FunctionName=os.environ["WORKER"], Payload=json.dumps(payload))
    return response, json.loads(response["Payload"].read())

"""
RETURNS_ID = "return {'id': 1, 'total': 2}"
AS_HTTP = "return {'statusCode': 200, 'body': json.dumps({'id': 1})}"
UNWRAPPED = "_, answer = ask({{}})\nif 'body' in answer:\n    answer = json.loads(answer['body'])\nreturn answer['{}']"
READS_KEY = "response, answer = ask({'order': 1})\nreturn answer['key']"


def found(folder: Path, worker: str, caller: str) -> list[str]:
    """The keys that the findings name. `worker` is a body of `handler`, or a whole module with one."""
    if "def handler" not in worker:
        worker = f"import json\n\n\ndef handler(event, context):\n{indent(dedent(worker), '    ')}\n"
    app = f"{HEAD}\ndef handler(event, context):\n{indent(dedent(caller), '    ')}\n"
    files = {"template.yaml": TEMPLATE, "worker/work.py": worker, "sender/app.py": app}
    return [one.message.split(" ")[1] for one in findings_in(folder, files, "INV213")]


@pytest.mark.parametrize(
    ("worker", "key"),
    [
        (RETURNS_ID, "key"),
        ("answer = {'id': 1}\nanswer['total'] = 2\nreturn answer", "key"),
        ("if event.get('x'):\n    return {'id': 1}\nreturn {'total': 1}", "key"),
        ("if event.get('x'):\n    return {'id': 1}", "key"),  # or None, which has no keys either
        ("if 'x' not in event:\n    return {'error': 'x'}\nreturn dict(id=1)", "key"),
        ("return json.dumps({'id': 1})", "key"),
        ("def build(n):\n    return {'id': n}\n\ndef handler(event, context):\n    return build(event['n'])", "key"),
        (
            (
                "from aws_lambda_powertools import Logger\nlogger = Logger()\n"
                "@logger.inject_lambda_context\ndef handler(event, context):\n    return {'id': 1}"
            ),
            "key",
        ),
        (AS_HTTP, "key"),
        ("return {'result': {'key': 1}}", "key"),
    ],
)
def test_a_key_that_is_never_returned(tmp_path: Path, worker: str, key: str) -> None:
    assert found(tmp_path, worker, READS_KEY) == [key]


@pytest.mark.parametrize(
    "worker",
    [
        "return {'key': 1}",
        "if event.get('x'):\n    return {'key': 1}\nreturn {'id': 1}",
        "return event",
        "return {**event, 'id': 1}",
        "return load(event)",
        "from elsewhere import load\n\ndef handler(event, context):\n    return load(event)",
        "answer = {'id': 1}\nanswer.update(event)\nreturn answer",
        "answer = {'id': 1}\nfor name in event['names']:\n    answer[name] = 1\nreturn answer",
        (
            "from elsewhere import enrich\n\ndef handler(event, context):\n    answer = {'id': 1}\n    enrich(answer)\n"
            "    return answer"
        ),
        "from elsewhere import wrapped\n\n@wrapped\ndef handler(event, context):\n    return {'id': 1}",
        (
            "def wrapped(function):\n    def inner(event, context):\n        return {'key': function(event, context)}\n"
            "    return inner\n\n@wrapped\ndef handler(event, context):\n    return {'id': 1}"
        ),
        "from elsewhere import wrapped\n\ndef handler(event, context):\n    return {}\n\nhandler = wrapped(handler)",
        "raise ValueError",
        "return None",
        "return [1, 2]",
        "async def handler(event, context):\n    return {'id': 1}",
        "try:\n    return {'id': event['x']}\nexcept Exception as error:\n    return fail(error)",
        "return '{\"key\": 1}'",
        "import boto3\n\ndef handler(event, context):\n    return boto3.client('dynamodb').get_item(Key=event)",
    ],
)
def test_a_key_that_may_be_returned(tmp_path: Path, worker: str) -> None:
    assert found(tmp_path, worker, READS_KEY) == []


@pytest.mark.parametrize(
    ("worker", "caller", "keys"),
    [
        (AS_HTTP, "_, answer = ask({})\nbody = json.loads(answer['body'])\nreturn body['key']", ["body.key"]),
        (AS_HTTP, "_, answer = ask({})\nbody = json.loads(answer['body'])\nreturn body['id']", []),
        ("return {'a': {'b': 1}}", "_, answer = ask({})\nreturn answer['a']['c']", ["a.c"]),
        ("return {'a': {'b': 1}}", "_, answer = ask({})\nreturn answer['a']['b'], answer['b']['a']", ["b"]),
        ("return {'a': [{'b': 1}]}", "_, answer = ask({})\nreturn answer['a'][0]['c']", []),
        (RETURNS_ID, "_, answer = ask({})\nreturn answer['one'], answer['two']", ["one", "two"]),
        (AS_HTTP, UNWRAPPED.format("id"), []),
        (RETURNS_ID, UNWRAPPED.format("id"), []),
        (AS_HTTP, UNWRAPPED.format("statusCode"), []),  # which of them it reads is not told
    ],
)
def test_keys_below_others(tmp_path: Path, worker: str, caller: str, keys: list[str]) -> None:
    assert found(tmp_path, worker, caller) == keys


@pytest.mark.parametrize(
    "caller",
    [
        "return answer.get('key')",
        "return answer.get('key', 1)",
        "return answer.pop('key', None)",
        "if 'key' in answer:\n    return answer['key']",
        "return answer['key'] if 'key' in answer else None",
        "return answer['key'] if response.get('FunctionError') else None",
        "return response.get('FunctionError') and answer['key']",
        "if not answer.get('key'):\n    return None\nreturn answer['key']",
        "try:\n    return answer['key']\nexcept KeyError:\n    return None",
        "try:\n    return answer['key']\nexcept (KeyError, TypeError):\n    return None",
        "with suppress(KeyError):\n    return answer['key']",
        "if response.get('FunctionError'):\n    raise ValueError(answer['key'])",
        "if 'FunctionError' in response:\n    raise ValueError(answer['key'])",
        "if not response.get('FunctionError'):\n    return answer['id']\nraise ValueError(answer['key'])",
        "failed = response.get('FunctionError')\nif failed:\n    raise ValueError(answer['key'])",
        "answer['key'] = 1\nreturn answer['key']",
        "if answer.get('statusCode') != 200:\n    raise ValueError(answer['key'])\nreturn answer['id']",
        "if 'errorMessage' in answer:\n    raise ValueError(answer['errorMessage'], answer['errorType'])",
        "if 'errorMessage' in answer:\n    raise ValueError(answer['key'])",
        "key = 'id'\nreturn answer[key]",
        "return answer[event['name']]",
        "return answer",
        "for key in answer:\n    print(answer[key])",
    ],
)
def test_reads_that_may_do_without_the_key(tmp_path: Path, caller: str) -> None:
    assert found(tmp_path, RETURNS_ID, f"response, answer = ask({{}})\n{caller}") == []


@pytest.mark.parametrize(
    "caller",
    [
        "if response.get('FunctionError'):\n    raise ValueError(answer['errorMessage'])\nreturn answer['key']",
        "if 'FunctionError' in response:\n    raise ValueError\nreturn answer['key']",
        "if response.get('FunctionError') is None:\n    return answer['key']",
        "try:\n    return answer['key']\nexcept ValueError:\n    return None",
        "key = 'key'\nreturn answer[key]",
        "name = event.get('name') or 'x'\nreturn name, answer['key']",
    ],
)
def test_reads_that_fail_each_time(tmp_path: Path, caller: str) -> None:
    assert found(tmp_path, RETURNS_ID, f"response, answer = ask({{}})\n{caller}") == ["key"]


def test_what_is_returned_depends_on_the_action(tmp_path: Path) -> None:
    worker = """
    if event["action"] == "pack":
        return {"box": 1}
    return {"address": 1}
    """
    caller = (
        "_, one = ask({'action': 'pack'})\n_, other = ask({'action': 'ship'})\nreturn one['address'], other['address']"
    )
    assert found(tmp_path, worker, caller) == ["address"]


@pytest.mark.parametrize("mode", ['"Event"', "event['mode']"])
def test_only_what_is_waited_for_has_an_answer(tmp_path: Path, mode: str) -> None:
    call = f"client.invoke(FunctionName=os.environ['WORKER'], InvocationType={mode})"
    caller = f"response = {call}\nreturn json.load(response['Payload'])['key']"
    assert found(tmp_path, RETURNS_ID, caller) == []


def test_both_ends_are_shown(tmp_path: Path) -> None:
    app = f"{HEAD}\ndef handler(event, context):\n    _, answer = ask({{}})\n    return answer['totl']\n"
    worker = "def handler(event, context):\n    return {'id': 1, 'totals': 2}\n"
    files = {"template.yaml": TEMPLATE, "worker/work.py": worker, "sender/app.py": app}
    (finding,) = findings_in(tmp_path, files, "INV213")
    told = {(Path(label.place.path).name, label.place.line): label.text for label in finding.labels}
    assert told["app.py", 1 + app[: app.index("totl")].count("\n")] == "read here, without a default"
    assert told["work.py", 2] == "returned here: id, totals"
    assert told["work.py", 1] == "handled here"
    assert told["template.yaml", 1 + TEMPLATE[: TEMPLATE.index("  Worker:")].count("\n")] == "deployed here"
    assert (finding.place.path, finding.severity.value) == ("sender/app.py", "error")
