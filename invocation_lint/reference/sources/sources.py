"""All event sources of a service: makes what moves events, wakes it, and says whether anything is under way."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from invocation_lint.reference.machines.log import MachineLog
from invocation_lint.reference.machines.status_events import StatusEvents
from invocation_lint.reference.service.clock import Clock
from invocation_lint.reference.service.faults import Faults
from invocation_lint.reference.service.http import Exchange, Listener
from invocation_lint.reference.service.permissions import Permissions
from invocation_lint.reference.service.records import Records
from invocation_lint.reference.service.registry import Registry
from invocation_lint.reference.sources.batches import Batches, BatchLog, BatchRecord, Call, Runs
from invocation_lint.reference.sources.deliveries import Deliveries, Send
from invocation_lint.reference.sources.given_up import FailureDestinations
from invocation_lint.reference.sources.mapping import QUEUE, TABLE, SourceMapping, refused
from invocation_lint.reference.sources.mapping_api import MappingApi
from invocation_lint.reference.sources.pipes.carrying import Carrying
from invocation_lint.reference.sources.pipes.known import Pipes
from invocation_lint.reference.sources.pipes.pipe import Pipe
from invocation_lint.reference.sources.queues import QueuePoller
from invocation_lint.reference.sources.schedules import Scheduler
from invocation_lint.reference.sources.stream_readers import make_reader
from invocation_lint.reference.sources.streams import Lane, StreamPoller

_SHORTEST, _LONGEST = 0.04, 0.5


class Invoke(Protocol):
    """Runs functions, and queues events for them."""

    @property
    def call(self) -> Call:
        """Run a function and wait."""

    @property
    def send(self) -> Send:
        """Queue an event."""


class Mover(Protocol):
    """Moves the events of one mapping or pipe."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way and nothing waits."""

    def wake(self) -> None:
        """Look at the source now."""

    def close(self) -> None:
        """End."""


class Sources:
    """The event sources of one service, and the log of its state machines. `client(service)` gives an SDK client of
    moto itself."""

    def __init__(
        self,
        *,
        registry: Registry,
        clock: Clock,
        faults: Faults,
        invoke: Invoke,
        records: Records,
        client: Callable[[str], Any],
        permissions: Permissions,
        say: Callable[[str], None],
    ) -> None:
        self._clock = clock
        self._permissions = permissions
        self._faults = faults
        self._client = client
        self._say = say
        self._log = BatchLog(clock)
        self._batches = Batches(invoke.call, self._log)
        self._carrying = Carrying(
            call=invoke.call, send=invoke.send, client=client, permissions=permissions, log=self._log, clock=clock
        )
        self._pipes = Pipes(client=client, movers=self, check=self._check_pipe, say=say)
        self._deliveries = Deliveries(
            send=invoke.send,
            client=client,
            records=records,
            clock=clock,
            account=registry.account,
            region=registry.region,
            say=say,
        )
        self._account = registry.account
        self._failures = FailureDestinations(client=client, records=records, clock=clock, say=say)
        self._scheduler = Scheduler(
            client=client, clock=clock, account=registry.account, region=registry.region, deliver=self._deliver_due
        )
        self.machines = MachineLog(clock, say)
        self._status_events = StatusEvents(client, say)
        self._reports = Listener(self._report, name="reports")
        self._api = MappingApi(registry, clock, self, permissions)
        self._lock = threading.Lock()
        self._movers: dict[str, Mover] = {}
        # AWS looks about once a second; a look takes some milliseconds, so that it cannot be as often as the clock is
        # fast.
        self._interval = min(_LONGEST, max(_SHORTEST, clock.wall_seconds(1.0)))

    def serve(self, exchange: Exchange) -> bool:
        """Answer a request about mappings; False leaves it to somebody else."""
        return self._api.serve(exchange)

    @property
    def reports_url(self) -> str:
        """Where moto's side reports what is meant for functions."""
        return self._reports.url

    def mappings(self) -> tuple[SourceMapping, ...]:
        """The mappings, in the order in which they were made."""
        return self._api.all()

    def batch_records(self, function: str | None = None) -> tuple[BatchRecord, ...]:
        """Every batch that a mapping handed to a function, or that went through a pipe."""
        return self._log.all(function)

    @property
    def is_idle(self) -> bool:
        """Whether no source has anything for a function."""
        with self._lock:
            movers = list(self._movers.values())
        known = self.machines.is_idle and self._status_events.is_idle and self._deliveries.is_idle
        return known and all(mover.is_idle for mover in movers)

    def wake(self) -> None:
        """A request went to a queue, a table, or the like: look at the sources now."""
        with self._lock:
            movers = list(self._movers.values())
        for mover in movers:
            mover.wake()

    def close(self) -> None:
        """Move nothing more."""
        self._reports.close()
        self._scheduler.close()
        self._deliveries.close()
        with self._lock:
            movers = list(self._movers.values())
            self._movers.clear()
        for mover in movers:
            mover.close()

    def start(self, mapping: SourceMapping) -> None:
        """Begin to move the events of a mapping; Refusal 400 when its source is not there."""
        mover = self._make(mapping)
        with self._lock:
            self._movers[mapping.id] = mover

    def restart(self, mapping: SourceMapping) -> None:
        """Look at a mapping's changed settings."""
        with self._lock:
            mover = self._movers[mapping.id]
        mover.wake()

    def end(self, mapping: SourceMapping) -> None:
        """Move no more events of a mapping."""
        with self._lock:
            mover = self._movers.pop(mapping.id)
        mover.close()

    def visibility_timeout(self, queue_arn: str) -> float:
        """The visibility timeout of a queue in seconds; Refusal 400 when it is not there."""
        client = self._client("sqs")
        try:
            url = client.get_queue_url(QueueName=queue_arn.rsplit(":", 1)[1])["QueueUrl"]
        except client.exceptions.QueueDoesNotExist:
            raise refused(
                "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue."
                " SQS Error Message: The specified queue does not exist."
            ) from None
        answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
        return float(answer["Attributes"]["VisibilityTimeout"])

    def _report(self, exchange: Exchange) -> None:
        what = json.loads(exchange.read_body())
        try:
            if what["kind"] == "schedules":
                self._scheduler.refresh()
            elif what["kind"] == "pipes":
                self._pipes.refresh()
            elif what["kind"] == "execution":
                self._permissions.know(what["role"])
                self._status_events.send(what)
                self.machines.take(what)
            else:
                self._deliveries.take(what)
        except Exception as error:  # what cannot be delivered must not fail the request that it came from
            self._say(f"LOST     {what}: {type(error).__name__}: {error}")
        exchange.answer(204, [])

    def _deliver_due(self, arn: str, target: Mapping[str, Any], event: Mapping[str, Any]) -> None:
        try:
            self._deliveries.put_to_target(arn, target, event, "schedule")
        except Exception as error:  # of a queue or topic that is not there: the other schedules go on
            self._say(f"LOST     {arn}: {type(error).__name__}: {error}")

    def _check_pipe(self, pipe: Pipe) -> None:
        self._permissions.check_polling(pipe.role, pipe.source)

    def _runs(self, mapping: SourceMapping) -> Runs:
        return self._carrying if isinstance(mapping, Pipe) else self._batches

    def _make(self, mapping: SourceMapping) -> Mover:
        if mapping.kind != QUEUE:
            return self._make_stream(mapping)
        return QueuePoller(
            mapping,
            client=self._client("sqs"),
            batches=self._runs(mapping),
            clock=self._clock,
            faults=self._faults,
            interval=self._interval,
            say=self._say,
        )

    def _make_stream(self, mapping: SourceMapping) -> Mover:
        if mapping["TumblingWindowInSeconds"]:
            raise refused("this local service has no tumbling windows")
        client = self._client("dynamodbstreams" if mapping.kind == TABLE else "kinesis")
        reader = make_reader(mapping, client, self._account)

        def lane(shard: str) -> Lane:
            return Lane(
                mapping,
                shard,
                retention=reader.retention,
                batches=self._runs(mapping),
                give_up=self._failures.take,
                clock=self._clock,
                faults=self._faults,
                say=self._say,
            )

        return StreamPoller(mapping, reader=reader, lane=lane, interval=self._interval, say=self._say)
