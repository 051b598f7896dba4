"""Work beside the statements that ask for it: what the fact says of coroutines, tasks, futures and threads."""

from __future__ import annotations

from textwrap import dedent

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.invocation import Invocation
from invocation_lint.source.parsing.tree import parse

HEAD = """
import _thread, asyncio, threading
from concurrent.futures import ThreadPoolExecutor
from asgiref.sync import SyncToAsync, sync_to_async
import boto3

client = boto3.client("lambda")
pool = ThreadPoolExecutor()

def send(text):
    client.invoke(FunctionName="mail", InvocationType="Event", Payload=text)

async def send_async(text):
    client.invoke(FunctionName="mail", InvocationType="Event", Payload=text)
"""


def seen_by_caller(code: str) -> Invocation:
    """The one invocation that is reached through a call."""
    source = parse((HEAD + dedent(code)).encode(), "app.py")
    (found,) = [fact.data for fact in facts_of(source, ContractBook(), AnalysisOptions()).facts if fact.chain]
    assert isinstance(found, Invocation)
    return found


@pytest.mark.parametrize(
    ("statement", "sent"),
    [
        ("send_async('a')", "never"),
        ("await send_async('a')", "awaited"),
        ("asyncio.create_task(send_async('a'))", "scheduled"),
        ("task = asyncio.create_task(send_async('a'))", "scheduled"),
        ("asyncio.gather(send_async('a'))", "scheduled"),
        ("return asyncio.create_task(send_async('a'))", "awaited"),
        ("asyncio.to_thread(send, 'a')", "never"),
        ("await asyncio.to_thread(send, 'a')", "awaited"),
        ("sync_to_async(send)('a')", "never"),
        ("await sync_to_async(send)('a')", "awaited"),
        ("await sync_to_async(send, thread_sensitive=False)('a')", "awaited"),
        ("later = SyncToAsync(send); await later('a')", "awaited"),
        ("loop.run_in_executor(None, send, 'a')", "submitted"),
        ("loop.create_task(send_async('a'))", "scheduled"),
        ("group.create_task(send_async('a'))", "awaited"),
        ("loop.run_until_complete(send_async('a'))", "awaited"),
        ("pool.submit(send, 'a')", "submitted"),
        ("futures = {pool.submit(send, one): one for one in jobs}", "submitted"),
        ("pool.submit(send, 'a').result()", "awaited"),
        ("pool.map(send, ['a'])", "submitted"),
        ("list(pool.map(send, ['a']))", "awaited"),
        ("threading.Thread(target=send, args=('a',)).start()", "submitted"),
        ("threading.Timer(5, send, ('a',)).start()", "submitted"),
        ("_thread.start_new_thread(send, ('a',))", "submitted"),
        ("pool.submit(send('a'))", "called_first"),
        ("pool.submit(send('a')).result()", "called_first"),
        ("loop.run_in_executor(None, send('a'))", "called_first"),
        ("await loop.run_in_executor(pool, send('a'))", "called_first"),
        ("threading.Thread(target=send('a')).start()", "called_first"),
        ("pool.submit(print, send('a'))", "awaited"),
        ("pool.submit(unknown, 1); send('a')", "awaited"),
    ],
)
def test_how_it_is_sent(statement: str, sent: str) -> None:
    assert seen_by_caller(f"async def start(loop, group):\n    {statement}\n").sent == sent


def test_a_call_that_gives_a_function_is_made_first_on_purpose() -> None:
    later = """
    def later():
        client.invoke(FunctionName="post", InvocationType="Event", Payload="a")
        return print

    def start():
        pool.submit(later())
    """
    assert seen_by_caller(later).sent == "awaited"


def test_a_list_that_is_only_filled_is_looked_at_by_nobody() -> None:
    code = """
    def start(texts):
        futures = []
        for text in texts:
            futures.append(pool.submit(send, text))
    """
    filled = seen_by_caller(code)
    assert (filled.sent, filled.service_error.frame) == ("submitted", "background")
    read = seen_by_caller(dedent(code) + "    return futures\n")
    assert read.sent == "awaited"


def test_the_end_of_a_block_waits_for_its_pool() -> None:
    code = "def start():\n    with ThreadPoolExecutor() as own:\n        own.submit(send, 'a')\n"
    assert seen_by_caller(code).waited_for == "yes"
    assert seen_by_caller("def start():\n    pool.submit(send, 'a')\n").waited_for == "no"
    assert seen_by_caller("def start():\n    send('a')\n").waited_for is None


def test_what_runs_the_call() -> None:
    assert seen_by_caller("async def start():\n    send('a')\n").run_by == "statement"
    assert seen_by_caller("async def start():\n    await asyncio.to_thread(send, 'a')\n").run_by == "awaited"


RUN = "sync_to_async(client.invoke)(FunctionName='mail', Payload='{}')"


@pytest.mark.parametrize(
    ("code", "run_by"),
    [
        (f"await {RUN}", "awaited"),
        ("later = sync_to_async(client.invoke); await later(FunctionName='mail', Payload='{}')", "awaited"),
        (f"await asyncio.gather(*[{RUN} for text in texts])", "executor"),
    ],
)
def test_a_function_that_asgiref_runs_in_a_thread_does_not_hold_up_the_loop(code: str, run_by: str) -> None:
    source = parse((HEAD + f"async def start(texts):\n    {code}\n").encode(), "app.py")
    found = [f.data for f in facts_of(source, ContractBook(), AnalysisOptions()).facts if "start" in (f.function or "")]
    assert [(one.sent, one.run_by) for one in found] == [("awaited", run_by)]


MADE = "futures = [pool.submit(send, text) for text in texts]\n"


@pytest.mark.parametrize(
    ("rest", "sent"),
    [
        ("wait(futures)", "submitted"),
        ("done, left = wait(futures)\nprint(len(done))", "submitted"),
        ("for _ in as_completed(futures):\n    print('one')", "submitted"),
        ("for future in as_completed(futures):\n    print(len(texts))", "submitted"),
        ("return len(futures)", "submitted"),
        ("done, left = wait(futures)\nfor future in done:\n    future.result()", "awaited"),
        ("for future in as_completed(futures):\n    future.result()", "awaited"),
        ("for future in futures:\n    keep(future)", "awaited"),
        ("wait(futures)\nreturn futures", "awaited"),
        ("wait(futures)\nif any(one.exception() for one in futures):\n    raise ValueError", "awaited"),
    ],
)
def test_who_only_waits_does_not_look(rest: str, sent: str) -> None:
    lines = "\n".join(f"    {line}" for line in (MADE + rest).split("\n"))
    assert seen_by_caller(f"def start(texts):\n{lines}\n").sent == sent


def test_a_list_of_tasks_that_is_only_waited_for() -> None:
    code = """
    async def start(texts):
        tasks = []
        for text in texts:
            tasks.append(asyncio.create_task(send_async(text)))
        await asyncio.wait(tasks)
    """
    assert seen_by_caller(code).sent == "scheduled"
