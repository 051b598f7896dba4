"""The three paths of the Invoke API over HTTP.

Requests and answers are those of AWS's service model (botocore, lambda 2015-03-31); what the model does not say is from
recordings (tests/reference/observed).
"""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, unquote, urlsplit

from invocation_lint.reference.service import lineage
from invocation_lint.reference.service.api.stream_reply import StreamReply
from invocation_lint.reference.service.clock import Clock
from invocation_lint.reference.service.concurrency import Concurrency
from invocation_lint.reference.service.errors import (
    Refusal,
    access_denied,
    bad_value,
    recursive_invocation,
    request_too_large,
    throttled,
)
from invocation_lint.reference.service.faults import Faults
from invocation_lint.reference.service.http import Exchange
from invocation_lint.reference.service.invoker import Invocation, Invoker, Outcome
from invocation_lint.reference.service.limits import limit
from invocation_lint.reference.service.payload import checked_body, checked_client_context
from invocation_lint.reference.service.permissions import INVOKE, Permissions
from invocation_lint.reference.service.records import Records, RequestRecord
from invocation_lint.reference.service.registry import Registry, Target, split_name
from invocation_lint.reference.service.workers.runtime_api import Chunk

_PATHS = re.compile(
    r"/2015-03-31/functions/(?P<Invoke>[^/]+)/invocations"
    r"|/2014-11-13/functions/(?P<InvokeAsync>[^/]+)/invoke-async/?"
    r"|/2021-11-15/functions/(?P<InvokeWithResponseStream>[^/]+)/response-streaming-invocations"
)
_SDK_ATTEMPT = re.compile(r"attempt=(\d+)")


class InvokeApi:
    """Answers Invoke, InvokeAsync and InvokeWithResponseStream, and writes every request down."""

    def __init__(
        self,
        *,
        registry: Registry,
        invoker: Invoker,
        concurrency: Concurrency,
        records: Records,
        clock: Clock,
        faults: Faults,
        enqueue: Callable[[Invocation], None],
        denied: set[str],
        permissions: Permissions,
        say: Callable[[str], None],
    ) -> None:
        self._registry = registry
        self._invoker = invoker
        self._concurrency = concurrency
        self._records = records
        self._clock = clock
        self._faults = faults
        self._enqueue = enqueue
        self._denied = denied
        self._permissions = permissions
        self._say = say

    @staticmethod
    def takes(method: str, path: str) -> bool:
        """Whether a request is one for this API."""
        return method == "POST" and _PATHS.fullmatch(urlsplit(path).path) is not None

    def serve(self, exchange: Exchange) -> None:
        """Answer one request that `takes` said yes to."""
        record, name = self._open(exchange)
        headers = [("x-amzn-RequestId", record.request_id), ("Content-Type", "application/json")]
        stream = StreamReply(exchange, record.request_id)
        try:
            status, more, body = self._answer(record, name, stream)
        except Refusal as refusal:
            status, body = refusal.status, refusal.payload()
            more = [("x-amzn-ErrorType", refusal.code)]
            record.error = refusal.code
        except ConnectionAbortedError:
            self._close(record, None, b"")
            exchange.hang_up()
            return
        if record.operation == "InvokeWithResponseStream" and stream.is_open:
            stream.finish(body)
            self._close(record, status, stream.sent)
            return
        more_names = {name.lower() for name, _ in more}
        self._close(record, status, body)
        exchange.answer(status, [*(each for each in headers if each[0].lower() not in more_names), *more], body)

    def _open(self, exchange: Exchange) -> tuple[RequestRecord, str]:
        """The record of a request, and the function's name as the path has it."""
        url = urlsplit(exchange.path)
        match = _PATHS.fullmatch(url.path)
        assert match is not None
        operation = str(match.lastgroup)
        name = unquote(match[operation])
        headers = {key.lower(): value for key, value in exchange.headers.items()}
        attempt = _SDK_ATTEMPT.search(headers.get("amz-sdk-request", ""))
        qualifier = parse_qs(url.query).get("Qualifier", [None])[0]
        default = "Event" if operation == "InvokeAsync" else "RequestResponse"
        body = exchange.read_body()
        plain, in_name = split_name(name)
        record = self._records.open_request(
            lambda number: RequestRecord(
                number,
                self._clock.time(),
                operation,
                plain,
                qualifier or in_name,
                default if operation == "InvokeAsync" else headers.get("x-amz-invocation-type", default),
                headers,
                body,
                headers.get("amz-sdk-invocation-id"),
                int(attempt[1]) if attempt else 1,
                str(uuid.uuid4()),
                peer="{}:{}".format(*exchange.client_address[:2]),
            )
        )
        return record, name

    def _close(self, record: RequestRecord, status: int | None, body: bytes) -> None:
        record.status, record.response = status, body
        record.ended = self._clock.time()
        what = "connection dropped" if status is None else f"{status} {record.error or record.function_error or ''}"
        self._say(
            f"{record.operation:<8} {record.function} {record.invocation_type} {len(record.payload)} bytes"
            f" attempt {record.attempt} -> {what.rstrip()}"
        )

    def _answer(
        self, record: RequestRecord, name: str, stream: StreamReply
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """Status, headers and body; Refusal for an error, ConnectionAbortedError when nothing is to be answered."""
        self._check_kind(record)
        if self._faults.take("drop", record.function) is not None:
            raise ConnectionAbortedError
        self._check_access(record.function)
        action = "lambda:InvokeAsync" if record.operation == "InvokeAsync" else INVOKE
        self._permissions.check_caller(record.headers.get("authorization"), name, record.qualifier, action)
        target = self._registry.find(name, record.qualifier)
        context = checked_client_context(record.headers.get("x-amz-client-context"))
        body = checked_body(record.payload)
        if record.invocation_type == "DryRun":
            return 204, [], b""
        trace, count = lineage.advance(record.headers.get("x-amzn-trace-id"), target.registered.arn)
        loops = count > limit("recursive_loop_invocations") and target.function.recursive_loop == "Terminate"
        invocation = Invocation(target, record.request_id, body, trace, context)
        traced = [("X-Amzn-Trace-Id", lineage.root_of(trace))]
        if record.invocation_type == "Event":
            self._enqueue(Invocation(target, record.request_id, body, trace, None, 0 if loops else 1, "event"))
            answer = b"" if record.operation == "Invoke" else b'{"Status": 202}'
            if self._faults.take("drop_after", record.function) is not None:
                raise ConnectionAbortedError
            return 202, traced, answer
        if loops:
            raise recursive_invocation()
        streams = record.operation == "InvokeWithResponseStream"
        if streams:
            stream.headers = [*traced, ("X-Amz-Executed-Version", target.version)]
            invocation = replace(invocation, stream=stream.take)
        with self._concurrency.slot(target):
            outcome = self._invoker.run(invocation)
        record.function_error = outcome.function_error
        if self._faults.take("drop_after", record.function) is not None:
            raise ConnectionAbortedError
        if streams:
            return 200, stream.all_headers(), stream.end(outcome, tail=record.headers.get("x-amz-log-type") == "Tail")
        return 200, [*traced, *_result_headers(record, target, outcome)], outcome.body

    def call(
        self,
        name: str,
        payload: bytes,
        origin: str,
        request_id: str,
        trace_header: str | None,
        stream: Callable[[Chunk], None] | None = None,
    ) -> Outcome:
        """Run a function for a front, synchronously; Refusal as the API would answer.

        `stream` takes what it responds while it runs.
        """
        self._check_access(split_name(name)[0])
        self._permissions.check_source(origin, None, name)
        target = self._registry.find(name)
        trace, _ = lineage.advance(trace_header, target.registered.arn)
        with self._concurrency.slot(target):
            return self._invoker.run(Invocation(target, request_id, payload, trace, origin=origin, stream=stream))

    def send(
        self,
        name: str,
        payload: bytes,
        origin: str,
        trace_header: str | None = None,
        *,
        source: str | None = None,
        role: str | None = None,
    ) -> str:
        """Queue an event for a source that does not wait, and give its request id; Refusal as the API would answer.

        `source` is the ARN of the topic, bucket or rule; `role` that of a schedule, which invokes with it.
        """
        self._check_access(split_name(name)[0])
        if role is None:
            self._permissions.check_source(origin, source, name)
        else:
            self._permissions.check_role(role, "scheduler", name)
        target = self._registry.find(name)
        trace, count = lineage.advance(trace_header, target.registered.arn)
        loops = count > limit("recursive_loop_invocations") and target.function.recursive_loop == "Terminate"
        request_id = str(uuid.uuid4())
        self._enqueue(Invocation(target, request_id, payload, trace, None, 0 if loops else 1, origin))
        return request_id

    def _check_access(self, function: str) -> None:
        """Refuse what a fault or the table of denied functions refuses."""
        if (fault := self._faults.take("answer", function)) is not None:
            raise Refusal(fault.values["status"], fault.values["code"], fault.values["message"])
        if (fault := self._faults.take("throttle", function)) is not None:
            raise throttled(fault.values["reason"])
        if function in self._denied:
            raise access_denied(self._registry.arn(function))

    @staticmethod
    def _check_kind(record: RequestRecord) -> None:
        """Refuse an unknown invocation type (400) and a body that is too large for it (413)."""
        kinds = ["DryRun", "RequestResponse", "Event"]
        if record.operation == "InvokeWithResponseStream":
            kinds.remove("Event")
        if record.invocation_type not in kinds:
            allowed = f"Member must satisfy enum value set: [{', '.join(kinds)}]"
            raise bad_value(record.invocation_type, "invocationType", allowed)
        log_type = record.headers.get("x-amz-log-type", "None")
        if log_type not in ("None", "Tail"):
            raise bad_value(log_type, "logType", "Member must satisfy enum value set: [None, Tail]")
        event = record.invocation_type == "Event"
        name = "invoke_async_request_bytes" if record.operation == "InvokeAsync" else "async_request_bytes"
        largest = limit(name if event else "sync_request_bytes")
        if len(record.payload) > largest:
            raise request_too_large(len(record.payload), largest, event=event)


def _result_headers(record: RequestRecord, target: Target, outcome: Outcome) -> list[tuple[str, str]]:
    headers = [("X-Amz-Executed-Version", target.version)]
    if outcome.function_error is not None:
        headers.append(("X-Amz-Function-Error", outcome.function_error))
    if record.headers.get("x-amz-log-type") == "Tail":
        headers.append(("X-Amz-Log-Result", base64.b64encode(outcome.log_tail).decode()))
    return headers
