"""The local Lambda service: everything put together, for a test or for a command."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from invocation_lint.reference.fronts.front import Behind
from invocation_lint.reference.fronts.function_url import FunctionUrlFront
from invocation_lint.reference.fronts.http_api import HttpApiFront
from invocation_lint.reference.fronts.rest_api import RestApiFront
from invocation_lint.reference.machines.log import MachineExecution
from invocation_lint.reference.service.api.configuration_api import ConfigurationApi
from invocation_lint.reference.service.api.deployment_api import DeploymentApi
from invocation_lint.reference.service.api.invoke_api import InvokeApi
from invocation_lint.reference.service.backing import Backing, relay
from invocation_lint.reference.service.clock import Clock
from invocation_lint.reference.service.concurrency import Concurrency
from invocation_lint.reference.service.destinations import Destinations
from invocation_lint.reference.service.events import EventQueue
from invocation_lint.reference.service.faults import Faults
from invocation_lint.reference.service.functions import Function, HttpApi, RestApi
from invocation_lint.reference.service.http import Exchange, Listener
from invocation_lint.reference.service.invoker import Invoker
from invocation_lint.reference.service.permissions import OPEN, Permissions
from invocation_lint.reference.service.records import (
    Delivery,
    Execution,
    FrontRecord,
    QueuedEvent,
    Records,
    RequestRecord,
)
from invocation_lint.reference.service.registry import Registered, Registry, Target
from invocation_lint.reference.service.sdk import make_client
from invocation_lint.reference.service.stacks import Stacks, port_of_api
from invocation_lint.reference.service.workers.environment import (
    caller_environment,
    is_own_package_installed,
    worker_environment,
)
from invocation_lint.reference.service.workers.pool import Pool
from invocation_lint.reference.service.workers.sandbox import Sandbox
from invocation_lint.reference.service.workers.site import Site
from invocation_lint.reference.sources.batches import BatchRecord
from invocation_lint.reference.sources.mapping import SourceMapping
from invocation_lint.reference.sources.sources import Sources


class LambdaService:
    """A local Lambda service on 127.0.0.1; a context manager.

    One endpoint serves everything: Invoke is ours, other requests go on to moto. `environment` and `layers` are added
    to every function and caller; functions named in `denied` answer 403. `permissions` is `open` (whoever calls may do
    everything) or `strict` (see permissions.py). `on_event` is called with each line of the
    log for people. `clock_factor` makes the service's seconds that much shorter than those on the wall; all seconds
    here are the service's. Nothing but loopback is used.
    """

    def __init__(
        self,
        functions: Iterable[Function] = (),
        *,
        rest_apis: Iterable[RestApi] = (),
        clock_factor: float = 1.0,
        port: int = 0,
        region: str = "us-east-1",
        account: str = "123456789012",
        environment: Mapping[str, str] | None = None,
        layers: Sequence[Path] = (),
        denied: Iterable[str] = (),
        permissions: str = OPEN,
        on_event: Callable[[str], None] | None = None,
    ) -> None:
        self.clock = Clock(clock_factor)
        self.region = region
        self.account = account
        self._given = (list(functions), list(rest_apis), port)
        self._environment = dict(environment or {})
        self._layers = tuple(layers)
        self._say = on_event or _say_nothing
        self._denied = set(denied)
        self._records = Records()
        self._registry = Registry(region, account)
        self._permissions = Permissions(permissions, self._registry, self._backing_client)
        self._concurrency = Concurrency()
        self._clients: dict[str, Any] = {}
        self._clients_lock = threading.Lock()
        self._started = False

    def __enter__(self) -> LambdaService:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def start(self) -> None:
        """Listen, with the functions that were given."""
        functions, rest_apis, port = self._given
        self._site = Site(self.clock)
        self._pool = Pool(self._make_sandbox)
        self.faults = Faults(self._pool.kill)
        self._invoker = Invoker(self._pool, self._records, self.clock, self.faults, self._say)
        destinations = Destinations(client=self.shared_client, records=self._records, clock=self.clock, say=self._say)
        self._events = EventQueue(
            registry=self._registry,
            invoker=self._invoker,
            concurrency=self._concurrency,
            clock=self.clock,
            faults=self.faults,
            finish=destinations.finish,
            say=self._say,
        )
        self._invoke_api = InvokeApi(
            registry=self._registry,
            invoker=self._invoker,
            concurrency=self._concurrency,
            records=self._records,
            clock=self.clock,
            faults=self.faults,
            enqueue=self._events.put,
            denied=self._denied,
            permissions=self._permissions,
            say=self._say,
        )
        self._sources = Sources(
            registry=self._registry,
            clock=self.clock,
            faults=self.faults,
            invoke=self._invoke_api,
            records=self._records,
            client=self._backing_client,
            permissions=self._permissions,
            say=self._say,
        )
        self._backing = Backing(
            self._site, self.account, self._sources.reports_url, lambda: self.endpoint_url, self._forwarded
        )
        self._configuration_api = ConfigurationApi(self._registry, self.clock, self)
        self._deployment_api = DeploymentApi(self._registry, self._configuration_api, self, self._site.folder / "code")
        self.stacks = Stacks(self._apis)
        self._apis_of_aws = (self._configuration_api, self._deployment_api, self._sources, self.stacks)
        self._listener = Listener(self._serve, port, name="lambda-service")
        self._behind = Behind(self._invoke_api, self._records, self.clock, self.account, self.region)
        self._rest_fronts: dict[str, RestApiFront] = {}
        self._http_fronts: dict[str, HttpApiFront] = {}
        self._url_fronts: dict[str, FunctionUrlFront] = {}
        self._started = True
        for function in functions:
            self.add_function(function)
        for api in rest_apis:
            self.add_rest_api(api)

    def stop(self) -> None:
        """End all processes and close all ports. What was written down stays readable."""
        if not self._started:
            return
        self._started = False
        for api in self._rest_fronts.values():
            api.close()
        for http_api in self._http_fronts.values():
            http_api.close()
        for url in self._url_fronts.values():
            url.close()
        self._listener.close()
        self._sources.close()
        self._events.close()
        self._pool.close()
        self._backing.close()
        for client in self._clients.values():
            client.close()
        self._clients.clear()
        self._site.close()

    @property
    def endpoint_url(self) -> str:
        """The address for AWS_ENDPOINT_URL, or for `endpoint_url=`."""
        return self._listener.url

    def client(self, name: str = "lambda", **config: Any) -> Any:
        """A boto3 client of this process for the service `name`; `config` are keywords of botocore's Config.

        It makes no retries and waits five minutes (on the wall) unless `config` says otherwise; close it after use.
        """
        settings = {"retries": {"total_max_attempts": 1}, "read_timeout": 300, **config}
        return make_client(name, endpoint_url=self.endpoint_url, region=self.region, settings=settings)

    def caller_environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """All environment variables for a program that calls the service, under its clock."""
        shared = {**self._environment, **(extra or {})}
        return caller_environment(
            region=self.region,
            endpoint_url=self.endpoint_url,
            import_path=[self._site.folder, *self._layers, *_own_folder()],
            shared=shared,
        )

    def requests(self, function: str | None = None) -> tuple[RequestRecord, ...]:
        """Every attempt that arrived at the Invoke API."""
        return self._records.requests(function)

    def executions(self, function: str | None = None) -> tuple[Execution, ...]:
        """Every run of a handler."""
        return self._records.executions(function)

    def deliveries(self, function: str | None = None) -> tuple[Delivery, ...]:
        """What was sent to destinations and dead-letter targets."""
        return self._records.deliveries(function)

    def functions(self) -> tuple[Registered, ...]:
        """The functions, in the order in which they were added."""
        return self._registry.all()

    def addresses(self) -> dict[str, str]:
        """The addresses of all HTTP fronts, by what they are: `REST API NAME`, `HTTP API NAME`, `Function URL NAME`."""
        return {
            **{f"REST API {name}": rest.url for name, rest in self._rest_fronts.items()},
            **{f"HTTP API {name}": http.url for name, http in self._http_fronts.items()},
            **{f"Function URL {name}": url.url for name, url in self._url_fronts.items()},
        }

    def batches(self, function: str | None = None) -> tuple[BatchRecord, ...]:
        """Every batch of records that an event source mapping handed to a function."""
        return self._sources.batch_records(function)

    def mappings(self) -> tuple[SourceMapping, ...]:
        """The event source mappings, in the order in which they were made."""
        return self._sources.mappings()

    def machine_executions(self, machine: str | None = None) -> tuple[MachineExecution, ...]:
        """Every execution of a state machine, or those of the one with that plain name."""
        return self._sources.machines.executions(machine)

    def queued_events(self) -> tuple[QueuedEvent, ...]:
        """The events that wait for their next attempt."""
        return self._events.waiting()

    def wait_until_idle(self, seconds: float = 600.0) -> bool:
        """Wait until nothing is under way; whether that came within `seconds`.

        That is: no handler and no state machine runs, no event is queued, and the sources of all enabled mappings are
        empty, also of messages that wait for their visibility timeout.
        """

        def is_idle() -> bool:
            return self._concurrency.running == 0 and self._events.is_empty and self._sources.is_idle

        # Twice: what ended between two looks may have begun something that was looked at before.
        return self.clock.wait_until(lambda: is_idle() and is_idle(), seconds)

    def add_function(self, function: Function) -> None:
        """Add a function, or replace the one of its name (its sandboxes end when they are idle)."""
        if not function.code_dir.is_dir():
            raise ValueError(f"function {function.name}: the code folder {function.code_dir} is not there")
        self._registry.add(function)
        self._pool.forget(function.name)
        self._close_url(function.name)
        if function.url:
            self.serve_url(function)

    def serve_url(self, function: Function) -> str:
        """Serve the URL of a function, on a port of its own that it keeps; the address."""
        if (front := self._url_fronts.get(function.name)) is not None:
            front.function = function
        else:
            front = FunctionUrlFront(function, self._behind)
            self._url_fronts[function.name] = front
        return front.url

    def add_rest_api(self, api: RestApi) -> None:
        """Serve a REST API, on a port of its own."""
        if (old := self._rest_fronts.pop(api.name, None)) is not None:
            old.close()
        self._rest_fronts[api.name] = RestApiFront(api, self._behind)

    def add_http_api(self, api: HttpApi) -> None:
        """Serve an HTTP API, on a port of its own."""
        if (old := self._http_fronts.pop(api.name, None)) is not None:
            old.close()
        self._http_fronts[api.name] = HttpApiFront(api, self._behind)

    def http_api_url(self, name: str) -> str:
        """The address of an HTTP API, `http://127.0.0.1:PORT`; KeyError for an unknown name."""
        return self._http_fronts[name].url

    def rest_api_url(self, name: str) -> str:
        """The address of a REST API with its stage, `http://127.0.0.1:PORT/prod`; KeyError for an unknown name."""
        return self._rest_fronts[name].url

    def function_url(self, name: str) -> str:
        """The Function URL of a function, `http://127.0.0.1:PORT/`; KeyError when it has none."""
        return self._url_fronts[name].url

    def front_requests(self, function: str | None = None) -> tuple[FrontRecord, ...]:
        """Every request at a REST API or Function URL, with what it was answered."""
        return self._records.front_requests(function)

    def remove_function(self, name: str) -> None:
        """Remove a function; KeyError when there is none of that name."""
        self._registry.remove(name)
        self._pool.forget(name)
        self._close_url(name)

    def set_reserved_concurrency(self, name: str, value: int | None) -> None:
        """Set or (None) remove the reserved concurrency of a function."""
        self._registry.find(name).registered.reserved_concurrency = value

    def set_permissions(self, mode: str) -> None:
        """Let permissions be `open` or `strict` from now on. Processes that run keep what they were started with."""
        self._permissions.set(mode)

    def warm(self, name: str, count: int = 1) -> int:
        """Start `count` more sandboxes of a function, so that its next invocations are no cold starts.

        Returns how many initialized; one that failed is tried again by the next invocation. Nothing is invoked, and
        nothing is written down.
        """
        target = self._registry.find(name)
        return sum(self._pool.warm(target) for _ in range(count))

    def forget_sandboxes(self, function: str | None = None) -> None:
        """End idle sandboxes, so that the next invocation is a cold start."""
        self._pool.forget(function)

    def _close_url(self, name: str) -> None:
        if (front := self._url_fronts.pop(name, None)) is not None:
            front.close()

    def _serve(self, exchange: Exchange) -> None:
        if (port := port_of_api(exchange.headers.get("Host", ""), self._apis())) is not None:
            relay(exchange, port)
        elif self._invoke_api.takes(exchange.command, exchange.path):
            self._invoke_api.serve(exchange)
        elif not any(api.serve(exchange) for api in (self._permissions, *self._apis_of_aws)):
            self._backing.forward(exchange)

    def _apis(self) -> dict[str, str]:
        """The addresses of the APIs, by their names."""
        urls = {name: front.url for name, front in self._http_fronts.items()}
        return {**urls, **{name: front.url for name, front in self._rest_fronts.items()}}

    def _forwarded(self, exchange: Exchange) -> None:
        """moto has done what a request asked for."""
        self._sources.wake()
        if "/iam/aws4_request" in exchange.headers.get("Authorization", ""):
            self._permissions.changed()

    def _make_sandbox(self, target: Target) -> Sandbox:
        function = target.function

        def environment(runtime_api: str, log_stream: str) -> dict[str, str]:
            layers = [*function.layers, *self._layers, *_own_folder()]
            return worker_environment(
                function,
                target.version,
                runtime_api=runtime_api,
                log_stream=log_stream,
                region=self.region,
                endpoint_url=self.endpoint_url,
                import_path=[self._site.folder, function.code_dir, *layers],
                shared=self._environment,
                key=self._permissions.key_of(function),
            )

        return Sandbox(
            function, target.version, clock=self.clock, environment=environment, lifeline=self._site.lifeline
        )

    def shared_client(self, name: str) -> Any:
        """The service's own client for `name`: making one takes a tenth of a second."""
        with self._clients_lock:
            if name not in self._clients:
                self._clients[name] = self.client(name)
            return self._clients[name]

    def _backing_client(self, name: str) -> Any:
        """A client of moto itself: what moves events looks often, and must not wake itself."""
        url = self._backing.url
        with self._clients_lock:
            if (key := f"moto {name}") not in self._clients:
                settings = {"retries": {"total_max_attempts": 1}, "max_pool_connections": 50}
                self._clients[key] = make_client(name, endpoint_url=url, region=self.region, settings=settings)
            return self._clients[key]


def _own_folder() -> list[Path]:
    """The folder that holds this package, when workers would not find it by themselves."""
    return [] if is_own_package_installed() else [Path(__file__).resolve().parents[3]]


def _say_nothing(line: str) -> None:
    """The log for people, when nobody reads it."""
