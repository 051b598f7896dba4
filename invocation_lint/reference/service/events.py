"""Asynchronous events: the queue between a 202 and the handler, its retries, ages and ends.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html; conditions and counts as recorded
(tests/reference/observed, group lambda_destinations).
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from invocation_lint.reference.service.clock import Clock
from invocation_lint.reference.service.concurrency import Concurrency
from invocation_lint.reference.service.errors import Refusal
from invocation_lint.reference.service.faults import Faults
from invocation_lint.reference.service.invoker import Invocation, Invoker, Outcome
from invocation_lint.reference.service.limits import limit
from invocation_lint.reference.service.records import QueuedEvent
from invocation_lint.reference.service.registry import Registry

_AT_ONCE = 64


@dataclass(frozen=True)
class Event:
    """An event on its way: what to run, since when it waits, how often it ran and how often it was throttled."""

    invocation: Invocation
    since: float
    runs: int = 0
    throttled: int = 0


@dataclass(frozen=True)
class Ending:
    """How an event ended: `Success`, `RetriesExhausted`, `EventAgeExceeded`, `ZeroReservedConcurrency`,
    `RecursiveInvocation` (this last word is not verified). `outcome` is that of its last run, if it ran."""

    event: Event
    condition: str
    outcome: Outcome | None


class EventQueue:
    """Runs events when they are due. Each attempt has the event's own request id, as on AWS."""

    def __init__(
        self,
        *,
        registry: Registry,
        invoker: Invoker,
        concurrency: Concurrency,
        clock: Clock,
        faults: Faults,
        finish: Callable[[Ending], None],
        say: Callable[[str], None],
    ) -> None:
        self._registry = registry
        self._invoker = invoker
        self._concurrency = concurrency
        self._clock = clock
        self._faults = faults
        self._finish = finish
        self._say = say
        self._changed = threading.Condition()
        self._numbers = itertools.count()
        self._waiting: list[tuple[float, int, Event]] = []
        self._at_work = 0
        self._closed = False
        self._thread = threading.Thread(target=self._dispatch, name="event-queue", daemon=True)
        self._thread.start()

    def put(self, invocation: Invocation) -> None:
        """Queue an event (`attempt` 0: loop detection has stopped it, it only ends)."""
        now = self._clock.time()
        copies = 2 if self._faults.take("duplicate", invocation.target.function.name) is not None else 1
        for _ in range(copies):
            self._push(now, Event(invocation, now))

    def waiting(self) -> tuple[QueuedEvent, ...]:
        """The events that wait for their next attempt, the next one first."""
        with self._changed:
            return tuple(
                QueuedEvent(each.invocation.target.function.name, each.invocation.request_id, each.runs + 1, due)
                for due, _, each in sorted(self._waiting)
            )

    @property
    def is_empty(self) -> bool:
        """Whether no event waits and none is at work."""
        with self._changed:
            return not self._waiting and not self._at_work

    def close(self) -> None:
        """Drop what waits, and start nothing more."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()
        self._thread.join(5)

    def _push(self, due: float, event: Event) -> None:
        with self._changed:
            heapq.heappush(self._waiting, (due, next(self._numbers), event))
            self._changed.notify_all()

    def _dispatch(self) -> None:
        while True:
            with self._changed:
                while not self._closed and (not self._is_due() or self._at_work >= _AT_ONCE):
                    self._changed.wait(self._pause())
                if self._closed:
                    return
                event = heapq.heappop(self._waiting)[2]
                self._at_work += 1
            threading.Thread(target=self._work, args=(event,), name="event", daemon=True).start()

    def _is_due(self) -> bool:
        return bool(self._waiting) and self._waiting[0][0] <= self._clock.time()

    def _pause(self) -> float | None:
        """How long to wait (on the wall) when nothing else changes."""
        if not self._waiting or self._at_work >= _AT_ONCE:
            return None
        return max(0.001, self._clock.wall_seconds(self._waiting[0][0] - self._clock.time()))

    def _work(self, event: Event) -> None:
        try:
            self._attempt(event)
        finally:
            with self._changed:
                self._at_work -= 1
                self._changed.notify_all()

    def _attempt(self, event: Event) -> None:
        """One attempt: run the event, and end it or put it back."""
        invocation = event.invocation
        registered = invocation.target.registered
        name = registered.function.name
        if registered not in self._registry.all():
            self._say(f"EVENT    {name} {invocation.request_id} dropped: the function is gone")
            return
        if invocation.attempt == 0:
            self._end(Ending(event, "RecursiveInvocation", None))
            return
        if registered.reserved_concurrency == 0:
            self._end(Ending(event, "ZeroReservedConcurrency", None))
            return
        try:
            self._concurrency.enter(invocation.target)
        except Refusal:
            self._after_throttling(event)
            return
        try:
            outcome = self._invoker.run(replace(invocation, attempt=event.runs + 1))
        finally:
            self._concurrency.leave(invocation.target)
        event = replace(event, runs=event.runs + 1, throttled=0)
        if outcome.function_error is None:
            self._end(Ending(event, "Success", outcome))
        else:
            self._after_failure(event, outcome)

    def _after_failure(self, event: Event, outcome: Outcome) -> None:
        """One more attempt a minute later, then two; or the end, at once when the wait would outlast the age."""
        config = event.invocation.target.registered.events
        if event.runs > config.maximum_retry_attempts:
            self._end(Ending(event, "RetriesExhausted", outcome))
            return
        wait = limit("async_first_retry_seconds" if event.runs == 1 else "async_second_retry_seconds")
        due = self._clock.time() + wait
        if due >= event.since + config.maximum_event_age:
            self._end(Ending(event, "EventAgeExceeded", outcome))
            return
        self._say(f"EVENT    {event.invocation.target.function.name} {event.invocation.request_id} again in {wait} s")
        self._push(due, event)

    def _after_throttling(self, event: Event) -> None:
        """Back into the queue, for 1 s and twice as long each time, until the event is too old."""
        config = event.invocation.target.registered.events
        longest = limit("async_throttle_max_seconds")
        due = self._clock.time() + min(longest, limit("async_throttle_first_seconds") * 2**event.throttled)
        if due >= event.since + config.maximum_event_age:
            self._end(Ending(event, "EventAgeExceeded", None))
            return
        self._push(due, replace(event, throttled=event.throttled + 1))

    def _end(self, ending: Ending) -> None:
        if not self._closed:
            self._finish(ending)
