"""What is not known of what is deployed: every value that cannot be told, with its reason and its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from invocation_lint.deployment.model import Template
from invocation_lint.deployment.values import Unknown, Value
from invocation_lint.findings import Place


def gaps_of(template: Template) -> Iterator[tuple[str, Place]]:
    """The reasons why values of a template cannot be told, and why parts of it are not read, each with its place."""
    for problem in template.problems:
        yield problem.message, problem.place
    for one in (*template.resources, *template.outputs):
        for value in values_in(one):
            for content, place in _within(value):
                if isinstance(content, Unknown):
                    yield content.reason, place


def values_in(one: Any) -> Iterator[Value]:
    """The values of a record of the model, without those inside other values."""
    waiting = [one]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Value):
            yield current
        elif isinstance(current, dict):
            waiting.extend(current.values())
        elif isinstance(current, tuple) and not isinstance(current, Place):
            waiting.extend(current)
        elif is_dataclass(current):
            waiting.extend(getattr(current, part.name) for part in fields(current))


def _within(value: Value) -> Iterator[tuple[Any, Place]]:
    for content in value.contents:
        if isinstance(content, dict):
            for one in content.values():
                yield from _within(one)
        elif isinstance(content, tuple):
            for one in content:
                yield from _within(one)
        else:
            yield content, value.place
