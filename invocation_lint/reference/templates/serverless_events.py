"""Events of functions in a serverless.yml as events of SAM, with the resources that the framework makes for them.

https://www.serverless.com/framework/docs/providers/aws/guide/events
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

REST_API, HTTP_API = "ApiGatewayRestApi", "HttpApi"
_BATCHES = {
    "batchSize": "BatchSize",
    "batchWindow": "MaximumBatchingWindowInSeconds",
    "bisectBatchOnFunctionError": "BisectBatchOnFunctionError",
    "enabled": "Enabled",
    "maximumBatchingWindow": "MaximumBatchingWindowInSeconds",
    "maximumRecordAgeInSeconds": "MaximumRecordAgeInSeconds",
    "maximumRetryAttempts": "MaximumRetryAttempts",
    "parallelizationFactor": "ParallelizationFactor",
    "startingPosition": "StartingPosition",
    "tumblingWindowInSeconds": "TumblingWindowInSeconds",
}
_TARGETS = {"input": "Input", "inputPath": "InputPath"}


@dataclass
class Event:
    """An event of SAM, and resources by their ids."""

    event: dict[str, Any]
    resources: dict[str, Any] = field(default_factory=dict)


def event_of(entry: Any) -> Event:
    """What an entry of `events` stands for; one that is not served has a type that SAM does not know."""
    kind, given = next(iter(entry.items())) if isinstance(entry, dict) else (str(entry), {})
    make = _KINDS.get(kind)
    return Event({"Type": kind}) if make is None else make(given)


def _http(given: Any) -> Event:
    api = {"Type": "AWS::Serverless::Api", "Properties": {}}
    method, path = _route(given)
    held = {"Path": path, "Method": method, "RestApiId": {"Ref": REST_API}, **_auth(given)}
    return Event({"Type": "Api", "Properties": held}, {REST_API: api})


def _http_api(given: Any) -> Event:
    api = {"Type": "AWS::Serverless::HttpApi", "Properties": {}}
    held: dict[str, Any] = {"ApiId": {"Ref": HTTP_API}, **_auth(given)}
    if given != "*":
        held["Method"], held["Path"] = _route(given)
    return Event({"Type": "HttpApi", "Properties": held}, {HTTP_API: api})


def _auth(given: Any) -> dict[str, Any]:
    authorizer = given.get("authorizer") if isinstance(given, dict) else None
    return {"Auth": {"Authorizer": authorizer}} if authorizer else {}


def _route(given: Any) -> tuple[str, str]:
    if isinstance(given, str):
        method, _, path = given.partition(" ")
    else:
        method, path = str(given.get("method", "any")), str(given.get("path", "/"))
    return ("ANY" if method == "*" else method.upper()), f"/{path.strip().strip('/')}"


def _queue(given: Any) -> Event:
    own = given if isinstance(given, dict) and "arn" in given else {"arn": given}
    held = {"Queue": own["arn"], **_batches(own)}
    if "maximumConcurrency" in own:
        held["ScalingConfig"] = {"MaximumConcurrency": own["maximumConcurrency"]}
    return Event({"Type": "SQS", "Properties": held})


def _stream(given: Any) -> Event:
    own = given if isinstance(given, dict) and "arn" in given else {"arn": given}
    held = {"Stream": own["arn"], "StartingPosition": "TRIM_HORIZON", **_batches(own)}
    failure = (own.get("destinations") or {}).get("onFailure")
    if failure is not None:
        target = failure["arn"] if isinstance(failure, dict) and "arn" in failure else failure
        held["DestinationConfig"] = {"OnFailure": {"Destination": target}}
    table = own.get("type") == "dynamodb" or "StreamArn" in str(own["arn"]) or ":dynamodb:" in str(own["arn"])
    return Event({"Type": "DynamoDB" if table else "Kinesis", "Properties": held})


def _batches(own: Mapping[str, Any]) -> dict[str, Any]:
    held = {name: own[ours] for ours, name in _BATCHES.items() if ours in own}
    if own.get("functionResponseType"):
        held["FunctionResponseTypes"] = [own["functionResponseType"]]
    if own.get("filterPatterns"):
        held["FilterCriteria"] = {"Filters": [{"Pattern": each} for each in own["filterPatterns"]]}
    return held


def _topic(given: Any) -> Event:
    own = given if isinstance(given, dict) else {"arn" if str(given).startswith("arn:") else "topicName": given}
    if not own.keys() & {"arn", "topicName"}:  # a reference
        own = {"arn": own}
    held: dict[str, Any] = {
        name: own[ours]
        for ours, name in (("filterPolicy", "FilterPolicy"), ("filterPolicyScope", "FilterPolicyScope"))
        if ours in own
    }
    if dead := (own.get("redrivePolicy") or {}).get("deadLetterTargetArn"):
        held["RedrivePolicy"] = {"deadLetterTargetArn": dead}
    if "arn" in own:
        return Event({"Type": "SNS", "Properties": {"Topic": own["arn"], **held}})
    id = f"SNSTopic{_plain(own['topicName'])}"
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": own["topicName"]}}
    arn = {"Fn::Sub": f"arn:aws:sns:${{AWS::Region}}:${{AWS::AccountId}}:{own['topicName']}"}
    return Event({"Type": "SNS", "Properties": {"Topic": arn, **held}}, {id: topic})


def _bucket(given: Any) -> Event:
    own = given if isinstance(given, dict) and "bucket" in given else {"bucket": given}
    held: dict[str, Any] = {"Bucket": own["bucket"], "Events": own.get("event", "s3:ObjectCreated:*")}
    rules = [{"Name": name, "Value": value} for rule in own.get("rules") or () for name, value in rule.items()]
    if rules:
        held["Filter"] = {"S3Key": {"Rules": rules}}
    event = {"Type": "S3", "Properties": held}
    if not isinstance(own["bucket"], str):
        return Event(event)
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": own["bucket"]}}
    return Event(event, {f"S3Bucket{_plain(own['bucket'])}": bucket})


def _schedule(given: Any) -> Event:
    own = given if isinstance(given, dict) else {"rate": given}
    rate = own.get("rate")
    expression = rate[0] if isinstance(rate, list) else rate
    held = {name: own[ours] for ours, name in _TARGETS.items() if ours in own}
    held["State"] = "DISABLED" if own.get("enabled") is False else "ENABLED"
    if "name" in own:
        held["Name"] = own["name"]
    if own.get("method") == "scheduler":
        held["ScheduleExpression"] = expression
        if "timezone" in own:
            held["ScheduleExpressionTimezone"] = own["timezone"]
        return Event({"Type": "ScheduleV2", "Properties": held})
    if "inputTransformer" in own:
        held["InputTransformer"] = _transformer(own["inputTransformer"])
    return Event({"Type": "Schedule", "Properties": {"Schedule": expression, **held}})


def _rule(own: Any) -> Event:
    held: dict[str, Any] = {name: own[ours] for ours, name in _TARGETS.items() if ours in own}
    for ours, name in (("pattern", "Pattern"), ("event", "Pattern"), ("schedule", "Schedule"), ("name", "RuleName")):
        if ours in own:
            held[name] = own[ours]
    if "inputTransformer" in own:
        held["InputTransformer"] = _transformer(own["inputTransformer"])
    if "deadLetterQueueArn" in own:
        held["DeadLetterConfig"] = {"Arn": own["deadLetterQueueArn"]}
    if attempts := (own.get("retryPolicy") or {}).get("maximumRetryAttempts"):
        held["RetryPolicy"] = {"MaximumRetryAttempts": attempts}
    held["State"] = "DISABLED" if own.get("enabled") is False else "ENABLED"
    bus, resources = own.get("eventBus"), {}
    if bus is not None:
        held["EventBusName"] = bus
        if isinstance(bus, str) and bus != "default" and not bus.startswith("arn:"):
            resources[f"EventBus{_plain(bus)}"] = {"Type": "AWS::Events::EventBus", "Properties": {"Name": bus}}
    return Event({"Type": "EventBridgeRule", "Properties": held}, resources)


def _transformer(own: Mapping[str, Any]) -> dict[str, Any]:
    held = {"InputTemplate": own.get("inputTemplate")}
    return {**held, "InputPathsMap": own["inputPathsMap"]} if "inputPathsMap" in own else held


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", name.title())


_KINDS: dict[str, Callable[[Any], Event]] = {
    "http": _http,
    "httpApi": _http_api,
    "sqs": _queue,
    "stream": _stream,
    "sns": _topic,
    "s3": _bucket,
    "schedule": _schedule,
    "eventBridge": _rule,
    "cloudwatchEvent": _rule,
}
