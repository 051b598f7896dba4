"""A mapping of a stream: reads every shard, gathers batches in order, and holds a shard while its batch fails.

A batch that fails is tried again, with growing pauses, until it succeeds, its attempts or its age run out, or its
records leave the stream; what follows it in the shard waits for it. With a partial batch response it goes on at the
first failed record. What is given up goes to the on-failure destination, without one it is lost.
https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-errors.html, services-dynamodb-errors.html
"""

from __future__ import annotations

import threading
import time
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from invocation_lint.reference.service.clock import Clock
from invocation_lint.reference.service.faults import Faults
from invocation_lint.reference.sources.batches import BatchRecord, Runs
from invocation_lint.reference.sources.given_up import GivenUp
from invocation_lint.reference.sources.mapping import FOREVER, SourceMapping
from invocation_lint.reference.sources.stream_readers import Reader, StreamItem, passes

# Doubled each time. With these pauses a record that fails for a minute is tried seven times, as the recorded count says
# (test_kinesis_maximum_record_age_exceeded[expire-while-retrying]); the longest is not known.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 300.0


@dataclass(frozen=True)
class Work:
    """Records that are to be handed over together, and how often they failed."""

    items: tuple[StreamItem, ...]
    attempts: int = 0


class Lane:
    """Hands over, in a thread, the records of one shard (or of one part of it: ParallelizationFactor) in order."""

    def __init__(
        self,
        mapping: SourceMapping,
        shard: str,
        *,
        retention: float,
        batches: Runs,
        give_up: Callable[[GivenUp], None],
        clock: Clock,
        faults: Faults,
        say: Callable[[str], None],
    ) -> None:
        self._mapping = mapping
        self._shard = shard
        self._retention = retention
        self._batches = batches
        self._give_up = give_up
        self._clock = clock
        self._faults = faults
        self._say = say
        self._changed = threading.Condition()
        self._waiting: deque[StreamItem] = deque()
        self._at_work = False
        self._closed = threading.Event()
        self._last: BatchRecord | None = None
        self._thread = threading.Thread(target=self._run, name="stream-lane", daemon=True)
        self._thread.start()

    @property
    def is_idle(self) -> bool:
        """Whether no record waits and none is at work."""
        with self._changed:
            return not self._waiting and not self._at_work

    def put(self, item: StreamItem) -> None:
        """Queue the next record."""
        with self._changed:
            self._waiting.append(item)
            self._changed.notify_all()

    def close(self) -> None:
        """Hand over nothing more."""
        self._closed.set()
        with self._changed:
            self._changed.notify_all()
        self._thread.join(5)

    def _run(self) -> None:
        while items := self._gathered():
            try:
                self._process(items)
            except Exception as error:  # the service ends, or something that must not end the lane
                if not self._closed.is_set():
                    self._say(f"MAPPING  {self._mapping.source}: {type(error).__name__}: {error}")
            finally:
                with self._changed:
                    self._at_work = False

    def _gathered(self) -> tuple[StreamItem, ...]:
        """The next batch: as many records as fit, or those that come within the batching window; none at the end."""
        size = self._mapping["BatchSize"]
        with self._changed:
            while not self._waiting and not self._closed.is_set():
                self._changed.wait()
            until = time.monotonic() + self._clock.wall_seconds(self._mapping["MaximumBatchingWindowInSeconds"])
            while len(self._waiting) < size and (left := until - time.monotonic()) > 0 and not self._closed.is_set():
                self._changed.wait(left)
            if self._closed.is_set():
                return ()
            self._at_work = True
            return tuple(self._waiting.popleft() for _ in range(min(size, len(self._waiting))))

    def _process(self, items: tuple[StreamItem, ...]) -> None:
        pending = deque([Work(items)])
        while pending and not self._closed.is_set():
            pending.extendleft(reversed(self._attempt(pending.popleft())))

    def _attempt(self, work: Work) -> list[Work]:
        """One attempt; what is left to do, in order."""
        work = self._without_old(work)
        if not work.items:
            return []
        record = self._batches.run(self._mapping, work.items, attempt=work.attempts + 1)
        if self._faults.take("duplicate", record.function) is not None:
            record = self._batches.run(self._mapping, work.items, attempt=work.attempts + 1)
        self._last = record
        what = f"{len(work.items)} records of {self._shard}: {record.outcome}"
        self._say(f"BATCH    {record.function} {record.request_id} {what}")
        ok = record.outcome == "success"
        self._mapping.last_result = "OK" if ok else "PROBLEM: Function call failed"
        if ok:
            return []
        if record.outcome == "refused":  # throttled, or gone: not counted as an attempt
            self._pause(work.attempts)
            return [work]
        first = next(number for number, item in enumerate(work.items) if item.identifier in record.failed)
        if first:
            self._pause(0)
            return [Work(work.items[first:])]
        attempts, most = work.attempts + 1, self._mapping["MaximumRetryAttempts"]
        if self._mapping["BisectBatchOnFunctionError"] and record.function_error and len(work.items) > 1:
            half = len(work.items) // 2  # a split does not count as an attempt
            self._pause(work.attempts)
            return [Work(work.items[:half], work.attempts), Work(work.items[half:], work.attempts)]
        if most != FOREVER and attempts > most:
            self._give_up(GivenUp(self._mapping, self._shard, work.items, "RetryAttemptsExhausted", attempts, record))
            return []
        self._pause(work.attempts)
        return [Work(work.items, attempts)]

    def _without_old(self, work: Work) -> Work:
        """Give up what is older than the mapping takes, and drop what has left the stream."""
        now, most = self._clock.time(), self._mapping["MaximumRecordAgeInSeconds"]
        kept = work.items
        if most != FOREVER:
            old = tuple(item for item in kept if now - item.arrival > most)
            if old:
                last = self._last if work.attempts else None
                self._give_up(GivenUp(self._mapping, self._shard, old, "RecordAgeExceeded", work.attempts + 1, last))
                kept = tuple(item for item in kept if item not in old)
        gone = [item for item in kept if now - item.arrival > self._retention]
        if gone:
            self._say(
                f"LOST     {self._mapping.source}: {len(gone)} records left the stream before they were processed"
            )
            kept = tuple(item for item in kept if item not in gone)
        return Work(kept, work.attempts)

    def _pause(self, attempts: int) -> None:
        self._clock.wait(self._closed, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(attempts, 20)))


class StreamPoller:
    """Reads the shards of one stream for one mapping, in a thread, until it is closed."""

    def __init__(
        self,
        mapping: SourceMapping,
        *,
        reader: Reader,
        lane: Callable[[str], Lane],
        interval: float,
        say: Callable[[str], None],
    ) -> None:
        self._mapping = mapping
        self._reader = reader
        self._make_lane = lane
        self._interval = interval
        self._say = say
        self._lanes: dict[str, list[Lane]] = {}
        self._iterators: dict[str, str | None] = {}
        self._changed = threading.Condition()
        self._asked = 1
        self._answered = 0
        self._is_held_back = False  # a shard waits for what its parents held
        self._closed = False
        shards, position = reader.shards(), mapping["StartingPosition"]
        held = {shard.id for shard in shards}
        for shard in shards:
            if position == "LATEST" or held.isdisjoint(shard.parents):
                self._open(shard.id, position)
        self._later = "TRIM_HORIZON" if position == "LATEST" else position  # for the shards that come after others
        self._thread = threading.Thread(target=self._poll, name="stream-mapping", daemon=True)
        self._thread.start()

    @property
    def is_idle(self) -> bool:
        """Whether everything that was asked for was read, and no record waits."""
        with self._changed:
            if self._mapping.enabled and (self._answered < self._asked or self._is_held_back):
                return False
            lanes = [lane for lanes in self._lanes.values() for lane in lanes]
        return all(lane.is_idle for lane in lanes)

    def wake(self) -> None:
        """Look at the stream now."""
        with self._changed:
            self._asked += 1
            self._changed.notify_all()

    def close(self) -> None:
        """Read nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(5)
        for lanes in self._lanes.values():
            for lane in lanes:
                lane.close()

    def _open(self, shard: str, position: str) -> None:
        timestamp = self._mapping.settings.get("StartingPositionTimestamp")
        iterator = self._reader.iterator(shard, position, timestamp)
        lanes = [self._make_lane(shard) for _ in range(self._mapping["ParallelizationFactor"])]
        with self._changed:
            self._iterators[shard] = iterator
            self._lanes[shard] = lanes

    def _poll(self) -> None:
        while not self._closed:
            with self._changed:
                asked = self._asked
            try:
                if self._mapping.enabled:
                    while self._read() and not self._closed:
                        pass
            except Exception as error:  # whatever an SDK client raises: the stream may be gone
                if not self._closed:
                    self._say(f"MAPPING  {self._mapping.source} cannot be read: {type(error).__name__}: {error}")
            with self._changed:
                self._answered = asked
                if self._asked == asked and not self._closed:
                    self._changed.wait(self._interval)

    def _read(self) -> bool:
        """Read each shard once; whether there was anything."""
        found = held_back = False
        for shard in self._reader.shards():
            if shard.id not in self._iterators:
                if all(self._iterators.get(parent) is None for parent in shard.parents):  # after what they held
                    self._open(shard.id, self._later)
                else:
                    held_back = True
            iterator = self._iterators.get(shard.id)
            if iterator is None:
                continue
            items, following = self._reader.read(shard.id, iterator)
            for item in items:
                if passes(self._mapping.patterns, item.record):
                    lanes = self._lanes[shard.id]
                    lanes[zlib.crc32(item.partition.encode()) % len(lanes)].put(item)
            found = found or bool(items)
            ended = following is None or (shard.closed and not items and self._is_done(shard.id))
            self._iterators[shard.id] = None if ended else following
        self._is_held_back = held_back
        return found

    def _is_done(self, shard: str) -> bool:
        return all(lane.is_idle for lane in self._lanes[shard])
