"""Makes the queues, topics, tables, buckets and buses of a stack, by SDK clients."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from invocation_lint.reference.templates.stack import Resource

_QUEUE_ATTRIBUTES = (
    "ContentBasedDeduplication",
    "DelaySeconds",
    "FifoQueue",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedrivePolicy",
    "VisibilityTimeout",
)
_TABLE_PROPERTIES = (
    "AttributeDefinitions",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "LocalSecondaryIndexes",
    "ProvisionedThroughput",
)


def make_resource(resource: Resource, client: Callable[[str], Any], region: str) -> None:
    """Make one resource; `client(service)` gives an SDK client. Raises what the SDK raises."""
    properties, name = resource.properties, resource.name
    if resource.kind == "AWS::SQS::Queue":
        attributes = {key: _text(properties[key]) for key in _QUEUE_ATTRIBUTES if key in properties}
        client("sqs").create_queue(QueueName=name, Attributes=attributes)
    elif resource.kind == "AWS::SNS::Topic":
        attributes = {
            key: _text(properties[key]) for key in ("FifoTopic", "ContentBasedDeduplication") if key in properties
        }
        arn = client("sns").create_topic(Name=name, Attributes=attributes)["TopicArn"]
        for each in properties.get("Subscription", ()):
            if each.get("Protocol") == "sqs":
                client("sns").subscribe(TopicArn=arn, Protocol="sqs", Endpoint=each["Endpoint"])
    elif resource.kind == "AWS::S3::Bucket":
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        client("s3").create_bucket(Bucket=name, **where)
    elif resource.kind == "AWS::Events::EventBus":
        client("events").create_event_bus(Name=name)
    else:
        client("dynamodb").create_table(TableName=name, **_table(resource))


def _table(resource: Resource) -> dict[str, Any]:
    if resource.kind == "AWS::Serverless::SimpleTable":
        key = resource.properties.get("PrimaryKey") or {"Name": "id", "Type": "String"}
        letter = {"String": "S", "Number": "N", "Binary": "B"}[key.get("Type", "String")]
        return {
            "AttributeDefinitions": [{"AttributeName": key["Name"], "AttributeType": letter}],
            "KeySchema": [{"AttributeName": key["Name"], "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        }
    kept = {key: resource.properties[key] for key in _TABLE_PROPERTIES if key in resource.properties}
    if (stream := resource.properties.get("StreamSpecification")) is not None:
        kept["StreamSpecification"] = {"StreamEnabled": True, **stream}
    if "ProvisionedThroughput" not in kept:
        kept.setdefault("BillingMode", "PAY_PER_REQUEST")
    return kept


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, dict) else str(value)
