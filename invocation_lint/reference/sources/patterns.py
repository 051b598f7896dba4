"""Event patterns: the language of EventBridge rules and of the filters of mappings.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any

_MISSING = object()


def matches(pattern: Mapping[str, Any], value: object) -> bool:
    """Whether an event (or a part of one) has everything that `pattern` names.

    A list in the event matches when one of its elements does.
    """
    for name, wanted in pattern.items():
        if name == "$or":
            if not any(matches(each, value) for each in wanted):
                return False
            continue
        held = value.get(name, _MISSING) if isinstance(value, Mapping) else _MISSING
        if isinstance(wanted, Mapping):
            parts = held if isinstance(held, list) else [held]
            if not any(matches(wanted, part) for part in parts):
                return False
        elif not _one_of(wanted, held):
            return False
    return True


def _one_of(alternatives: list[Any], held: object) -> bool:
    values = held if isinstance(held, list) else [held]
    if not values:
        return any(isinstance(each, Mapping) and each.get("exists") is False for each in alternatives)
    return any(_is(each, value) for each in alternatives for value in values)


def _is(wanted: object, value: object) -> bool:
    if isinstance(wanted, Mapping):
        (operator, operand), *more = wanted.items()
        if operator == "exists":
            return (value is not _MISSING and not isinstance(value, Mapping)) == bool(operand)
        if value is _MISSING or more:
            return False
        return operator in _OPERATORS and _OPERATORS[operator](operand, value)
    return _same(wanted, value)


def _same(wanted: object, value: object) -> bool:
    """Equal as JSON: true is not 1, and 1 is 1.0."""
    if isinstance(wanted, bool) or isinstance(value, bool):
        return wanted is value
    return value is not _MISSING and wanted == value


def _fold(operand: object) -> str | None:
    """The text of `{"equals-ignore-case": text}`."""
    return operand.get("equals-ignore-case") if isinstance(operand, Mapping) else None


def _prefix(operand: object, value: object) -> bool:
    if not isinstance(value, str):
        return False
    if (text := _fold(operand)) is not None:
        return value.casefold().startswith(text.casefold())
    return value.startswith(str(operand))


def _suffix(operand: object, value: object) -> bool:
    if not isinstance(value, str):
        return False
    if (text := _fold(operand)) is not None:
        return value.casefold().endswith(text.casefold())
    return value.endswith(str(operand))


def _anything_but(operand: object, value: object) -> bool:
    if isinstance(operand, Mapping):
        ((operator, inner),) = operand.items()
        inners = inner if isinstance(inner, list) else [inner]
        return not any(_OPERATORS[operator](each, value) for each in inners)
    return not any(_same(each, value) for each in (operand if isinstance(operand, list) else [operand]))


def _numeric(operand: Any, value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return all(_COMPARISONS[sign](value, bound) for sign, bound in zip(operand[::2], operand[1::2], strict=True))


def _cidr(operand: Any, value: object) -> bool:
    try:
        return ipaddress.ip_address(str(value)) in ipaddress.ip_network(operand, strict=False)
    except ValueError:
        return False


def _wildcard(operand: Any, value: object) -> bool:
    expression = ".*".join(re.escape(part) for part in str(operand).split("*"))
    return isinstance(value, str) and re.fullmatch(expression, value, re.DOTALL) is not None


def _equals_ignore_case(operand: Any, value: object) -> bool:
    return isinstance(value, str) and value.casefold() == str(operand).casefold()


_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "=": lambda value, bound: value == bound,
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
}
_OPERATORS: Mapping[str, Callable[[Any, object], bool]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "anything-but": _anything_but,
    "numeric": _numeric,
    "cidr": _cidr,
    "wildcard": _wildcard,
    "equals-ignore-case": _equals_ignore_case,
}
