"""Events of SAM's functions and state machines as the resources that SAM makes of them.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventsource.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from invocation_lint.reference.templates.made import (
    MAPPING,
    NOTIFICATION,
    RULE,
    SCHEDULE,
    SUBSCRIPTION,
    Resource,
)
from invocation_lint.reference.templates.notifications import notification_configuration

_MAPPED = (
    "BatchSize",
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "Enabled",
    "FilterCriteria",
    "FunctionResponseTypes",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
    "ScalingConfig",
    "StartingPosition",
    "StartingPositionTimestamp",
    "TumblingWindowInSeconds",
)
_TARGETED = ("DeadLetterConfig", "Input", "InputPath", "InputTransformer", "RetryPolicy", "RoleArn")


def made_by_event(name: str, target: str, kind: str, properties: Mapping[str, Any]) -> list[Resource] | None:
    """The resources for an event of the type `kind` that invokes `target` (an ARN); None when it is not served.

    `name` is what a resource is called that has no name in the (resolved) `properties`.
    """
    make = _KINDS.get(kind)
    return None if make is None else [make(name, target, properties)]


def _mapping(source: str) -> Callable[[str, str, Mapping[str, Any]], Resource]:
    def make(name: str, target: str, properties: Mapping[str, Any]) -> Resource:
        settings = {key: properties[key] for key in _MAPPED if key in properties}
        if isinstance(destinations := settings.get("DestinationConfig"), dict):  # SAM adds a `Type`, for policies alone
            failures = dict(destinations.get("OnFailure") or {})
            failures.pop("Type", None)
            settings["DestinationConfig"] = {**destinations, "OnFailure": failures}
        held = {"FunctionName": target, "EventSourceArn": properties.get(source), **settings}
        return Resource(MAPPING, name, held)

    return make


def _subscription(name: str, target: str, properties: Mapping[str, Any]) -> Resource:
    kept = {key: properties[key] for key in ("FilterPolicy", "FilterPolicyScope", "RedrivePolicy") if key in properties}
    held = {"TopicArn": properties.get("Topic"), "Protocol": "lambda", "Endpoint": target, **kept}
    return Resource(SUBSCRIPTION, name, held)


def _notification(name: str, target: str, properties: Mapping[str, Any]) -> Resource:
    events = properties.get("Events") or ()
    listed = [events] if isinstance(events, str) else list(events)
    configurations = [{"Event": event, "Function": target, "Filter": properties.get("Filter")} for event in listed]
    configuration = notification_configuration({"LambdaConfigurations": configurations})
    return Resource(NOTIFICATION, str(properties.get("Bucket")), configuration)


def _rule(name: str, target: str, properties: Mapping[str, Any]) -> Resource:
    held: dict[str, Any] = {"Name": properties.get("RuleName") or properties.get("Name") or name}
    if "Pattern" in properties:
        held["EventPattern"] = properties["Pattern"]
    if "Schedule" in properties:
        held["ScheduleExpression"] = properties["Schedule"]
    if "EventBusName" in properties:
        held["EventBusName"] = properties["EventBusName"]
    held["State"] = _state(properties)
    held["Targets"] = [{"Id": "target", "Arn": target, **_kept(properties)}]
    return Resource(RULE, held["Name"], held)


def _schedule(name: str, target: str, properties: Mapping[str, Any]) -> Resource:
    names = ("GroupName", "ScheduleExpression", "ScheduleExpressionTimezone", "StartDate", "EndDate")
    held = {key: properties[key] for key in names if key in properties}
    held["Name"] = properties.get("Name") or name
    held["State"] = _state(properties)
    held["Target"] = {"Arn": target, **_kept(properties)}
    return Resource(SCHEDULE, held["Name"], held)


def _kept(properties: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: properties[key] for key in _TARGETED if key in properties}
    if "Arn" not in (kept.get("DeadLetterConfig") or {"Arn": ""}):
        kept.pop("DeadLetterConfig")  # SAM makes a queue for it, to which nothing else refers
    return kept


def _state(properties: Mapping[str, Any]) -> str:
    if "State" in properties:
        return str(properties["State"])
    return "DISABLED" if properties.get("Enabled") in (False, "false") else "ENABLED"


_KINDS: dict[str, Callable[[str, str, Mapping[str, Any]], Resource]] = {
    "SQS": _mapping("Queue"),
    "DynamoDB": _mapping("Stream"),
    "Kinesis": _mapping("Stream"),
    "SNS": _subscription,
    "S3": _notification,
    "EventBridgeRule": _rule,
    "CloudWatchEvent": _rule,
    "Schedule": _rule,
    "ScheduleV2": _schedule,
}
