"""A webhook that must be answered within seconds, before work of a minute: the function invokes itself, by a flag.

Who sends a webhook sends it again when it was not answered 200. So a request is answered 200 only when Lambda has taken
the event for the work, which may then be there twice: the reply is written under the message's id, once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from invocation_lint.reference.patterns.parts.http import answer, raw_body
from invocation_lint.reference.patterns.parts.tables import unless_refused
from invocation_lint.reference.patterns.parts.upstream import RefusedError, call

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

OLDEST_SECONDS = 300
MODEL_SECONDS = 90.0
logger = logging.getLogger(__name__)
replies = boto3.resource("dynamodb").Table(os.environ["REPLIES_TABLE"])
aws_lambda = boto3.client("lambda", config=Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1}))


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any] | None:
    """A request at the Function URL in, its response out; or, with the key `later`, the work that it asked for."""
    if "later" in event:
        _reply(event["later"])
        return None
    return _receive(event, context.function_name)


def _receive(event: Mapping[str, Any], own_name: str) -> dict[str, Any]:
    body = raw_body(event)
    if not _is_signed(event["headers"], body):
        return answer(401, {"error": "the signature is wrong or old"})
    message = json.loads(body)
    if message.get("type") == "url_verification":
        return answer(200, {"challenge": message["challenge"]})
    later = {"id": message["event_id"], "text": message["event"]["text"]}
    try:
        aws_lambda.invoke(FunctionName=own_name, InvocationType="Event", Payload=json.dumps({"later": later}))
    except (ClientError, BotoCoreError) as error:
        logger.error("message %s was not taken: %s", later["id"], error)
        return answer(503, {"error": "send it again"})
    return answer(200, {"ok": True})


def _is_signed(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the sender knows the secret, and the request is of these minutes."""
    sent_at, signature = headers.get("x-timestamp", ""), headers.get("x-signature", "")
    if not sent_at.isdigit() or abs(time.time() - int(sent_at)) > OLDEST_SECONDS:
        return False
    secret = os.environ["SIGNING_SECRET"].encode("utf-8")
    expected = hmac.new(secret, f"v0:{sent_at}:".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"v0={expected}", signature)


def _reply(message: Mapping[str, str]) -> None:
    """Writes the reply to a message, unless it has one. An error that is raised has Lambda try it again."""
    if "Item" in replies.get_item(Key={"id": message["id"]}, ConsistentRead=True):
        return
    try:
        text = call(os.environ["MODEL_URL"], {"question": message["text"]}, timeout=MODEL_SECONDS)["answer"]
    except RefusedError as error:
        logger.warning("message %s: %s", message["id"], error)
        text = "I cannot answer that."
    with unless_refused():
        item = {"id": message["id"], "text": text}
        replies.put_item(Item=item, ConditionExpression="attribute_not_exists(id)")
