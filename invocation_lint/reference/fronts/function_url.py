"""A Function URL on a port of its own: the function is bounded by its own timeout only.

https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html; answers as recorded (test_lambda_url_invocation,
2025-11-24).
"""

from __future__ import annotations

import base64
import json
import secrets
import uuid
from datetime import datetime, timezone
from typing import Any

from invocation_lint.reference.fronts.front import (
    Answer,
    Behind,
    Front,
    FrontRequest,
    grouped,
    outcome_within,
)
from invocation_lint.reference.fronts.rest_event import grouped_exactly, target_query
from invocation_lint.reference.fronts.rest_response import Malformed, status_of
from invocation_lint.reference.service.errors import Refusal
from invocation_lint.reference.service.records import FrontRecord

_TEXT_TYPES = ("text/", "application/json", "application/javascript", "application/xml")
_FORBIDDEN = (
    "Forbidden. For troubleshooting Function URL authorization issues, see: "
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
)


class FunctionUrlFront:
    """Serves the URL of one function. `public` False: everybody is refused, as without a permission."""

    def __init__(self, function: str, behind: Behind, *, public: bool = True, port: int = 0) -> None:
        self._function = function
        self._behind = behind
        self.public = public
        self._id = secrets.token_hex(16)
        self._front = Front("url", behind, self._answer, port)

    @property
    def url(self) -> str:
        """The address, with a slash at the end as on AWS."""
        return f"{self._front.url}/"

    def close(self) -> None:
        """Stop listening."""
        self._front.close()

    def _answer(self, request: FrontRequest, record: FrontRecord) -> Answer:
        record.function = self._function
        request_id = record.request_id = str(uuid.uuid4())
        more: tuple[tuple[str, str], ...] = (("x-amzn-RequestId", request_id),)
        if not self.public:
            return _json(403, {"Message": _FORBIDDEN}, more)
        trace = f"Root=1-{int(self._behind.clock.time()):08x}-{secrets.token_hex(12)}"
        event = url_event(
            request,
            {"account": self._behind.account, "api": self._id, "request": request_id, "trace": trace},
            self._behind.clock.time(),
        )
        body = json.dumps(event).encode()
        outcome = outcome_within(
            self._behind, None, lambda: self._behind.call(self._function, body, "url", request_id, trace)
        )
        more = (*more, ("X-Amzn-Trace-Id", trace))
        if isinstance(outcome, Refusal):
            record.note = f"Invoke answered {outcome.status} {outcome.code}"
            return _json(outcome.status, {"Message": outcome.message}, more)
        if outcome is None or outcome.function_error is not None:
            record.note = "the function failed"
            return Answer(502, (("Content-Type", "application/json"), *more), b"Internal Server Error")
        try:
            answer = url_answer(outcome.body)
        except Malformed as problem:
            record.note = f"malformed response: {problem}"
            return Answer(502, (("Content-Type", "application/json"), *more), b"Internal Server Error")
        return Answer(answer.status, (*answer.headers, *more), answer.body)


def url_event(request: FrontRequest, identity: dict[str, str], now: float) -> dict[str, Any]:
    """The event, format 2.0: keys that have nothing to say are absent."""
    path, _, query = request.target.split("#", 1)[0].partition("?")
    headers = {name.lower(): ",".join(values) for name, values in grouped(request.headers).items()}
    headers.pop("connection", None)
    cookies = headers.pop("cookie", None)
    headers.update(
        {
            "x-amzn-trace-id": identity["trace"],
            "x-forwarded-for": request.client,
            "x-forwarded-proto": "http",
        }
    )
    moment = datetime.fromtimestamp(now, tz=timezone.utc)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": "anonymous",
            "apiId": identity["api"],
            "domainName": request.header("Host"),
            "domainPrefix": identity["api"],
            "http": {
                "method": request.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.client,
                "userAgent": request.header("User-Agent"),
            },
            "requestId": identity["request"],
            "routeKey": "$default",
            "stage": "$default",
            "time": moment.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies is not None:
        event["cookies"] = [each.strip() for each in cookies.split(";")]
    if query:
        values = grouped_exactly(target_query(request.target))
        event["queryStringParameters"] = {name: ",".join(each) for name, each in values.items()}
    if request.body:
        is_text = (request.header("Content-Type") or "").lower().startswith(_TEXT_TYPES)
        event["isBase64Encoded"] = not is_text
        event["body"] = request.body.decode() if is_text else base64.b64encode(request.body).decode()
    return event


def url_answer(body: bytes) -> Answer:
    """The answer for a return value: with a `statusCode` it is taken apart, else it is the body itself. Raises
    Malformed.

    What a non-string body does is not verified; it is sent as JSON.
    """
    try:
        value = json.loads(body)
    except ValueError:
        raise Malformed("the return value is not JSON") from None
    if not (isinstance(value, dict) and "statusCode" in value):
        text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        return Answer(200, (("Content-Type", "application/json"),), text.encode())
    headers = [(name, str(each)) for name, each in (value.get("headers") or {}).items()]
    headers += [("Set-Cookie", str(each)) for each in value.get("cookies") or ()]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.insert(0, ("Content-Type", "application/json"))
    sent = value.get("body")
    text = sent if isinstance(sent, str) else "" if sent is None else json.dumps(sent, separators=(",", ":"))
    try:
        data = base64.b64decode(text) if value.get("isBase64Encoded") else text.encode()
    except ValueError:
        raise Malformed("the body is not base64, though isBase64Encoded says so") from None
    return Answer(status_of(value["statusCode"]), tuple(headers), data)


def _json(status: int, value: dict[str, str], more: tuple[tuple[str, str], ...]) -> Answer:
    return Answer(status, (("Content-Type", "application/json"), *more), json.dumps(value).encode())
