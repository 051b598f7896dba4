"""A stream that several functions read."""

from __future__ import annotations

from textwrap import dedent

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.source.parsing.tree import parse

HEAD = """\
import functools, json, logging
import boto3

log = logging.getLogger(__name__)
client = boto3.client("lambda")

def text(response):
    return response["Payload"].read().decode()

def fail(response):
    if "FunctionError" in response:
        raise RuntimeError(response["Payload"].read())

@functools.lru_cache
def kept(response):
    return json.load(response["Payload"])

def maybe(response, wanted):
    return response["Payload"].read() if wanted else b""

class Answer:
    def __init__(self, response):
        self.response = response
        self._data = None

    @property
    def data(self):
        return json.load(self.response["Payload"])

    @property
    def once(self):
        if self._data is None:
            self._data = json.load(self.response["Payload"])
        return self._data

    @functools.cached_property
    def cached(self):
        return json.load(self.response["Payload"])

def call(name):
    return client.invoke(FunctionName=name, Payload="{}")

def parsed(response):
    return json.load(response["Payload"])

class Base:
    def run(self):
        return text(call(self.name))

class First(Base):
    name = "first"

class Second(Base):
    name = "second"

def made(kind):
    return kind().run()

def logged(name):
    response = client.invoke(FunctionName=name, Payload="{}")
    log.info(response["Payload"].read())
    return response
"""


def reads_again(body: str) -> bool:
    lines = "\n".join(f"    {line}" for line in dedent(body).strip().split("\n"))
    code = f"{HEAD}\ndef work(wanted):\n{lines}\n"
    found = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions()).facts
    data = [fact.data for fact in found if fact.kind == "invocation" and fact.function == "work"]
    return any(one.use == "read_again" for answer in data for one in answer.response.reads)


@pytest.mark.parametrize(
    "body",
    [
        "response = call('f')\nlog.info(text(response))\nreturn json.loads(text(response))",
        "response = call('f')\nlog.info(text(response))\nreturn json.load(response['Payload'])",
        "response = call('f')\ndata = json.load(response['Payload'])\nreturn data, text(response)",
        "answer = Answer(call('f'))\nreturn answer.data['a'] + answer.data['b']",
        "response = logged('f')\nreturn json.load(response['Payload'])",
        "response = logged('f')\nreturn text(response)",
        "read = text if wanted else parsed\nresponse = call('f')\nread(response)\nreturn text(response)",
    ],
)
def test_a_stream_that_is_read_twice_through_functions(body: str) -> None:
    assert reads_again(body)


@pytest.mark.parametrize(
    "body",
    [
        "response = call('f')\nfail(response)\nreturn text(response)",
        "response = call('f')\nif wanted:\n    return text(response)\nreturn json.loads(text(response))",
        "response = call('f')\nreturn kept(response), kept(response)",
        "response = call('f')\nmaybe(response, wanted)\nreturn text(response)",
        "answer = Answer(call('f'))\nreturn answer.once['a'] + answer.once['b']",
        "answer = Answer(call('f'))\nreturn answer.cached['a'] + answer.cached['b']",
        "return [text(call(name)) for name in wanted]",
        "return [text(call(name)) for name in ('f', 'g')]",
        "for name in ('f', 'g'):\n    response = call(name)\n    fail(response)\n    log.info(text(response))",
        "read = text if wanted else parsed\nreturn read(call('f'))",
        "return {'t': text, 'p': parsed}[wanted](call('f'))",
        "return made(First if wanted else Second)",
        "return [made(kind) for kind in (First, Second)]",
        "for name in wanted:\n    response = call(name)\n    log.info(text(response))",
        "responses = [call(name) for name in wanted]\nreturn [text(response) for response in responses]",
        "first, second = call('f'), call('g')\nreturn text(first), text(second)",
        "response = call('f')\nresponse['Payload'] = text(response)\nreturn json.loads(response['Payload'])",
        "for attempt in range(3):\n    response = call('f')\n    if found := text(response):\n        return found",
    ],
)
def test_a_stream_that_is_read_once(body: str) -> None:
    assert not reads_again(body)
