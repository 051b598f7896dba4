"""One fact for each schedule of a template that invokes a function."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from invocation_lint.deployment.model import Function, Trigger
from invocation_lint.facts.base import Fact, Unknown
from invocation_lint.facts.building.templates.context import Context, called
from invocation_lint.facts.building.templates.told import NOT_WRITTEN, number, texts, truth, yes_no
from invocation_lint.facts.deployed import schedule as facts

_RATE = re.compile(r"\s*rate\(\s*(\d{1,9})\s+(minute|hour|day)s?\s*\)\s*")
_CRON = re.compile(r"\s*cron\(\s*(\S+)\s+(\S+)\s+(\S+\s+\S+\s+\S+(?:\s+\S+)?)\s*\)\s*")
_PART = re.compile(r"(\*|\d{1,2})(?:-(\d{1,2}))?(?:/(\d{1,2}))?")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


def schedules(context: Context, path: str) -> Iterator[Fact]:
    """The facts of the schedules that stand in a file."""
    for one in context.at(path, Trigger):
        if one.kind == "schedule" and one.expression is not None:
            yield _fact(context, one)


def _fact(context: Context, one: Trigger) -> Fact:
    function = context.function_of(one.function)
    told = texts(one.expression)
    expression = told[0] if told is not None and len(told) == 1 else None
    place = one.expression.place if one.expression is not None else one.place
    data = facts.Schedule(
        expression=expression if expression is not None else Unknown(NOT_WRITTEN),
        every_seconds=_every(expression) if expression is not None else Unknown(NOT_WRITTEN),
        enabled=truth(one.is_enabled, default=True),
        function=_invoked(function) if function is not None else None,
    )
    places = {"expression": place, "every_seconds": place, "enabled": place}
    if function is not None:
        timeout, reserved = function.timeout_seconds, function.concurrency
        places["function"] = function.place
        places["function.timeout_seconds"] = timeout.place if timeout is not None else function.place
        places["function.one_at_a_time"] = reserved.place if reserved is not None else function.place
    return context.fact("schedule", data, one.place, places, one.key.id)


def _every(expression: str) -> Any:
    rate = _RATE.fullmatch(expression)
    if rate is not None:
        return int(rate[1]) * _SECONDS[rate[2]]
    return _shortest(expression) or Unknown("it is no rate, and no times of the day")


def _shortest(expression: str) -> int | None:
    """The shortest time between two events of `cron(0/5 * * * ? *)`; None where it is not told by the hour and the
    minute."""
    fields = _CRON.fullmatch(expression)
    minutes, hours = (_numbers(fields[1], 59), _numbers(fields[2], 23)) if fields is not None else (None, None)
    if fields is None or minutes is None or hours is None:
        return None
    times = [60 * hour + minute for hour in sorted(hours) for minute in sorted(minutes)]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    if set(fields[3].split()[:3]) <= {"*", "?"}:  # each day
        gaps.append(24 * 60 + times[0] - times[-1])
    return 60 * min(gaps) if gaps else None


def _numbers(field: str, most: int) -> set[int] | None:
    """The numbers of a field of a cron expression: `*`, `5`, `0,30`, `8-18`, `0/5`, `*/15`."""
    found: set[int] = set()
    for part in field.split(","):
        told = _PART.fullmatch(part)
        if told is None:
            return None
        start, end, step = told[1], told[2], int(told[3] or 1)
        first = 0 if start == "*" else int(start)
        last = int(end) if end else most if start == "*" or told[3] else first
        if not 0 <= first <= last <= most or step < 1:
            return None
        found.update(range(first, last + 1, step))
    return found


def _invoked(function: Function) -> facts.Invoked:
    reserved = number(function.concurrency)
    alone = reserved if isinstance(reserved, Unknown) else yes_no(reserved == 1)
    return facts.Invoked(called(function), number(function.timeout_seconds, 3), alone)


__all__ = ["schedules"]
