"""`invocation-lint links` where a dict says which function is invoked under a key that is not known."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from tests.cli.test_suggested_links import links, project, targets

HEAD = """
import os
import boto3

ONE = {"a": "price-orders"}
"""


@pytest.mark.parametrize(
    ("more", "code", "expected", "is_certain"),
    [
        ("", "name = ONE[event['key']]", ["worker"], True),
        ("", "name = ONE.get(event['key'])\nif not name:\n    return None", ["worker"], True),
        ("", "name = {'a': 'price-orders', 'b': 'price-orders'}[event['key']]", ["worker"], True),
        ("def put(key, name):\n    ONE[key] = name", "name = ONE[event['key']]", ["worker"], False),
        ("ONE.update(os.environ)", "name = ONE[event['key']]", ["worker"], False),
        ("ONE[os.environ['KEY']] = os.environ['VALUE']", "name = ONE[event['key']]", ["worker"], False),
        ("def fill():\n    global ONE\n    ONE = load()", "name = ONE[event['key']]", ["worker"], False),
        ("from lib import fill\nfill(ONE)", "name = ONE[event['key']]", ["worker"], False),
        ("for one in os.environ:\n    ONE[one] = os.environ[one]", "name = ONE[event['key']]", ["worker"], False),
        ("ONE.setdefault(os.environ['K'], os.environ['V'])", "name = ONE[event['key']]", ["worker"], False),
        ("ONE |= os.environ", "name = ONE[event['key']]", ["worker"], False),
        (
            "from collections import defaultdict\nMANY = defaultdict(lambda: 'x', ONE)",
            "name = MANY[event['k']]",
            ["worker"],
            False,
        ),
        ("", "name = ONE.get(event['key'], event['name'])", ["worker"], False),
        ("", "name = {**ONE, **event}[event['key']]", ["worker"], False),
        ("", "names = dict(ONE)\nnames[event['b']] = event['c']\nname = names[event['key']]", ["worker"], False),
        ("", "names = {one: event[one] for one in event}\nname = names[event['key']]", [], False),
    ],
)
def test_a_table_of_functions(tmp_path: Path, more: str, code: str, expected: list[str], is_certain: bool) -> None:
    body = indent(f"{code}\nboto3.client('lambda').invoke(FunctionName=name)", "    ")
    files = {**project(""), "sender/app.py": f"{HEAD}\n\n{more}\n\n\ndef handler(event, context):\n{body}\n"}
    files["template.yaml"] = files["template.yaml"].replace("[POLICY]", "[]")
    (link,) = links(tmp_path, files)
    assert (targets(link), link["certain"]) == (expected, is_certain)
