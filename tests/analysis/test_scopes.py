"""Scopes: what a name stands for, by the rules of the language reference."""

from __future__ import annotations

import pytest

from tests.analysis.asking import ask, keys_of, only

MODES = {
    "a module constant": ('MODE = "Event"\ndef f():\n    return {call}', "Event"),
    "a local one hides it": ('MODE = "Event"\ndef f():\n    MODE = "DryRun"\n    return {call}', "DryRun"),
    "global": ('MODE = None\ndef set_up():\n    global MODE\n    MODE = "Event"\ndef f():\n    return {call}', "Event"),
    "nonlocal": (
        'def outer():\n    MODE = "DryRun"\n    def f():\n        nonlocal MODE\n        MODE = "Event"\n        return {call}\n'
        "    return f",
        "Event",
    ),
    "a class scope is unseen from methods": (
        'MODE = "Event"\nclass C:\n    MODE = "DryRun"\n    def f(self):\n        return {call}',
        "Event",
    ),
    "a class attribute": (
        'class C:\n    mode = "Event"\n    def f(self):\n        MODE = self.mode\n        return {call}',
        "Event",
    ),
    "a comprehension keeps its name": (
        'def f(xs):\n    MODE = "Event"\n    [MODE for MODE in ("a", "b")]\n    return {call}',
        "Event",
    ),
    "a walrus in a comprehension does not": (
        'def f():\n    [MODE := x for x in ("Event",)]\n    return {call}',
        "Event",
    ),
    "an import that may fail": (
        'try:\n    MODE = "Event"\nexcept ImportError:\n    MODE = "Event"\ndef f():\n    return {call}',
        "Event",
    ),
    "an enum of strings": (
        'from enum import StrEnum\nclass Mode(StrEnum):\n    E = "Event"\nMODE = Mode.E\ndef f():\n    return {call}',
        "Event",
    ),
    "a member of (str, Enum)": (
        'from enum import Enum\nclass Mode(str, Enum):\n    E = "Event"\nMODE = Mode.E\ndef f():\n    return {call}',
        "Mode.E",
    ),
    "its value": (
        'from enum import Enum\nclass Mode(str, Enum):\n    E = "Event"\nMODE = Mode.E.value\ndef f():\n    return {call}',
        "Event",
    ),
    "a nested function sees what was set before it": (
        'def outer():\n    MODE = "Event"\n    def f():\n        return {call}\n    f()\n    other = 1\n    return f',
        "Event",
    ),
    "a class with a lambda among its bases": (
        'MODE = "Event"\nclass Odd((lambda: object)()):\n    pass\ndef f():\n    Odd()\n    return {call}',
        "Event",
    ),
    "a default": ('def f(MODE="Event"):\n    MODE = MODE if False else "Event"\n    return {call}', "Event"),
    "a constant of a settings class": (
        'class Settings:\n    mode: str = "Event"\nMODE = Settings().mode\ndef f():\n    return {call}',
        "Event",
    ),
}


@pytest.mark.parametrize("name", MODES)
def test_a_name_means(name: str) -> None:
    code, expected = MODES[name]
    call = 'client.invoke(FunctionName="f", InvocationType=MODE, Payload="{}")'
    assert only(code.replace("{call}", call)).data.invocation_type == expected


UNKNOWN = {
    "a parameter": "def f(MODE):\n    return {call}",
    "a deleted name": 'def f():\n    MODE = "Event"\n    del MODE\n    return {call}',
    "a star import": "from elsewhere import *\ndef f():\n    return {call}",
    "a caught exception": "def f():\n    try:\n        x()\n    except E as MODE:\n        return {call}",
    "a capture of match": 'def f(x):\n    match x:\n        case {"mode": MODE}:\n            return {call}',
    "a name that changes in a loop": 'def f(xs):\n    MODE = "Event"\n    for x in xs:\n        MODE = x\n    return {call}',
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_not_known(name: str) -> None:
    call = 'client.invoke(FunctionName="f", InvocationType=MODE, Payload="{}")'
    assert not isinstance(only(UNKNOWN[name].replace("{call}", call)).data.invocation_type, str)


CLIENTS = {
    "an alias of the module": "import boto3 as aws\nclient = aws.client('lambda')",
    "a function imported": "from boto3 import client as make\nclient = make('lambda')",
    "a session": "import boto3\nclient = boto3.Session(region_name='x').client('lambda')",
    "a session's default": "import boto3.session\nclient = boto3.session.Session().client(service_name='lambda')",
    "botocore": "from botocore.session import get_session\nclient = get_session().create_client('lambda')",
    "a factory": "import boto3\ndef make():\n    return boto3.client('lambda')\nclient = make()",
    "a cached factory": (
        "import boto3, functools\n@functools.lru_cache\ndef make():\n    return boto3.client('lambda')\nclient = make()"
    ),
    "in a condition": "import boto3, os\nclient = boto3.client('lambda') if os.environ.get('X') else None",
    "in a try": (
        "import boto3\nfrom botocore.exceptions import NoRegionError\ntry:\n    client = boto3.client('lambda')\n"
        "except NoRegionError:\n    client = boto3.client('lambda', region_name='eu-west-1')"
    ),
}


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_is_known_by(name: str) -> None:
    head = "import json\n" + CLIENTS[name] + "\n"
    fact = only('def f():\n    client.invoke(FunctionName="f")\n', head=head)
    assert fact.data.client.sdk in {"boto3", "botocore"}
    assert fact.data.client.read_timeout == 60


def test_another_service_is_no_lambda_client() -> None:
    from tests.analysis.asking import ask

    head = "import boto3\nclient = boto3.client('bedrock-agent-runtime')\n"
    assert ask('def f():\n    client.invoke(FunctionName="f", Payload="{}")\n', head=head).facts == ()


@pytest.mark.parametrize(
    "annotation", ["LambdaClient", '"LambdaClient"', "LambdaClient | None", "Optional[LambdaClient]"]
)
def test_a_client_is_known_by_its_annotation(annotation: str) -> None:
    head = "from typing import Optional\nfrom mypy_boto3_lambda import LambdaClient\n"
    assert only(f'def f(c: {annotation}):\n    c.invoke(FunctionName="f")\n', head=head).data.client.sdk == "boto3"


def test_what_is_set_again_after_a_function_is_defined_is_not_known_in_it() -> None:
    code = """
        def outer():
            body = {"one": 1}
            def send():
                client.invoke(FunctionName="f", Payload=json.dumps(body))
            send()
            body = {"two": 2}
            return body
    """
    alone, called = sorted(ask(code).facts, key=lambda fact: len(fact.chain))
    assert (keys_of(called), keys_of(alone)) == ("one", "?")
