"""What a template says for certain: a value that is written out. One that is set at deployment is not known."""

from __future__ import annotations

from typing import Any

from invocation_lint.deployment.values import Text, Unknown, Value
from invocation_lint.facts.base import Number, OneOf
from invocation_lint.facts.base import Unknown as UnknownAnswer

NOT_WRITTEN = "it is set when the template is deployed"


def number(value: Value | None, default: float | None = None) -> Number:
    """The number that is written at a place; `default` where nothing is."""
    if value is None:
        return _whole(default)
    found: dict[float, None] = {}
    for content in value.contents:
        one = default if content is None else _number(content)
        if one is None:
            return UnknownAnswer(_reason(content))
        found.setdefault(one)
    numbers = tuple(_whole(one) for one in found)
    return numbers[0] if len(numbers) == 1 else OneOf(numbers)


def _whole(one: float | None) -> int | float | None:
    return int(one) if one is not None and one == int(one) else one


def _number(content: Any) -> float | None:
    if isinstance(content, bool) or not isinstance(content, (int, float, str)):
        return None
    try:
        return float(content)
    except ValueError:
        return None


def truth(value: Value | None, default: bool) -> Any:
    """`yes` or `no`, by the truth value that is written at a place."""
    if value is None:
        return yes_no(default)
    found = {default if content is None else _truth(content) for content in value.contents}
    told = found.pop() if len(found) == 1 else None
    return UnknownAnswer(NOT_WRITTEN) if told is None else yes_no(told)


def _truth(content: Any) -> bool | None:
    if isinstance(content, bool):
        return content
    return {"true": True, "false": False}.get(content.lower()) if isinstance(content, str) else None


def is_set(value: Value | None) -> Any:
    """`yes` or `no`: whether anything stands at a place."""
    if value is None:
        return "no"
    told = value.is_set
    return UnknownAnswer("it depends on a condition") if told is None else yes_no(told)


def limit(value: Value | None) -> Any:
    """`limited` or `unlimited`: -1 and nothing are without end (Lambda API reference, CreateEventSourceMapping)."""
    told = number(value, -1)
    numbers = told.values if isinstance(told, OneOf) else (told,)
    if isinstance(told, UnknownAnswer):
        return told
    words = {"unlimited" if one == -1 else "limited" for one in numbers}
    return words.pop() if len(words) == 1 else UnknownAnswer("it depends on a condition")


def texts(value: Value | None) -> tuple[str, ...] | None:
    """The texts that are written at a place, those of a list as well; None where one of them is not."""
    return value.written if value is not None else ()


def yes_no(told: bool) -> str:
    """The word for a truth value."""
    return "yes" if told else "no"


def _reason(content: Any) -> str:
    if isinstance(content, Unknown):
        return content.reason
    return NOT_WRITTEN if isinstance(content, Text) else "it is no number"


__all__ = ["NOT_WRITTEN", "is_set", "limit", "number", "texts", "truth", "yes_no"]
