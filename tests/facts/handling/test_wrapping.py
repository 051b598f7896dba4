"""Whether Lambda calls a coroutine function as it is, or something else may run it."""

from __future__ import annotations

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Unknown
from invocation_lint.source.parsing.tree import parse

HANDLER = """
async def NAME(event, context):
    return {"statusCode": 200, "body": await work(event)}
"""


def wrapped(code: str) -> object:
    told = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions())
    return next(fact.data.wrapped for fact in told.facts if fact.kind == "handler")


@pytest.mark.parametrize(
    ("before", "name", "after", "word"),
    [
        ("import boto3", "handler", "", "no"),
        ("from shop import work", "lambda_handler", "", "no"),
        ("import asyncio, boto3", "handler", 'if __name__ == "__main__":\n    asyncio.run(handler({}, None))', "no"),
        ("import asyncio, boto3", "handler", "def main():\n    asyncio.run(handler({}, None))", "yes"),
        ("import asyncio, boto3", "handler", "asyncio.run(handler({}, None))", "yes"),
        ("from shop import run\nimport boto3", "handler", "entry = run(handler)", "yes"),
        (
            "import asyncio, boto3",
            "handler",
            'def main():\n    asyncio.run(handler({}, None))\n\nif __name__ == "__main__":\n    main()',
            "yes",
        ),
    ],
)
def test_what_runs_a_coroutine(before: str, name: str, after: str, word: str) -> None:
    assert wrapped(f"{before}\n{HANDLER.replace('NAME', name)}\n{after}\n") == word


@pytest.mark.parametrize(
    "before",
    [
        "import json",
        "import ydb, boto3",
        "from aiogram import Bot",
        'import boto3\nURL = "https://storage.yandexcloud.net"',
    ],
)
def test_another_cloud_may_await_it(before: str) -> None:
    assert isinstance(wrapped(before + HANDLER.replace("NAME", "handler")), Unknown)
