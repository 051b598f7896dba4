"""Coroutines that share their event loop, and those that have it for themselves."""

from __future__ import annotations

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.invocation import Invocation
from invocation_lint.source.parsing.tree import parse

HEAD = """
import asyncio
import boto3

client = boto3.client("lambda")

def ask(event):
    return client.invoke(FunctionName="f", InvocationType="Event", Payload=event)["StatusCode"]

"""
WORK = "async def work(event):\n    return ask(event)\n\n"
HANDLER = "def handler(event, context):\n    return asyncio.run(work(event))\n"


def has_its_loop(code: str, function: str = "work") -> object:
    """Whether the call of a coroutine function has its event loop for itself."""
    found = facts_of(parse((HEAD + code).encode(), "app.py"), ContractBook(), AnalysisOptions()).facts
    (data,) = (one.data for one in found if one.kind == "invocation" and one.function == function and not one.chain[2:])
    assert isinstance(data, Invocation)
    return data.caller.own_loop


def test_the_call_in_the_coroutine_itself() -> None:
    code = "async def work(event):\n    return client.invoke(FunctionName='f', Payload=event)\n\n" + HANDLER
    assert (has_its_loop(code), has_its_loop(code, "handler")) == ("yes", "yes")
    code += "async def other(event):\n    return await work(event)\n"
    assert (has_its_loop(code), has_its_loop(code, "handler")) == ("no", "no")


@pytest.mark.parametrize(
    "code",
    [
        WORK + HANDLER,
        WORK + "def handler(event, context):\n    asyncio.get_event_loop().run_until_complete(work(event))\n",
        WORK + "async def main(event):\n    await work(event)\n\nasyncio.run(main({}))\n",
        WORK + HANDLER + "def again(event):\n    asyncio.run(work(event))\n",
    ],
)
def test_a_coroutine_that_is_run_alone(code: str) -> None:
    assert has_its_loop(code) == "yes"


def test_a_method_that_is_run_alone() -> None:
    code = "class Flow:\n    async def go(self, event):\n        return ask(event)\n\nasyncio.run(Flow().go({}))\n"
    assert has_its_loop(code, "Flow.go") == "yes"


@pytest.mark.parametrize(
    "code",
    [
        WORK,
        WORK + HANDLER + "async def main(events):\n    await asyncio.gather(*map(work, events))\n",
        WORK + HANDLER + "TABLE = {'work': work}\n",
        WORK + HANDLER + "# work may be called by others\n",
        WORK + HANDLER + "async def other(event):\n    return await work(event)\n",
        WORK + HANDLER + "async def beside(event):\n    asyncio.create_task(other(event))\n",
        WORK + "async def main(event):\n    await asyncio.wait_for(work(event), 5)\n\nasyncio.run(main({}))\n",
        "@app.get('/')\n" + WORK,
    ],
)
def test_a_coroutine_that_may_share_its_loop(code: str) -> None:
    assert has_its_loop(code) == "no"
