"""A Function URL on a port of its own: the function is bounded by its own timeout only.

https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html; answers as recorded (test_lambda_url_invocation,
2025-11-24).
"""

from __future__ import annotations

import base64
import json
import secrets
import uuid
from dataclasses import replace
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
from invocation_lint.reference.fronts.streamed import Streamed
from invocation_lint.reference.service.errors import Refusal
from invocation_lint.reference.service.functions import Function
from invocation_lint.reference.service.invoker import Outcome
from invocation_lint.reference.service.records import FrontRecord

_TEXT_TYPES = ("text/", "application/json", "application/javascript", "application/xml")
_FORBIDDEN = (
    "Forbidden. For troubleshooting Function URL authorization issues, see: "
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
)


class FunctionUrlFront:
    """Serves the URL of a function, as its `function` says now: one that is not public refuses everybody, as without a
    permission; one that streams sends what comes while the function runs, and does not look into it.
    """

    def __init__(self, function: Function, behind: Behind, *, port: int = 0) -> None:
        self.function = function
        self._behind = behind
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
        record.function = self.function.name
        request_id = record.request_id = str(uuid.uuid4())
        more: tuple[tuple[str, str], ...] = (("x-amzn-RequestId", request_id),)
        if not self.function.url_public:
            return _json(403, {"Message": _FORBIDDEN}, more)
        trace = f"Root=1-{int(self._behind.clock.time()):08x}-{secrets.token_hex(12)}"
        event = url_event(
            request,
            {"account": self._behind.account, "api": self._id, "request": request_id, "trace": trace},
            self._behind.clock.time(),
        )
        body = json.dumps(event).encode()
        more = (*more, ("X-Amzn-Trace-Id", trace))
        if self.function.url_streams:
            return self._stream(body, request_id, trace, more, record)
        outcome = outcome_within(
            self._behind, None, lambda: self._behind.call(self.function.name, body, "url", request_id, trace)
        )
        if outcome is None or isinstance(outcome, Refusal) or outcome.function_error is not None:
            return _failed(outcome, more, record)
        try:
            answer = url_answer(outcome.body)
        except Malformed as problem:
            record.note = f"malformed response: {problem}"
            return Answer(502, (("Content-Type", "application/json"), *more), b"Internal Server Error")
        return Answer(answer.status, (*answer.headers, *more), answer.body)

    def _stream(
        self, body: bytes, request_id: str, trace: str, more: tuple[tuple[str, str], ...], record: FrontRecord
    ) -> Answer:
        """What the function responds, as it comes. A response in one piece is the body, whatever it says."""
        name = self.function.name
        run = Streamed(lambda sink: self._behind.call(name, body, "url", request_id, trace, stream=sink))
        try:
            answer = run.answer()
        except Malformed as problem:
            record.note = f"malformed response: {problem}"
            return Answer(502, (("Content-Type", "application/json"), *more), b"Internal Server Error")
        if isinstance(answer, Answer):
            return replace(answer, headers=(*answer.headers, *more))
        if isinstance(answer, Refusal) or answer.function_error is not None:
            return _failed(answer, more, record)
        return Answer(200, (("Content-Type", "application/json"), *more), answer.body)


def _failed(outcome: Outcome | Refusal | None, more: tuple[tuple[str, str], ...], record: FrontRecord) -> Answer:
    """The answer for a function that was refused or has failed."""
    if isinstance(outcome, Refusal):
        record.note = f"Invoke answered {outcome.status} {outcome.code}"
        return _json(outcome.status, {"Message": outcome.message}, more)
    record.note = "the function failed"
    return Answer(502, (("Content-Type", "application/json"), *more), b"Internal Server Error")


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
