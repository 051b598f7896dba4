"""Takes one batch through a pipe: enrichment, templates, target; and tells what of it failed.

What fails is tried again as a whole, the enrichment with it; a target tells of single events by `batchItemFailures`, or
by the answer of its batch API. An enrichment that fails, fails the batch.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html, pipes-enrichment.html,
eb-pipes-error-troubleshooting.html
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from invocation_lint.reference.service.clock import Clock
from invocation_lint.reference.service.errors import Refusal
from invocation_lint.reference.service.permissions import Permissions
from invocation_lint.reference.sources.answers import failed_items
from invocation_lint.reference.sources.batches import BatchLog, BatchRecord, Call, Item
from invocation_lint.reference.sources.deliveries import Send
from invocation_lint.reference.sources.mapping import SourceMapping
from invocation_lint.reference.sources.pipes.events import (
    event_of,
    is_empty,
    joined,
    name_of,
    session_of,
    transformed,
)
from invocation_lint.reference.sources.pipes.pipe import LARGEST_BATCHES, Pipe, service_of
from invocation_lint.reference.sources.pipes.targets import Failed, Targets

_ORIGIN = "pipes"


class Carrying:
    """Runs the batches of pipes. `client(service)` gives an SDK client of moto itself."""

    def __init__(
        self,
        *,
        call: Call,
        send: Send,
        client: Callable[[str], Any],
        permissions: Permissions,
        log: BatchLog,
        clock: Clock,
    ) -> None:
        self._call = call
        self._send = send
        self._permissions = permissions
        self._log = log
        self._clock = clock
        self._targets = Targets(client)

    def run(
        self, mapping: SourceMapping, items: Sequence[Item], *, attempt: int = 1, trace_header: str | None = None
    ) -> BatchRecord:
        """Carry `items` to the target and wait for its end; which of them failed."""
        assert isinstance(mapping, Pipe)
        record = self._log.opened(mapping, items, attempt)
        try:
            failed = self._carry(mapping, items, record, trace_header)
        except Refusal as refusal:
            if refusal.status == 429 or refusal.status >= 500:  # not the fault of those who made the pipe: not counted
                return self._log.refused(record, refusal.code)
            return self._log.failed(record, refusal.code, refusal.message)
        except Failed as failure:
            return self._log.failed(record, failure.kind, str(failure))
        return self._log.ended(record, mapping, failed)

    def _carry(self, pipe: Pipe, items: Sequence[Item], record: BatchRecord, trace: str | None) -> tuple[str, ...]:
        events: list[Any] = [event_of(item) for item in items]
        now = self._clock.stamp()
        if pipe.enrichment is not None:
            texts = [transformed(pipe, pipe.enrichment_parameters, event, now) for event in events]
            answer = self._asked(pipe, pipe.enrichment, joined(texts), str(uuid.uuid4()), trace)
            response = _read(answer)
            if is_empty(response):
                return ()
            events = response if isinstance(response, list) else [response]
        service = service_of(pipe.function_arn)
        most = LARGEST_BATCHES[service]
        if most is not None and len(events) > most:
            raise Failed("BatchTooLarge", f"the enrichment gave {len(events)} events, and the target takes {most}")
        texts = [transformed(pipe, pipe.target_parameters, event, now) for event in events]
        if service in ("lambda", "states"):
            return self._invoked(pipe, items, joined(texts), record, trace)
        failed = self._targets.put(pipe, events, texts)
        if failed and len(events) != len(items):  # nobody can tell whose they are
            return record.items
        return tuple(record.items[number] for number in failed)

    def _invoked(
        self, pipe: Pipe, items: Sequence[Item], payload: bytes, record: BatchRecord, trace: str | None
    ) -> tuple[str, ...]:
        """The target as one that is given the whole batch; which items it reports as failed."""
        is_function = service_of(pipe.function_arn) == "lambda"
        own = pipe.target_parameters.get(
            "LambdaFunctionParameters" if is_function else "StepFunctionStateMachineParameters"
        )
        kind = (own or {}).get("InvocationType")
        if not is_function and (kind or self._targets.kind_of_machine(pipe.function_arn)) == "FIRE_AND_FORGET":
            self._targets.start(pipe.function_arn, payload.decode())
            return ()
        if kind == "FIRE_AND_FORGET":
            self._permissions.check_role(pipe.role, session_of(pipe), pipe.function_arn)
            self._send(pipe.function_arn, payload, _ORIGIN, trace, source=pipe.id)
            return ()
        body = self._asked(pipe, pipe.function_arn, payload, record.request_id, trace)
        named = {name_of(item, pipe.kind): item.identifier for item in items}
        return tuple(named[name] for name in failed_items(body, list(named)))

    def _asked(self, pipe: Pipe, arn: str, payload: bytes, request_id: str, trace: str | None) -> bytes:
        """What a function or an EXPRESS state machine answers; Failed for one that failed."""
        if service_of(arn) == "states":
            return self._targets.run(arn, payload.decode())
        self._permissions.check_role(pipe.role, session_of(pipe), arn)
        outcome = self._call(arn, payload, _ORIGIN, request_id, trace)
        if outcome.function_error is not None:
            raise Failed(outcome.function_error, f"{arn} failed: {outcome.body.decode(errors='replace')}")
        return outcome.body


def _read(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode(errors="replace")
