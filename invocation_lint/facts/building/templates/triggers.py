"""One fact for each rule, topic and bucket that invokes a function, where nothing gives it the permission by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from invocation_lint.deployment.model import Function, Permission, Resource, Trigger
from invocation_lint.deployment.principals import kind_of_principal
from invocation_lint.deployment.values import Value, pieces_of
from invocation_lint.facts.base import Fact, Unknown
from invocation_lint.facts.building.searching import may_speak
from invocation_lint.facts.building.templates.context import Context, called
from invocation_lint.facts.building.templates.told import truth
from invocation_lint.facts.deployed import trigger as facts

_TYPES = {
    "AWS::Events::Rule": ("rule", "events"),
    "AWS::SNS::Subscription": ("topic", "sns"),
    "AWS::S3::Bucket": ("bucket", "s3"),
    "aws_cloudwatch_event_target": ("rule", "events"),
    "aws_cloudwatch_event_rule": ("rule", "events"),
    "aws_sns_topic_subscription": ("topic", "sns"),
    "aws_s3_bucket_notification": ("bucket", "s3"),
    "aws_s3_bucket": ("bucket", "s3"),
}
"""The types of resources for which a permission has to be written, each with what it is and its service."""

_WRITTEN = frozenset({"AWS::Lambda::Function", "AWS::Serverless::Function", "aws_lambda_function"})
"""The types of functions whose policies stand in the templates."""

_THEN = {
    "rule": "the rule matches, but its events are not delivered",
    "topic": "the topic cannot deliver its messages, and drops them",
    "bucket": "S3 rejects the notification at deployment",
}

_BY_HAND = re.compile(rb"add[-_]permission|AddPermission|addPermission")
"""How a script or a program gives a permission."""


def triggers(context: Context, path: str) -> Iterator[Fact]:
    """The facts of the triggers that stand in a file."""
    for one in context.at(path, Trigger):
        told = _TYPES.get(one.type)
        function = context.function_of(one.function) if told is not None else None
        if told is not None and function is not None and one.kind != "event":
            yield _fact(context, one, function, *told, path)


def _fact(context: Context, one: Trigger, function: Function, source: str, service: str, path: str) -> Fact:
    data = facts.Trigger(
        source=source,
        service=f"{service}.amazonaws.com",
        name=_name(context, one),
        function=called(function),
        enabled=truth(one.is_enabled, default=True),
        permission=_permission(context, function, service, path),
        then=_THEN[source],
    )
    places = dict.fromkeys(("source", "service", "name", "permission", "then"), one.place)
    places["function"] = function.place
    places["enabled"] = one.is_enabled.place if one.is_enabled is not None else one.place
    return context.fact("trigger", data, one.place, places, one.key.id)


def _name(context: Context, one: Trigger) -> str:
    """The rule, topic or bucket, where a template has it, else what says that it invokes the function."""
    attribute = one.source.attribute if one.source is not None and one.kind != "eventbridge" else None
    resource = context.deployed.get(attribute.resource, Resource) if attribute is not None else None
    return called(resource) if resource is not None else one.key.id


def _permission(context: Context, function: Function, service: str, path: str) -> Any:
    if function.type not in _WRITTEN:
        return Unknown("what makes the function may give the permission")
    kind = kind_of_principal(service)
    for one in context.deployed.all(Permission):
        principal = _principal(one.principal)
        if principal is not None and principal != "*" and kind_of_principal(principal) != kind:
            continue
        meant = context.deployed.functions_of(one.function)
        if any(each.function.key == function.key for each in meant):
            return "found" if principal is not None else Unknown("who may invoke it is set at deployment")
        if not any(each.certain for each in meant):
            return Unknown("a permission names a function that is not known")
    if context.files is None:
        return Unknown("the other files of the project are not looked at")
    if may_speak(context.files, path, _BY_HAND):
        return Unknown("a script or a program may give it")
    return "missing"


def _principal(value: Value | None) -> str | None:
    """Who may invoke, as far as it is told: the service before what is open; None where that is not."""
    content = value.content if value is not None else None
    pieces = pieces_of(content) if content is not None else None
    first = pieces[0] if pieces else None
    return first if isinstance(first, str) else None


__all__ = ["triggers"]
