"""A moto server that hands what is meant for functions to the service; a program of its own.

Prints its port, and serves until it is killed. Beside handing on (to the address in the variable LOCAL_LAMBDA_REPORTS,
one JSON object a request), it mends where moto differs from AWS in what event sources show:

- a FIFO queue gives out no message of a group whose earlier messages are still hidden,
- messages that were received together are visible again together, and no thread undoes what another does to a queue,
- a write to a table under a condition is one step, whatever other threads write,
- a write that changes nothing leaves no record in a table's stream,
- a shard that is split or merged keeps its records and gets no more,
- a rule matches by AWS's pattern language, not without a pattern, and not while it is disabled,
- state machines are executed (machines/moto_machines.py).
"""

from __future__ import annotations

import copy
import functools
import http.client
import json
import os
import threading
import time
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from invocation_lint.reference.machines.moto_machines import serve_machines
from invocation_lint.reference.sources import notifications
from invocation_lint.reference.sources.patterns import matches

OURS = ("lambda", "sqs", "sns", "states")  # the targets of rules that the service serves itself
_PAUSE = 0.25  # seconds of the service's clock between two looks of a long poll


def report(kind: str, **what: Any) -> None:
    """Tell the service, and wait until it has taken it."""
    address = urlsplit(os.environ["LOCAL_LAMBDA_REPORTS"])
    connection = http.client.HTTPConnection(str(address.hostname), int(address.port or 0))
    try:
        connection.request("POST", "/", json.dumps({"kind": kind, **what}, default=str).encode())
        connection.getresponse().read()
    finally:
        connection.close()


def keep_queues() -> None:
    """Queues: one thread at a time changes them. Messages that were received together come back together, and a FIFO
    queue takes what is visible again for no longer pending before it gives anything out."""
    from moto.sqs.models import Queue, SQSBackend

    lock = threading.RLock()
    add, delete, receive = Queue.add_message, Queue.delete_message, SQSBackend.receive_message

    def add_alone(self: Any, message: Any) -> None:
        with lock:
            add(self, message)

    def delete_alone(self: Any, receipt_handle: str) -> None:
        with lock:
            delete(self, receipt_handle)

    def receive_now(self: Any, queue: Any, count: int, *more: Any) -> Any:
        with lock:
            if queue.fifo_queue:
                for message in [each for each in queue.pending_messages if each.visible]:
                    queue.pending_messages.discard(message)
            received = receive(self, queue.name, count, 0, *more)
            ids = {message.id for message in received}
            held = [message for message in queue._messages if message.id in ids]
            back = max((message.visible_at for message in held), default=0)
            for message in held:
                message.visible_at = back
            return received

    def receive_until(
        self: Any,
        queue_name: str,
        count: int,
        wait_seconds_timeout: int,
        visibility_timeout: int,
        message_attribute_names: list[str] | None = None,
    ) -> Any:
        queue = self.get_queue(queue_name)
        end = time.monotonic() + int(wait_seconds_timeout or 0)
        while True:
            received = receive_now(self, queue, count, visibility_timeout, message_attribute_names)
            if received or time.monotonic() >= end:
                return received
            time.sleep(_PAUSE)

    Queue.add_message = add_alone  # type: ignore[method-assign]
    Queue.delete_message = delete_alone  # type: ignore[method-assign]
    SQSBackend.receive_message = receive_until  # type: ignore[method-assign]


def keep_shards() -> None:
    """Kinesis: one thread at a time changes a stream. A shard that is split or merged keeps what it holds, and what
    comes later goes to its children.

    https://docs.aws.amazon.com/streams/latest/dev/kinesis-using-sdk-java-after-resharding.html
    """
    from moto.kinesis.models import Shard, Stream

    lock = threading.RLock()
    put, split, merge, read = Stream.put_record, Stream.split_shard, Stream.merge_shards, Shard.get_records
    find: Any = Stream.get_shard_for_key

    def find_open(self: Any, partition_key: str, explicit_hash_key: str) -> Any:
        shards = {name: shard for name, shard in list(self.shards.items()) if shard.is_open}
        return find(SimpleNamespace(shards=shards), partition_key, explicit_hash_key)

    def put_alone(self: Any, *what: Any, **more: Any) -> Any:
        with lock:
            return put(self, *what, **more)

    def read_alone(self: Any, *what: Any, **more: Any) -> Any:
        with lock:
            return read(self, *what, **more)

    def keeping(change: Any, self: Any, shards: list[Any], *more: Any) -> None:
        with lock:
            held = {name: self.shards[name].records for name in shards if name in self.shards}
            for name in held:
                self.shards[name].records = {}  # what moto would move
            try:
                change(self, *shards, *more)
            finally:
                for name, records in held.items():
                    self.shards[name].records = records

    def split_keeping(self: Any, shard_to_split: str, new_starting_hash_key: str) -> None:
        keeping(split, self, [shard_to_split], new_starting_hash_key)

    def merge_keeping(self: Any, shard_to_merge: str, adjacent_shard_to_merge: str) -> None:
        keeping(merge, self, [shard_to_merge, adjacent_shard_to_merge])

    Stream.get_shard_for_key = find_open  # type: ignore[method-assign]
    Stream.put_record = put_alone  # type: ignore[method-assign]
    Stream.split_shard = split_keeping  # type: ignore[method-assign]
    Stream.merge_shards = merge_keeping  # type: ignore[method-assign]
    Shard.get_records = read_alone  # type: ignore[method-assign]


def keep_items() -> None:
    """Tables: one thread at a time writes, so that none comes between a condition and what is written under it.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html
    """
    from moto.dynamodb.models import DynamoDBBackend

    lock = threading.RLock()

    def write_alone(name: str) -> None:
        write = getattr(DynamoDBBackend, name)

        @functools.wraps(write)
        def alone(self: Any, *what: Any, **more: Any) -> Any:
            with lock:
                return write(self, *what, **more)

        setattr(DynamoDBBackend, name, alone)

    for name in ("put_item", "update_item", "delete_item", "transact_write_items"):
        write_alone(name)


def skip_unchanged_items() -> None:
    """A table's stream: no record of a write that changes nothing."""
    from moto.dynamodb.models.table import StreamShard

    add = StreamShard.add

    def add_changes(self: Any, old: Any, new: Any) -> None:
        if old is None or new is None or old.to_json() != new.to_json():
            add(self, old, new)

    StreamShard.add = add_changes  # type: ignore[method-assign]


def hand_on_notifications() -> None:
    """Topics: a subscription of a function is served by the service."""
    from moto.sns.models import Subscription

    publish = Subscription.publish

    def hand_on(
        self: Any,
        message: str,
        message_id: str,
        subject: str | None = None,
        message_attributes: dict[str, Any] | None = None,
        group_id: str | None = None,
        deduplication_id: str | None = None,
        message_structure: str | None = None,
    ) -> None:
        if self.protocol != "lambda":
            more = (group_id, deduplication_id, message_structure)
            publish(self, message, message_id, subject, message_attributes, *more)
            return
        matcher = self._filter_policy_matcher
        if matcher is not None and not matcher.matches(message_attributes, message):
            return
        if message_structure == "json":
            message = self._parse_message_structure(message, self.protocol)
        report(
            "topic",
            function=self.endpoint,
            subscription=self.arn,
            topic=self.topic.arn,
            message=message,
            message_id=message_id,
            subject=subject,
            attributes=message_attributes or {},
            redrive=self.attributes.get("RedrivePolicy"),
        )

    Subscription.publish = hand_on  # type: ignore[method-assign]


def hand_on_objects() -> None:
    """Buckets: a notification for a function goes to the service, with everything that AWS's has."""
    from moto.s3 import notifications as moto_notifications

    def hand_on(account_id: str, event_body: Any, fn_arn: str, region_name: str) -> None:
        report("bucket", function=fn_arn, event=event_body)

    moto_notifications._invoke_awslambda = hand_on


def hand_on_rules() -> None:
    """Buses: a rule's functions, queues and topics are served by the service; moto does the others."""
    from moto.events.models import EventPattern, Rule

    send = Rule.send_to_targets

    def is_match(self: Any, event: Any) -> bool:
        return bool(self._pattern) and matches(self._pattern, json.loads(json.dumps(event, default=str)))

    def hand_on(self: Any, original_event: Any, transform_input: bool = True) -> None:
        if self.state != "ENABLED" or not self.event_pattern.matches_event(original_event):
            return
        others = copy.copy(self)
        others.targets = [target for target in self.targets if target["Arn"].split(":")[2] not in OURS]
        if others.targets:
            send(others, original_event, transform_input)
        targets = [target for target in self.targets if target not in others.targets]
        if targets:
            event = {name: value for name, value in original_event.items() if name != "ingestion-time"}
            report("rule", rule=self.arn, targets=targets, event={**event, "account": self.account_id})

    EventPattern.matches_event = is_match  # type: ignore[method-assign]
    Rule.send_to_targets = hand_on  # type: ignore[method-assign]


def make_envelopes() -> None:
    """Topics: what a queue gets is made here, since the library that signs takes no date of a stretched clock."""
    from moto.core.utils import iso_8601_datetime_with_milliseconds
    from moto.sns.models import Subscription

    def envelope(
        self: Any,
        message: str,
        message_id: str,
        subject: str | None,
        message_attributes: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        what = {
            "topic": self.topic.arn,
            "subscription": self.arn,
            "message": message,
            "message_id": message_id,
            "subject": subject,
            "attributes": message_attributes or {},
        }
        return notifications.envelope(what, iso_8601_datetime_with_milliseconds())

    Subscription.get_post_data = envelope  # type: ignore[method-assign]


def tell_of_changes() -> None:
    """Schedules and pipes: the service is told when one was made, changed or removed."""
    from moto.events.models import EventsBackend
    from moto.pipes.models import EventBridgePipesBackend
    from moto.scheduler.models import EventBridgeSchedulerBackend

    def tell_after(kind: type, name: str, what: str = "schedules") -> None:
        change = getattr(kind, name)

        @functools.wraps(change)
        def change_and_tell(self: Any, *arguments: Any, **more: Any) -> Any:
            result = change(self, *arguments, **more)
            report(what)
            return result

        setattr(kind, name, change_and_tell)

    for name in ("put_rule", "delete_rule", "enable_rule", "disable_rule", "put_targets", "remove_targets"):
        tell_after(EventsBackend, name)
    for name in ("create_schedule", "update_schedule", "delete_schedule"):
        tell_after(EventBridgeSchedulerBackend, name)
    for name in ("create_pipe", "update_pipe", "delete_pipe", "start_pipe", "stop_pipe"):
        tell_after(EventBridgePipesBackend, name, "pipes")


def main() -> None:
    """Serve."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    keep_queues()
    keep_shards()
    keep_items()
    skip_unchanged_items()
    make_envelopes()
    hand_on_notifications()
    hand_on_objects()
    hand_on_rules()
    tell_of_changes()
    serve_machines(report)
    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
    print(server.port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
