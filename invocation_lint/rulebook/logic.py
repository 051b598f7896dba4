"""Three-valued tests of values: yes, no, and cannot tell.

A value is a scalar, one of several (OneOf), a number in a range (Range), not known (Unknown) or absent (None). Answers
are numbers, so that Kleene's `and` is the smaller, `or` the larger, and `not` the mirror image.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable
from typing import Any

from invocation_lint.facts.base import OneOf, Range, Unknown

NO, MAYBE, YES = 0, 1, 2


def negated(answer: int) -> int:
    """Kleene's `not`."""
    return YES - answer


def all_of(answers: Iterable[int]) -> int:
    """Kleene's `and`; yes for nothing."""
    return min(answers, default=YES)


def any_of(answers: Iterable[int]) -> int:
    """Kleene's `or`; no for nothing."""
    return max(answers, default=NO)


def agreed(answers: Iterable[int]) -> int:
    """The answer for one of several values: theirs where they agree, else maybe."""
    distinct = set(answers)
    return distinct.pop() if len(distinct) == 1 else MAYBE


def follow(value: Any, parts: Iterable[str]) -> Any:
    """The value at a path. Through Unknown it is Unknown, through None it is None."""
    for part in parts:
        if value is None or isinstance(value, Unknown):
            return value
        if isinstance(value, OneOf):
            value = one_of([follow(inner, (part,)) for inner in value.values])
        else:
            value = getattr(value, part)
    return value


def one_of(values: Iterable[Any]) -> Any:
    """OneOf the values, flat and without repetition; the value itself when there is but one."""
    flat: list[Any] = []
    for value in values:
        for inner in value.values if isinstance(value, OneOf) else (value,):
            if inner not in flat:
                flat.append(inner)
    return flat[0] if len(flat) == 1 else OneOf(tuple(flat))


def passes(operator: str, value: Any, operands: tuple[Any, ...]) -> int:
    """Whether `value` passes; `operands` are values too, of which one must fit. For all operators but some and none."""
    if operator == "not_known_to_be":
        return negated(YES if _for_each(value, lambda inner: _equals_any(inner, operands)) == YES else NO)
    return _for_each(value, lambda inner: _test_one(operator, inner, operands))


def _for_each(value: Any, answer: Callable[[Any], int]) -> int:
    return agreed(answer(inner) for inner in value.values) if isinstance(value, OneOf) else answer(value)


def _test_one(operator: str, value: Any, operands: tuple[Any, ...]) -> int:
    if operator == "is":
        return _is(value, operands[0])
    if operator == "equals":
        return _equals_any(value, operands)
    if operator == "not":
        return all_of(_against(value, operand, _differs, all_of) for operand in operands)
    compare = _like if operator == "like" else _COMPARISONS[operator]
    return any_of(_against(value, operand, compare) for operand in operands)


def _is(value: Any, state: str) -> int:
    unknown = isinstance(value, Unknown)
    if state == "known":
        return NO if unknown or value is None else YES
    if unknown:
        return MAYBE
    return YES if (value is None) == (state == "absent") else NO


def _equals_any(value: Any, operands: tuple[Any, ...]) -> int:
    return any_of(_against(value, operand, _equals) for operand in operands)


def _against(
    value: Any,
    operand: Any,
    compare: Callable[[Any, Any], int],
    together: Callable[[Iterable[int]], int] = any_of,
) -> int:
    if isinstance(operand, OneOf):
        return agreed(_against(value, inner, compare, together) for inner in operand.values)
    if isinstance(operand, (tuple, list)):  # an option that holds several texts
        return together(_against(value, inner, compare, together) for inner in operand)
    if value is None or operand is None:  # what is absent neither equals nor differs
        return NO
    if isinstance(value, Unknown) or isinstance(operand, Unknown):
        return MAYBE
    return compare(value, operand)


def _equals(value: Any, operand: Any) -> int:
    if isinstance(value, str) or isinstance(operand, str):
        return YES if value == operand else NO
    low, high = _bounds(value)
    other_low, other_high = _bounds(operand)
    if low == high == other_low == other_high:
        return YES
    return MAYBE if low <= other_high and other_low <= high else NO


def _differs(value: Any, operand: Any) -> int:
    return negated(_equals(value, operand))


def _like(value: Any, operand: Any) -> int:
    return YES if fnmatch.fnmatchcase(str(value), str(operand)) else NO


def _bounds(value: Any) -> tuple[float, float]:
    return (value.min, value.max) if isinstance(value, Range) else (value, value)


def _over(value: Any, operand: Any) -> int:
    low, high = _bounds(value)
    other_low, other_high = _bounds(operand)
    if low > other_high:
        return YES
    return NO if high <= other_low else MAYBE


_COMPARISONS: dict[str, Callable[[Any, Any], int]] = {
    "over": _over,
    "under": lambda value, operand: _over(operand, value),
    "at_most": lambda value, operand: negated(_over(value, operand)),
    "at_least": lambda value, operand: negated(_over(operand, value)),
}
