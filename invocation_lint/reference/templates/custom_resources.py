"""Custom resources: their function is told of Create, and what it responds is what GetAtt and Ref give. When the
template changes it is told of Update, and in the end, or when the template has the resource no more, of Delete.

CloudFormation invokes the function asynchronously, and waits until somebody puts a response to the event's ResponseURL.
An update whose response has another PhysicalResourceId has replaced the resource: the old one is deleted.
A resource that fails is noted, and the stack is served without it; CloudFormation would roll the stack back.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes-create.html,
crpg-ref-requesttypes-update.html, crpg-ref-requesttypes-delete.html
"""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from invocation_lint.reference.service.http import Exchange, Listener

if TYPE_CHECKING:
    from invocation_lint.reference.service.service import LambdaService

CUSTOM = "AWS::CloudFormation::CustomResource"
_GRACE_SECONDS = 0.5  # on the wall, between a response and the end of the function, whichever comes first
_TOKEN = re.compile(r"<custom resource ([\w-]+/\w+)(?:\.([^<>]+))?>")


@dataclass(frozen=True)
class CustomResource:
    """A custom resource of a stack: its type, the ARN of its function, and its resolved properties.

    `stays`: its function is not told of Delete (DeletionPolicy); `stays_when_replaced`: nor is it when an update gives
    the resource another physical id (UpdateReplacePolicy).
    """

    stack: str
    logical_id: str
    kind: str
    function: str
    properties: Mapping[str, Any]
    stays: bool = False
    stays_when_replaced: bool = False

    @property
    def key(self) -> str:
        """What tells it from those of other stacks."""
        return f"{self.stack}/{self.logical_id}"


def is_custom(kind: str) -> bool:
    """Whether a type of a resource is one of custom resources."""
    return kind == CUSTOM or kind.startswith("Custom::")


def token(stack: str, logical_id: str, attribute: str = "") -> str:
    """What stands for a value of a custom resource until its function has responded; Ref has no attribute."""
    return f"<custom resource {stack}/{logical_id}{'.' * bool(attribute)}{attribute}>"


def waits_for(value: Any) -> set[str]:
    """The keys of the custom resources whose values stand in a value."""
    return {found[1] for text in _texts(value) for found in _TOKEN.finditer(text)}


def filled(value: Any, known: Mapping[str, Mapping[str, Any]]) -> Any:
    """A value with what is known of custom resources (key -> attribute -> value; Ref is "") put in; a made-up text for
    what a resource that is known has not responded."""

    def one(found: re.Match[str]) -> Any:
        key, attribute = found[1], found[2] or ""
        if key not in known:
            return found[0]
        return known[key].get(attribute, f"{key.partition('/')[2]}.{attribute}".rstrip("."))

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
        keys = {one.key for one in left}
        first = next((one for one in left if not waits_for(one.properties) & (keys - {one.key})), left[0])
        left.remove(first)
        ordered.append(first)
    return ordered


def leave_out_unserved(resources: list[CustomResource], served: Set[str], note: Callable[[str], None]) -> None:
    """Take out and note the custom resources whose function is not served, as that of another stack or a topic."""
    for one in list(resources):
        if ":lambda:" not in one.function or one.function.split(":")[6] not in served:
            resources.remove(one)
            note(f"{one.logical_id}: {one.kind} is not served, nor is its function")


@dataclass(frozen=True)
class Response:
    """What a function has responded: what Ref gives, what GetAtt gives, and why it failed (empty where it did not)."""

    physical_id: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    failure: str = ""

    @property
    def values(self) -> dict[str, Any]:
        """The values by their attributes; Ref is ""."""
        return {**self.data, "": self.physical_id}


class Conversation:
    """Tells functions of custom resources, one after another. A context: it listens for responses."""

    def __init__(self, service: LambdaService) -> None:
        self._service = service
        self._answers: dict[str, dict[str, Any]] = {}
        self._arrived = threading.Condition()
        self._listener: Listener | None = None

    def __enter__(self) -> Conversation:
        return self

    def __exit__(self, *_: object) -> None:
        if self._listener is not None:
            self._listener.close()

    def create(self, resource: CustomResource) -> Response:
        """Tell of Create."""
        return self._ask("Create", resource)

    def update(self, resource: CustomResource, old: CustomResource, physical_id: str) -> Response:
        """Tell of Update: what the resource was, and what it is to be."""
        before = _as_texts(old.properties)
        return self._ask("Update", resource, PhysicalResourceId=physical_id, OldResourceProperties=before)

    def delete(self, resource: CustomResource, physical_id: str) -> Response:
        """Tell of Delete."""
        return self._ask("Delete", resource, PhysicalResourceId=physical_id)

    def _ask(self, kind: str, resource: CustomResource, **more: Any) -> Response:
        name, service = resource.function.split(":")[6], self._service
        if self._listener is None:
            self._listener = Listener(self._take, name="custom-resources")
        request = uuid.uuid4().hex
        event = {
            "RequestType": kind,
            "ServiceToken": resource.function,
            "ResponseURL": f"{self._listener.url}/{request}",
            "StackId": f"arn:aws:cloudformation:{service.region}:{service.account}:stack/{resource.stack}/local",
            "RequestId": request,
            "LogicalResourceId": resource.logical_id,
            "ResourceType": resource.kind,
            "ResourceProperties": _as_texts(resource.properties),
            **more,
        }
        before = len(service.executions(name))
        service.shared_client("lambda").invoke(
            FunctionName=resource.function, InvocationType="Event", Payload=json.dumps(event).encode()
        )
        answer = self._wait(request, name, before)
        if answer is None:
            return Response(failure=f"{name} ended without a response, for which CloudFormation waits an hour")
        physical_id = str(answer.get("PhysicalResourceId") or "")
        if answer.get("Status") != "SUCCESS":
            return Response(physical_id, failure=str(answer.get("Reason") or "its response has no Reason"))
        return Response(physical_id, answer.get("Data") or {})

    def _wait(self, request: str, name: str, before: int) -> dict[str, Any] | None:
        """The response; None where the function's first run has ended without one. A run that has responded is given
        time to end."""
        until: float | None = None
        while True:
            ended = any(run.ended is not None for run in self._service.executions(name)[before:])
            with self._arrived:
                answer = self._answers.get(request)
                if (answer is not None and ended) or (until is not None and time.monotonic() > until):
                    return answer
                if until is None and (ended or answer is not None):
                    until = time.monotonic() + _GRACE_SECONDS
                self._arrived.wait(0.02)

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
