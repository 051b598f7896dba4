"""Values that grow: objects held over and over, texts and lists that are doubled, encoders within encoders."""

from __future__ import annotations

import time

import pytest

from tests.analysis.asking import ask

CALL = '    client.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps(payload))'

WIDE = "{" + ", ".join(f"'k{n}': payload" for n in range(30)) + "}"

GROWTH = {
    "an object held twice, again and again": ["payload = {'a': payload, 'b': [payload, payload]}"] * 40,
    "an object held often, again and again": [f"payload = {WIDE}"] * 8,
    "a list that holds itself and more": ["payload = [payload, payload, *payload]"] * 40,
    "a list doubled": ["payload = [*payload, *payload]"] * 50,
    "a sum of lists doubled": ["payload = payload + payload"] * 50,
    "a list extended by itself": ["payload.extend(payload)", "payload += payload"] * 25,
    "a text doubled": ["payload = 'ab'", *["payload = payload + payload"] * 50],
    "a text replaced by longer ones": ["payload = 'aa'", *["payload = payload.replace('a', 'aaaaaaaa')"] * 30],
    "a text with holes doubled": ["payload = f'{a}-'", *["payload = f'{payload}{payload}'"] * 40],
    "JSON within JSON": ["payload = {'a': json.dumps(payload), 'b': json.dumps(payload)}"] * 40,
    "repr within repr": ["payload = {'a': str(payload), 'b': f'{payload}{payload}', 'c': repr([payload, payload])}"]
    * 30,
    "branches that wrap": [f"if a.k{n}: payload = {{'a': payload, 'b': payload}}" for n in range(60)],
    "loops that wrap": ["for x in a: payload = {'a': payload, 'b': json.dumps(payload), x: payload}"] * 12,
    "an object in itself": ["payload = {'x': payload}", "payload['me'] = payload", "payload.update(payload)"] * 10,
    "a long number": [f"payload = [str(0x{'f' * 20_000}), f'{{0x{'f' * 20_000}}}']"],
    "keywords spread and gathered": ["payload = dict(**{'a': payload}, b=[*[payload], *[payload]])"] * 40,
}


@pytest.mark.parametrize("name", GROWTH)
def test_it_ends_and_the_call_is_found(name: str) -> None:
    body = "\n".join(f"    {line}" for line in ["payload = [1, 2]", *GROWTH[name]])
    before = time.process_time()
    told = ask(f"def f(a):\n{body}\n{CALL}\n")
    assert (len(told.facts), told.functions_too_large) == (1, ())
    assert time.process_time() - before < 20  # without bounds: hours


def test_attributes_that_hold_one_another_end() -> None:
    methods = "\n".join(
        f"    def m{n}(self):\n        self.a{n} = {{'x': self.a{(n + 1) % 20}, 'y': self.m{(n * 7 + 1) % 20}()}}\n"
        f"        return self.a{n * 3 % 20}"
        for n in range(20)
    )
    told = ask(f"class C:\n{methods}\n    def f(self):\n        payload = self.m0()\n    {CALL}\n")
    assert len(told.facts) == 1 or len(told.functions_too_large) >= 1


def test_a_long_list_is_not_taken_for_a_short_one() -> None:
    """Of JSON in a text only the beginning is kept; what is kept does not pass for all of it."""
    told = ask(f"def f():\n    payload = json.loads('{{\"ids\": [{', '.join(map(str, range(100)))}]}}')\n{CALL}\n")
    many = ", ".join(f'"k{n}": {n}' for n in range(100))
    wide = ask(f"def f():\n    payload = json.loads('{{{many}}}')\n{CALL}\n")
    assert (told.facts[0].data.payload.open, wide.facts[0].data.payload.open) == ("no", "yes")
