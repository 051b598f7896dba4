"""All patterns on one service with a fast clock, and a stand-in for what they call over HTTP."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from invocation_lint.reference import LambdaService, patterns
from invocation_lint.reference.service.clock import Clock
from invocation_lint.reference.service.records import Execution
from invocation_lint.reference.templates.content import Stack
from invocation_lint.reference.templates.names import Place
from invocation_lint.reference.templates.serving import serve_stack
from invocation_lint.reference.templates.stack import read_stack

FOLDER = Path(patterns.__file__).parent
FACTOR = 25
SECRET = "a secret of the tests"


class Upstream:
    """A service of others: model, bank, audit, CloudFormation. It keeps what it was asked, and fails as it is told.

    What it does under a `reference` it does once; `done` counts what it did.
    """

    def __init__(self, clock: Clock) -> None:
        self.asked: list[Any] = []
        self.done: Counter[str] = Counter()
        self.seconds = 0.0
        self._statuses: dict[str, list[int]] = {}
        self._clock = clock
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                data = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, body = upstream.answer(data)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            do_PUT = do_POST

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who asked may have been killed
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def fail(self, word: str, *statuses: int) -> None:
        """The next requests that hold the word are answered with these statuses, one after the other."""
        self._statuses[word] = list(statuses)

    def answer(self, data: Any) -> tuple[int, Any]:
        """Status and body for a request."""
        self.asked.append(data)
        self._clock.sleep(self.seconds)
        text = json.dumps(data)
        for word, statuses in self._statuses.items():
            if word in text and statuses:
                return statuses.pop(0), {}
        reference = str(data.get("reference", text))
        if reference not in self.done or "reference" not in data:
            self.done[reference] += 1
        return 200, {"answer": f"about {data.get('question')}", "receipt": f"receipt of {reference}"}

    def reset(self) -> None:
        """Forget everything, and be quick."""
        self.asked.clear()
        self.done.clear()
        self._statuses.clear()
        self.seconds = 0.0

    def close(self) -> None:
        """End."""
        self._server.shutdown()
        self._server.server_close()


class Pattern:
    """One pattern that is served: its functions, stores and fronts by their names in the template."""

    def __init__(self, name: str, service: LambdaService, upstream: Upstream, clients: dict[str, Any]) -> None:
        self.name = name
        self.service = service
        self.upstream = upstream
        self._clients = clients
        self._before = 0

    def client(self, name: str = "lambda") -> Any:
        """A client that the fixture closes."""
        if name not in self._clients:
            self._clients[name] = self.service.client(name)
        return self._clients[name]

    def full(self, name: str) -> str:
        """The physical name of what the template names so."""
        return f"{self.name}-{name}"

    def begin(self) -> None:
        """What was seen before does not count."""
        self._before = len(self.service.executions())

    def runs(self, name: str) -> list[Execution]:
        """The runs of a function since the test began."""
        return [run for run in self.service.executions()[self._before :] if run.function == self.full(name)]

    def outcomes(self, name: str) -> list[str]:
        """How these runs ended."""
        return [run.outcome for run in self.runs(name)]

    def settle(self, seconds: float = 7200) -> None:
        """Wait until nothing is under way."""
        assert self.service.wait_until_idle(seconds)

    def kill_when(self, name: str, condition: Callable[[], bool]) -> None:
        """Kill the function's workers as soon as the condition holds."""
        assert self.service.clock.wait_until(condition, 600)
        assert self.service.faults.kill_worker(self.full(name)) > 0

    def slow_and_killed(self, name: str, act: Callable[[], Any]) -> None:
        """Do `act`, and kill the run of the function that it begins, before its handler has the event."""
        before = len(self.runs(name))
        self.service.warm(self.full(name))
        self.service.faults.slow(self.full(name), seconds=25)
        act()
        self.kill_when(name, lambda: any(run.sandbox for run in self.runs(name)[before:]))

    def invoke(self, name: str, event: Any, *, later: bool = False) -> Any:
        """What the function answers; None for an event."""
        kind = "Event" if later else "RequestResponse"
        response = self.client().invoke(FunctionName=self.full(name), Payload=json.dumps(event), InvocationType=kind)
        body = response["Payload"].read()
        return json.loads(body) if body else None

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and body of the pattern's HTTP API."""
        (address,) = (url for what, url in self.service.addresses().items() if self.owns(what))
        return request(method, address.rstrip("/") + path, body, headers)

    def owns(self, what: str) -> bool:
        """Whether that front is the pattern's."""
        return what in (f"HTTP API {self.name}", f"Function URL {self.name}-webhook")

    def items(self, table: str) -> list[dict[str, Any]]:
        """The items of a table, as plain values."""
        items = self.client("dynamodb").scan(TableName=self.full(table), ConsistentRead=True)["Items"]
        return [{name: plain(value) for name, value in item.items()} for item in items]

    def messages(self, queue: str) -> list[Any]:
        """Take the messages off a queue; their bodies, decoded."""
        sqs, url, taken = self.client("sqs"), self.queue_url(queue), []
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for each in found:
                taken.append(json.loads(each["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        return taken

    def queue_url(self, queue: str) -> str:
        """The address of a queue."""
        url: str = self.client("sqs").get_queue_url(QueueName=self.full(queue))["QueueUrl"]
        return url


def plain(value: dict[str, Any]) -> Any:
    """The value of an attribute of DynamoDB."""
    ((kind, held),) = value.items()
    if kind == "N":
        return int(held)
    return [plain(each) for each in held] if kind == "L" else held


def request(method: str, url: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
    """Status and decoded body; `body` is sent as it is when it is bytes."""
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, named, method=method), timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


class Ground:
    """A service, on which a pattern is served as soon as a test asks for it."""

    def __init__(self, service: LambdaService, folder: Path) -> None:
        self.service = service
        self.upstream = Upstream(service.clock)
        self._folder = folder
        self._clients: dict[str, Any] = {}
        self._served: dict[str, Pattern] = {}

    def pattern(self, name: str) -> Pattern:
        """The pattern, its functions behind fronts warm: a cold start takes as long as on a slow clock."""
        if name not in self._served:
            stack = stack_of(FOLDER / f"{name}.yaml", self.service, self.upstream.url, self._folder)
            serve_stack(stack, self.service)
            for function in stack.functions:
                if function.url or any(
                    route.function == function.name for api in stack.http_apis for route in api.routes
                ):
                    self.service.warm(function.name)
            self._served[name] = Pattern(name, self.service, self.upstream, self._clients)
        return self._served[name]

    def close(self) -> None:
        """End what was made."""
        for client in self._clients.values():
            client.close()
        self.upstream.close()


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A ground for all tests of a module, and no longer: what polls for its mappings keeps a processor busy."""
    with LambdaService(clock_factor=FACTOR) as service:
        made = Ground(service, tmp_path_factory.mktemp("patterns"))
        yield made
        made.close()


def stack_of(template: Path, service: LambdaService, url: str, folder: Path) -> Stack:
    """The stack of one template; its name is that of the file."""
    given = {
        **dict.fromkeys(("ModelUrl", "BankUrl", "AuditUrl"), url),
        "SigningSecret": SECRET,
        "DatabaseUrl": f"sqlite:///{folder / template.stem}.db",
    }
    text = template.read_text(encoding="utf-8")
    place = Place(service.region, service.account, service.endpoint_url, template.stem)
    parameters = {name: value for name, value in given.items() if f"\n  {name}:" in text}
    stack = read_stack(template, place, parameters=parameters, made=folder)
    stack.http_apis = [replace(api, name=template.stem) for api in stack.http_apis]  # the implicit one of each
    return stack


@pytest.fixture
def pattern(ground: Ground) -> Iterator[Callable[[str], Pattern]]:
    """`pattern(name)`: that pattern, as if nothing had been asked of it before; faults end with the test."""

    def take(name: str) -> Pattern:
        found = ground.pattern(name)
        found.begin()
        return found

    yield take
    ground.service.faults.clear()
    ground.upstream.reset()
