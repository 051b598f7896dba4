"""A REST API on a port of its own: `http://127.0.0.1:PORT/STAGE/...`."""

from __future__ import annotations

import json
import secrets
import uuid
import zlib

from invocation_lint.reference.fronts.front import (
    Answer,
    Behind,
    Front,
    FrontRequest,
    outcome_within,
)
from invocation_lint.reference.fronts.mapped import Exchanged, Unsupported
from invocation_lint.reference.fronts.mapping_templates import Unreadable
from invocation_lint.reference.fronts.rest_event import match_route, rest_event, split_stage
from invocation_lint.reference.fronts.rest_response import Malformed, rest_answer
from invocation_lint.reference.service.errors import NOT_JSON, Refusal
from invocation_lint.reference.service.functions import RestApi, Route
from invocation_lint.reference.service.payload import checked_body
from invocation_lint.reference.service.records import FrontRecord

_JSON = ("Content-Type", "application/json")


class RestApiFront:
    """Serves one REST API."""

    def __init__(self, api: RestApi, behind: Behind, port: int = 0) -> None:
        self._api = api
        self._behind = behind
        self._id = secrets.token_hex(5)
        self._deployment = secrets.token_hex(3)
        self._front = Front("rest", behind, self._answer, port)

    @property
    def url(self) -> str:
        """The address with the stage, without a slash at the end."""
        return f"{self._front.url}/{self._api.stage}"

    def close(self) -> None:
        """Stop listening."""
        self._front.close()

    def _answer(self, request: FrontRequest, record: FrontRecord) -> Answer:
        request_id = record.request_id = str(uuid.uuid4())
        more: tuple[tuple[str, str], ...] = (("x-amzn-RequestId", request_id), ("x-amz-apigw-id", secrets.token_hex(8)))
        paths = split_stage(request.target, self._api.stage)
        matched = None if paths is None else match_route(self._api.routes, request.method, paths[0])
        if paths is None or matched is None:
            return _error(403, "Missing Authentication Token", more)
        route, parameters = matched
        record.function = route.function
        if route.integration_method != "POST":  # Invoke takes POST only; recorded: ..integration_non_post_method
            return _error(500, "Internal server error", more)
        trace = f"Root=1-{int(self._behind.clock.time()):08x}-{secrets.token_hex(12)}"
        identity = {
            "account": self._behind.account,
            "api": self._id,
            "deployment": self._deployment,
            "extended": more[1][1],
            "host": "127.0.0.1",
            "port": self._front.url.rsplit(":", 1)[1],
            "request": request_id,
            "resource": f"{zlib.crc32(route.path.encode()):08x}",
            "trace": trace,
        }
        event = rest_event(
            self._api,
            request,
            route=route,
            parameters=parameters,
            paths=paths,
            identity=identity,
            now=self._behind.clock.time(),
        )
        if route.mapped is not None:
            exchanged = Exchanged(route.mapped, event, request.header("Content-Type"))
            return self._mapped(route, exchanged, record, trace, more)
        body = json.dumps(event).encode()
        outcome = outcome_within(
            self._behind,
            self._api.timeout,
            lambda: self._behind.call(route.function, body, "rest", str(uuid.uuid4()), trace),
        )
        more = (*more, ("X-Amzn-Trace-Id", trace))
        if outcome is None:
            record.note = "the function had not answered in time"
            return _error(504, "Endpoint request timed out", more)
        if isinstance(outcome, Refusal):
            record.note = f"Invoke answered {outcome.status} {outcome.code}"
            return _error(500, "Internal server error", more)
        if outcome.function_error is not None:
            record.note = "the function failed"
            return _error(502, "Internal server error", more)
        try:
            answer = rest_answer(outcome.body, decodes_base64=self._wants_binary(request))
        except Malformed as problem:
            record.note = f"malformed proxy response: {problem}"
            return _error(502, "Internal server error", more)
        return Answer(answer.status, (*answer.headers, *more), answer.body)

    def _mapped(
        self,
        route: Route,
        exchanged: Exchanged,
        record: FrontRecord,
        trace: str,
        more: tuple[tuple[str, str], ...],
    ) -> Answer:
        """Serve an integration that is no proxy.

        What a template makes, or a body that is passed through, may be no JSON: the client is told what Lambda says of
        that (seen in github.com/serverless/serverless/issues/2270 and github.com/podaac/hydrocron/issues/64).
        """
        try:
            payload = checked_body(exchanged.payload())
            if route.mapped is not None and route.mapped.asynchronous:
                self._behind.invoke.send(route.function, payload, "rest", trace)
                answer = exchanged.answer("", None)
            else:
                outcome = outcome_within(
                    self._behind,
                    self._api.timeout,
                    lambda: self._behind.call(route.function, payload, "rest", str(uuid.uuid4()), trace),
                )
                if outcome is None:
                    record.note = "the function had not answered in time"
                    return _error(504, "Endpoint request timed out", more)
                if isinstance(outcome, Refusal):
                    raise outcome
                message = _message(outcome.body) if outcome.function_error is not None else None
                answer = exchanged.answer(outcome.body.decode(errors="replace"), message)
        except Unsupported as problem:
            record.note = f"no template for {problem}"
            return _error(415, "Unsupported Media Type", more)
        except Refusal as refusal:
            record.note = f"Invoke answered {refusal.status} {refusal.code}"
            if refusal.code == NOT_JSON:
                return _error(400, refusal.message, more)
            return _error(500, "Internal server error", more)
        except Unreadable as problem:
            record.note = f"a template fails: {problem}"
            return _error(500, "Internal server error", more)
        if answer is None:
            record.note = "no response of the integration fits"
            return _error(500, "Internal server error", more)
        return Answer(answer.status, (*answer.headers, *more), answer.body)

    def _wants_binary(self, request: FrontRequest) -> bool:
        accepted = (request.header("Accept") or "").split(",")[0].split(";")[0].strip()
        return any(each in ("*/*", accepted) for each in self._api.binary_media_types)


def _message(body: bytes) -> str:
    """The message of a failure."""
    told = json.loads(body) if body else {}
    return str(told.get("errorMessage") or "") if isinstance(told, dict) else ""


def _error(status: int, message: str, more: tuple[tuple[str, str], ...]) -> Answer:
    return Answer(status, (_JSON, *more), json.dumps({"message": message}).encode())
