"""Orders through a queue: batches of which some fail, and a queue for what never succeeds.

A message is delivered at least once. The bank is asked under the order's id, by which it knows what it has paid, and
the payment is written under that id, once.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from typing import Any

import boto3

from invocation_lint.reference.patterns.parts.http import answer, json_body
from invocation_lint.reference.patterns.parts.tables import unless_refused
from invocation_lint.reference.patterns.parts.upstream import call

MOST_IN_A_BATCH = 10
BANK_SECONDS = 5.0
logger = logging.getLogger(__name__)
sqs = boto3.client("sqs")
payments = boto3.resource("dynamodb").Table(os.environ["PAYMENTS_TABLE"])


def accept(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """POST /orders with `orders`: 202 when all are in the queue; 503 with the ids of those that are not."""
    try:
        orders = list(json_body(event)["orders"])
        entries = [{"Id": str(number), "MessageBody": json.dumps(order)} for number, order in enumerate(orders)]
    except (ValueError, KeyError, TypeError):
        return answer(400, {"error": "orders are missing"})
    refused: list[Any] = []
    for start in range(0, len(entries), MOST_IN_A_BATCH):
        batch = entries[start : start + MOST_IN_A_BATCH]
        sent = sqs.send_message_batch(QueueUrl=os.environ["ORDERS_QUEUE"], Entries=batch)
        refused += [orders[int(each["Id"])] for each in sent.get("Failed", ())]
    return answer(503 if refused else 202, {"refused": refused})


def work(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Has each order of a batch paid. Those that fail are named, and come again; the others are done."""
    failures = []
    for record in event["Records"]:
        try:
            _pay(json.loads(record["body"]))
        except Exception:
            logger.exception("message %s failed", record["messageId"])
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def _pay(order: Mapping[str, Any]) -> None:
    """Has one order paid, unless it is."""
    key = {"order_id": str(order["id"])}
    cents = int(order["cents"])
    if "Item" in payments.get_item(Key=key, ConsistentRead=True):
        return
    paid = call(os.environ["BANK_URL"], {"reference": order["id"], "cents": cents}, timeout=BANK_SECONDS)
    with unless_refused():
        item = {**key, "cents": cents, "receipt": paid["receipt"]}
        payments.put_item(Item=item, ConditionExpression="attribute_not_exists(order_id)")
