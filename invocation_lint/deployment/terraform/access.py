"""Roles and policies (HashiCorp: provider aws, IAM; AWS: IAM user guide, JSON policy element reference)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from invocation_lint.deployment.model import Access, Policy, Resource, Role, Statement
from invocation_lint.deployment.terraform.bodies import Body, Made
from invocation_lint.deployment.terraform.frames import Frame
from invocation_lint.deployment.terraform.values import Json
from invocation_lint.deployment.values import Unknown, Value, known


def role(made: Made) -> Iterator[Resource]:
    """A role, with the policies that stand in it."""
    inner = [access_of(one.structure("policy")) for one in made.body.blocks("inline_policy")]
    managed = made.body.items("managed_policy_arns")
    yield Role(*made.head, made.value("name"), access=joined([*inner, Access(open=managed_of(managed))]))


def role_policy(made: Made) -> Iterator[Resource]:
    """A policy of one role."""
    yield Policy(*made.head, made.value("name"), roles=made.body.items("role"), access=access_of(_document(made)))


def attached(made: Made, policies: Iterable[Made]) -> Iterator[Resource]:
    """That a policy is attached to roles: one that is made here, or a managed one."""
    arn = made.value("policy_arn")
    roles = (*made.body.items("role"), *made.body.items("roles"))
    keys = {one.resource for one in arn.attributes()} if arn is not None else set()
    found = [one for one in policies if one.key in keys]
    access = (
        joined([access_of(_document(one)) for one in found]) if found else Access(open=managed_of([arn] if arn else []))
    )
    yield Policy(*made.head, roles=roles, access=access)


def _document(made: Made) -> Value | None:
    return made.body.structure("policy")


def managed_of(policies: Iterable[Value]) -> tuple[str, ...]:
    """What is not known of roles that have managed policies."""
    return tuple(f"the managed policy {one.text or 'of another place'}" for one in policies)


def joined(found: Iterable[Access]) -> Access:
    """All that several policies allow."""
    parts = list(found)
    return Access(
        tuple(one for part in parts for one in part.statements),
        tuple(dict.fromkeys(one for part in parts for one in part.open)),
    )


def access_of(document: Value | None) -> Access:
    """What a document of JSON allows."""
    if document is None:
        return Access()
    found: list[Statement] = []
    unknown: list[str] = []
    for content in document.contents:
        if not isinstance(content, dict):
            unknown.append(content.reason if isinstance(content, Unknown) else "a policy is no text that can be read")
            continue
        statements = content.get("Statement")
        for one in _elements(statements):
            if not one.entries:
                unknown.append("; ".join(one.reasons) or "a statement is not known")
                continue
            told = one.entries
            effect = told.get("Effect")
            found.append(
                Statement(
                    effect is None or effect.text != "Deny",
                    _elements(told.get("Action")),
                    _elements(told.get("Resource")),
                    one.place,
                    any(word in told for word in ("NotAction", "NotResource", "Condition")),
                )
            )
    return Access(tuple(found), tuple(unknown))


def _elements(value: Value | None) -> tuple[Value, ...]:
    if value is None:
        return ()
    content = value.content
    return content if isinstance(content, tuple) else (value,)


_WORDS = {
    "actions": "Action", "resources": "Resource", "not_actions": "NotAction", "not_resources": "NotResource",
}  # fmt: skip


def document_of(frame: Frame) -> Json | None:
    """The document that `data "aws_iam_policy_document"` writes."""
    node = frame.block.body()
    if node is None:
        return None
    place = frame.block.place
    statements = []
    for body in Body(frame, (node,)).blocks("statement"):
        told: dict[str, Value] = {"Effect": body.value("effect") or known("Allow", body.place)}
        for name, word in _WORDS.items():
            value = body.value(name)
            if value is not None:
                told[word] = value
        if body.blocks("condition"):
            told["Condition"] = known({}, body.place)
        statements.append(known(told, body.place))
    return Json(known({"Statement": known(tuple(statements), place)}, place))
