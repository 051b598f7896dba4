"""Constructs of the CDK that are resources of CloudFormation as they are, as `CfnFunction` is: their properties are
those of the template, in another case (AWS: CDK developer guide, L1 constructs)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from invocation_lint.deployment.cdk_constructs.making import Making, valued
from invocation_lint.deployment.cdk_constructs.things import Obj, Thing
from invocation_lint.deployment.cloudformation.made import Made, Reading
from invocation_lint.deployment.cloudformation.parts import Part
from invocation_lint.deployment.cloudformation.reader import BUILDERS
from invocation_lint.deployment.cloudformation.scope import Scope
from invocation_lint.deployment.model import Resource
from invocation_lint.deployment.values import Conditions, Unknown
from invocation_lint.documents.nodes import Node
from invocation_lint.findings import Place

_SERVICES = {
    "lambda": "Lambda", "sam": "Serverless", "events": "Events", "scheduler": "Scheduler", "sqs": "SQS", "sns": "SNS",
    "dynamodb": "DynamoDB", "kinesis": "Kinesis",
}  # fmt: skip
_MODULE = re.compile(r"aws[-_](\w+)\Z")
_NAMED = frozenset({"Variables", "Events", "Parameters"})
"""Properties whose keys are names that the application gives."""

MAX_DEPTH = 12


class _Scope(Scope):
    """The names of a construct: there are none, and what is not known of it stands in its nodes."""

    def branches(self, node: Node | None) -> list[tuple[Conditions, Node | Unknown | None]]:
        """The nodes that may stand at a place."""
        if node is not None and isinstance(node.value, Unknown):
            return [((), node.value)]
        return super().branches(node)


def type_of(thing: Thing) -> str:
    """The type of the resource that a construct is; empty for another one, or one that is not drawn from here."""
    match = _MODULE.search(thing.module) if thing.kind.startswith("Cfn") and not thing.is_imported else None
    service = _SERVICES.get(match[1], "") if match is not None else ""
    type = f"AWS::{service}::{thing.kind.removeprefix('Cfn')}"
    return type if service and thing.path and type in BUILDERS else ""


def low_level(making: Making, thing: Thing) -> Iterator[Resource]:
    """The resource that a construct is, as a template would have it."""
    type, place = type_of(thing), thing.place
    scope = _Scope(place.path, Node({}, place.path))
    reading = Reading(place.path, scope, making.program.read, making.program.base_of(place.path))
    props = thing.props
    node = _node(props, place)
    whole = Node({"Properties": node}, place.path, place.line, place.column)
    made = Made(reading, thing.path, type, place, thing.when, Part.of(scope, node, place), Part.of(scope, whole, place))
    yield from BUILDERS[type](made)


def _node(value: Any, place: Place, within: str = "", depth: int = 0) -> Node:
    """A value of a run as a node of a template."""
    node = Node(None, place.path, place.line, place.column)
    node.end = (place.end_line, place.end_column)
    if isinstance(value, Thing) and not value.path:  # the properties of a part, by a class of their own
        value = value.props
    if depth > MAX_DEPTH:
        node.value = Unknown("it is nested too deeply")
    elif isinstance(value, Obj):
        is_known = not value.open or depth == 0  # what may be set beside the properties of a construct says little
        node.value = {} if is_known else Unknown(value.open)
        for name, one in value.entries.items() if is_known else ():
            key = str(name)
            key = key if within in _NAMED else key[:1].upper() + key[1:]
            node.value[key] = _node(one, place, "" if within in _NAMED else key, depth + 1)
            node.keys[key] = (place.line, place.column)
    elif isinstance(value, list):
        node.value = [_node(one, place, "", depth + 1) for one in value]
    else:
        told = valued(value, place)
        content = told.content
        node.value = Unknown("it is no plain value") if isinstance(content, (dict, tuple)) else content
    return node
