"""Holds what a fact states against what was seen. A check yields `Said`: it holds, it is contradicted, or not known.

What is stated must hold in every run. A check that no run can tell of yields nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.differential.judge.seen import Seen

HOLDS, AGAINST, UNKNOWN = "holds", "against", "unknown"


@dataclass(frozen=True)
class Said:
    """What came of one question to a fact."""

    check: str
    verdict: str
    detail: str = ""


Check = Callable[[Seen], Iterator[Said]]
CHECKS: list[Check] = []


def check(function: Check) -> Check:
    """Adds a check."""
    CHECKS.append(function)
    return function


def is_unknown(value: Any) -> bool:
    return isinstance(value, Mapping) and "unknown" in value


def words(value: Any) -> set[Any] | None:
    """The values of which a stated one is one; None where it is not known or not stated."""
    if value is None or is_unknown(value):
        return None
    if isinstance(value, Mapping) and "one_of" in value:
        return set(value["one_of"])
    return {value}


def compare(name: str, value: Any, seen: list[Any]) -> Iterator[Said]:
    """A stated word against each that was seen."""
    if not seen:
        return
    if is_unknown(value):
        yield Said(name, UNKNOWN)
        return
    stated = words(value)
    if stated is not None:
        wrong = [one for one in seen if one not in stated]
        yield Said(name, AGAINST, f"stated {value!r}, seen {wrong[0]!r}") if wrong else Said(name, HOLDS)


def within(value: Any, number: float) -> bool:
    """Whether a number lies in a stated range, or is the stated one."""
    if isinstance(value, Mapping) and "min" in value:
        most = value["max"]
        return bool(value["min"] <= number and (most is None or number <= most))
    if isinstance(value, Mapping) and "one_of" in value:
        return number in value["one_of"]
    return bool(number == value)
