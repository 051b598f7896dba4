"""Texts that are put together from known and open parts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from invocation_lint.deployment.cdk_constructs.things import Choice, cases_of, open_value
from invocation_lint.deployment.values import Case, Hole, Text, Unknown, text_of, together
from invocation_lint.deployment.values import text as as_text


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


def literal(value: Any) -> str | None:
    """A text that is known."""
    return value if isinstance(value, str) else None


def filled(value: Any) -> str:
    """A text for showing, its open parts in braces."""
    content = content_of(value) if not isinstance(value, Choice) else None
    if isinstance(content, Text):
        return content.shown()
    return content if isinstance(content, str) else "?"


__all__ = ["as_text", "content_of", "filled", "joined", "literal"]
