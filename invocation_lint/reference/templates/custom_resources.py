"""Custom resources: their function is told of Create, and what it responds is what GetAtt and Ref give.

CloudFormation invokes the function asynchronously, and waits until somebody puts a response to the event's ResponseURL.
A resource that fails is noted, and the stack is served without it; CloudFormation would roll the stack back.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes-create.html
"""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from invocation_lint.reference.service.http import Exchange, Listener

if TYPE_CHECKING:
    from invocation_lint.reference.service.service import LambdaService

CUSTOM = "AWS::CloudFormation::CustomResource"
_GRACE_SECONDS = 0.5  # on the wall: a response that was sent before the function ended has arrived by then
_TOKEN = re.compile(r"<custom resource (\w+)(?:\.([^<>]+))?>")


@dataclass(frozen=True)
class CustomResource:
    """A custom resource: its type, the ARN of its function, and its resolved properties."""

    logical_id: str
    kind: str
    function: str
    properties: Mapping[str, Any]


def is_custom(kind: str) -> bool:
    """Whether a type of a resource is one of custom resources."""
    return kind == CUSTOM or kind.startswith("Custom::")


def token(logical_id: str, attribute: str = "") -> str:
    """What stands for a value of a custom resource until its function has responded; Ref has no attribute."""
    return f"<custom resource {logical_id}{'.' * bool(attribute)}{attribute}>"


def waits_for(value: Any) -> set[str]:
    """The logical ids of the custom resources whose values stand in a value."""
    return {found[1] for text in _texts(value) for found in _TOKEN.finditer(text)}


def filled(value: Any, known: Mapping[str, Mapping[str, Any]]) -> Any:
    """A value with what is known of custom resources (logical id -> attribute -> value; Ref is "") put in; a made-up
    text for what a resource that is known has not responded."""

    def one(found: re.Match[str]) -> Any:
        logical_id, attribute = found[1], found[2] or ""
        if logical_id not in known:
            return found[0]
        return known[logical_id].get(attribute, f"{logical_id}.{attribute}".rstrip("."))

    if isinstance(value, Mapping):
        return {key: filled(each, known) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, known) for each in value]
    if not isinstance(value, str):
        return value
    whole = _TOKEN.fullmatch(value)
    return one(whole) if whole is not None else _TOKEN.sub(lambda found: str(one(found)), value)


def in_order(resources: Iterable[CustomResource]) -> list[CustomResource]:
    """Custom resources, those first whose values others wait for."""
    left, ordered = list(resources), list[CustomResource]()
    while left:
        names = {one.logical_id for one in left}
        first = next((one for one in left if not waits_for(one.properties) & (names - {one.logical_id})), left[0])
        left.remove(first)
        ordered.append(first)
    return ordered


class Creation:
    """Creates the custom resources of one stack, one after another. A context: it listens for responses."""

    def __init__(self, service: LambdaService, stack_id: str) -> None:
        self._service = service
        self._stack_id = stack_id
        self._answers: dict[str, dict[str, Any]] = {}
        self._arrived = threading.Condition()
        self._listener = Listener(self._take, name="custom-resources")

    def __enter__(self) -> Creation:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def create(self, resource: CustomResource) -> tuple[dict[str, Any], str]:
        """What GetAtt gives ("": what Ref gives), and why the resource failed: empty where it did not."""
        name = resource.function.split(":")[6]
        request = uuid.uuid4().hex
        event = {
            "RequestType": "Create",
            "ServiceToken": resource.function,
            "ResponseURL": f"{self._listener.url}/{request}",
            "StackId": self._stack_id,
            "RequestId": request,
            "LogicalResourceId": resource.logical_id,
            "ResourceType": resource.kind,
            "ResourceProperties": _as_texts(resource.properties),
        }
        before = len(self._service.executions(name))
        self._service.shared_client("lambda").invoke(
            FunctionName=resource.function, InvocationType="Event", Payload=json.dumps(event).encode()
        )
        answer = self._wait(request, name, before)
        if answer is None:
            return {}, f"{name} ended without a response, for which CloudFormation waits an hour"
        if answer.get("Status") != "SUCCESS":
            return {}, str(answer.get("Reason") or "its response has no Reason")
        return {**(answer.get("Data") or {}), "": str(answer.get("PhysicalResourceId") or "")}, ""

    def _wait(self, request: str, name: str, before: int) -> dict[str, Any] | None:
        """The response; None where the function's first run has ended without one."""
        until: float | None = None
        while True:
            with self._arrived:
                if request in self._answers:
                    return self._answers[request]
                if until is not None and time.monotonic() > until:
                    return None
                self._arrived.wait(0.02)
            if until is None and any(run.ended is not None for run in self._service.executions(name)[before:]):
                until = time.monotonic() + _GRACE_SECONDS

    def _take(self, exchange: Exchange) -> None:
        try:
            answer = json.loads(exchange.read_body())
        except ValueError:
            exchange.answer(400, [], b"not JSON")
            return
        with self._arrived:
            if isinstance(answer, dict):
                self._answers[exchange.path.strip("/").partition("?")[0]] = answer
            self._arrived.notify_all()
        exchange.answer(200, [])


def _as_texts(value: Any) -> Any:
    """Properties as CloudFormation sends them: numbers and booleans are strings."""
    if isinstance(value, Mapping):
        return {str(key): _as_texts(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_as_texts(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _texts(each)
