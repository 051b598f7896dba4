"""One fact for each queue of a template."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from invocation_lint.deployment.model import Queue, Resource
from invocation_lint.facts import queue as facts
from invocation_lint.facts.base import Fact, Unknown
from invocation_lint.facts.building.templates.context import Context, called
from invocation_lint.facts.building.templates.told import is_set, texts, truth

_NAMED = re.compile(r"(?i)dlq|dead[-_]?letter|undeliver|(?:^|[-_]|(?<=[a-z])(?=F))fail(?:ed|ure)")
"""Names of queues in which what has failed is kept, also by who is not seen to put it there."""

_APART = "aws_sqs_queue_redrive_policy"
"""The resource of Terraform by which a queue is told apart from itself where it redrives."""


def queues(context: Context, path: str) -> Iterator[Fact]:
    """The facts of the queues that stand in a file."""
    for one in context.at(path, Queue):
        polled = [mapping for mapping in context.consumers.get(one.key, ()) if truth(mapping.is_enabled, True) == "yes"]
        consumers = [(mapping, context.function_of(mapping.function)) for mapping in polled]
        told = next(((mapping, function) for mapping, function in consumers if function is not None), None)
        data = facts.Queue(
            name=called(one),
            consumer=called(told[1]) if told is not None else None,
            redrive=_redrive(context, one),
            takes_failures=_takes_failures(context, one),
        )
        places = {
            "name": one.place,
            "consumer": told[0].place if told is not None else None,
            "redrive": one.dead_letter.place if one.dead_letter is not None else one.place,
            "takes_failures": one.place,
        }
        yield context.fact("queue", data, one.place, places, called(one))


def _redrive(context: Context, one: Queue) -> Any:
    if one.dead_letter is None and any(other.type == _APART for other in context.deployed.all(Resource)):
        return Unknown("resources of their own say where queues redrive")
    return is_set(one.dead_letter)


def _takes_failures(context: Context, one: Queue) -> Any:
    if one.key in context.failure_targets:
        return "yes"
    names = [one.key.id, *(texts(one.name) or ())]
    return Unknown("its name says so") if any(map(_NAMED.search, names)) else "no"


__all__ = ["queues"]
