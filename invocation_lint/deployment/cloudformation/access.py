"""Roles and policies: who may do what (AWS: IAM user guide, JSON policy element reference)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from invocation_lint.deployment.cloudformation.made import Made
from invocation_lint.deployment.cloudformation.parts import Part
from invocation_lint.deployment.model import Access, Policy, Resource, Role, Statement
from invocation_lint.deployment.values import Value


def statements_of(document: Part) -> tuple[tuple[Statement, ...], tuple[str, ...]]:
    """The statements of a policy document, and why there may be more."""
    found: list[Statement] = []
    unknown = [document.unknown] if document.unknown else []
    for one in document.get("Statement").elements():
        statements, why = statement_of(one)
        found += statements
        unknown += why
    return tuple(found), tuple(unknown)


def statement_of(one: Part) -> tuple[list[Statement], list[str]]:
    """One statement, or why it is not known."""
    if one.unknown:
        return [], [one.unknown]
    excludes = any(one.get(word).is_there for word in ("NotAction", "NotResource", "Condition"))
    allows = one.text("Effect") != "Deny"
    return [Statement(allows, one.items("Action"), one.items("Resource"), one.place, excludes)], []


def access_of(policies: Iterable[Part], managed: Iterable[Value] = ()) -> Access:
    """What inline policies and managed ones allow; of a managed policy only its name is known."""
    statements: list[Statement] = []
    unknown: dict[str, None] = {}
    for policy in policies:
        if policy.unknown:
            unknown[policy.unknown] = None
        more, why = statements_of(policy.get("PolicyDocument"))
        statements += more
        unknown.update(dict.fromkeys(why))
    for one in managed:
        unknown[f"the managed policy {one.text or 'of another template'}"] = None
    return Access(tuple(statements), tuple(unknown))


def role(made: Made) -> Iterator[Resource]:
    """A role with its own policies."""
    access = access_of(made.properties.get("Policies").elements(), made.items("ManagedPolicyArns"))
    yield Role(made.key, made.type, made.place, made.when, made.value("RoleName"), access=access)


def policy(made: Made) -> Iterator[Resource]:
    """A policy that names the roles to which it is attached."""
    yield Policy(
        made.key,
        made.type,
        made.place,
        made.when,
        made.value("PolicyName") or made.value("ManagedPolicyName"),
        roles=made.items("Roles"),
        access=access_of([made.properties]),
    )
