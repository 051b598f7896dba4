"""What the tests of the reference runtime share: code folders, services, a look at the process table."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from invocation_lint.reference import Function, LambdaService
from invocation_lint.reference.service.workers.forks import Forks
from invocation_lint.reference.service.workers.processes import forking

ECHO = """
def handler(event, context):
    return event
"""


class Bench:
    """Makes functions out of source text, and a service for them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.services: list[LambdaService] = []

    def function(self, name: str, source: str = ECHO, **settings: Any) -> Function:
        """A function whose module `app.py` holds `source` and whose handler is `app.handler`."""
        code = self.folder / name
        code.mkdir(exist_ok=True)
        (code / "app.py").write_text(textwrap.dedent(source), encoding="utf-8")
        return Function(name, settings.pop("handler", "app.handler"), code, **settings)

    def service(self, *functions: Function, **settings: Any) -> LambdaService:
        """A service that runs until the end of the test."""
        service = LambdaService(functions, **settings)
        service.start()
        self.services.append(service)
        return service


@pytest.fixture(scope="module", autouse=True)
def processes(forks: Forks) -> Iterator[None]:
    """Workers, programs and moto's servers are forked: to start them takes longer than what most tests do with them.
    The tests of the service itself (service/) start them as it does for anybody."""
    with forking(forks):
        yield


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A bench whose services end with the test."""
    made = Bench(tmp_path)
    yield made
    for service in made.services:
        service.stop()


@pytest.fixture
def invoke(bench: Bench) -> Iterator[Callable[..., Any]]:
    """`invoke(service, name, payload, **parameters)`: the answer of Invoke with the decoded payload."""
    clients: dict[int, Any] = {}

    def call(service: LambdaService, name: str, payload: Any = None, **parameters: Any) -> Any:
        if id(service) not in clients:
            clients[id(service)] = service.client()
        if payload is not None:
            parameters["Payload"] = payload if isinstance(payload, bytes) else json.dumps(payload)
        answer = clients[id(service)].invoke(FunctionName=name, **parameters)
        body = answer["Payload"].read()
        return {**answer, "Payload": json.loads(body) if body else b""}

    yield call
    for client in clients.values():
        client.close()
