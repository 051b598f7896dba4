"""Texts that are put together from known and open parts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from invocation_lint.deployment.cdk_constructs.things import Choice, Obj, cases_of, open_value
from invocation_lint.deployment.values import Case, Hole, Text, Unknown, text_of, together
from invocation_lint.deployment.values import text as as_text

MAX_DEPTH = 8
"""Objects inside each other that are written as JSON."""


def content_of(value: Any) -> Any:
    """A value as a part of a text: a text, a hole for what is open, None for what no text can be made of."""
    if isinstance(value, Hole):
        return Text((value,))
    if isinstance(value, Text):
        return value
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    if value is None:
        return "undefined"
    return text_of(value)


def joined(parts: Iterable[Any], separator: str = "") -> Any:
    """The text of parts, in each combination of their cases."""
    found: list[list[Case]] = []
    for index, part in enumerate(parts):
        if index and separator:
            found.append([Case(separator)])
        cases: list[Case] = []
        for case in cases_of(part):
            content = content_of(case.content)
            if content is None:
                content = Text((open_value("a part of a text is made by a library"),))
            cases.append(Case(content, case.when))
        found.append(cases)
    made = together(found)
    if not made or any(isinstance(case.content, Unknown) for case in made):
        return open_value("it has too many alternatives")
    return made[0].content if len(made) == 1 else Choice(tuple(made))


def as_json(value: Any) -> Any:
    """The JSON text of a value, with what is open in it; None where what is in it is not all known."""
    parts = _json(value, 0)
    return joined(parts) if parts is not None else None


def _json(value: Any, depth: int) -> list[Any] | None:
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, str) or value is None or isinstance(value, (bool, int, float)):
        return [json.dumps(value)]
    if isinstance(value, (Text, Hole)):
        return ['"', value, '"']
    inner: list[tuple[str, Any]] = []
    if isinstance(value, Obj) and not value.open:
        inner = [(f"{json.dumps(name)}: ", one) for name, one in value.entries.items()]
    elif isinstance(value, list):
        inner = [("", one) for one in value]
    else:
        return None
    found: list[Any] = []
    for before, one in inner:
        parts = _json(one, depth + 1)
        if parts is None:
            return None
        found += [", " if found else "", before, *parts]
    return ["{", *found, "}"] if isinstance(value, Obj) else ["[", *found, "]"]


def literal(value: Any) -> str | None:
    """A text that is known."""
    return value if isinstance(value, str) else None


def filled(value: Any) -> str:
    """A text for showing, its open parts in braces."""
    content = content_of(value) if not isinstance(value, Choice) else None
    if isinstance(content, Text):
        return content.shown()
    return content if isinstance(content, str) else "?"


__all__ = ["as_json", "as_text", "content_of", "filled", "joined", "literal"]
