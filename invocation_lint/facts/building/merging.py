"""Joining answers: several ways in which one thing can be become one answer, as strong as all of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from invocation_lint.facts.base import OneOf, Range, Unknown


def join_answers(answers: Iterable[Any]) -> Any:
    """One scalar answer from several: equal ones stay, known ones become OneOf, anything unknown is unknown."""
    seen: list[Any] = []
    for answer in answers:
        for value in answer.values if isinstance(answer, OneOf) else (answer,):
            if value not in seen:
                seen.append(value)
    if not seen:
        return None
    if len(seen) == 1:
        return seen[0]
    for value in seen:
        if isinstance(value, Unknown):
            return value
    if all(isinstance(value, (int, float, Range)) and not isinstance(value, bool) for value in seen):
        lows = [value.min if isinstance(value, Range) else value for value in seen]
        highs = [value.max if isinstance(value, Range) else value for value in seen]
        return Range(min(lows), max(highs))
    if None in seen:
        return Unknown("it is absent on some paths")
    return OneOf(tuple(seen))


def merge(left: Any, right: Any) -> Any:
    """Two facts of one call, as seen on two paths."""
    if left == right:
        return left
    kind = type(left)
    if dataclasses.is_dataclass(left) and kind is type(right) and kind not in {Unknown, OneOf, Range}:
        changed = {
            item.name: merge(getattr(left, item.name), getattr(right, item.name)) for item in dataclasses.fields(left)
        }
        return kind(**changed)
    if isinstance(left, tuple) and isinstance(right, tuple):
        if any(hasattr(item, "presence") for item in (*left, *right)):
            return _merge_named(left, right)
        return tuple(item for item in left if item in right)
    if isinstance(left, tuple) or isinstance(right, tuple):
        return Unknown("it differs from path to path")
    if _is_group(left) or _is_group(right):
        return left if right is None else right
    return join_answers((left, right))


def _merge_named(left: tuple[Any, ...], right: tuple[Any, ...]) -> tuple[Any, ...]:
    """Keys of two alternatives: what only one has is there on some paths."""
    others = {item.name: item for item in right}
    merged = [merge(item, others.pop(item.name)) if item.name in others else _unsure(item) for item in left]
    return (*merged, *(_unsure(item) for item in others.values()))


def _unsure(item: Any) -> Any:
    return dataclasses.replace(item, presence=Unknown("only on some paths"))


def _is_group(answer: Any) -> bool:
    return dataclasses.is_dataclass(answer) and not isinstance(answer, (Unknown, OneOf, Range))
