"""The streams of several answers of one call site: each can be read once."""

from __future__ import annotations

from textwrap import dedent

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.source.parsing.tree import parse

HEAD = """\
import asyncio, json, logging
from concurrent.futures import ThreadPoolExecutor
import aioboto3, boto3

log = logging.getLogger(__name__)
client = boto3.client("lambda")
session = aioboto3.Session()

async def fetch(name):
    async with session.client("lambda") as client:
        return await client.invoke(FunctionName=name, Payload="{}")

def call(name):
    return client.invoke(FunctionName=name, Payload="{}")

def one(response):
    return json.load(response["Payload"])

def both(first, second):
    return first["Payload"].read(), second["Payload"].read()

async def texts(responses):
    return [json.loads(await each.get("Payload").read()) for each in responses]

def by_index(responses):
    found = []
    for index in range(len(responses)):
        found.append(responses[index]["Payload"].read())
    return found
"""


def reads_again(body: str) -> bool:
    lines = "\n".join(f"    {line}" for line in dedent(body).strip().split("\n"))
    code = f"{HEAD}\nasync def work(wanted):\n{lines}\n"
    found = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions()).facts
    data = [fact.data for fact in found if fact.kind == "invocation"]
    assert data
    return any(one.use == "read_again" for answer in data for one in answer.response.reads)


POOL = "pool = ThreadPoolExecutor()\n"
ALL = "responses = [call(name) for name in ('f', 'g')]\n"


@pytest.mark.parametrize(
    "body",
    [
        "tasks = [fetch(name) for name in ('f', 'g')]\nreturn await texts(await asyncio.gather(*tasks))",
        ALL + "return [json.loads(each['Payload'].read()) for each in responses]",
        ALL + "return [one(each) for each in responses]",
        ALL + "for each in responses:\n    log.info(json.load(each['Payload']))",
        ALL + "for name, each in zip(('f', 'g'), responses):\n    log.info('%s %s', name, each['Payload'].read())",
        ALL + "for index in range(2):\n    log.info(responses[index]['Payload'].read())",
        ALL + "while responses:\n    log.info(responses.pop()['Payload'].read())",
        ALL + "each = responses.pop()\nfirst = one(each)\neach = responses.pop()\nreturn first, one(each)",
        ALL + "first, second = responses\nreturn first['Payload'].read(), second['Payload'].read()",
        ALL + "return responses[0]['Payload'].read(), responses[1]['Payload'].read()",
        ALL + "return by_index(responses)",
        ALL + "return both(*responses)",
        ALL + "return both(responses[0], responses[1])",
        ALL + "return [text for each in responses for text in (each['Payload'].read(),)]",
        "kept = {name: call(name) for name in ('f', 'g')}\nreturn {name: one(each) for name, each in kept.items()}",
        "kept = {}\nfor name in ('f', 'g'):\n    kept[name] = call(name)\nreturn one(kept['f']), one(kept['g'])",
        "kept = []\nfor name in ('f', 'g'):\n    kept.append(call(name))\nreturn [one(each) for each in kept]",
        POOL + "kept = [pool.submit(call, it) for it in ('f', 'g')]\nreturn [one(task.result()) for task in kept]",
        POOL + "kept = list(pool.map(call, ('f', 'g')))\nreturn [one(each) for each in kept]",
        "return [each['Payload'].read() for each in map(call, ('f', 'g'))]",
        "first, second = (call(name) for name in ('f', 'g'))\nreturn one(first), one(second)",
        "for names in (('f', 'g'), 'hi'):\n    kept = [call(name) for name in names]\n    [one(each) for each in kept]",
        "for name in ('f', 'g'):\n    for number in (1, 2):\n        log.info(call(name)['Payload'].read())",
    ],
)
def test_the_streams_of_several_answers(body: str) -> None:
    assert not reads_again(body)


TWICE = "log.info({0}['Payload'].read())\n{1}log.info(json.loads({0}['Payload'].read()))"


@pytest.mark.parametrize(
    "body",
    [
        ALL + "for each in responses:\n    " + TWICE.format("each", "    "),
        ALL + "for name, each in zip(('f', 'g'), responses):\n    " + TWICE.format("each", "    "),
        ALL + TWICE.format("responses[0]", ""),
        ALL + "first, second = responses\n" + TWICE.format("second", ""),
        "for each in [call(name) for name in wanted]:\n    " + TWICE.format("each", "    "),
        "for name in ('f', 'g'):\n    each = call(name)\n    " + TWICE.format("each", "    "),
        "for name in 'f', 'g':\n    for number in 1, 2:\n        each = call(name)\n        "
        + TWICE.format("each", "        "),
        "kept = {name: call(name) for name in ('f', 'g')}\n" + TWICE.format("kept['f']", ""),
    ],
)
def test_one_of_several_streams_that_is_read_twice(body: str) -> None:
    assert reads_again(body)
