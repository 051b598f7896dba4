"""What a handler needs of its event that it goes over, takes out, or reads in a coroutine."""

from __future__ import annotations

import pytest

from tests.analysis.test_handlers import body, handled, told


@pytest.mark.parametrize(
    ("code", "required", "optional"),
    [
        ('for one in event.get("a"):\n    print(one)\nreturn 1', "a", ""),
        ('return [one for one in event.get("a")]', "a", ""),
        ('return {key: one for key, one in event.get("a")}', "a", ""),
        ('found = []\nfound.extend(event.get("a"))\nreturn found', "a", ""),
        ('first, second = event.get("a")\nreturn first', "a", ""),
        ('return [*event.get("a")]', "a", ""),
        ('print(*event.get("a"))\nreturn 1', "a", ""),
        ('for one in event.get("a") or []:\n    print(one)\nreturn 1', "", "a"),
        ('for one in event.get("a", []):\n    print(one)\nreturn 1', "", "a"),
        ('x = event.get("a")\nif x:\n    for one in x:\n        print(one)\nreturn 1', "", "a"),
        ('try:\n    for one in event.get("a"):\n        print(one)\nexcept TypeError:\n    pass\nreturn 1', "", "a"),
        ('return event.pop("a")', "a", ""),
        ('return event.pop("a", None)', "", "a"),
        ('try:\n    return event.pop("a")\nexcept KeyError:\n    return 2', "", "a"),
        ('x = {"z": 1}\nx.pop("z")\nreturn event["a"]', "a", ""),
        ('x = copy.deepcopy(event)\nreturn x["a"]', "a", ""),
        ('x = copy.deepcopy(event)\nx["a"] = 1\nreturn x["a"], event["b"]', "b", ""),
        ('x = copy.deepcopy(event["a"])\nx.pop("b")\nreturn event["a"]["c"]', "a a.b a.c", ""),
        ("x, y = itemgetter('a', 'b')(event)\nreturn x", "a b", ""),
        ("return sorted(event['a'], key=itemgetter('k', 'm'))", "a", ""),
    ],
)
def test_what_is_gone_over_or_taken_out(code: str, required: str, optional: str) -> None:
    found = body(code, "import copy\nfrom operator import itemgetter\n")
    assert found.known
    assert told(found.always) == (required, optional)


HEAD = """
import asyncio


async def work(event):
    return event["a"]


async def outer(event):
    return await work(event)


async def beside(event):
    task = asyncio.create_task(work(event))
    return 1


async def taking(event):
    try:
        return await work(event)
    except KeyError:
        return None
"""


@pytest.mark.parametrize(
    ("code", "required", "optional"),
    [
        ("return asyncio.run(work(event))", "a", ""),
        ("return asyncio.run(outer(event))", "a", ""),
        ("return asyncio.get_event_loop().run_until_complete(outer(event))", "a", ""),
        ("loop = asyncio.new_event_loop()\nreturn loop.run_until_complete(work(event))", "a", ""),
        ("try:\n    return asyncio.run(work(event))\nexcept KeyError:\n    return 1", "", "a"),
        ('try:\n    return asyncio.run(work(event))\nexcept KeyError:\n    return {"statusCode": 400}', "a", ""),
        ("return asyncio.run(taking(event))", "", "a"),
        ("return asyncio.run(beside(event))", "", "a"),  # nobody waits for it
        ("work(event)\nreturn 1", "", "a"),  # it never runs
    ],
)
def test_what_a_coroutine_reads(code: str, required: str, optional: str) -> None:
    found = body(code, HEAD)
    assert found.known
    assert told(found.always) == (required, optional)


POWERTOOLS = """
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.parser import BaseModel, envelopes, event_parser
from aws_lambda_powertools.utilities.validation import validator

logger = Logger()
SCHEMA = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}


class Order(BaseModel):
    a: str
    b: str = "x"


"""


@pytest.mark.parametrize(
    ("decorated", "body", "required"),
    [
        ("@event_parser(model=Order)\ndef handler(event, context):", "return event.a", "a"),
        ("@event_parser\ndef handler(event: Order, context):", "return event.a", "a"),
        ("@logger.inject_lambda_context\n@event_parser(model=Order)\ndef handler(event, context):", "return 1", "a"),
        ("@event_parser(model=Order, envelope=envelopes.SqsEnvelope)\ndef handler(event, context):", "return 1", ""),
        ("@validator(inbound_schema=SCHEMA)\ndef handler(event, context):", "return 1", "a"),
        ("@validator(inbound_schema=SCHEMA)\ndef handler(event, context):", "return event['c']", "a c"),
        ("@validator(inbound_schema=SCHEMA, envelope='detail')\ndef handler(event, context):", "return 1", ""),
        ("@validator(outbound_schema=SCHEMA)\ndef handler(event, context):", "return 1", ""),
        ("@other(model=Order)\ndef handler(event, context):", "return 1", ""),
    ],
)
def test_what_a_decorator_checks_first(decorated: str, body: str, required: str) -> None:
    found = handled(f"{POWERTOOLS}{decorated}\n    {body}\n")
    assert found.known
    assert told(found.always)[0] == required
