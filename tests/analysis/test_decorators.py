"""Decorators of the program: calls go through them, and errors end in them."""

from __future__ import annotations

from textwrap import indent

import pytest

from invocation_lint.facts.base import Unknown
from tests.analysis.asking import ask, keys_of

SEND = 'client.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps({"x": a}))'

PLAIN = """
import functools

def guard(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        {body}
    return wrapper

@guard
def handler(event, context):
    a = event["a"]
    {send}
    return a
"""

FACTORY = """
def guard(name):
    def decorate(function):
        def wrapper(event, context):
            {body}
        return wrapper
    return decorate

@guard("shop")
def handler(event, context):
    a = event["a"]
    {send}
    return a
"""

CALLS = {PLAIN: "function(*args, **kwargs)", FACTORY: "function(event, context)"}

CAUGHT = """
try:
    return CALL
except Exception as error:
    print(error)
    return {"statusCode": 500}
"""

RETRIED = """
for _ in range(3):
    try:
        return CALL
    except Exception as error:
        last = error
raise last
"""


def fate_of(template: str, body: str) -> object:
    depth = " " * (8 if template is PLAIN else 12)
    written = indent(body.replace("CALL", CALLS[template]), depth).strip()
    code = template.format(body=written, send=SEND)
    (own,) = [fact for fact in ask(code).facts if fact.kind == "invocation" and not fact.chain]
    return own.data.service_error


@pytest.mark.parametrize("template", CALLS)
@pytest.mark.parametrize(
    ("body", "seen", "boundary"),
    [
        ("return CALL", "no", None),
        ("result = CALL; print(function.__name__); return result", "no", None),
        (CAUGHT, "yes", None),
        (CAUGHT.replace("return {", "raise ValueError  # {"), "yes", None),
        (CAUGHT.replace("Exception", "KeyError"), "no", None),
    ],
)
def test_the_wrapper_takes_what_its_clauses_take(template: str, body: str, seen: str, boundary: object) -> None:
    fate = fate_of(template, body)
    assert (fate.seen_by_handler, fate.boundary) == (seen, boundary)


@pytest.mark.parametrize(
    "body",
    [
        "print('no call')",
        "return run(function)",
        "return function(kwargs)",
        "return function(*args, **kwargs) or function(*args, **kwargs)",
    ],
)
def test_a_wrapper_that_does_something_else_may_take_it(body: str) -> None:
    assert isinstance(fate_of(PLAIN, body).boundary, Unknown)


def test_a_wrapper_that_tries_again_may_raise_in_the_end() -> None:
    assert isinstance(fate_of(PLAIN, RETRIED).seen_by_handler, Unknown)


def test_the_caller_of_a_decorated_helper_is_followed() -> None:
    told = ask("""
        def timed(function):
            def wrapper(*args, **kwargs):
                print("start")
                return function(*args, **kwargs)
            return wrapper

        @timed
        def send(a, mode="Event"):
            client.invoke(FunctionName="f", InvocationType=mode, Payload=json.dumps({"x": a}))

        def start(a):
            send(a, mode="RequestResponse")
    """).facts
    (fact,) = [fact for fact in told if fact.function == "start"]
    assert (fact.data.invocation_type, keys_of(fact)) == ("RequestResponse", "x")


def test_an_answer_that_a_wrapper_keeps_is_followed() -> None:
    told = ask("""
        def counted(function):
            def wrapper(*args):
                result = function(*args)
                return {"count": 1, "result": result}
            return wrapper

        @counted
        def ask(a):
            return client.invoke(FunctionName="f", Payload=json.dumps({"x": a}))

        def start(a):
            return ask(a)
    """).facts
    (fact,) = [fact for fact in told if fact.function == "start"]
    assert fact.data.response.payload == "returned"


@pytest.mark.parametrize(
    ("made", "payload", "looked"),
    [
        ("json.load(answer['Payload'])", "used", "unchecked"),
        ("json.loads(answer['Payload'].read().decode())", "used", "unchecked"),
        ("check(answer) or json.load(answer['Payload'])", "used", "handed_over"),
        ("answer", "unused", "unchecked"),
    ],
)
def test_what_a_wrapper_makes_of_an_answer(made: str, payload: str, looked: str) -> None:
    told = ask(f"""
        def parsed(function):
            @functools.wraps(function)
            def wrapper(*args):
                answer = function(*args)
                return {made}
            return wrapper

        @parsed
        def ask(a):
            return client.invoke(FunctionName="f", Payload=json.dumps({{"x": a}}))

        def start(a):
            return ask(a)["total"] + 1
    """).facts
    (fact,) = [fact for fact in told if fact.function == "start"]
    assert (fact.data.response.payload, fact.data.response.function_error) == (payload, looked)
