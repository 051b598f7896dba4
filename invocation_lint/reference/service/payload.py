"""What Invoke accepts as a body: one JSON document, and a client context in base64."""

from __future__ import annotations

import base64
import binascii
import json
import re

from invocation_lint.reference.service.errors import bad_client_context, not_json
from invocation_lint.reference.service.limits import limit

_SOURCE = "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: {line}, column: {column}]"
_EXPECTED = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_TOKEN = re.compile(rb"[A-Za-z_$][A-Za-z0-9_$]*")


def checked_body(body: bytes) -> bytes:
    """`body` as the function gets it: `{}` when it is empty.

    Raises Refusal 400 when it is not one JSON document; the function is then not run. (An empty body arrives as `{}`:
    github.com/aws/aws-lambda-dotnet/pull/834. The texts: recorded, see tests/reference/observed.)
    """
    if not body:
        return b"{}"
    try:
        json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise not_json(_reason(body, error)) from None
    return body


def checked_client_context(text: str | None) -> str | None:
    """The JSON inside a ClientContext; None when there is none. Raises Refusal 400 when it is not base64 of JSON."""
    if text is None:
        return None
    try:
        if len(text) > limit("client_context_bytes"):
            raise bad_client_context()
        decoded = base64.b64decode(text, validate=True).decode()
        json.loads(decoded)
    except (binascii.Error, ValueError):
        raise bad_client_context() from None
    return decoded


def _refuse_constant(name: str) -> None:
    raise ValueError(f"Non-standard token '{name}'")


def _reason(body: bytes, error: Exception) -> str:
    """Why the service's parser refuses `body`, in its words where a recording has them."""
    start = len(body) - len(body.lstrip(b" \t\r\n"))
    line = body.count(b"\n", 0, start) + 1
    column = start - (body.rfind(b"\n", 0, start) + 1) + 1
    first = body[start : start + 1]
    token = _TOKEN.match(body, start)
    if not first:
        text = "No content to map due to end-of-input"
    elif token is not None and not isinstance(error, RecursionError):
        following = body[token.end() : token.end() + 1]
        if following >= b"\x80" and (following < b"\xc2" or following > b"\xf4"):
            text, column = f"Invalid UTF-8 start byte 0x{following.hex()}", column + len(token[0]) + 1
        else:
            text, column = (
                f"Unrecognized token '{token[0].decode()}': was expecting {_EXPECTED}",
                column + len(token[0]),
            )
    elif first not in b'{["-0123456789':
        code = first[0]
        shown = f"'{chr(code)}' (code {code})" if 32 <= code < 127 else f"(CTRL-CHAR, code {code})"
        text = f"Unexpected character ({shown}): expected a valid value {_EXPECTED}"
    elif isinstance(error, json.JSONDecodeError):
        text, line, column = error.msg, error.lineno, error.colno
    else:
        text = str(error)
    return f"{text}\n at {_SOURCE.format(line=line, column=column)}"
