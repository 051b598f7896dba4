"""A service on a fast clock with state machines."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from invocation_lint.reference import LambdaService
from invocation_lint.reference.machines.log import MachineExecution
from tests.reference.conftest import Bench

ROLE = "arn:aws:iam::123456789012:role/machine"
_NUMBERS = itertools.count(1)


class Hall:
    """A running service, clients of it, and short words for what the tests do with machines."""

    def __init__(self, service: LambdaService, bench: Bench) -> None:
        self.service = service
        self._bench = bench
        self._clients: dict[str, Any] = {}

    def client(self, name: str = "stepfunctions") -> Any:
        """A client that the fixture closes."""
        if name not in self._clients:
            self._clients[name] = self.service.client(name)
        return self._clients[name]

    def function(self, source: str, **settings: Any) -> str:
        """The name of a new function whose code is `source`."""
        function = self._bench.function(f"f{next(_NUMBERS)}", source, **settings)
        self.service.add_function(function)
        return function.name

    def arn(self, function: str) -> str:
        """The ARN of a function."""
        return f"arn:aws:lambda:{self.service.region}:{self.service.account}:function:{function}"

    def machine(self, states: dict[str, Any], *, kind: str = "STANDARD", **more: Any) -> str:
        """The ARN of a new machine that starts with the first state; the last one ends it, where none says so."""
        *_, last = states.values()
        if last["Type"] not in ("Choice", "Succeed", "Fail") and "Next" not in last:
            last.setdefault("End", True)
        definition = {"StartAt": next(iter(states)), "States": states, **more}
        return self.client().create_state_machine(
            name=f"m{next(_NUMBERS)}", definition=json.dumps(definition), roleArn=ROLE, type=kind
        )["stateMachineArn"]

    def start(self, machine: str, given: Any = None, **more: Any) -> str:
        """Start an execution; its ARN."""
        text = json.dumps({} if given is None else given)
        return self.client().start_execution(stateMachineArn=machine, input=text, **more)["executionArn"]

    def end(self, execution: str, seconds: float = 600) -> MachineExecution:
        """The execution when it has ended."""
        assert self.service.clock.wait_until(lambda: self.seen(execution).status != "RUNNING", seconds)
        return self.seen(execution)

    def seen(self, execution: str) -> MachineExecution:
        """What the service knows of an execution."""
        return next(each for each in self.service.machine_executions() if each.arn == execution)

    def run(self, states: dict[str, Any], given: Any = None, **more: Any) -> MachineExecution:
        """Run a machine to its end."""
        return self.end(self.start(self.machine(states, **more), given))

    def output(self, states: dict[str, Any], given: Any = None, **more: Any) -> Any:
        """Run a machine, which must succeed; its output."""
        execution = self.run(states, given, **more)
        assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
        return json.loads(execution.output or "")

    def close(self) -> None:
        """Close the clients."""
        for client in self._clients.values():
            client.close()


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A hall for all tests of a module."""
    with LambdaService(clock_factor=50) as service:
        made = Hall(service, Bench(tmp_path_factory.mktemp("machines")))
        yield made
        made.close()


@pytest.fixture(autouse=True)
def disarmed(hall: Hall) -> Iterator[None]:
    """No fault outlives its test."""
    yield
    hall.service.faults.clear()
