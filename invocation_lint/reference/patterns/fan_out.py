"""One event for many: by a topic with a queue for each subscriber, and by a bus with a rule for each.

A subscriber has retries and dead letters of its own, so that one which fails holds up nobody. Each notes the events
that it has seen under their id, since both ways deliver at least once.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Mapping
from typing import Any

import boto3

from invocation_lint.reference.patterns.parts.http import answer, json_body
from invocation_lint.reference.patterns.parts.tables import unless_refused

TRIES = 3
logger = logging.getLogger(__name__)
sns, bus = boto3.client("sns"), boto3.client("events")
seen = boto3.resource("dynamodb").Table(os.environ["SEEN_TABLE"])


def publish(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """POST /orders with `id`, `kind` and `cents`: 202 when topic and bus have the event, 503 to have it sent again."""
    try:
        order = json_body(event)
        kind = {"DataType": "String", "StringValue": str(order["kind"])}
    except (ValueError, KeyError) as error:
        return answer(400, {"error": f"no order: {error}"})
    text = json.dumps(order)
    sns.publish(TopicArn=os.environ["ORDERS_TOPIC"], Message=text, MessageAttributes={"kind": kind})
    entry = {"Source": "shop", "DetailType": "order.created", "Detail": text, "EventBusName": os.environ["ORDERS_BUS"]}
    return answer(202, {"id": order["id"]}) if _is_put(entry) else answer(503, {"error": "send it again"})


def _is_put(entry: Mapping[str, Any]) -> bool:
    """Whether the bus has taken the entry. A request may succeed while its entries fail: each says so itself."""
    for attempt in range(1, TRIES + 1):
        result = bus.put_events(Entries=[entry])
        if not result["FailedEntryCount"]:
            return True
        logger.warning("attempt %d: %s", attempt, result["Entries"][0].get("ErrorCode"))
        time.sleep(0.2 * 2**attempt)
    return False


def from_queue(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """A subscriber of the topic, behind its queue: notes each order, and names those that it could not."""
    failures = []
    for record in event["Records"]:
        try:
            _note(json.loads(json.loads(record["body"])["Message"]))
        except Exception:
            logger.exception("message %s failed", record["messageId"])
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def from_bus(event: Mapping[str, Any], context: object) -> None:
    """A subscriber of the bus. An error that is raised has Lambda try again, and then give the event to its queue."""
    _note(event["detail"])


def _note(order: Mapping[str, Any]) -> None:
    """Does what this subscriber does about an order: here, writing it down."""
    item = {"key": f"{os.environ['SUBSCRIBER']}/{order['id']}", "cents": int(order["cents"])}
    with unless_refused():
        seen.put_item(
            Item=item, ConditionExpression="attribute_not_exists(#key)", ExpressionAttributeNames={"#key": "key"}
        )
