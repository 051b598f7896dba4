"""Objects: which keys are there after the statements that people build payloads with."""

from __future__ import annotations

import pytest

from tests.analysis.asking import sent

CASES = {
    "a literal": ('payload = {"x": 1, "y": a}', "x y"),
    "a key set later": ('payload = {"x": 1}\npayload["y"] = 2', "x y"),
    "a key set on one branch": ('payload = {"x": 1}\nif a:\n    payload["y"] = 2', "x y?"),
    "a key set on both branches": ('payload = {}\nif a:\n    payload["y"] = 1\nelse:\n    payload["y"] = 2', "y"),
    "a key that is not known": ('payload = {"x": 1}\npayload[a] = 2', "x *"),
    "update with a literal": ('payload = {"x": 1}\npayload.update({"y": 2})', "x y"),
    "update with keywords": ('payload = {"x": 1}\npayload.update(y=2)', "x y"),
    "update with something not known": ('payload = {"x": 1}\npayload.update(d)', "x *"),
    "setdefault": ('payload = {"x": 1}\npayload.setdefault("y", 2)', "x y"),
    "union": ('payload = {"x": 1} | {"y": 2}', "x y"),
    "union in place": ('payload = {"x": 1}\npayload |= {"y": 2}', "x y"),
    "spread": ('base = {"x": 1}\npayload = {**base, "y": 2}', "x y"),
    "spread of something not known": ('payload = {**d, "y": 2}', "y *"),
    "spread on a condition": ('payload = {"x": 1, **({"y": 2} if a else {})}', "x y?"),
    "dict with keywords": ("payload = dict(x=1, y=2)", "x y"),
    "dict of a mapping": ('base = {"x": 1}\npayload = dict(base, y=2)', "x y"),
    "dict of pairs": ('payload = dict([("x", 1), ("y", 2)])', "x y"),
    "copy": ('base = {"x": 1}\npayload = base.copy()\npayload["y"] = 2', "x y"),
    "a copy leaves the first alone": ('payload = {"x": 1}\nother = payload.copy()\nother["y"] = 2', "x"),
    "an alias does not": ('payload = {"x": 1}\nother = payload\nother["y"] = 2', "x y"),
    "del": ('payload = {"x": 1, "y": 2}\ndel payload["y"]', "x"),
    "pop": ('payload = {"x": 1, "y": 2}\npayload.pop("y", None)', "x"),
    "pop on one branch": ('payload = {"x": 1, "y": 2}\nif a:\n    payload.pop("y")', "x y?"),
    "clear": ('payload = {"x": 1}\npayload.clear()\npayload["y"] = 2', "y"),
    "handed to something not known": ('payload = {"x": 1}\nfill(payload)', "x *"),
    "a comprehension over known pairs": ('payload = {k: 1 for k in ("x", "y")}', "x y"),
    "a comprehension over something not known": ("payload = {k: 1 for k in d}", "?"),
    "one of two literals": ('payload = {"x": 1, "y": 1} if a else {"x": 2}', "x y?"),
    "decoded again": ('payload = json.loads(json.dumps({"x": 1}))\npayload["y"] = 2', "x y"),
    "set in a loop": ('payload = {"x": 1}\nfor i in d:\n    payload["y"] = i', "x y?"),
    "set in a loop over a known sequence": ('payload = {}\nfor k in ("x", "y"):\n    payload[k] = 1', "x y"),
    "set in a while loop": ('payload = {"x": 1}\nwhile a:\n    payload["y"] = 1', "x y?"),
    "set in try": ('payload = {"x": 1}\ntry:\n    payload["y"] = a["y"]\nexcept KeyError:\n    pass', "x y?"),
    "set in finally": ('payload = {"x": 1}\ntry:\n    a()\nfinally:\n    payload["y"] = 1', "x y"),
    "only where a test holds": ('payload = {"x": 1}\nif "y" not in payload:\n    payload["y"] = 1', "x y"),
    "a branch that cannot be taken": ('payload = {"x": 1}\nif None:\n    payload["y"] = 1', "x"),
    "a branch after a return": ('payload = {"x": 1}\nif a:\n    payload["y"] = 1\nelse:\n    return', "x y"),
    "a walrus": ('payload = {"x": (n := 1)}\nif (y := d):\n    payload["y"] = y', "x y?"),
    "match on a constant": (
        'payload = {"x": 1}\nkind = "new"\nmatch kind:\n    case "new":\n        payload["y"] = 1\n    case _:\n        pass',
        "x y",
    ),
    "match on something not known": (
        'payload = {"x": 1}\nmatch a:\n    case "new":\n        payload["y"] = 1\n    case _:\n        pass',
        "x y?",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_keys_after(name: str) -> None:
    building, expected = CASES[name]
    assert sent(building) == expected


def test_each_round_of_a_loop_makes_its_own_object() -> None:
    assert sent('for i in d:\n    payload = {"x": i}\n    if a:\n        payload["y"] = 1') == "x y?"


def test_what_a_later_line_adds_is_not_in_what_was_encoded_before() -> None:
    from tests.analysis.asking import keys

    assert (
        keys("""
        def f(a):
            payload = {"x": 1}
            text = json.dumps(payload)
            payload["y"] = 2
            client.invoke(FunctionName="f", Payload=text)
        """)
        == "x"
    )


def test_a_literal_of_more_keys_than_are_kept_is_open() -> None:
    literal = ", ".join(f'"k{number}": {number}' for number in range(100))
    assert sent(f"payload = {{{literal}}}").endswith("*")
