"""Bounded: what is too large or too deep ends in not known, never in a hang or an error."""

from __future__ import annotations

import pytest

from tests.analysis.asking import ask

CALL = 'client.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps(payload))'

LARGE = {
    "a thousand branches": "payload = {}\n"
    + "\n".join(f'    if a == {n}:\n        payload["k{n % 40}"] = {n}' for n in range(1000)),
    "a huge literal": "payload = [" + ", ".join(str(n) for n in range(20_000)) + "]",
    "a deep literal": "payload = " + '{"k": ' * 60 + "1" + "}" * 60,
    "a deep expression": "payload = " + "(" * 150 + "a" + " + 1)" * 150,
    "a long chain of calls": "payload = a" + ".b()" * 300,
    "a long sum": "payload = " + " + ".join(["a"] * 400),
    "more rounds than a list has items": "payload = {}\n    for n in range("
    + "9" * 30
    + '):\n        payload["k"] = n',
    "nested loops": "payload = {}\n"
    + "\n".join("    " * (n + 1) + f"for x{n} in a:" for n in range(12))
    + "\n"
    + "    " * 13
    + 'payload["k"] = 1',
}


@pytest.mark.parametrize("name", LARGE)
def test_the_call_after_it_is_still_found(name: str) -> None:
    told = ask(f"def f(a):\n    {LARGE[name]}\n    {CALL}\n")
    assert len(told.facts) == 1 or len(told.functions_too_large) == 1


@pytest.mark.parametrize("word", ["and", "or"])
def test_a_long_chain_of_conditions_is_within_the_budget(word: str) -> None:
    chain = f" {word} ".join(f'a["k{n}"] == {n}' for n in range(200))
    told = ask(f"def f(a):\n    payload = {{}}\n    if {chain}:\n        {CALL}\n")
    assert (len(told.facts), told.functions_too_large) == (1, ())


def test_each_term_of_a_chain_is_read_where_those_before_it_hold() -> None:
    told = ask("""
        def f(a):
            mode, payload = None, {}
            if a and (mode := "Event") and mode == "Event" and payload is not None:
                client.invoke(FunctionName="f", InvocationType=mode, Payload=json.dumps(payload))
    """)
    assert [fact.data.invocation_type for fact in told.facts] == ["Event"]


def test_a_function_over_the_budget_is_counted() -> None:
    lines = "\n".join(f"    x{n} = [a, a, a, a, a, a, a, a]" for n in range(4000))
    told = ask(f"def f(a):\n    payload = {{}}\n{lines}\n    {CALL}\n")
    assert len(told.functions_too_large) == 1


def test_helpers_that_call_each_other_end() -> None:
    code = "\n".join(
        f"def f{n}(p):\n"
        + "\n".join(f"    f{m}(p)" for m in range(8) if m != n)
        + f"\n    client.invoke(FunctionName='f{n}')"
        for n in range(8)
    )
    assert len({fact.site for fact in ask(code).facts}) == 8


def test_two_runs_are_equal() -> None:
    code = f'def f(a):\n    payload = {{"x": 1}}\n    for i in a:\n        payload[i] = 1\n    {CALL}\n'
    assert ask(code).facts == ask(code).facts
