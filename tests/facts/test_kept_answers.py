"""Futures of invocations that are kept somewhere, and answers in which a helper puts something else."""

from __future__ import annotations

from textwrap import indent

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Unknown
from invocation_lint.facts.invocation import Invocation, Response
from invocation_lint.source.parsing.tree import parse

HEAD = """\
import asyncio, json, queue
import boto3
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from store import keep

client = boto3.client("lambda")

"""
INVOKE = 'client.invoke, FunctionName="f", Payload=one'
SUBMIT = f"pool.submit({INVOKE})"
THREAD = f"asyncio.to_thread({INVOKE})"


def responses(code: str) -> list[Response]:
    """What is said of the answer of the one call site, on each way to it."""
    told = facts_of(parse((HEAD + code).encode(), "app.py"), ContractBook(), AnalysisOptions())
    return [fact.data.response for fact in told.facts if isinstance(fact.data, Invocation)]


WAYS = [
    "futures = {SUBMIT: one for one in items}\nfor future in as_completed(futures): keep(future.result())",
    "futures = {}\nfor one in items: futures[SUBMIT] = one\nfor future in as_completed(futures): keep(future.result())",
    "futures = {one: SUBMIT for one in items}\nreturn {key: future.result() for key, future in futures.items()}",
    "futures = {}\nfor one in items: futures[one] = SUBMIT\nreturn [future.result() for future in futures.values()]",
    "futures = {}\nfor one in items: futures[one] = SUBMIT\nreturn futures[items[0]].result()",
    "futures = {}\nfor one in items: futures.setdefault(one, SUBMIT)\nreturn futures.pop(items[0]).result()",
    "futures = dict(zip(items, [SUBMIT for one in items]))\nfor one in futures: keep(futures[one].result())",
    "futures = []\nfor one in items: futures.append((one, SUBMIT))\nfor one, future in futures: keep(future.result())",
    "futures = [SUBMIT for one in items]\ndone, rest = wait(futures)\nreturn [future.result() for future in done]",
    "futures = set()\nfor one in items: futures.add(SUBMIT)\nreturn [one.result() for one in as_completed(futures)]",
    "waiting = queue.Queue()\nfor one in items: waiting.put(SUBMIT)\nreturn waiting.get().result()",
    "one = items[0]\nSUBMIT.add_done_callback(lambda future: keep(future.result()))",
    "one = items[0]\nkeep(SUBMIT)",
    "one = items[0]\nreturn SUBMIT",
    "one = items[0]\nreturn {'future': SUBMIT}",
    "one = items[0]\nfuture = SUBMIT\nreturn lambda: future.result()",
    "one = items[0]\nkeep.future = SUBMIT",
    "futures = {SUBMIT: one for one in items}\nmore = {**futures}\nreturn [future.result() for future in more]",
    "futures = {}\nfutures.update({SUBMIT: one for one in items})\nreturn [future.result() for future in futures]",
]
ASYNC_WAYS = [
    "tasks = {asyncio.create_task(THREAD) for one in items}\nfor task in asyncio.as_completed(tasks): keep(await task)",
    "tasks = {asyncio.create_task(THREAD): one for one in items}\nfor task in await asyncio.wait(tasks): keep(task)",
    "for task in asyncio.as_completed([THREAD for one in items]): keep(await task)",
    "for answer in await asyncio.gather(*[THREAD for one in items]): keep(answer['Payload'].read())",
    "tasks = {one: asyncio.create_task(THREAD) for one in items}\nreturn [await task for task in tasks.values()]",
]  # fmt: skip


@pytest.mark.parametrize("body", [*WAYS, *ASYNC_WAYS])
def test_a_future_that_is_kept_is_no_dropped_answer(body: str) -> None:
    kind = "async def" if body in ASYNC_WAYS else "def"
    body = body.replace("SUBMIT", SUBMIT).replace("THREAD", THREAD)
    found = responses(f"{kind} ask(items, pool):\n" + indent(body, "    ") + "\n")
    assert found
    assert all(response.payload in {"used", "handed_over", "returned"} for response in found)


OBJECTS = """
class Keeper:
    def __init__(self, pool):
        self.pool, self.waiting = pool, {}

    def start(self, one):
        PUT

    def end(self, one):
        return GET
"""


@pytest.mark.parametrize(
    ("put", "get"),
    [
        ("self.waiting[one] = self.SUBMIT", "self.waiting.pop(one).result()"),
        ("self.waiting[self.SUBMIT] = one", "[future.result() for future in self.waiting]"),
        ("self.future = self.SUBMIT", "self.future.result()"),
    ],
)
def test_a_future_in_an_object_is_kept(put: str, get: str) -> None:
    code = OBJECTS.replace("PUT", put).replace("GET", get).replace("SUBMIT", SUBMIT)
    assert [response.payload for response in responses(code)] == ["handed_over"]


def test_a_future_that_nobody_keeps_is_dropped() -> None:
    code = f"def ask(items, pool):\n    for one in items:\n        {SUBMIT}\n"
    assert [response.payload for response in responses(code)] == ["unused"]


DECODED = 'json.loads(answer["Payload"].read())'
HELPERS = [
    f'answer["Payload"] = {DECODED}\nreturn answer',
    f'answer.update({{"Payload": {DECODED}}})\nreturn answer',
    f"answer.update(Payload={DECODED})\nreturn answer",
    f'return {{**answer, "Payload": {DECODED}}}',
    f"return dict(answer, Payload={DECODED})",
    'text = answer.pop("Payload").read()\nanswer["Payload"] = json.loads(text)\nreturn answer',
    'answer["Payload"] = answer["Payload"].read().decode()\nreturn answer',
]


@pytest.mark.parametrize("helper", HELPERS)
def test_what_a_helper_puts_in_its_place_is_no_stream(helper: str) -> None:
    body = (
        'answer = opened(client.invoke(FunctionName="f", Payload="{}"))\n'
        'print(answer["Payload"])\njson.loads(answer["Payload"])\nreturn answer["Payload"]["rows"]'
    )
    found = responses(f"def opened(answer):\n{indent(helper, '    ')}\n\ndef ask():\n{indent(body, '    ')}\n")
    assert found
    for response in found:
        assert not isinstance(response.reads, Unknown)
        misused = {"subscripted", "loads_unread", "read_again", "logged"}
        assert not [read for read in response.reads if read.field == "Payload" and read.use in misused]


@pytest.mark.parametrize(
    ("end", "payload"),
    [
        ("return answer", {"handed_over"}),  # a loop drops it, `yield from` may not
        ("return json.loads(answer['Payload'].read())", {"handed_over"}),
        ("return {'answer': answer}", {"handed_over"}),
        ("return", {"unused"}),
        ("return json.loads(answer['Payload'].read())['n'] > 1", {"tested", "used"}),  # it fails without an n
        ("yield answer\n        return", {"returned"}),
    ],
)
def test_what_a_generator_returns_is_no_part_of_what_it_yields(end: str, payload: set[str]) -> None:
    code = f"""
def each(items):
    for one in items:
        answer = client.invoke(FunctionName="f", Payload=one)
        {end}
        yield one

def ask(items):
    return list(each(items))
"""
    assert {response.payload for response in responses(code)} <= payload
