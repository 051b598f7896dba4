"""Idempotency by key: credits are granted once for a request, however often and at whatever moment it is delivered.

Powertools keeps the answer under the request's id, and answers the same again. It cannot know what a run has done that
died before it answered: the credits and the id of their request are written together, or not at all.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import boto3
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent
from aws_lambda_powertools.utilities.typing import LambdaContext

from invocation_lint.reference.patterns.parts.tables import unless_refused
from invocation_lint.reference.patterns.parts.upstream import call

AUDIT_SECONDS = 20.0
users = boto3.resource("dynamodb").Table(os.environ["USERS_TABLE"])
answers = DynamoDBPersistenceLayer(table_name=os.environ["ANSWERS_TABLE"])
config = IdempotencyConfig(event_key_jmespath="requestId", raise_on_no_idempotency_key=True)


@idempotent(config=config, persistence_store=answers)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """`requestId`, `userId` and `credits` in; out the user's credits after this request."""
    _grant(str(event["requestId"]), str(event["userId"]), int(event["credits"]))
    call(os.environ["AUDIT_URL"], {"reference": event["requestId"]}, timeout=AUDIT_SECONDS)
    return {"userId": event["userId"], "credits": _credits(event["userId"])}


def _grant(request_id: str, user_id: str, credits: int) -> None:
    """Adds the credits, unless that has been done for this request."""
    with unless_refused():
        users.meta.client.transact_write_items(
            TransactItems=[
                {
                    "Put": {
                        "TableName": users.name,
                        "Item": {"id": f"request/{request_id}"},
                        "ConditionExpression": "attribute_not_exists(id)",
                    }
                },
                {
                    "Update": {
                        "TableName": users.name,
                        "Key": {"id": f"user/{user_id}"},
                        "UpdateExpression": "ADD credits :credits",
                        "ExpressionAttributeValues": {":credits": credits},
                    }
                },
            ]
        )


def _credits(user_id: str) -> int:
    item: Mapping[str, Any] = users.get_item(Key={"id": f"user/{user_id}"}, ConsistentRead=True)["Item"]
    return int(item["credits"])
