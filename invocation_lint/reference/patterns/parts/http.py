"""What programs behind an HTTP front share: the body of a request, and an answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any


def answer(status: int, body: Mapping[str, Any]) -> dict[str, Any]:
    """The proxy response with that status and JSON body."""
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}


def raw_body(event: Mapping[str, Any]) -> bytes:
    """The bytes that were sent, of an HTTP API's or Function URL's event."""
    body = str(event.get("body") or "")
    return base64.b64decode(body) if event.get("isBase64Encoded") else body.encode("utf-8")


def json_body(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The JSON object that was sent; ValueError for anything else."""
    value = json.loads(raw_body(event) or b"{}")
    if not isinstance(value, dict):
        raise ValueError("the body is no JSON object")
    return value
