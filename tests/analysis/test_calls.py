"""Calls: helpers walked with their caller's values, methods, closures, partials, decorators."""

from __future__ import annotations

import pytest

from tests.analysis.asking import ask, keys_of, only

WAYS = {
    "a helper": """
        def send(payload, wait=False):
            mode = "RequestResponse" if wait else "Event"
            client.invoke(FunctionName="f", InvocationType=mode, Payload=json.dumps(payload))
        def start(a):
            send({"x": a}, wait=True)
    """,
    "keywords passed through": """
        def send(name, payload, **options):
            client.invoke(FunctionName=name, Payload=json.dumps(payload), **options)
        def start(a):
            send("f", {"x": a}, InvocationType="RequestResponse")
    """,
    "positional arguments passed through": """
        def send(name, mode, payload):
            client.invoke(FunctionName=name, InvocationType=mode, Payload=json.dumps(payload))
        def start(a):
            args = ("f", "RequestResponse", {"x": a})
            send(*args)
    """,
    "a method": """
        class Sender:
            def __init__(self, mode):
                self.mode = mode
            def send(self, payload):
                client.invoke(FunctionName="f", InvocationType=self.mode, Payload=json.dumps(payload))
        def start(a):
            Sender("RequestResponse").send({"x": a})
    """,
    "a method of a base class": """
        class Base:
            mode = "Event"
            def send(self, payload):
                client.invoke(FunctionName="f", InvocationType=self.mode, Payload=json.dumps(payload))
        class Waiting(Base):
            mode = "RequestResponse"
        def start(a):
            Waiting().send({"x": a})
    """,
    "a closure": """
        def start(a):
            mode = "RequestResponse"
            def send(payload):
                client.invoke(FunctionName="f", InvocationType=mode, Payload=json.dumps(payload))
            send({"x": a})
    """,
    "a partial": """
        import functools
        def send(mode, payload):
            client.invoke(FunctionName="f", InvocationType=mode, Payload=json.dumps(payload))
        wait = functools.partial(send, "RequestResponse")
        def start(a):
            wait({"x": a})
    """,
    "a lambda": """
        def start(a):
            send = lambda p: client.invoke(FunctionName="f", InvocationType="RequestResponse", Payload=json.dumps(p))
            send({"x": a})
    """,
    "a keywords dictionary": """
        def start(a):
            options = {"FunctionName": "f", "Payload": json.dumps({"x": a})}
            options["InvocationType"] = "RequestResponse"
            client.invoke(**options)
    """,
    "a helper that builds the payload": """
        def build(a):
            payload = {}
            payload["x"] = a
            return payload
        def start(a):
            client.invoke(FunctionName="f", Payload=json.dumps(build(a)))
    """,
    "a helper that fills the payload": """
        def fill(payload):
            payload["x"] = 1
        def start(a):
            payload = {}
            fill(payload)
            client.invoke(FunctionName="f", Payload=json.dumps(payload))
    """,
    "a dataclass": """
        import dataclasses
        @dataclasses.dataclass
        class Payload:
            x: int
        def start(a):
            client.invoke(FunctionName="f", Payload=json.dumps(dataclasses.asdict(Payload(a))))
    """,
}


@pytest.mark.parametrize("name", WAYS)
def test_the_values_of_the_caller_are_used(name: str) -> None:
    told = ask(WAYS[name]).facts
    (fact,) = [fact for fact in told if fact.function == "start"]
    assert (fact.data.invocation_type, keys_of(fact)) == ("RequestResponse", "x")


def test_a_helper_alone_leaves_open_what_its_callers_decide() -> None:
    fact = only(WAYS["a method"].partition("def start")[0])
    assert not isinstance(fact.data.invocation_type, str)


def test_a_function_under_a_decorator_that_is_not_known_is_not_followed() -> None:
    told = ask("""
        from elsewhere import wrapped
        @wrapped
        def build(a):
            return {"x": a}
        def start(a):
            client.invoke(FunctionName="f", Payload=json.dumps(build(a)))
    """).facts
    assert [keys_of(fact) for fact in told] == ["?"]


def test_recursion_ends_in_not_known() -> None:
    told = ask("""
        def send(payload, left):
            if left:
                return send({"deeper": payload}, left - 1)
            client.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps(payload))
        def start(a):
            send({"x": a}, a)
    """)
    assert {fact.function for fact in told.facts} == {"send", "start"}


def test_calls_deeper_than_the_limit_are_not_known() -> None:
    helpers = "\n".join(f"def f{n}(p):\n    f{n + 1}(p)" for n in range(9))
    told = ask(
        f'{helpers}\ndef f9(p):\n    client.invoke(FunctionName="f", Payload=json.dumps(p))\n'
        'def start(a):\n    f0({"x": a})\n'
    )
    assert "start" not in {fact.function for fact in told.facts}
    assert "f9" in {fact.function for fact in told.facts}
