"""A mapping of an SQS queue: receives, gathers, filters, invokes, and deletes what succeeded.

What failed is left alone: it comes back when the queue's visibility timeout ends, and the queue's own redrive policy
moves it to its dead-letter queue. A batch that is throttled is left alone as well, which counts as a receive.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html, services-sqs-errorhandling.html
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from invocation_lint.reference.service.clock import Clock
from invocation_lint.reference.service.faults import Faults
from invocation_lint.reference.service.limits import limit
from invocation_lint.reference.sources.batches import Item, Runs
from invocation_lint.reference.sources.mapping import SourceMapping
from invocation_lint.reference.sources.queue_records import passes, queue_record

_AT_ONCE = 10
_WORDS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")


class QueuePoller:
    """Polls one queue for one mapping, in a thread, until it is closed. `client` is an SDK client for SQS.

    `wake` says that something may have changed. Between two looks pass at most `interval` seconds on the wall.
    """

    def __init__(
        self,
        mapping: SourceMapping,
        *,
        client: Any,
        batches: Runs,
        clock: Clock,
        faults: Faults,
        interval: float,
        say: Callable[[str], None],
    ) -> None:
        self.mapping = mapping
        self._client = client
        self._batches = batches
        self._clock = clock
        self._faults = faults
        self._interval = interval
        self._say = say
        self._url = client.get_queue_url(QueueName=mapping.source.rsplit(":", 1)[1])["QueueUrl"]
        most = (mapping.settings.get("ScalingConfig") or {}).get("MaximumConcurrency")
        self._slots = threading.Semaphore(most or limit("sqs_mapping_concurrency"))
        self._lock = threading.Lock()
        self._at_work = 0
        self._woken = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._poll, name="queue-mapping", daemon=True)
        self._thread.start()

    @property
    def is_idle(self) -> bool:
        """Whether no batch is at work and the queue is empty, also of messages that are hidden or delayed."""
        with self._lock:
            if self._at_work:
                return False
        if not self.mapping.enabled:
            return True
        held = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=list(_WORDS))["Attributes"]
        return all(int(held.get(word, 0)) == 0 for word in _WORDS)

    def wake(self) -> None:
        """Look at the queue now."""
        self._woken.set()

    def close(self) -> None:
        """Receive nothing more, and wait for the thread."""
        self._closed = True
        self._woken.set()
        self._thread.join(5)

    def _poll(self) -> None:
        while not self._closed:
            self._woken.clear()
            self._slots.acquire()
            with self._lock:
                self._at_work += 1
            messages: list[dict[str, Any]] = []
            try:
                if self.mapping.enabled:
                    messages = self._gathered()
            except Exception as error:  # whatever an SDK client raises: the queue may be gone, or made anew later
                if not self._closed:
                    self._say(f"MAPPING  {self.mapping.source} cannot be read: {type(error).__name__}: {error}")
            if messages and not self._closed:
                threading.Thread(target=self._work, args=(messages,), name="queue-batch", daemon=True).start()
            else:
                self._done()
                self._woken.wait(self._interval)

    def _gathered(self) -> list[dict[str, Any]]:
        """Messages for one batch: as many as are there, or those that come within the batching window."""
        size, window = self.mapping["BatchSize"], self.mapping["MaximumBatchingWindowInSeconds"]
        messages = self._receive(min(size, _AT_ONCE))
        if not messages or (not window and size <= _AT_ONCE):
            return messages
        until = time.monotonic() + self._clock.wall_seconds(window)
        while len(messages) < size and not self._closed:
            more = self._receive(min(size - len(messages), _AT_ONCE))
            messages += more
            if more:
                continue
            left = until - time.monotonic()
            if left <= 0:
                break
            self._woken.wait(min(left, self._interval))
            self._woken.clear()
        return messages

    def _receive(self, count: int) -> list[dict[str, Any]]:
        """Receive up to `count` messages; those that no filter lets through are deleted at once."""
        answer = self._client.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=count,
            WaitTimeSeconds=0,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        kept = []
        for message in answer.get("Messages", []):
            if passes(self.mapping.patterns, queue_record(message, self.mapping.source)):
                kept.append(message)
            else:
                self._delete([message])
        return kept

    def _work(self, messages: list[dict[str, Any]]) -> None:
        try:
            items = [Item(each["MessageId"], queue_record(each, self.mapping.source)) for each in messages]
            trace = messages[0].get("Attributes", {}).get("AWSTraceHeader")
            record = self._batches.run(self.mapping, items, trace_header=trace)
            done = [each for each in messages if each["MessageId"] not in record.failed]
            self._say(
                f"BATCH    {record.function} {record.request_id} {len(items)} messages of"
                f" {self.mapping.source.rsplit(':', 1)[1]}: {record.outcome}"
            )
            if done and not self._closed and self._faults.take("duplicate", record.function) is None:
                self._delete(done)
        except Exception as error:  # the queue is gone, or the service ends
            if not self._closed:
                self._say(f"MAPPING  {self.mapping.source}: {type(error).__name__}: {error}")
        finally:
            self._done()
            self._woken.set()

    def _done(self) -> None:
        self._slots.release()
        with self._lock:
            self._at_work -= 1

    def _delete(self, messages: list[dict[str, Any]]) -> None:
        for start in range(0, len(messages), _AT_ONCE):
            entries = [
                {"Id": str(number), "ReceiptHandle": each["ReceiptHandle"]}
                for number, each in enumerate(messages[start : start + _AT_ONCE])
            ]
            self._client.delete_message_batch(QueueUrl=self._url, Entries=entries)
