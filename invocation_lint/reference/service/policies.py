"""Policies of IAM: whether statements allow an action on a resource.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html

A Condition is not looked into: an Allow that has one allows, and a Deny that has one denies nothing, so that nothing is
refused that might be allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any, Literal

Statement = Mapping[str, Any]
Answer = Literal["allowed", "denied", "not allowed"]


def judged(statements: Iterable[Statement], action: str, resource: str) -> Answer:
    """What the statements say of an action (`lambda:InvokeFunction`) on a resource (an ARN): one that denies wins."""
    answer: Answer = "not allowed"
    for statement in statements:
        if not _concerns(statement, action, resource):
            continue
        if statement.get("Effect") == "Allow":
            answer = "allowed"
        elif not statement.get("Condition"):
            return "denied"
    return answer


def statements_of(document: Mapping[str, Any]) -> list[Statement]:
    """The statements of a policy; a single one may stand without a list."""
    held = document.get("Statement") or []
    return [held] if isinstance(held, Mapping) else list(held)


def is_like(pattern: str, text: str) -> bool:
    """Whether a text fits a pattern with `*` and `?`."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def listed(value: Any) -> list[str]:
    """One text or several as a list."""
    return [value] if isinstance(value, str) else list(value or ())


def _concerns(statement: Statement, action: str, resource: str) -> bool:
    if "NotAction" in statement:
        acts = not any(is_like(each.lower(), action.lower()) for each in listed(statement["NotAction"]))
    else:
        acts = any(is_like(each.lower(), action.lower()) for each in listed(statement.get("Action")))
    if not acts:
        return False
    if "NotResource" in statement:
        return not any(is_like(each, resource) for each in listed(statement["NotResource"]))
    return any(is_like(each, resource) for each in listed(statement.get("Resource", "*")))
