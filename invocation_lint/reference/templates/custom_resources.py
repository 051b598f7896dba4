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
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from invocation_lint.reference.service.http import Exchange, Listener

if TYPE_CHECKING:
    from invocation_lint.reference.service.service import LambdaService

CUSTOM = "AWS::CloudFormation::CustomResource"
_GRACE_SECONDS = 0.5  # on the wall: a response that was sent before the function ended has arrived by then
_TOKEN = re.compile(r"<custom resource ([\w-]+/\w+)(?:\.([^<>]+))?>")


@dataclass(frozen=True)
class CustomResource:
    """A custom resource of a stack: its type, the ARN of its function, and its resolved properties."""

    stack: str
    logical_id: str
    kind: str
    function: str
    properties: Mapping[str, Any]

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


class Creation:
    """Creates custom resources, one after another. A context: it listens for responses."""

    def __init__(self, service: LambdaService) -> None:
        self._service = service
        self._answers: dict[str, dict[str, Any]] = {}
        self._arrived = threading.Condition()
        self._listener = Listener(self._take, name="custom-resources")

    def __enter__(self) -> Creation:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def create(self, resource: CustomResource) -> tuple[dict[str, Any], str]:
        """What GetAtt gives ("": what Ref gives), and why the resource failed: empty where it did not."""
        name, service = resource.function.split(":")[6], self._service
        request = uuid.uuid4().hex
        event = {
            "RequestType": "Create",
            "ServiceToken": resource.function,
            "ResponseURL": f"{self._listener.url}/{request}",
            "StackId": f"arn:aws:cloudformation:{service.region}:{service.account}:stack/{resource.stack}/local",
            "RequestId": request,
            "LogicalResourceId": resource.logical_id,
            "ResourceType": resource.kind,
            "ResourceProperties": _as_texts(resource.properties),
        }
        before = len(service.executions(name))
        service.shared_client("lambda").invoke(
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
