"""Rules and facts for the tests of the rulebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from invocation_lint.facts.base import Fact
from invocation_lint.facts.invocation import Invocation
from invocation_lint.findings import Label, Place
from invocation_lint.rulebook.loader import load_rule
from invocation_lint.rulebook.model import Rule

RULE = """\
id: INX001
name: sample
summary: a sample
severity: warning
fact: invocation
when: {api: invoke}
message: a message
"""


@pytest.fixture
def rule() -> Callable[..., Rule]:
    """A rule from lines that replace the keys of a plain one, or add to them."""

    def make(lines: str = "", id: str = "INX001") -> Rule:
        return load_rule("rule.yaml", rule_text(lines, id))

    return make


@pytest.fixture
def text_of() -> Callable[..., str]:
    """The text of such a rule."""
    return rule_text


def rule_text(lines: str, id: str = "INX001") -> str:
    written = [line.partition(":")[0] for line in lines.splitlines() if line[:1] not in ("", " ", "-")]
    kept = [line for line in RULE.splitlines() if line.partition(":")[0] not in written]
    text = "\n".join([*kept, lines, ""])
    return text.replace("INX001", id).replace("name: sample", f"name: sample-{id.lower()}")


SITE = Place("app.py", 10, 5, 10, 40)


@pytest.fixture
def invocation() -> Callable[..., Fact]:
    """A fact `invocation` from dotted paths; `site` and the lines of the calls that lead to it may be given."""

    def make(
        values: Mapping[str, Any] | None = None,
        *,
        line: int = 10,
        chain: tuple[int, ...] = (),
        places: Mapping[str, Place] | None = None,
    ) -> Fact:
        data: Any = Invocation(api="invoke")
        for path, value in (values or {}).items():
            data = put(data, path.split("."), value)
        steps = tuple(Label(place_at(step), f"call in line {step}") for step in chain)
        return Fact("invocation", data, place_at(line), places or {}, steps, "handler")

    return make


def put(data: Any, parts: list[str], value: Any) -> Any:
    if len(parts) == 1:
        return replace(data, **{parts[0]: value})
    inner = getattr(data, parts[0])
    if inner is None:
        hint = {"payload": "Payload", "in_loop": "Loop", "client_context": "ClientContext"}[parts[0]]
        module = __import__("invocation_lint.facts.invocation", fromlist=[hint])
        inner = getattr(module, hint)()
    return replace(data, **{parts[0]: put(inner, parts[1:], value)})


def place_at(line: int) -> Place:
    return Place("app.py", line, 5, line, 40)


@pytest.fixture
def place() -> Callable[[int], Place]:
    """A place in a line."""
    return place_at
