"""What a REST API makes of a function's return value: an answer, or 502.

Recorded: test_aws_proxy_response_payload_format_validation, 2024-11-15; that the body must be a text:
https://repost.aws/knowledge-center/malformed-502-api-gateway.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from invocation_lint.reference.fronts.front import Answer, grouped

_KEYS = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}


class Malformed(ValueError):
    """A return value that a REST API does not take; the text says what is wrong, for the log."""


def rest_answer(body: bytes, *, decodes_base64: bool = False) -> Answer:
    """The answer for a return value (as the runtime wrote it). Raises Malformed.

    A missing `statusCode` is 200; any key but the five is malformed. `decodes_base64`: the API has a binary media type
    that the client asked for.
    """
    try:
        value = json.loads(body)
    except ValueError:
        raise Malformed("the return value is not JSON") from None
    if not isinstance(value, dict):
        raise Malformed(f"the return value is a {type(value).__name__}, not an object")
    if unknown := sorted(value.keys() - _KEYS):
        raise Malformed(f"unknown key {unknown[0]!r}")
    pairs = _headers(value.get("headers"), value.get("multiValueHeaders"))
    text = value.get("body")
    if text is not None and not isinstance(text, str):
        raise Malformed(f"the body is a {type(text).__name__}, not a text")
    sent = (text or "").encode()
    if value.get("isBase64Encoded") is True and decodes_base64:
        try:
            sent = base64.b64decode(sent)
        except ValueError:
            raise Malformed("the body is not base64, though isBase64Encoded says so") from None
    if not any(name.lower() == "content-type" for name, _ in pairs):
        pairs.insert(0, ("Content-Type", "application/json"))
    return Answer(status_of(value.get("statusCode")), tuple(pairs), sent)


def status_of(value: Any) -> int:
    """The status that a return value asks for; 200 when it asks for none. Raises Malformed."""
    if value is None:
        return 200
    try:
        status = int(value)
    except (TypeError, ValueError):
        raise Malformed(f"statusCode {value!r} is no number") from None
    if isinstance(value, bool) or not 100 <= status <= 599:
        raise Malformed(f"statusCode {value!r} is no HTTP status")
    return status


def _headers(single: Any, multiple: Any) -> list[tuple[str, str]]:
    """Both kinds in one; of a name that both have, the values of `multiValueHeaders` come first."""
    pairs: list[tuple[str, str]] = []
    for name, values in _items("multiValueHeaders", multiple):
        if not isinstance(values, list):
            raise Malformed(f"multiValueHeaders {name!r} is not a list")
        pairs += [(name, _text(name, each)) for each in values]
    pairs += [(name, _text(name, value)) for name, value in _items("headers", single)]
    return [(name, value) for name, values in grouped(pairs).items() for value in values]


def _items(what: str, value: Any) -> list[tuple[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, dict):
        raise Malformed(f"{what} is not an object")
    return list(value.items())


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        raise Malformed(f"header {name!r} is a {type(value).__name__}")
    return value
