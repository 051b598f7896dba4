"""Where one of several callees raises, the path goes on with the others."""

from __future__ import annotations

from textwrap import dedent

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.invocation import Invocation
from invocation_lint.source.parsing.tree import parse

CALLEES = """
    import asyncio
    import boto3

    client = boto3.client("lambda")

    def refuse(name):
        raise NotImplementedError

    def name_of(name):
        return f"the-{name}"

    async def refuse_later(name):
        raise NotImplementedError

    async def name_later(name):
        return f"the-{name}"
"""


def invoked(code: str) -> list[str]:
    """The names of the functions that are invoked, or why they are not known."""
    source = parse(dedent(CALLEES + code).encode(), "app.py")
    found = [fact.data for fact in facts_of(source, ContractBook(), AnalysisOptions()).facts]
    return [str(fact.function.name) for fact in found if isinstance(fact, Invocation)]


@pytest.mark.parametrize("callees", ["refuse, name_of", "name_of, refuse"])
def test_one_that_raises_does_not_end_the_path(callees: str) -> None:
    first, second = callees.split(", ")
    code = f"""
    def run(flag):
        make = {first} if flag else {second}
        function = make("worker")
        client.invoke(FunctionName=function)
    """
    assert invoked(code) == ["the-worker"]


@pytest.mark.parametrize("callees", ["refuse_later, name_later", "name_later, refuse_later"])
def test_nor_does_one_that_is_awaited(callees: str) -> None:
    first, second = callees.split(", ")
    code = f"""
    async def run(flag):
        make = {first} if flag else {second}
        if flag:
            await make("other")
        client.invoke(FunctionName=await make("worker"))
    """
    assert len(invoked(code)) == 1


def test_all_that_raise_end_it() -> None:
    code = """
    def stop(name):
        raise SystemExit(name)

    def run(flag):
        make = refuse if flag else stop
        client.invoke(FunctionName=make("worker"))
    """
    assert invoked(code) == []
