"""What a mapping of a stream gives up: the record that its on-failure destination gets.

It names the records and does not hold them, but for a bucket, which gets them, too (recorded: tests/reference/observed,
groups dynamodb_streams and kinesis). That of a pipe tells of the pipe and of no response.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from invocation_lint.reference.service.clock import Clock
from invocation_lint.reference.service.records import Delivery, Records
from invocation_lint.reference.sources.batches import BatchRecord
from invocation_lint.reference.sources.mapping import TABLE, SourceMapping
from invocation_lint.reference.sources.pipes.pipe import Pipe
from invocation_lint.reference.sources.stream_readers import StreamItem


@dataclass(frozen=True)
class GivenUp:
    """Records that are not tried again.

    `condition`: RetryAttemptsExhausted | RecordAgeExceeded. `count` is what AWS calls approximateInvokeCount, and
    `last` the last batch with them, if there was one.
    """

    mapping: SourceMapping
    shard: str
    items: Sequence[StreamItem]
    condition: str
    count: int
    last: BatchRecord | None


class FailureDestinations:
    """Sends what is given up. `client(service)` gives an SDK client of moto."""

    def __init__(
        self, *, client: Callable[[str], Any], records: Records, clock: Clock, say: Callable[[str], None]
    ) -> None:
        self._client = client
        self._records = records
        self._clock = clock
        self._say = say

    def take(self, given_up: GivenUp) -> None:
        """Send the record, or lose it when the mapping has no destination."""
        mapping = given_up.mapping
        name = mapping.function
        target = mapping.on_failure
        if target is None:
            self._say(f"LOST     {name}: {len(given_up.items)} records of {mapping.source}: {given_up.condition}")
            return
        record = failure_record(given_up, self._clock.stamp())
        error = None
        try:
            self._send(target, record, given_up)
        except Exception as problem:  # whatever an SDK client raises: the delivery has failed, the mapping goes on
            error = f"{type(problem).__name__}: {problem}"
        request_id = (
            given_up.last.request_id if given_up.last else record.get("requestContext", {}).get("requestId", "")
        )
        self._records.add_delivery(
            Delivery(self._clock.time(), "on_failure", name, request_id, target, record, error=error)
        )
        self._say(f"DELIVERY {name} {request_id} on_failure to {target}" + (f" failed: {error}" if error else ""))

    def _send(self, target: str, record: dict[str, Any], given_up: GivenUp) -> None:
        service = target.split(":")[2]
        text = json.dumps(record)
        if service == "sqs":
            client = self._client("sqs")
            url = client.get_queue_url(QueueName=target.rsplit(":", 1)[1])["QueueUrl"]
            client.send_message(QueueUrl=url, MessageBody=text)
        elif service == "sns":
            self._client("sns").publish(TopicArn=target, Message=text)
        elif service == "s3":
            stamp = self._clock.stamp()
            folder = f"aws/lambda/{given_up.mapping.id}/{given_up.shard}/{stamp[:10].replace('-', '/')}"
            key = f"{folder}/{stamp[:19].replace(':', '.')}-{uuid.uuid4()}"
            full = {**record, "payload": {"Records": [item.record for item in given_up.items]}}
            bucket = target.rsplit(":", 1)[1]
            self._client("s3").put_object(Bucket=bucket, Key=key, Body=json.dumps(full).encode())
        else:
            raise ValueError(f"no destination of the kind {service}")


def failure_record(given_up: GivenUp, timestamp: str) -> dict[str, Any]:
    """The record of what was given up; of records that were too old there is no response."""
    mapping, items, last = given_up.mapping, given_up.items, given_up.last
    record: dict[str, Any]
    if isinstance(mapping, Pipe):
        record = {"context": {"partnerResourceArn": mapping.id, "condition": given_up.condition}}
    else:
        record = {
            "requestContext": {
                "requestId": last.request_id if last else str(uuid.uuid4()),
                "functionArn": mapping.function_arn,
                "condition": given_up.condition,
                "approximateInvokeCount": given_up.count,
            }
        }
    if given_up.condition == "RetryAttemptsExhausted" and last is not None and not isinstance(mapping, Pipe):
        record["responseContext"] = {
            "statusCode": 200,
            "executedVersion": last.version,
            "functionError": last.function_error,
        }
    record["version"] = "1.0"
    record["timestamp"] = timestamp
    record["DDBStreamBatchInfo" if mapping.kind == TABLE else "KinesisBatchInfo"] = {
        "shardId": given_up.shard,
        "startSequenceNumber": items[0].identifier,
        "endSequenceNumber": items[-1].identifier,
        "approximateArrivalOfFirstRecord": _arrival(mapping, items[0].arrival),
        "approximateArrivalOfLastRecord": _arrival(mapping, items[-1].arrival),
        "batchSize": len(items),
        "streamArn": mapping.source,
    }
    return record


def _arrival(mapping: SourceMapping, seconds: float) -> str:
    """Whole seconds of a table, milliseconds of Kinesis."""
    moment = datetime.fromtimestamp(seconds, tz=timezone.utc)
    fraction = "" if mapping.kind == TABLE else f".{moment.microsecond // 1000:03d}"
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"
