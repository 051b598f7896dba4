"""The part of Lambda's API that manages event source mappings.

Answers and refusals as recorded from AWS (tests/reference/observed/mappings.json). A mapping is answered as
`Creating` and works at once; from then on it is `Enabled` or `Disabled`.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from invocation_lint.reference.service.clock import Clock
from invocation_lint.reference.service.errors import Refusal
from invocation_lint.reference.service.http import Exchange
from invocation_lint.reference.service.permissions import Permissions
from invocation_lint.reference.service.registry import Registry, Target
from invocation_lint.reference.sources.mapping import QUEUE, SourceMapping, check, checked_settings, refused

_PATH = re.compile(r"/2015-03-31/event-source-mappings(?:/(?P<id>[^/]+))?/?")
_GONE = Refusal(
    404, "ResourceNotFoundException", "The resource you requested does not exist.", {"Type": "User"}, "Message"
)
_Answer = tuple[int, dict[str, Any]]


class Movers(Protocol):
    """What this API needs: something that moves the events of a mapping."""

    def start(self, mapping: SourceMapping) -> None:
        """Begin to move events; Refusal 400 when the source is not there."""

    def restart(self, mapping: SourceMapping) -> None:
        """Go on with changed settings."""

    def end(self, mapping: SourceMapping) -> None:
        """Move no more."""

    def visibility_timeout(self, queue_arn: str) -> float:
        """The visibility timeout of a queue in seconds; Refusal 400 when it is not there."""


class MappingApi:
    """Answers requests about mappings, and keeps them."""

    def __init__(self, registry: Registry, clock: Clock, movers: Movers, permissions: Permissions) -> None:
        self._registry = registry
        self._permissions = permissions
        self._clock = clock
        self._movers = movers
        self._mappings: dict[str, SourceMapping] = {}

    def all(self) -> tuple[SourceMapping, ...]:
        """The mappings, in the order in which they were made."""
        return tuple(self._mappings.values())

    def serve(self, exchange: Exchange) -> bool:
        """Answer a request if it is one for this API; False leaves it (and its body) to somebody else."""
        url = urlsplit(exchange.path)
        match = _PATH.fullmatch(url.path)
        operation = None
        if match is not None:
            operation = _OPERATIONS.get((exchange.command, "one" if match["id"] else "all"))
        if match is None or operation is None:
            return False
        body = exchange.read_body()
        request = {
            **{name: values[0] for name, values in parse_qs(url.query).items()},
            **(json.loads(body) if body else {}),
            ":id": unquote(match["id"] or ""),
        }
        headers = [("x-amzn-RequestId", str(uuid.uuid4())), ("Content-Type", "application/json")]
        try:
            status, answer = operation(self, request)
        except Refusal as refusal:
            exchange.answer(refusal.status, [*headers, ("x-amzn-ErrorType", refusal.code)], refusal.payload())
            return True
        exchange.answer(status, headers, json.dumps(answer).encode())
        return True

    def create(self, request: dict[str, Any]) -> _Answer:
        """CreateEventSourceMapping."""
        request.pop(":id")
        name = str(request.get("FunctionName") or "")
        settings = checked_settings(request)
        target = self._function(name)
        source = str(request["EventSourceArn"])
        arn = target.registered.arn if target.qualifier is None else f"{target.registered.arn}:{target.qualifier}"
        mapping = SourceMapping(source, arn, settings, modified=self._clock.time())
        self._permissions.check_polling(self._permissions.role_of(target.function), source)
        self._check_visibility(mapping, target)
        for other in self._mappings.values():
            if other.source == source and other.function_arn == arn:
                raise _conflict(other, target.function.name)
        self._movers.start(mapping)
        self._mappings[mapping.id] = mapping
        return 202, self._described(mapping, "Creating")

    def update(self, request: dict[str, Any]) -> _Answer:
        """UpdateEventSourceMapping: what is not named stays."""
        mapping = self._found(request)
        changes = {name: value for name, value in request.items() if name not in (":id", "FunctionName")}
        settings = {**mapping.settings, **{name: value for name, value in changes.items() if value is not None}}
        check(mapping.source, settings)
        if request.get("FunctionName"):
            mapping.function_arn = self._function(str(request["FunctionName"])).invoked_arn
        mapping.settings = settings
        mapping.modified = self._clock.time()
        self._movers.restart(mapping)
        return 202, self._described(mapping, "Updating")

    def get(self, request: dict[str, Any]) -> _Answer:
        """GetEventSourceMapping."""
        mapping = self._found(request)
        return 200, self._described(mapping, "Enabled" if mapping.enabled else "Disabled")

    def list(self, request: dict[str, Any]) -> _Answer:
        """ListEventSourceMappings, of one function or source, or of all."""
        name, source = request.get("FunctionName"), request.get("EventSourceArn")
        function = self._arn_of(name) if name else None
        found = [
            self._described(each, "Enabled" if each.enabled else "Disabled")
            for each in self._mappings.values()
            if (source is None or each.source == source) and (name is None or each.function_arn == function)
        ]
        return 200, {"EventSourceMappings": found}

    def delete(self, request: dict[str, Any]) -> _Answer:
        """DeleteEventSourceMapping."""
        mapping = self._found(request)
        del self._mappings[mapping.id]
        self._movers.end(mapping)
        return 202, self._described(mapping, "Deleting")

    def _described(self, mapping: SourceMapping, state: str) -> dict[str, Any]:
        return mapping.described(self._registry.region, self._registry.account, state)

    def _found(self, request: dict[str, Any]) -> SourceMapping:
        mapping = self._mappings.get(request[":id"])
        if mapping is None:
            raise _GONE
        return mapping

    def _function(self, name: str) -> Target:
        try:
            return self._registry.find(name)
        except Refusal:
            raise refused("Function does not exist") from None

    def _arn_of(self, name: str) -> str | None:
        try:
            return self._registry.find(name).invoked_arn
        except Refusal:
            return None

    def _check_visibility(self, mapping: SourceMapping, target: Target) -> None:
        """A queue whose messages come back before the function must have ended is refused."""
        if mapping.kind != QUEUE:
            return
        visible, timeout = self._movers.visibility_timeout(mapping.source), target.function.timeout
        if visible < timeout:
            raise refused(
                f"Queue visibility timeout: {visible:.0f} seconds is less than Function timeout: {timeout:.0f} seconds"
            )


def _conflict(other: SourceMapping, function: str) -> Refusal:
    what = f'An event source mapping with SQS arn (" {other.source} ") and function (" {function} ")'
    if other.kind != QUEUE:
        what = f'The event source arn (" {other.source} ") and function (" {function} ") provided mapping'
    text = f"{what} already exists. Please update or delete the existing mapping with UUID {other.id}"
    return refused(text, 409, "ResourceConflictException")


_OPERATIONS: dict[tuple[str, str], Callable[[MappingApi, dict[str, Any]], _Answer]] = {
    ("POST", "all"): MappingApi.create,
    ("GET", "all"): MappingApi.list,
    ("GET", "one"): MappingApi.get,
    ("PUT", "one"): MappingApi.update,
    ("DELETE", "one"): MappingApi.delete,
}
