"""How long a handler surely takes, how long it may, and how long others wait for it, in seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from invocation_lint.data.limits import limits
from invocation_lint.facts.building.handling.subjects import Subject

if TYPE_CHECKING:
    from invocation_lint.deployment.kinds import Handlers
    from invocation_lint.facts.building.linked import Spent

_SLOW = frozenset({"sleep", "invoke", "converse", "invoke_model", "completions"})
_LIMITS = {"rest_api": "rest_api_timeout_seconds", "http_api": "http_api_timeout_seconds"}


def least_seconds(subject: Subject) -> Spent | None:
    """How long a handler surely takes, where, and how long it waits for one function at the most; None where nothing in
    it takes long, or it is not known."""
    slow = any(_SLOW & info.words for info in subject.reached)
    if subject.program is None or not subject.functions or not slow:
        return None
    from invocation_lint.facts.building.links.inferred import links_of

    links = links_of(subject.program)
    found = [links.least_for_any(one, subject.code.module.name) for one in subject.functions]
    least = min(found, key=lambda one: one.seconds)
    return least if least.seconds else None


def front_seconds(subject: Subject) -> float | None:
    """How long the API in front of a handler waits: what is configured, else the limit of its kind."""
    if subject.told is None or subject.name is None:
        return None
    return front_waits(subject.told, subject.name, subject.kinds)


def front_waits(told: Handlers, name: str, kinds: frozenset[str]) -> float | None:
    """How long the API in front of a handler of some name waits, where nothing else invokes it."""
    if len(kinds) != 1 or not kinds <= _LIMITS.keys():
        return None
    configured = told.front_seconds.get(name, frozenset())
    return max(configured) if configured else limits()[_LIMITS[next(iter(kinds))]]


def outlasts(least: Spent | None, own: Any, front: float | None) -> str | None:
    """How long a handler takes at least, or how long its function may run, in words, where the API in front of it does
    not wait for so long."""
    if front is None:
        return None
    if least is not None and least.seconds >= front:
        return f"the handler takes at least {least.seconds:g} seconds"
    if least is None and isinstance(own, (int, float)) and own > front:
        return f"the function may run for {own:g} seconds"
    return None


__all__ = ["front_seconds", "front_waits", "least_seconds", "outlasts"]
