"""What an except clause that never meets an invocation's error is worth, by the clauses below it and around it."""

from __future__ import annotations

import pytest

from invocation_lint.facts.base import Unknown
from tests.analysis.asking import ask, only

HEAD = """
import boto3
from botocore.exceptions import BotoCoreError, ClientError
client = boto3.client("lambda")
"""
TRY = """
def send(payload, log):
    try:
        client.invoke(FunctionName="f", InvocationType="Event", Payload=payload)
CLAUSES
"""


def alike(clauses: str) -> str:
    """Whether what the first type of the first clause lets pass is taken alike."""
    text = "\n".join(f"    {line}" for line in clauses.splitlines())
    (first, *_) = only(TRY.replace("CLAUSES", text), head=HEAD).data.catches
    return str(first.taken_alike)


TOO_LARGE = "except client.exceptions.RequestTooLargeException as e:\n    {0}"


@pytest.mark.parametrize(
    ("first", "second", "answer"),
    [
        ("log.error('too large: %s', e)", "except ClientError as x:\n    log.error('no: %s', x)", "yes"),
        ("raise ValueError('large')", "except Exception:\n    raise ValueError('other')", "yes"),
        ("raise", "except ClientError as x:\n    log.error('no')\n    raise x", "yes"),
        ("return False", "except ClientError:\n    return False", "yes"),
        ("payload.clear(e)", "except ClientError as x:\n    payload.clear(x)", "yes"),
        ("return False", "except ClientError:\n    return None", "no"),
        ("raise ValueError('large')", "except Exception:\n    raise KeyError('other')", "no"),
        ("payload.clear()", "except ClientError:\n    log.error('no')", "no"),
        ("log.error('too large')", "except BotoCoreError:\n    log.error('no')", "no"),
        ("log.error('too large')", "except (KeyError, ClientError):\n    log.error('no')", "yes"),
        (
            "log.error('too large')",
            "except ClientError:\n    raise\nexcept Exception:\n    log.error('no')",
            "no",
        ),
    ],
)
def test_a_class_that_never_comes(first: str, second: str, answer: str) -> None:
    assert alike(f"{TOO_LARGE.format(first)}\n{second}") == answer


@pytest.mark.parametrize(
    ("clause", "answer"),
    [
        ("except (client.exceptions.RequestTooLargeException, ClientError):\n    pass", "yes"),
        ("except (client.exceptions.RequestTooLargeException, BotoCoreError):\n    pass", "no"),
        ("except (ConnectionError, ClientError):\n    pass", "no"),
        ("except (ConnectionError, BotoCoreError):\n    pass", "yes"),
        ("except ConnectionError:\n    pass\nexcept ClientError:\n    pass", "no"),
        ("except ConnectionError:\n    pass\nexcept BotoCoreError:\n    pass", "yes"),
    ],
)
def test_another_type_of_the_clause(clause: str, answer: str) -> None:
    assert alike(clause) == answer


IN_CLAUSE = """
def work(step, log):
    try:
        step()
    except Exception as error:
        try:
            client.invoke(FunctionName="f", InvocationType="Event", Payload=b"{}")
        except Exception:
            INNER
        OUTER
"""


@pytest.mark.parametrize(
    ("inner", "outer", "does"),
    [
        ("pass", "raise", "reraises"),
        ("pass", "raise ValueError from error", "reraises"),
        ("pass", "log.error('no')", "logs"),
        ("pass", "if step.last:\n            raise", "reraises"),
        ("pass", "return", None),
        ("raise", "pass", None),
        ("log.error('no')", "step.undo()", None),
    ],
)
def test_an_invocation_in_a_clause(inner: str, outer: str, does: str | None) -> None:
    assert only(IN_CLAUSE.replace("INNER", inner).replace("OUTER", outer), head=HEAD).data.in_clause == does


CALLERS = """
class Post:
    def send(self):
        client.invoke(FunctionName="f", InvocationType="Event", Payload=b"{}")

    def one(self, log):
        try:
            self.send()
        except Exception as error:
            ONE

    def two(self, log):
        try:
            self.send()
        except Exception as error:
            TWO
"""


@pytest.mark.parametrize(
    ("one", "two", "does"),
    [
        ("log.error('no')", "raise ValueError from error", "logs"),
        ("raise", "raise ValueError from error", "reraises"),
        ("log.error('no')", "return False", "logs"),
        ("log.error('no')", "pass", None),
    ],
)
def test_what_the_callers_of_a_method_do(one: str, two: str, does: str | None) -> None:
    fate = only(CALLERS.replace("ONE", one).replace("TWO", two), head=HEAD).data.service_error
    assert fate.seen_by_handler == "yes"
    assert (fate.handler_does if isinstance(fate.handler_does, str) else None) == does


IN_PARTS = """
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

def once(payload, log):
    try:
        client.invoke(FunctionName="f", InvocationType="Event", Payload=payload)
    except (ReadTimeoutError, ConnectionClosedError) as error:
        {part}

def send(payload, log):
    try:
        once(payload, log)
    except (ClientError, BotoCoreError) as error:
        {rest}
"""
FLAT = """
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

def send(payload, log):
    try:
        try:
            client.invoke(FunctionName="f", InvocationType="Event", Payload=payload)
        except (ReadTimeoutError, ConnectionClosedError) as error:
            {part}
    except (ClientError, BotoCoreError) as error:
        {rest}
"""


@pytest.mark.parametrize(
    ("part", "rest", "does"),
    [
        ("log.error(error)", "raise", "logs"),
        ("return None", "raise", "returns"),
        ("raise", "raise", "reraises"),
        ("raise", "log.error(error)", "logs"),
        ("log.error(error)", "log.error(error)", "logs"),
        ("log.error(error)", "pass", "drops"),
        ("pass", "pass", "drops"),
    ],
)
@pytest.mark.parametrize("code", [IN_PARTS, FLAT], ids=["a helper", "one function"])
def test_what_the_weaker_of_two_clauses_does_is_told(code: str, part: str, rest: str, does: str) -> None:
    told = ask(code.format(part=part, rest=rest), head=HEAD)
    (fate,) = [fact.data.transport_error for fact in told.facts if fact.function == "send"]
    assert (fate.seen_by_handler, fate.handler_does) == ("yes", does)


@pytest.mark.parametrize(
    ("imported", "clause", "seen"),
    [
        ("from fastapi import HTTPException", "except HTTPException:\n    pass", "no"),
        ("import redis", "except (redis.RedisError, KeyError):\n    pass", "no"),
        ("from sqlalchemy.exc import IntegrityError", "except IntegrityError:\n    log.error('no')", "no"),
        ("from fastapi import HTTPException", "except HTTPException:\n    raise\nexcept Exception:\n    pass", "yes"),
        ("import httpx", "except (httpx.HTTPError, ClientError):\n    pass", "yes"),
        ("from errors import Failed", "except Failed:\n    pass", "unknown"),
    ],
)
def test_a_clause_for_the_errors_of_another_library(imported: str, clause: str, seen: str) -> None:
    text = "\n".join(f"    {line}" for line in clause.splitlines())
    error = only(TRY.replace("CLAUSES", text), head=f"{imported}\n{HEAD}").data.service_error
    assert ("unknown" if isinstance(error.seen_by_handler, Unknown) else error.seen_by_handler) == seen
