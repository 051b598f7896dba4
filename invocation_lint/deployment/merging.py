"""One resource that is deployed several times, as for each stage: what differs are alternatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

from invocation_lint.deployment.model import Code, Resource
from invocation_lint.deployment.values import Case, Conditions, Key, Value, both, value_of

R = TypeVar("R", bound=Resource)
DEPLOYED_AS = "the stack that is deployed"


def merged(found: Sequence[tuple[str, R]], deployed_as: str = DEPLOYED_AS) -> R:
    """The resource that each deployment, by its name, has; they have one key. `deployed_as` is what a deployment is
    called."""
    first = found[0][1]
    others = [one for one in found[1:] if one[1] != first]
    if not others:
        return first
    key = Key(first.key.template, deployed_as)
    is_branch = len({name for name, _ in found}) == 1  # of one deployment: in branches of which one is taken
    each: list[tuple[Conditions, R]] = [(one.when if is_branch else ((key, name),), one) for name, one in found]
    changed: dict[str, Any] = {}
    for part in fields(first):
        values = [(when, getattr(one, part.name)) for when, one in each]
        if any(value != values[0][1] for _, value in values):
            changed[part.name] = _joined(values, first)
    changed.pop("place", None)
    if is_branch:
        changed["when"] = ()
    return replace(first, **changed)


def _joined(values: list[tuple[Conditions, Any]], resource: Resource) -> Any:
    first = values[0][1]
    told = [(when, value) for when, value in values]
    if all(value is None or isinstance(value, Value) for _, value in told):
        cases: list[Case] = []
        for when, value in told:
            for case in value.cases if value is not None else (Case(None),):
                together = both(case.when, when)
                if together is not None:
                    cases.append(Case(case.content, together))
        return value_of(cases, resource.place)
    if all(isinstance(value, dict) for _, value in told):
        names = dict.fromkeys(name for _, value in told for name in value)
        return {name: _joined([(when, value.get(name)) for when, value in told], resource) for name in names}
    if all(isinstance(value, str) for _, value in told):
        return next((value for _, value in told if value), first)
    if all(isinstance(value, Code) for _, value in told):
        here = [value for _, value in told if value.kind == "folder"]
        if len(here) == 1 and all(value.kind in {"archive", "folder"} for _, value in told):
            return here[0]  # the others are what a build makes of it
        return Code("unknown", reason="the code is another in each deployment of the stack", place=first.place)
    return first
