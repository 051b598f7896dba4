"""Event loops that handlers run, and the clients that coroutines use in them."""

from __future__ import annotations

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.event_loop import EventLoop
from invocation_lint.source.parsing.tree import parse
from invocation_lint.source.scan import may_run_loops

CODE = """
import asyncio
{imports}
{made}

async def ask({parameters}):
    {before}
    return await {used}.get("/")

def handler(event, context):
    return {run}
"""


def loops(**parts: str) -> list[EventLoop]:
    """The event loops of a handler; what is not given is plain."""
    plain = {
        "imports": "import httpx",
        "made": "web = httpx.AsyncClient()",
        "parameters": "",
        "before": "pass",
        "used": "web",
        "run": "asyncio.run(ask())",
    }
    data = CODE.format(**plain | parts).encode()
    assert may_run_loops(data)
    found = facts_of(parse(data, "app.py"), ContractBook(), AnalysisOptions()).facts
    return [fact.data for fact in found if fact.kind == "event_loop"]


@pytest.mark.parametrize(
    ("imports", "made", "library"),
    [
        ("import httpx", "web = httpx.AsyncClient(timeout=3)", "httpx"),
        ("from httpx import AsyncClient", "web = AsyncClient()", "httpx"),
        ("import aiohttp", "web = aiohttp.ClientSession()", "aiohttp"),
        ("import aioboto3", "web = asyncio.run(aioboto3.Session().client('lambda').__aenter__())", "aioboto3"),
        ("from openai import AsyncOpenAI", "web: AsyncOpenAI = AsyncOpenAI()", "openai"),
        ("from sqlalchemy.ext.asyncio import create_async_engine", "web = create_async_engine(URL)", "sqlalchemy"),
        (
            "import asyncpg",
            "try:\n    web = asyncpg.create_pool(URL)\nexcept OSError:\n    raise",
            "a pool of connections",
        ),
    ],
)
def test_a_client_of_the_module(imports: str, made: str, library: str) -> None:
    (fact,) = loops(imports=imports, made=made)
    assert [(one.name, one.library, one.made) for one in fact.clients] == [("web", library, "module")]
    assert (fact.starter, fact.loop, fact.caller.kind) == ("run", "new", "lambda_handler")


@pytest.mark.parametrize(
    ("imports", "made"),
    [
        ("from supabase import AsyncClient", "web = AsyncClient()"),
        ("from sqlalchemy.pool import NullPool", "web = create_async_engine(URL, poolclass=NullPool)"),
        ("import httpx", "web = httpx.Client()\nother = AsyncClient()"),
    ],
)
def test_clients_that_no_loop_owns(imports: str, made: str) -> None:
    assert loops(imports=imports, made=made) == []


@pytest.mark.parametrize(
    ("before", "parameters"),
    [
        ("web = httpx.AsyncClient()", ""),
        ("pass", "web=None"),
        ("global web\n    web = httpx.AsyncClient()", ""),
    ],
)
def test_names_that_mean_something_else(before: str, parameters: str) -> None:
    assert all(fact.clients == () for fact in loops(before=before, parameters=parameters))


def test_what_a_global_keeps() -> None:
    before = "global web\n    if web is None:\n        web = httpx.AsyncClient()"
    (fact,) = loops(made="web = None", before=before)
    assert [(one.name, one.made) for one in fact.clients] == [("web", "cached")]


@pytest.mark.parametrize(
    ("run", "loop"),
    [
        ("asyncio.run(ask())", "new"),
        ("asyncio.new_event_loop().run_until_complete(ask())", "new"),
        ("asyncio.get_event_loop().run_until_complete(ask())", "kept"),
    ],
)
def test_whether_the_loop_is_new(run: str, loop: str) -> None:
    assert [fact.loop for fact in loops(run=run)] == [loop]


def test_a_program_that_is_no_handler_has_one_loop() -> None:
    code = CODE.replace("def handler(event, context)", "def main(handler)").format(
        imports="import httpx", made="web = httpx.AsyncClient()", parameters="", before="pass", used="web",
        run="asyncio.run(ask())",
    )  # fmt: skip
    assert facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions()).facts == ()
