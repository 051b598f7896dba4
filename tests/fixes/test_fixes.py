"""What each fix writes, character by character, and where it stays away."""

from __future__ import annotations

import textwrap

import pytest

from invocation_lint.source.parsing.tree import parse
from tests.fixes.mending import found, mended

HEAD = """\
import json

import boto3
from botocore.config import Config

client = boto3.client("lambda")


"""


def program(body: str, head: str = HEAD) -> str:
    return head + textwrap.dedent(body).lstrip("\n")


STORY = """\
def f(story):
    payload = {'action': 'generate_story', 'storyId': story, 'creatorUserId': story.owner}
    client.invoke(FunctionName='storytailor-content-agent-dev', InvocationType='Event', Payload=json.dumps(payload))
"""

CHANGES: dict[str, tuple[str, str, str]] = {
    "mode, misspelled, in single quotes": (
        "INV107",
        "def f(name):\n    client.invoke(FunctionName=name, InvocationType='EVENT')\n",
        "def f(name):\n    client.invoke(FunctionName=name, InvocationType='Event')\n",
    ),
    "mode None, the last argument on a line of its own": (
        "INV107",
        "def f(name):\n    client.invoke(\n        FunctionName=name,\n        InvocationType=None,\n    )\n",
        "def f(name):\n    client.invoke(\n        FunctionName=name,\n    )\n",
    ),
    "event, with a comment behind the name": (
        "INV102",
        "def f(name):\n    client.invoke(\n        FunctionName=name,  # who\n        Payload=b'{}',\n    )\n",
        """def f(name):
    client.invoke(
        FunctionName=name,  # who
        InvocationType='Event',
        Payload=b'{}',
    )
""",
    ),
    "event, nothing but the name": (
        "INV102",
        "def f(name):\n    client.invoke(FunctionName=name)\n",
        'def f(name):\n    client.invoke(FunctionName=name, InvocationType="Event")\n',
    ),
    "a check, where the payload is read in an f-string": (
        "INV302",
        """def f(name):
    r = client.invoke(FunctionName=name)
    return f"{r['Payload'].read().decode('utf-8')}"
""",
        """def f(name):
    r = client.invoke(FunctionName=name)
    if "FunctionError" in r:
        raise RuntimeError(r["Payload"].read().decode())
    return f"{r['Payload'].read().decode('utf-8')}"
""",
    ),
    "event, nothing but the name on a line": (
        "INV102",
        "def f(name):\n    client.invoke(\n        FunctionName=name,\n    )\n",
        'def f(name):\n    client.invoke(\n        FunctionName=name,\n        InvocationType="Event",\n    )\n',
    ),
    "event, in the quotes of the file": (
        "INV102",
        "A = ['a', 'b', 'c']\n\n\ndef f(name):\n    client.invoke(FunctionName=name)\n",
        "A = ['a', 'b', 'c']\n\n\ndef f(name):\n    client.invoke(FunctionName=name, InvocationType='Event')\n",
    ),
    "invoke_async, with the arguments the other way round": (
        "INV106",
        "def f(name):\n    client.invoke_async(InvokeArgs=b'{}', FunctionName=name)\n",
        "def f(name):\n    client.invoke(Payload=b'{}', FunctionName=name, InvocationType='Event')\n",
    ),
    "a payload in parentheses": (
        "INV402",
        "def f(name):\n    client.invoke(FunctionName=name, Payload=({'a': 1}))\n",
        "def f(name):\n    client.invoke(FunctionName=name, Payload=json.dumps(({'a': 1})))\n",
    ),
    "no payload": (
        "INV402",
        "def f(name):\n    client.invoke(FunctionName=name, Payload=None, LogType='Tail')\n",
        "def f(name):\n    client.invoke(FunctionName=name, LogType='Tail')\n",
    ),
    "an f-string": (
        "INV403",
        "def f(name):\n    data = {'a': name}\n    client.invoke(FunctionName=name, Payload=f'{data}')\n",
        "def f(name):\n    data = {'a': name}\n    client.invoke(FunctionName=name, Payload=json.dumps(data))\n",
    ),
    "two layers in one expression": (
        "INV401",
        "def f(name, x):\n    client.invoke(FunctionName=name, Payload=json.dumps(json.dumps({'a': x})).encode())\n",
        "def f(name, x):\n    client.invoke(FunctionName=name, Payload=json.dumps({'a': x}).encode())\n",
    ),
    "a check behind a statement with a comment": (
        "INV302",
        'def f(name):\n    r = client.invoke(FunctionName=name)  # ask\n    return json.load(r["Payload"])["a"]\n',
        """def f(name):
    r = client.invoke(FunctionName=name)  # ask
    if "FunctionError" in r:
        raise RuntimeError(r["Payload"].read().decode())
    return json.load(r["Payload"])["a"]
""",
    ),
    "a parameter": (
        "INV108",
        "def f(name):\n    client.invoke(FunctionName=name, InvokationType='Event')  # sent\n",
        "def f(name):\n    client.invoke(FunctionName=name, InvocationType='Event')  # sent\n",
    ),
    "an answer that is wanted": (
        "INV111",
        'def f(n):\n    r = client.invoke(FunctionName=n, InvocationType="Event")\n    json.load(r["Payload"])\n',
        """def f(n):
    r = client.invoke(FunctionName=n, InvocationType="RequestResponse")
    json.load(r["Payload"])
""",
    ),
    "an action": ("INV207", STORY.replace("generate_story", "generate-story"), STORY),
    "a field": ("INV208", STORY.replace("storyId", "story_id"), STORY),
    "itself": (
        "INV112",
        "def handler(event, context):\n    client.invoke(FunctionName=context.function_name, Payload=b'{}')\n",
        """def handler(event, context):
    client.invoke(FunctionName=context.function_name, InvocationType='Event', Payload=b'{}')
""",
    ),
    "a long task that nobody waits for": (
        "INV101",
        STORY.replace(", InvocationType='Event'", ""),
        STORY,
    ),
    "a check in a helper that decodes the answer": (
        "INV302",
        """def ask(name):
    r = client.invoke(FunctionName=name)
    print('answered', r)
    return json.loads(r["Payload"].read())


def f(name):
    return ask(name)["a"]
""",
        """def ask(name):
    r = client.invoke(FunctionName=name)
    if "FunctionError" in r:
        raise RuntimeError(r["Payload"].read().decode())
    print('answered', r)
    return json.loads(r["Payload"].read())


def f(name):
    return ask(name)["a"]
""",
    ),
    "a stream": (
        "INV307",
        "def f(name):\n    r = client.invoke(FunctionName=name)\n    return json.loads(r.get('Payload'))\n",
        "def f(name):\n    r = client.invoke(FunctionName=name)\n    return json.loads(r.get('Payload').read())\n",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_fix_changes_just_this(name: str) -> None:
    rule, before, after = CHANGES[name]
    assert mended(program(before), rule) == program(after)
    assert found(program(after), rule) == []


def test_crlf_tabs_and_form_feeds() -> None:
    before = program('def f(name):\n\tr = client.invoke(FunctionName=name)\n\treturn json.load(r["Payload"])["a"]\n')
    after = mended(before.replace("\n", "\r\n"), "INV302")
    assert '\r\n\tif "FunctionError" in r:\r\n\t\traise RuntimeError' in after
    assert after.replace("\r\n", "").count("\n") == 0


def test_a_form_feed_that_the_tree_does_not_write_back_means_no_fix() -> None:
    body = "def f(name):\n    client.invoke(FunctionName=name, InvocationType='EVENT')\n"
    text = program(f"{body}\fclass A:\n    pass\n")
    assert not parse(text.encode(), "app.py").fixable
    assert [finding.is_fixable for finding in found(text, "INV107")] == [False]


IMPORTS = {
    "among the standard library": ("import abc\nimport os\n\nimport boto3\n", "import abc\nimport json\nimport os\n"),
    "last of the standard library": ("import abc\n\nimport boto3\n", "import abc\nimport json\n\nimport boto3\n"),
    "a group of its own": ('"""Doc."""\n\nimport boto3\n', '"""Doc."""\n\nimport json\n\nimport boto3\n'),
    "behind __future__": (
        "from __future__ import annotations\n\nimport boto3\n",
        "from __future__ import annotations\n\nimport json\n\nimport boto3\n",
    ),
    "in front of from": ("from os import path\n\nimport boto3\n", "import json\nfrom os import path\n"),
}


@pytest.mark.parametrize("name", IMPORTS)
def test_json_is_imported_where_one_would(name: str) -> None:
    head, expected = IMPORTS[name]
    body = (
        "\nclient = boto3.client('lambda')\n\n\ndef f(name):\n    client.invoke(FunctionName=name, Payload={'a': 1})\n"
    )
    after = mended(head + body, "INV402")
    assert after.startswith(expected)
    assert "Payload=json.dumps({'a': 1})" in after


STAYS_AWAY = {
    "a word that is near to none": (
        "INV107",
        "def f(name):\n    client.invoke(FunctionName=name, InvocationType='Fire')\n",
    ),
    "the mode is another function's": (
        "INV107",
        "R = {'InvocationType': 'EVENT'}\n\n\ndef f(name):\n    client.invoke(FunctionName=name, **R)\n",
    ),
    "a comment would go": (
        "INV107",
        "def f(name):\n    client.invoke(\n        InvocationType=None,  # why\n        FunctionName=name,\n    )\n",
    ),
    "its answer has other keys": (
        "INV106",
        "def f(name):\n    return client.invoke_async(FunctionName=name, InvokeArgs=b'{}')['Status']\n",
    ),
    "the answer is bound to no name": (
        "INV302",
        "def f(name):\n    return json.load(client.invoke(FunctionName=name)['Payload'])['a']\n",
    ),
    "the answer goes to callers": (
        "INV302",
        """
        def ask(name):
            r = client.invoke(FunctionName=name)
            return r


        def f(name):
            return json.loads(ask(name)["Payload"].read())["a"]
        """,
    ),
    "a set has no JSON": (
        "INV403",
        "def f(name):\n    client.invoke(FunctionName=name, Payload=str({1, 2}))\n",
    ),
    "the method has another name": (
        "INV102",
        "def f(name):\n    send = client.invoke\n    send(FunctionName=name)\n",
    ),
    "json is something else": (
        "INV402",
        "def f(name, json):\n    client.invoke(FunctionName=name, Payload={'a': 1})\n",
    ),
}


@pytest.mark.parametrize("name", STAYS_AWAY)
def test_where_it_is_not_certain_there_is_no_fix(name: str) -> None:
    rule, body = STAYS_AWAY[name]
    findings = found(program(body), rule)
    assert [finding.is_fixable for finding in findings] == [False]
    assert mended(program(body), rule) == program(body)
