"""A service with the account of the recordings."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.response import StreamingBody

from invocation_lint.reference import Function, LambdaService

ACCOUNT = "111111111111"


def read_payload(parsed: dict[str, Any], **_: Any) -> None:
    """Read the body at once, so that no test leaves a connection open by not looking at it."""
    if "Payload" in parsed:
        data = parsed["Payload"].read()
        parsed["Payload"] = StreamingBody(io.BytesIO(data), len(data))


class Scene:
    """A running service with its functions, and clients of it."""

    def __init__(self, service: LambdaService) -> None:
        self.service = service
        self._clients: dict[str, Any] = {}

    def client(self, name: str = "lambda") -> Any:
        """A client that the fixture closes."""
        if name not in self._clients:
            self._clients[name] = self.service.client(name)
            self._clients[name].meta.events.register("after-call.lambda.Invoke", read_payload)
        return self._clients[name]

    def queue(self, name: str = "results", **attributes: str) -> tuple[str, str]:
        """Address and ARN of a new queue."""
        url = self.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return url, f"arn:aws:sqs:{self.service.region}:{ACCOUNT}:{name}"

    def close(self) -> None:
        """Close the clients."""
        for client in self._clients.values():
            client.close()


@pytest.fixture(scope="module")
def shared() -> Iterator[Scene]:
    """A scene on a fast clock for all tests of a module; each adds functions and queues under names of its own."""
    with LambdaService(account=ACCOUNT, clock_factor=50) as service:
        stage = Scene(service)
        yield stage
        stage.close()


@pytest.fixture
def scene(bench: Any) -> Iterator[Callable[..., Scene]]:
    """`scene(function, ..., clock_factor=..)` starts a service."""
    scenes: list[Scene] = []

    def start(*functions: Function, **settings: Any) -> Scene:
        scenes.append(Scene(bench.service(*functions, account=ACCOUNT, **settings)))
        return scenes[-1]

    yield start
    for each in scenes:
        each.close()
