"""Rules of EventBridge and schedules of its Scheduler (AWS: CDK API reference, aws-events, aws-events-targets,
aws-scheduler, version 2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from invocation_lint.deployment.cdk_constructs.making import Making, items, prop, refer, told, valued
from invocation_lint.deployment.cdk_constructs.things import Call, Obj, Seconds, Thing, cases_of
from invocation_lint.deployment.cdk_constructs.triggers import constant_input
from invocation_lint.deployment.model import Resource, Rule, Schedule, Target, Trigger
from invocation_lint.deployment.values import Value, known, unknown
from invocation_lint.findings import Place

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"))
_CRON = ("minute", "hour", "day", "month", "weekDay", "year")
_PATTERN = {"detailType": "detail-type"}


def rule(making: Making, thing: Thing, calls: list[Call]) -> Iterator[Resource]:
    """A rule, and what its targets are to functions."""
    found = [*items(prop(thing, "targets")), *(c.args[0] for c in calls if c.name == "addTarget" and c.args)]
    targets = [(one, target) for given in found for one in _things(given) if (target := _target(one)) is not None]
    expression = expression_of(prop(thing, "schedule"), thing.place)
    pattern = _pattern(prop(thing, "eventPattern"), thing.place)
    for call in calls:
        if call.name == "addEventPattern" and call.args:
            pattern = (
                _pattern(call.args[0], call.place) if pattern is None else unknown("it is put together", call.place)
            )
    bus, enabled = refer(prop(thing, "eventBus"), thing.place, "name"), told(thing, "enabled")
    yield Rule(
        thing.key,
        f"aws_cdk.{thing.kind}",
        thing.place,
        thing.when,
        told(thing, "ruleName"),
        bus=bus,
        pattern=pattern,
        expression=expression,
        is_enabled=enabled,
        targets=tuple(target for _, target in targets),
    )
    for one, target in targets:
        if one.kind != "LambdaFunction":
            continue
        yield Trigger(
            thing.key,
            f"aws_cdk.{thing.kind}",
            one.place,
            thing.when,
            kind="schedule" if expression is not None else "eventbridge",
            function=target.arn,
            source=bus,
            is_enabled=enabled,
            pattern=pattern,
            expression=expression,
            input=target.input,
            dead_letter=target.dead_letter,
            retry_attempts=target.retry_attempts,
        )


def target_alone(making: Making, thing: Thing) -> Iterator[Resource]:
    """A function that is a target of a rule that is not known."""
    target = _target(thing)
    if target is not None:
        key = making.key_at(None, thing.kind, thing.place)
        yield Trigger(
            key, f"aws_cdk.{thing.kind}", thing.place, thing.when, kind="eventbridge", function=target.arn,
            input=target.input, dead_letter=target.dead_letter, retry_attempts=target.retry_attempts,
        )  # fmt: skip


def _things(value: Any) -> Iterator[Thing]:
    for case in cases_of(value):
        if isinstance(case.content, Thing):
            yield case.content


def _target(one: Thing) -> Target | None:
    arn = refer(one.args[0], one.place) if one.args else None
    if arn is None:
        return None
    return Target(
        arn,
        constant_input(prop(one, "event") or prop(one, "input") or prop(one, "message"), one.place),
        refer(prop(one, "deadLetterQueue"), one.place),
        told(one, "retryAttempts"),
    )


def _pattern(value: Any, place: Place) -> Value | None:
    if not isinstance(value, Obj):
        return valued(value, place) if value is not None else None
    return valued(Obj({_PATTERN.get(name, name): one for name, one in value.entries.items()}, value.open), place)


def expression_of(value: Any, place: Place) -> Value | None:
    """The expression of a schedule: `rate(5 minutes)`, `cron(0 12 * * ? *)`."""
    if value is None:
        return None
    if not isinstance(value, Call) or not value.args:
        return unknown("the schedule is not known", place)
    given = value.args[0]
    if value.name == "expression":
        return valued(given, place)
    if value.name == "rate" and isinstance(given, Seconds):
        for size, word in _UNITS:
            if given.seconds >= size and given.seconds % size == 0:
                count = int(given.seconds // size)
                return known(f"rate({count} {word}{'' if count == 1 else 's'})", place)
    if value.name == "cron" and isinstance(given, Obj) and not given.open:
        parts = [given.entries.get(name) for name in _CRON]
        if parts[4] is None:
            parts[4] = "?"
        elif parts[2] is None:
            parts[2] = "?"
        if all(part is None or isinstance(part, (str, int)) for part in parts):
            return known(f"cron({' '.join('*' if part is None else str(part) for part in parts)})", place)
    return unknown("the schedule is not known", place)


def schedule(making: Making, thing: Thing) -> Iterator[Resource]:
    """A schedule of EventBridge Scheduler."""
    given = next(_things(prop(thing, "target")), None)
    target = _target(given) if given is not None else None
    expression, enabled = expression_of(prop(thing, "schedule"), thing.place), told(thing, "enabled")
    yield Schedule(
        thing.key,
        f"aws_cdk.{thing.kind}",
        thing.place,
        thing.when,
        told(thing, "scheduleName"),
        expression=expression,
        is_enabled=enabled,
        target=target,
    )
    if target is not None and given is not None and given.kind == "LambdaInvoke":
        yield Trigger(
            thing.key, f"aws_cdk.{thing.kind}", given.place, thing.when, kind="schedule", function=target.arn,
            is_enabled=enabled, expression=expression, input=target.input, dead_letter=target.dead_letter,
            retry_attempts=target.retry_attempts,
        )  # fmt: skip
