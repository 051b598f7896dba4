"""Attributes of what the construct library makes: names and ARNs, what is the same for all stacks, what is open."""

from __future__ import annotations

import re
from typing import Any

from invocation_lint.deployment.cdk_constructs.runs import BaseRun
from invocation_lint.deployment.cdk_constructs.things import Call, Lib, Scope, Thing, is_nameless, open_value
from invocation_lint.deployment.values import Attribute, Hole, Text

VERSIONS = frozenset({"currentVersion", "latestVersion", "addAlias"})
"""What leads from a function to a version or an alias of it: who invokes that, invokes the function."""

_ATTRIBUTES = {
    "tableStreamArn": "stream_arn", "queueUrl": "url", "ref": "ref", "attrArn": "arn", "attrQueueUrl": "url",
    "restApiId": "id", "apiId": "id", "apiEndpoint": "url", "url": "url", "graphqlUrl": "url",
}  # fmt: skip
_ATTRIBUTE = re.compile(r"(?:Name|Arn|Url|Id|Endpoint|attr[A-Z]\w*)\Z")
_SHARED = {
    "region": "AWS::Region", "account": "AWS::AccountId", "partition": "AWS::Partition",
    "urlSuffix": "AWS::URLSuffix", "REGION": "AWS::Region", "ACCOUNT_ID": "AWS::AccountId",
    "PARTITION": "AWS::Partition", "URL_SUFFIX": "AWS::URLSuffix",
}  # fmt: skip
_STACKS = frozenset({"Stack", "NestedStack", "Stage"})


def shared(name: str) -> Hole:
    """What is the same for all stacks of a deployment."""
    return Hole(name, "", f"{name} is known when the stack is deployed")


def of_hole(owner: Hole, name: str) -> Any:
    """A part of a value that is open."""
    if is_nameless(owner):
        return open_value(owner.reason)
    return Hole(f"{owner.name}.{name}", owner.scope, owner.reason)


def of_library(owner: Lib, name: str) -> Any:
    """What the library has under a name."""
    if owner.last in {"Aws", "ScopedAws"} and name in _SHARED:
        return shared(_SHARED[name])
    if owner.last == "Aws" and name == "STACK_NAME":
        return Hole("AWS::StackName", "", "the name of the stack is known when it is deployed")
    return Lib((*owner.names, name))


def of_construct(run: BaseRun, owner: Thing, name: str, node: Any, scope: Scope) -> Any:
    """A property of what the library made, of which the application itself says nothing."""
    if not owner.kind:
        return None if owner.cls is not None and not owner.module else run.unknown(node)
    if owner.is_imported:
        return _of_imported(run, owner, name, node)
    if owner.kind in _STACKS or owner.kind == "App":
        if name in _SHARED:
            return shared(_SHARED[name])
        if name == "stackName":
            given = owner.props.entries.get("stackName")
            return given if isinstance(given, str) else Hole("AWS::StackName", owner.path, "the name of its stack")
    if owner.kind == "CfnParameter" and name.startswith("valueAs"):
        default = owner.props.entries.get("default")
        id = owner.path.rpartition("/")[2]
        told = str(default) if isinstance(default, (str, int, float)) else None
        return Hole(id, owner.key.template, f"the parameter {id} is set when the stack is deployed", told)
    if owner.kind in {"StringParameter", "CfnOutput"} and name in {"stringValue", "value"}:
        return owner.props.entries.get(name)
    if owner.kind == "EnvironmentVariables" or name in {"node", "root", "role", "grantPrincipal"}:
        return Call(owner, name, None, run.place(scope, node), run.when)
    if owner.path and (name in _ATTRIBUTES or _ATTRIBUTE.search(name) or name.startswith("attr")):
        return Text((Attribute(owner.key, _attribute(owner, name)),))
    return Call(owner, name, None, run.place(scope, node), run.when)


def _attribute(owner: Thing, name: str) -> str:
    if name == "ref":
        kind = owner.kind
        return "arn" if kind in {"CfnTopic", "CfnStateMachine"} else "url" if kind == "CfnQueue" else "name"
    if name in _ATTRIBUTES:
        return _ATTRIBUTES[name]
    for ending, word in (("Arn", "arn"), ("Name", "name"), ("Url", "url"), ("Endpoint", "url"), ("Id", "id")):
        if name.endswith(ending):
            return word
    return name


def _of_imported(run: BaseRun, owner: Thing, name: str, node: Any) -> Any:
    """An attribute of a resource that is made elsewhere, by what it was named with."""
    base = name.removesuffix("Name")
    arn = owner.fields.get(f"{base}Arn")
    if name.endswith("Name") and isinstance(arn, str):
        return re.split(r"[:/]", arn)[-1]
    if name == "functionName" and arn is not None:
        return arn
    given = owner.fields.get(f"{name.removesuffix('Arn')}Name")
    if name == "functionArn" and given is not None:
        return given  # who is told of the one is told of the other
    return open_value(f"{owner.kind} is made elsewhere")


def of_call(owner: Call, name: str, node: Any, run: BaseRun, scope: Scope) -> Any:
    """A property of what a call of the library gives."""
    if isinstance(owner.owner, Thing) and owner.name in VERSIONS and name in {"functionArn", "functionName"}:
        return of_construct(run, owner.owner, name, node, scope)
    if name == "role" and owner.name == "role":
        return owner
    return Call(owner, name, None, run.place(scope, node), run.when)
