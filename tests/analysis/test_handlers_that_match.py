"""What a handler needs that looks at its event with `match`: keys of mapping patterns, nested, with guards, with types,
and what becomes of an event that no case takes."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.analysis.test_handlers import body, told

RAISES = "    case _:\n        raise ValueError"
ANSWERS = '    case _:\n        return {"statusCode": 400, "body": "wrong"}'
GOES_ON = "    case _:\n        return {}"


def case(*cases: str, end: str = "", subject: str = "event") -> str:
    return "\n".join([f"match {subject}:", *(f"    case {one}" for one in cases), *filter(None, [end])])


@pytest.mark.parametrize(
    ("code", "required", "optional"),
    [
        (case('{"a": a}: return a', end=RAISES), "a", ""),
        (case('{"a": a}: return a', end=ANSWERS), "a", ""),
        (case('{"a": a}: return a', end=GOES_ON), "", "a"),
        (case('{"a": a}: return a'), "", "a"),
        (case('{"a": a}: return a') + '\nraise ValueError("wrong")', "a", ""),
        (case('{"a": a}: return a') + "\nreturn 1", "", "a"),
        (case('{"a": a, "b": b}: return a', end=RAISES), "a b", ""),
        (case('{"a": a, **rest}: return rest', end=RAISES), "a", ""),
        (case('{"a": {"b": b}}: return b', end=RAISES), "a a.b", ""),
        (case('{"a": {"b": {"c": c}, "d": _}}: return c', end=RAISES), "a a.b a.b.c a.d", ""),
        (case('{"a": a, "b": b}: return b', '{"a": a}: return a', end=RAISES), "a", "b"),
        (case('{"a": a}: return a', '{"b": b}: return b', end=RAISES), "", "a b"),  # either is enough
        (case('{"a": a} | {"b": a}: return a', end=RAISES), "", "a b"),
        (case('{"a": a, "c": c} | {"b": a, "c": c}: return a', end=RAISES), "c", "a b"),
        (case('{"a": a} if a > 3: return a', end=RAISES), "a", ""),
        (case('{"a": a} if "b" in event: return a', end=RAISES), "a b", ""),
        (case('{"a": a} if event.get("b"): return a', '{"a": a}: return 1', end=RAISES), "a", "b"),
        (case('{"a": a, "b": b} if a and b: return a', end=GOES_ON), "", "a b"),
        (case('{"a": str(a)}: return a', end=RAISES), "a", ""),
        (case('{"a": dict(a)}: return a["b"]', end=RAISES), "a a.b", ""),
        (case('{"a": str() | int()}: return 1', end=RAISES), "a", ""),
        (case('{"a": [first, *_]}: return first', end=RAISES), "a", ""),
        (case('{"a": a} as whole: return whole["b"]', end=RAISES), "a b", ""),
        (case('dict() as whole: return whole["b"]', end=RAISES), "b", ""),
        (case('{"a": None}: return 1', '{"a": a}: return a', end=RAISES), "a", ""),
        (case('{"a": a}: return a["b"]["c"]', end=RAISES), "a a.b a.b.c", ""),
        (case('{"b": b}: return b', end=RAISES, subject='event["a"]'), "a a.b", ""),
        (case('{"b": b}: return b', end=RAISES, subject='event.get("a")'), "a a.b", ""),
        (case('{"b": b}: return b', end=RAISES, subject='event.get("a", {})'), "a a.b", ""),
        ('order = event["a"]\n' + case('{"b": b}: return b', end=RAISES, subject="order"), "a a.b", ""),
        (case("[a, b]: return a", end=RAISES, subject='(event.get("a"), event.get("b"))'), "", "a b"),
        (case("(None, _) | (_, None): raise ValueError", "(a, b): return a", end="",
              subject='(event.get("a"), event.get("b"))'), "a b", ""),
        (case("None: raise ValueError", "a: return a", subject='event.get("a")'), "a", ""),
        (case('{"a": a}: pass', end=RAISES) + '\nreturn event["b"]', "a b", ""),
        (case('{"a": a}: pass', '{}: return 1') + '\nreturn event["b"]', "b", "a"),  # `{}` takes every dict
        (case('{"a": a}: return event["c"]', '_: return event["b"]'), "c", "a b"),  # as `if "a" in event` says it
        (case('{"a": a}: x = a.get("b")', end=GOES_ON), "", "a a.b"),
        (case('{"a": a}: pass', "other: raise ValueError(other)"), "a", ""),
    ],
)  # fmt: skip
def test_patterns(code: str, required: str, optional: str) -> None:
    assert told(body(code).always) == (required, optional)


BY_ACTION = """
    match event:
        case {"action": "create", "order": {"id": id}}:
            return id
        case {"action": "drop" | "remove", "name": name}:
            return name
        case {"action": "list"}:
            return []
        case _:
            raise ValueError("wrong")
"""


def test_an_action_that_a_pattern_compares() -> None:
    found = body(dedent(BY_ACTION))
    assert found.discriminator == ("action",) and found.refuses_others
    assert {name: told(needs)[0] for name, needs in found.actions} == {
        "create": "order order.id",
        "drop": "name",
        "remove": "name",
        "list": "",
    }
