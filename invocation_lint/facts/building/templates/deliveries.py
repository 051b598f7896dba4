"""One fact for each queue of a template, each mapping of a stream, and each function that is invoked asynchronously."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from invocation_lint.deployment.model import EventSourceMapping, Function, Queue, Trigger
from invocation_lint.facts.base import Fact, Unknown
from invocation_lint.facts.building.templates.context import Context, called
from invocation_lint.facts.building.templates.handlers import Handled
from invocation_lint.facts.building.templates.mappings import source_name, source_of
from invocation_lint.facts.building.templates.remedies import remedy
from invocation_lint.facts.building.templates.told import is_set, limit, number, texts, truth
from invocation_lint.facts.deployed import delivery as facts

_NAMED = re.compile(r"(?i)dlq|dead[-_]?letter|undeliver|(?:^|[-_]|(?<=[a-z])(?=F))fail(?:ed|ure)")
"""Names of queues in which what has failed is kept, also by who is not seen to put it there."""

_APART = "aws_sqs_queue_redrive_policy"
"""The resource of Terraform by which a queue is told apart from itself where it redrives."""

_SENDERS = {"s3": "S3", "sns": "SNS", "eventbridge": "EventBridge"}
"""What invokes asynchronously and sends an event once; a schedule sends another one soon."""

_RETRIES = 2
"""How often Lambda runs an asynchronous event again by default."""

_TIMES = {1: "after the first attempt", 2: "after the second attempt", 3: "after the third attempt"}


def deliveries(context: Context, path: str) -> Iterator[Fact]:
    """The facts that stand in a file."""
    for queue in context.at(path, Queue):
        yield _of_queue(context, queue)
    for mapping in context.at(path, EventSourceMapping):
        if source_of(context, mapping) in {"dynamodb", "kinesis"}:
            yield _of_mapping(context, mapping)
    for function in context.at(path, Function):
        triggers = [one for one in context.asynchronous.get(function.key, ()) if one.kind in _SENDERS]
        if triggers:
            yield _of_function(context, function, triggers)


# -- queues ----------------------------------------------------------------------------------------------------------


def _of_queue(context: Context, one: Queue) -> Fact:
    polled = [mapping for mapping in context.consumers.get(one.key, ()) if truth(mapping.is_enabled, True) == "yes"]
    consumers = [(mapping, context.function_of(mapping.function)) for mapping in polled]
    told = next(((mapping, function) for mapping, function in consumers if function is not None), None)
    consumer = called(told[1]) if told is not None and told[1] is not None else None
    data = facts.Delivery(
        kind="queue",
        name=called(one),
        consumer=consumer,
        kept=_redrive(context, one),
        gives_up="yes",
        takes_failures=_takes_failures(context, one),
        lacks=f"{called(one)} has no dead-letter queue",
        loss=f"a message on which {consumer} fails comes back until its retention is over, and is deleted then",
        remedy=remedy("queue", one),
    )
    places = dict.fromkeys(("kind", "name", "takes_failures", "gives_up", "lacks", "loss", "remedy"), one.place) | {
        "consumer": told[0].place if told is not None else one.place,
        "kept": one.dead_letter.place if one.dead_letter is not None else one.place,
    }
    return context.fact("delivery", data, one.place, places, called(one))


def _redrive(context: Context, one: Queue) -> Any:
    if one.dead_letter is None and any(_APART in found for found in context.deployed.types.values()):
        return Unknown("resources of their own say where queues redrive")
    return is_set(one.dead_letter)


def _takes_failures(context: Context, one: Queue) -> Any:
    if one.key in context.failure_targets:
        return "yes"
    names = [one.key.id, *(texts(one.name) or ())]
    return Unknown("its name says so") if any(map(_NAMED.search, names)) else "no"


# -- streams ---------------------------------------------------------------------------------------------------------


def _of_mapping(context: Context, one: EventSourceMapping) -> Fact:
    function = context.function_of(one.function)
    handled = context.handler(function, one.place.path)
    name, consumer = source_name(context, one), called(function) if function is not None else None
    limits = [limit(one.max_attempts), limit(one.max_age_seconds)]
    is_on = truth(one.is_enabled, default=True)
    gives_up: Any = (
        "yes" if "limited" in limits else "no" if set(limits) == {"unlimited"} else Unknown("it is not told")
    )
    data = facts.Delivery(
        kind="stream",
        name=name,
        consumer=consumer if is_on == "yes" else None,
        kept=is_set(one.on_failure),
        gives_up=gives_up,
        may_fail=_may_fail(handled, reports=one.reports_item_failures is not None),
        takes_failures="no",
        lacks=f"the mapping of {name or 'the stream'} has no destination for failures",
        loss=f"records on which {consumer} fails are dropped when its attempts are over",
        remedy=remedy("stream", one),
    )
    about = ("kind", "name", "consumer", "kept", "gives_up", "may_fail", "takes_failures", "lacks", "loss", "remedy")
    places = dict.fromkeys(about, one.place)
    if handled is not None:
        places["may_fail"] = handled.place
    limited = next((value for value in (one.max_attempts, one.max_age_seconds) if limit(value) == "limited"), None)
    if limited is not None:
        places["gives_up"] = limited.place
    return context.fact("delivery", data, one.place, places, one.key.id)


def _may_fail(handled: Handled | None, *, reports: bool = True) -> Any:
    """Whether a handler does work, and lets an error out; Unknown where the project does not hold it."""
    if handled is None:
        return Unknown("its handler is not in sight")
    if not handled.works or handled.failure in {"kept", "swallowed"}:
        return "no"
    if handled.failure in {None, "escapes"} or (handled.failure == "reported" and reports):
        return "yes"
    return Unknown("a decorator may take the error")


# -- asynchronous events ---------------------------------------------------------------------------------------------


def _of_function(context: Context, one: Function, triggers: list[Trigger]) -> Fact:
    sender = _SENDERS[triggers[0].kind]
    retries = number(one.retries.attempts if one.retries is not None else None, _RETRIES)
    times = _TIMES.get(int(retries) + 1) if isinstance(retries, (int, float)) else None
    kept = [is_set(one.dead_letter), is_set(one.retries.on_failure if one.retries is not None else None)]
    handled = context.handler(one, one.place.path)
    data = facts.Delivery(
        kind="asynchronous",
        name=sender,
        consumer=called(one),
        kept="yes" if "yes" in kept else "no" if kept == ["no", "no"] else Unknown("it depends on a condition"),
        gives_up="yes",
        may_fail=_may_fail(handled),
        takes_failures="no",
        lacks=f"{called(one)} has no destination for failures",
        loss=f"an event of {sender} at which it fails is gone {times or 'after the last attempt'}",
        remedy=remedy("asynchronous", one),
    )
    places = dict.fromkeys(("kind", "consumer", "kept", "gives_up", "may_fail", "lacks", "loss", "remedy"), one.place)
    places["name"] = triggers[0].place
    places["takes_failures"] = one.place
    if handled is not None:
        places["may_fail"] = handled.place
    return context.fact("delivery", data, one.place, places, called(one))


__all__ = ["deliveries"]
