"""An order over several steps: the state machine of `fulfilment.asl.json`, and the functions of its tasks.

The machine retries what may pass, and takes the payment back when the goods cannot be had. An execution is named by
its order, so that an order is begun once. A task runs again after a failure, so that each writes under the order's id.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import boto3

from invocation_lint.reference.patterns.parts.http import answer, json_body
from invocation_lint.reference.patterns.parts.tables import unless_refused
from invocation_lint.reference.patterns.parts.upstream import UnavailableError, call

BANK_SECONDS = 10.0
states = boto3.client("stepfunctions")
steps = boto3.resource("dynamodb").Table(os.environ["STEPS_TABLE"])


class InvalidOrderError(Exception):
    """The order is wrong, and will be."""


class BankUnavailableError(Exception):
    """The bank did not answer; it may the next time."""


def begin(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """POST /orders with an order: 202 with its execution, which is the same one when the order is sent again."""
    try:
        order = json_body(event)
        name = f"order-{order['id']}"
    except (ValueError, KeyError) as error:
        return answer(400, {"error": f"no order: {error}"})
    machine = os.environ["FULFILMENT"]
    with suppress(states.exceptions.ExecutionAlreadyExists):  # the first order of an id counts
        states.start_execution(stateMachineArn=machine, name=name, input=json.dumps(order))
    return answer(202, {"execution": name})


def validate(order: dict[str, Any], context: object) -> dict[str, Any]:
    """The order, if it can be fulfilled; InvalidOrderError otherwise."""
    if not isinstance(order.get("cents"), int) or order["cents"] <= 0:
        raise InvalidOrderError("an order needs cents")
    return order


def pay(order: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Has the bank pay, under the order's id. Raises BankUnavailableError, which the machine retries."""
    data = {"reference": order["id"], "cents": order["cents"]}
    try:
        paid = call(os.environ["BANK_URL"], data, timeout=BANK_SECONDS)
    except UnavailableError as error:
        raise BankUnavailableError(str(error)) from error
    _note(order, "paid")
    return {"receipt": paid["receipt"]}


def reserve(order: Mapping[str, Any], context: object) -> None:
    """Takes the goods off the shelf; KeyError when there are none."""
    with unless_refused() as refused:
        steps.update_item(
            Key={"key": f"stock/{order['article']}"},
            UpdateExpression="ADD pieces :less, orders :order",
            ConditionExpression="pieces >= :one AND NOT contains(orders, :id)",
            ExpressionAttributeValues={":less": -1, ":one": 1, ":order": {order["id"]}, ":id": order["id"]},
        )
    if not refused:
        return
    shelf = steps.get_item(Key={"key": f"stock/{order['article']}"}, ConsistentRead=True).get("Item", {})
    if order["id"] not in shelf.get("orders", ()):
        raise LookupError(f"no {order['article']} left")


def tell(order: Mapping[str, Any], context: object) -> None:
    """Tells the customer."""
    _note(order, "told")


def pay_back(order: Mapping[str, Any], context: object) -> None:
    """Takes the payment of an order back, once."""
    data = {"reference": f"back-{order['id']}", "cents": -order["cents"]}
    try:
        call(os.environ["BANK_URL"], data, timeout=BANK_SECONDS)
    except UnavailableError as error:
        raise BankUnavailableError(str(error)) from error
    _note(order, "paid back")


def _note(order: Mapping[str, Any], what: str) -> None:
    with unless_refused():
        steps.put_item(
            Item={"key": f"{what}/{order['id']}"},
            ConditionExpression="attribute_not_exists(#key)",
            ExpressionAttributeNames={"#key": "key"},
        )
