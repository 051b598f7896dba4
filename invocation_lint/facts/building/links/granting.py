"""Whether the role of a handler allows the invocation that it makes.

Who invokes a function needs `lambda:InvokeFunction` on it, by a statement of its own role or by the policy of the
function (Lambda developer guide, identity-based and resource-based policies). It is said that a role does not allow it
only where all of the role is in sight, and no statement, policy or permission may be the one that does.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from invocation_lint.analysis.domain.atoms import Value as Name
from invocation_lint.deployment.documents.candidates import CHECKED
from invocation_lint.deployment.model import Access, Function, Permission, Policy, Role, Statement
from invocation_lint.deployment.names import are_equal, called_function
from invocation_lint.deployment.values import Attribute, Text, Value, pieces_of
from invocation_lint.facts import invocation as facts
from invocation_lint.facts.base import Unknown
from invocation_lint.facts.building.templates.context import called
from invocation_lint.findings import Place

if TYPE_CHECKING:
    from invocation_lint.analysis.python.modules import ModuleTable
    from invocation_lint.deployment.deployed import Deployed
    from invocation_lint.facts.building.links.inferred import Links
    from invocation_lint.facts.building.seen import Seen

ACTION = "lambda:InvokeFunction"

_HARMLESS = frozenset({
    "AWSLambdaBasicExecutionRole", "AWSLambdaVPCAccessExecutionRole", "AWSLambdaDynamoDBExecutionRole",
    "AWSLambdaKinesisExecutionRole", "AWSLambdaSQSQueueExecutionRole", "AWSXRayDaemonWriteAccess",
    "AWSXrayWriteOnlyAccess", "CloudWatchLambdaInsightsExecutionRolePolicy", "AmazonS3ReadOnlyAccess",
    "AmazonDynamoDBReadOnlyAccess", "AmazonSQSFullAccess", "AmazonSNSFullAccess",
})  # fmt: skip
"""Managed policies that allow no invocation (AWS managed policy reference guide)."""

_MANAGED = "the managed policy "

OTHER_CREDENTIALS = re.compile(
    rb"assume_role|aws_access_key_id|aws_session_token|aws_secret_access_key|profile_name|endpoint_url|setup_default_session"
)
"""How code takes other credentials than those of the function's role, or asks somebody else than AWS."""

_MAKES_ROLES = frozenset({"AWS::Serverless::Function", "serverless function"})
_CONNECTS = "AWS::Serverless::Connector"


def told(
    seen: Seen, name: Name | None, links: Links, modules: ModuleTable, note: Callable[[str, Place | None], None]
) -> facts.Permission | None:
    """Whether the role of the handler from which a call is seen allows it; places are noted."""
    handler = seen.root.function
    if handler is None or handler.cls is not None or name is None:
        return None
    module = seen.root.module.name
    targets = links.targets(name, module)
    readers = links.code.entered_by(module, handler.name)
    is_own = targets.named_by == "self"
    if not readers or not (targets.certain or is_own):
        return None
    on_the_way = [modules.module_at(place) for place in seen.site]
    on_the_way += [
        modules.module_at(visit.client.place) for visit in seen.visits if visit.client and visit.client.place
    ]
    if any(one is None or OTHER_CREDENTIALS.search(one.source.data) for one in on_the_way):
        return None
    deployed = links.code.deployed
    each = [(one, _of_one(one, one if is_own else targets.functions[0], deployed)) for one in readers]
    states = {state if isinstance(state, str) else "" for _, state in each}
    function, state = each[0]
    attribute = function.role.attribute if function.role is not None else None
    role = deployed.get(attribute.resource, Role) if attribute is not None else None
    note("permission.caller", links.shown(function.place))
    note("permission.granted", links.shown(role.place if role is not None else function.place))
    return facts.Permission(
        granted=state if len(states) == 1 else Unknown("the functions that run it have different roles"),
        caller=called(function),
        target="itself" if is_own else called(targets.functions[0]),
    )


def _why_not_told(function: Function, deployed: Deployed) -> str:
    """Why it is not known what the role of a function allows; empty where it is."""
    if not function.key.template.endswith(CHECKED):
        return "a program puts together what is deployed"
    template = deployed.templates.get(function.key.template)
    if template is None or template.problems:
        return "its template is not read whole"
    if function.role is None and not (function.type in _MAKES_ROLES or function.type.startswith("serverless")):
        return "its role is not told"
    return "a connector may allow it" if _CONNECTS in deployed.types[function.key.template] else ""


def _of_one(function: Function, target: Function, deployed: Deployed) -> Any:
    why = _why_not_told(function, deployed)
    if why:
        return Unknown(why)
    access = deployed.access_of(function)
    every = [*(_allows(one, target, deployed) for one in access.statements if one.allows)]
    if "yes" in every:
        return "yes"
    if any(one != "no" for one in every):
        return Unknown("a statement may allow it")
    if not _is_whole(access):
        return Unknown(next(one for one in access.open if not _is_harmless(one)))
    if any(_may_allow(one, lambda said: _allows(said, target, deployed), deployed) for one in deployed.all(Policy)):
        return Unknown("a policy whose role is not known may allow it")
    if any(_lets_a_role(one, target, deployed) for one in deployed.all(Permission)):
        return Unknown("the policy of the invoked function may allow it")
    return "no"


def may_invoke(caller: Function, deployed: Deployed) -> Iterator[Function]:
    """The functions that statements for the role of a function name as those that it may invoke."""
    for statement in deployed.access_of(caller).statements:
        if statement.allows and any("yes" in map(_acts, _flat(value)) for value in statement.actions):
            for value in statement.resources:
                for one in _flat(value):
                    yield from (meant.function for meant in deployed.functions_called(one))


def may_act(function: Function, action: str, deployed: Deployed) -> str | Unknown:
    """Whether the role of a function allows an action on anything: yes, no, or why that is not known."""
    why = _why_not_told(function, deployed)
    if why:
        return Unknown(why)
    access = deployed.access_of(function)
    said = {_acts_in(one, action) for one in access.statements if one.allows}
    if "yes" in said:
        return "yes"
    if "maybe" in said:
        return Unknown("a statement may allow it")
    hidden = next((one for one in access.open if not _is_harmless(one) or _sends(one)), None)
    if hidden is not None:
        return Unknown(hidden)
    if any(_may_allow(one, lambda said: _acts_in(said, action), deployed) for one in deployed.all(Policy)):
        return Unknown("a policy whose role is not known may allow it")
    return "no"


def _acts_in(statement: Statement, action: str) -> str:
    if not statement.actions:
        return "maybe"  # NotAction
    found = {_acts(content, action) for value in statement.actions for content in _flat(value)}
    return "yes" if "yes" in found else "maybe" if "maybe" in found else "no"


def _sends(reason: str) -> bool:
    """Whether a managed policy lets a function send messages."""
    return reason.endswith("FullAccess")


def _may_allow(policy: Policy, allowed: Callable[[Statement], str], deployed: Deployed) -> bool:
    """Whether a policy may be attached to any role, and one of its statements may allow what is asked."""
    if _is_attached_elsewhere(policy, deployed):
        return False
    return not _is_whole(policy.access) or any(allowed(one) != "no" for one in policy.access.statements if one.allows)


def _is_attached_elsewhere(policy: Policy, deployed: Deployed) -> bool:
    """Whether the roles of a policy are known: what it allows is told with them."""
    attributes = [one for value in policy.roles for one in value.attributes()]
    known = [one for one in attributes if deployed.get(one.resource, Role) is not None]
    return bool(policy.roles) and len(known) == len(policy.roles)


def _is_whole(access: Access) -> bool:
    return all(map(_is_harmless, access.open))


def _is_harmless(reason: str) -> bool:
    return reason.startswith(_MANAGED) and re.split(r"[/:]", reason.removeprefix(_MANAGED))[-1] in _HARMLESS


def _allows(statement: Statement, target: Function, deployed: Deployed) -> str:
    """Whether a statement allows the invocation: yes, no or maybe."""
    actions = {_acts(content) for value in statement.actions for content in _flat(value)}
    if not statement.actions:
        actions = {"maybe"}  # NotAction
    if actions <= {"no"}:
        return "no"
    resources = {_covers(one, target, deployed) for value in statement.resources for one in _flat(value)}
    if not statement.resources:
        resources = {"maybe"}
    if resources <= {"no"}:
        return "no"
    return "yes" if "yes" in actions and "yes" in resources and not statement.is_conditional else "maybe"


def _acts(content: Any, action: str = ACTION) -> str:
    if isinstance(content, str):
        return "yes" if fnmatch.fnmatchcase(action.lower(), content.lower()) else "no"
    return "maybe"


def _covers(content: Any, target: Function, deployed: Deployed) -> str:
    """Whether the resource of a statement is the target."""
    if content == "*":
        return "yes"
    pieces = pieces_of(content)
    if pieces is None:
        return "maybe"
    first = pieces[0]
    if isinstance(first, str) and first.startswith("arn:") and len(pieces) == 1 and ":lambda:" not in first:
        return "maybe" if "*" in first.split(":")[2:3] or "*" in first[:8] else "no"
    found = called_function(content)
    if found is None:
        return "maybe"
    name = found[0]
    if isinstance(name, Attribute):
        meant = deployed.function(name.resource)
        return "maybe" if meant is None else "yes" if meant.key == target.key else "no"
    own = target.name.content if target.name is not None else None
    if isinstance(name, Text) or "*" in name or "?" in name:
        return _by_pattern(name, own)
    if isinstance(own, str):
        return "yes" if own == name else "no"
    return "maybe"


def _by_pattern(name: str | Text, own: Any) -> str:
    """Whether a name with stars or open parts is that of a function."""
    if isinstance(name, str) and isinstance(own, str):
        return "yes" if fnmatch.fnmatchcase(own, name) else "no"
    if isinstance(name, Text) and own is not None and are_equal(name, own):
        return "yes"
    return "yes" if name == "*" else "maybe"


def _flat(value: Value) -> Iterator[Any]:
    for content in value.contents:
        if isinstance(content, tuple):
            for one in content:
                yield from _flat(one)
        elif content is not None:
            yield content


def _lets_a_role(permission: Permission, target: Function, deployed: Deployed) -> bool:
    """Whether a permission may let a role or an account invoke the target."""
    principal = permission.principal.text if permission.principal is not None else None
    if principal is not None and principal.endswith(".amazonaws.com"):
        return False
    meant = deployed.functions_of(permission.function)
    return not meant or any(one.function.key == target.key for one in meant)


__all__ = ["OTHER_CREDENTIALS", "may_act", "may_invoke", "told"]
