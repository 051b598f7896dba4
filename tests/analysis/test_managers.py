"""Context managers around an invocation: which of them take its errors."""

from __future__ import annotations

import pytest

from invocation_lint.facts.base import Unknown
from tests.analysis.asking import ask

SEND = 'client.invoke(FunctionName="f", InvocationType="Event", Payload=b"{}")'

CLASS = """
class Guard:
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        {leave}

def handler(event, context):
    with Guard() as guard:
        {send}
"""

ASYNC_CLASS = """
class Guard:
    async def __aenter__(self):
        return self
    async def __aexit__(self, kind, error, trace):
        {leave}

async def handler(event, context):
    async with Guard():
        {send}
"""

GENERATOR = """
from contextlib import contextmanager

@contextmanager
def guard():
    {body}

def handler(event, context):
    with guard():
        {send}
"""


def fate_of(code: str) -> object:
    told = [fact for fact in ask(code).facts if fact.kind == "invocation"]
    (own,) = [fact for fact in told if not fact.chain]
    return own.data.service_error


@pytest.mark.parametrize("template", [CLASS, ASYNC_CLASS])
@pytest.mark.parametrize(
    ("leave", "seen"),
    [
        ("print('left')", "no"),
        ("return False", "no"),
        ("return None", "no"),
        ("return True", "yes"),
        ("return kind is KeyError", Unknown),
    ],
)
def test_a_manager_of_the_program_takes_an_error_when_its_exit_says_so(template: str, leave: str, seen: object) -> None:
    found = fate_of(template.format(leave=leave, send=SEND)).seen_by_handler
    assert isinstance(found, Unknown) if seen is Unknown else found == seen


def test_what_the_exit_does_with_the_error_is_told() -> None:
    code = CLASS.format(leave="self.errors.append(error)\n        return True", send=SEND)
    assert fate_of(code).handler_does == "records"


@pytest.mark.parametrize(
    ("body", "seen", "does"),
    [
        ("yield", "no", None),
        ("try:\n        yield\n    finally:\n        print('done')", "no", None),
        ("try:\n        yield\n    except Exception:\n        print('failed')\n        raise", "yes", "reraises"),
        ("try:\n        yield\n    except Exception:\n        print('failed')", "yes", "logs"),
        ("try:\n        yield\n    except ValueError:\n        print('failed')", "no", None),
    ],
)
def test_a_generator_takes_what_a_clause_around_its_yield_takes(body: str, seen: str, does: str | None) -> None:
    fate = fate_of(GENERATOR.format(body=body, send=SEND))
    assert (fate.seen_by_handler, fate.handler_does) == (seen, does)


def test_a_manager_that_yields_the_client_is_there_to_close_it() -> None:
    code = """
    from tools import Hub

    def handler(event, context):
        with Hub().open("lambda") as sender:
            sender.invoke(FunctionName="f", InvocationType="Event", Payload=b"{}")
    """
    assert fate_of(code).seen_by_handler == "no"


def test_a_manager_that_is_not_known_may_take_it() -> None:
    code = f"""
    from tools import guard

    def handler(event, context):
        with guard() as found:
            {SEND}
    """
    assert isinstance(fate_of(code).seen_by_handler, Unknown)


def test_work_that_is_done_when_the_block_is_left() -> None:
    code = f"""
    import asyncio

    class Batch:
        def __init__(self, work):
            self.work = work
            self.errors = []
        async def __aenter__(self):
            return self
        async def __aexit__(self, kind, error, trace):
            jobs = [self.work(name) for name in self.names]
            for result in await asyncio.gather(*jobs, return_exceptions=True):
                self.errors.append(result)
            return True

    async def send(name):
        {SEND}

    async def run(event):
        async with Batch(work=send) as batch:
            batch.names = event["names"]

    def handler(event, context):
        asyncio.run(run(event))
    """
    seen = {
        fact.data.service_error.seen_by_handler for fact in ask(code).facts if fact.kind == "invocation" and fact.chain
    }
    assert seen == {"yes"}
