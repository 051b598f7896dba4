"""The records that a function gets of an SQS queue, in the form recorded from AWS (2025-11-25)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from invocation_lint.reference.sources.patterns import matches

_TEXT, _BINARY = "StringValue", "BinaryValue"
_ATTRIBUTES = (
    "ApproximateReceiveCount",
    "AWSTraceHeader",
    "SentTimestamp",
    "SequenceNumber",
    "MessageGroupId",
    "SenderId",
    "MessageDeduplicationId",
    "ApproximateFirstReceiveTimestamp",
    "DeadLetterQueueSourceArn",
)


def queue_record(message: Mapping[str, Any], arn: str) -> dict[str, Any]:
    """The record of one received `message` of the queue `arn`."""
    held = message.get("Attributes", {})
    record: dict[str, Any] = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": {name: str(held[name]) for name in _ATTRIBUTES if name in held},
        "messageAttributes": {name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": arn.split(":")[3],
    }
    if record["messageAttributes"] and "MD5OfMessageAttributes" in message:
        record["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    return record


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    attribute: dict[str, Any] = {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
    if _TEXT in value:
        attribute["stringValue"] = value[_TEXT]
    if _BINARY in value:
        attribute["binaryValue"] = base64.b64encode(value[_BINARY]).decode()
    return attribute


def passes(patterns: list[Any], record: Mapping[str, Any]) -> bool:
    """Whether a record of a queue is let through: a pattern for `body` looks into a body that is JSON.

    A body that is a text is compared as one, and a pattern of the other kind does not match.
    https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
    """
    if not patterns:
        return True
    try:
        body = json.loads(record["body"])
    except ValueError:
        body = record["body"]
    seen = {**record, "body": body if isinstance(body, dict) else record["body"]}
    return any(matches(pattern, seen) for pattern in patterns)
