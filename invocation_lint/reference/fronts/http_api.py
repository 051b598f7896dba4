"""An HTTP API (API Gateway v2) on a port of its own: payload format 2.0, the stage `$default`.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html. The texts of its
errors, and what it does with a body that is no text, are not verified.
"""

from __future__ import annotations

import json
import secrets
import uuid

from invocation_lint.reference.fronts.front import Answer, Behind, Front, FrontRequest, outcome_within
from invocation_lint.reference.fronts.function_url import url_answer, url_event
from invocation_lint.reference.fronts.rest_event import match_route
from invocation_lint.reference.fronts.rest_response import Malformed
from invocation_lint.reference.service.errors import Refusal
from invocation_lint.reference.service.functions import HttpApi
from invocation_lint.reference.service.records import FrontRecord


class HttpApiFront:
    """Serves one HTTP API."""

    def __init__(self, api: HttpApi, behind: Behind, port: int = 0) -> None:
        self._api = api
        self._behind = behind
        self._id = secrets.token_hex(5)
        self._front = Front("http", behind, self._answer, port)

    @property
    def url(self) -> str:
        """The address, without a slash at the end."""
        return self._front.url

    def close(self) -> None:
        """Stop listening."""
        self._front.close()

    def _answer(self, request: FrontRequest, record: FrontRecord) -> Answer:
        request_id = record.request_id = str(uuid.uuid4())
        matched = match_route(self._api.routes, request.method, request.target.split("?", 1)[0])
        if matched is None:
            return _error(404, "Not Found")
        route, parameters = matched
        record.function = route.function
        trace = f"Root=1-{int(self._behind.clock.time()):08x}-{secrets.token_hex(12)}"
        identity = {"account": self._behind.account, "api": self._id, "request": request_id, "trace": trace}
        event = url_event(request, identity, self._behind.clock.time())
        key = route.path if route.method.upper() == "ANY" else f"{route.method.upper()} {route.path}"
        event["routeKey"] = event["requestContext"]["routeKey"] = f"ANY {route.path}" if key == route.path else key
        event["requestContext"]["accountId"] = self._behind.account
        if parameters:
            event["pathParameters"] = parameters
        body = json.dumps(event).encode()
        outcome = outcome_within(
            self._behind,
            self._api.timeout,
            lambda: self._behind.call(route.function, body, "http", str(uuid.uuid4()), trace),
        )
        if outcome is None:
            record.note = "the function had not answered in time"
            return _error(503, "Service Unavailable")
        if isinstance(outcome, Refusal):
            record.note = f"Invoke answered {outcome.status} {outcome.code}"
            return _error(500, "Internal Server Error")
        if outcome.function_error is not None:
            record.note = "the function failed"
            return _error(500, "Internal Server Error")
        try:
            return url_answer(outcome.body)
        except Malformed as problem:
            record.note = f"malformed proxy response: {problem}"
            return _error(500, "Internal Server Error")


def _error(status: int, message: str) -> Answer:
    return Answer(status, (("Content-Type", "application/json"),), json.dumps({"message": message}).encode())
