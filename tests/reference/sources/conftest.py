"""Queues, streams, topics and buckets for the tests of event sources."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from invocation_lint.reference import Function, LambdaService
from invocation_lint.reference.service.records import Execution
from invocation_lint.reference.sources.batches import BatchRecord

_NUMBERS = itertools.count(1)

# Writes the bodies that it got into a file beside its code, one line an invocation, and fails as the body says.
WORKER = """
import json, os, pathlib
LOG = pathlib.Path(os.environ["LAMBDA_TASK_ROOT"], "seen.jsonl")

def note(bodies):
    with LOG.open("a") as log:
        log.write(json.dumps(bodies) + "\\n")
"""


class Stand:
    """One function `name` of a running service, clients, and short words for what the tests do with them.

    Names of queues and the like get a number, since a service (and its moto) serves all tests of a module.
    """

    def __init__(self, service: LambdaService, clients: dict[str, Any], name: str) -> None:
        self.service = service
        self.name = name
        self._clients = clients
        self._mappings: list[str] = []

    def client(self, name: str = "lambda") -> Any:
        """A client that the fixture closes."""
        if name not in self._clients:
            self._clients[name] = self.service.client(name)
        return self._clients[name]

    def queue(self, name: str, **attributes: Any) -> tuple[str, str]:
        """Address and ARN of a new queue; FIFO when its name says so."""
        full = f"{name.removesuffix('.fifo')}-{self.name}"
        if name.endswith(".fifo"):
            full += ".fifo"
            attributes["FifoQueue"] = "true"
        held = {key: value if isinstance(value, str) else json.dumps(value) for key, value in attributes.items()}
        url = self.client("sqs").create_queue(QueueName=full, Attributes=held)["QueueUrl"]
        return url, f"arn:aws:sqs:{self.service.region}:{self.service.account}:{full}"

    def mapping(self, source: str, **settings: Any) -> str:
        """Make a mapping of `source` to the function; its id."""
        answer = self.client().create_event_source_mapping(EventSourceArn=source, FunctionName=self.name, **settings)
        self._mappings.append(answer["UUID"])
        return self._mappings[-1]

    def unmap(self) -> None:
        """Delete all mappings of the function."""
        while self._mappings:
            self.client().delete_event_source_mapping(UUID=self._mappings.pop())

    def send(self, url: str, *bodies: Any, **more: Any) -> list[str]:
        """Send one message for each body, as JSON unless it is a text; their ids."""
        texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
        client = self.client("sqs")
        return [client.send_message(QueueUrl=url, MessageBody=text, **more)["MessageId"] for text in texts]

    def bodies(self, url: str) -> list[str]:
        """Take all messages off a queue, also one that is just moved there; their bodies."""
        client, taken = self.client("sqs"), []
        asked = {"QueueUrl": url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 2}
        while messages := client.receive_message(**asked).get("Messages"):
            for each in messages:
                taken.append(each["Body"])
                client.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        return taken

    def batches(self) -> list[BatchRecord]:
        """The batches that the function was handed."""
        return list(self.service.batches(self.name))

    def runs(self) -> list[Execution]:
        """The runs of the function."""
        return list(self.service.executions(self.name))

    def seen(self) -> list[Any]:
        """What the function noted (see WORKER), an entry an invocation."""
        (registered,) = (each for each in self.service.functions() if each.function.name == self.name)
        log = registered.function.code_dir / "seen.jsonl"
        return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []

    def replaced(self, **settings: Any) -> Function:
        """The function with other settings."""
        (registered,) = (each for each in self.service.functions() if each.function.name == self.name)
        return replace(registered.function, **settings)

    @contextmanager
    def gone(self) -> Iterator[None]:
        """The function is deleted while this lasts."""
        function = self.replaced()
        self.service.remove_function(self.name)
        yield
        self.service.add_function(function)

    def settle(self, seconds: float = 600) -> None:
        """Wait until nothing is under way."""
        assert self.service.wait_until_idle(seconds)


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[LambdaService, dict[str, Any]]]:
    """A service on a fast clock for all tests of a module, and its clients."""
    clients: dict[str, Any] = {}
    with LambdaService(clock_factor=50) as service:
        yield service, clients
        for client in clients.values():
            client.close()


@pytest.fixture
def stand(bench: Any, running: tuple[LambdaService, dict[str, Any]]) -> Iterator[Callable[..., Stand]]:
    """`stand(source, **settings)` adds a function to the service; with its mappings it goes after the test."""
    stands: list[Stand] = []
    service, clients = running

    def add(source: str, **settings: Any) -> Stand:
        function = bench.function(f"f{next(_NUMBERS)}", source, **{"timeout": 20, **settings})
        service.add_function(function)
        stands.append(Stand(service, clients, function.name))
        return stands[-1]

    yield add
    for each in stands:
        each.unmap()
        service.remove_function(each.name)
    service.faults.clear()
