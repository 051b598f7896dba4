"""Reads the two kinds of streams: shards, iterators, and records in the form that functions get.

Forms as recorded from AWS (tests/reference/observed, groups dynamodb_streams and kinesis).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Protocol

from invocation_lint.reference.sources.batches import Item
from invocation_lint.reference.sources.mapping import TABLE, SourceMapping, refused
from invocation_lint.reference.sources.patterns import matches

DAY = 86_400.0
_PAGE = 1000


@dataclass(frozen=True)
class StreamItem(Item):
    """One record of a stream. `partition` is what decides its lane, `arrival` is in seconds since the epoch."""

    partition: str
    arrival: float


@dataclass(frozen=True)
class Shard:
    """One shard; `parents` are those that it was split off or merged from, and a closed one gets no more records."""

    id: str
    parents: tuple[str, ...]
    closed: bool


class Reader(Protocol):
    """Reads one stream."""

    retention: float
    """How long a record stays in the stream, in seconds."""

    def shards(self) -> list[Shard]:
        """All shards."""

    def iterator(self, shard: str, position: str, timestamp: float | None) -> str:
        """Where to begin in a shard: TRIM_HORIZON, LATEST, AT_TIMESTAMP."""

    def read(self, shard: str, iterator: str) -> tuple[list[StreamItem], str | None]:
        """The next records, and where to go on; None at the end of a closed shard."""


def make_reader(mapping: SourceMapping, client: Any, account: str) -> Reader:
    """The reader of a mapping's source; Refusal 400 when it is not there."""
    kind = TableReader if mapping.kind == TABLE else KinesisReader
    try:
        return kind(mapping.source, client, account, mapping.function)
    except Exception:  # whatever moto makes of an ARN that it does not know
        raise refused(f"Stream not found: {mapping.source}") from None


def passes(patterns: list[Any], record: Mapping[str, Any]) -> bool:
    """Whether a record of a stream is let through. Of Kinesis a pattern looks at `data`: what was put, when it is JSON.

    https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html, with-ddb-filtering.html
    """
    if not patterns:
        return True
    seen: dict[str, Any] = dict(record)
    if "kinesis" in record:
        text = base64.b64decode(record["kinesis"]["data"]).decode(errors="replace")
        try:
            data = json.loads(text)
        except ValueError:
            data = text
        others = {name: value for name, value in record.items() if name != "kinesis"}
        seen = {**others, **record["kinesis"], "data": data if isinstance(data, dict) else text}
    return any(matches(pattern, seen) for pattern in patterns)


class TableReader:
    """The stream of a table, as the Streams API gives it."""

    retention = DAY

    def __init__(self, arn: str, client: Any, account: str, function: str) -> None:
        self._arn = arn
        self._client = client
        described = client.describe_stream(StreamArn=arn)["StreamDescription"]
        if described["StreamLabel"] != arn.rsplit("/", 1)[1]:
            raise LookupError(arn)

    def shards(self) -> list[Shard]:
        """All shards."""
        held = self._client.describe_stream(StreamArn=self._arn)["StreamDescription"]["Shards"]
        return [_shard(each) for each in held]

    def iterator(self, shard: str, position: str, timestamp: float | None) -> str:
        """Where to begin in a shard."""
        answer = self._client.get_shard_iterator(StreamArn=self._arn, ShardId=shard, ShardIteratorType=position)
        begin: str = answer["ShardIterator"]
        return begin

    def read(self, shard: str, iterator: str) -> tuple[list[StreamItem], str | None]:
        """The next records, and where to go on."""
        answer = self._client.get_records(ShardIterator=iterator, Limit=_PAGE)
        return [self._item(each) for each in answer["Records"]], answer.get("NextShardIterator")

    def _item(self, held: Mapping[str, Any]) -> StreamItem:
        change = _plain(held["dynamodb"])
        arrival = _seconds(held["dynamodb"]["ApproximateCreationDateTime"])
        images = [change[name] for name in ("Keys", "NewImage", "OldImage") if name in change]
        described = {
            "ApproximateCreationDateTime": float(int(arrival)),
            **{name: change[name] for name in ("Keys", "NewImage", "OldImage") if name in change},
            "SequenceNumber": change["SequenceNumber"],
            "SizeBytes": sum(_size(image) for image in images),
            "StreamViewType": change["StreamViewType"],
        }
        record = {
            "eventID": held["eventID"],
            "eventName": held["eventName"],
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": self._arn.split(":")[3],
            "dynamodb": described,
            "eventSourceARN": self._arn,
        }
        return StreamItem(change["SequenceNumber"], record, json.dumps(change["Keys"], sort_keys=True), arrival)


class KinesisReader:
    """A Kinesis stream."""

    def __init__(self, arn: str, client: Any, account: str, function: str) -> None:
        self._arn = arn
        self._client = client
        self._role = f"arn:aws:iam::{account}:role/{function}"
        self._name = arn.rsplit("/", 1)[1]  # moto's iterators need it
        summary = client.describe_stream_summary(StreamName=self._name)["StreamDescriptionSummary"]
        self.retention = float(summary.get("RetentionPeriodHours", 24)) * 3600

    def shards(self) -> list[Shard]:
        """All shards."""
        return [_shard(each) for each in self._client.list_shards(StreamName=self._name)["Shards"]]

    def iterator(self, shard: str, position: str, timestamp: float | None) -> str:
        """Where to begin in a shard."""
        more = {"Timestamp": timestamp} if position == "AT_TIMESTAMP" else {}
        begin: str = self._client.get_shard_iterator(
            StreamName=self._name, ShardId=shard, ShardIteratorType=position, **more
        )["ShardIterator"]
        return begin

    def read(self, shard: str, iterator: str) -> tuple[list[StreamItem], str | None]:
        """The next records, and where to go on."""
        answer = self._client.get_records(ShardIterator=iterator, Limit=_PAGE)
        return [self._item(shard, each) for each in answer["Records"]], answer.get("NextShardIterator")

    def _item(self, shard: str, held: Mapping[str, Any]) -> StreamItem:
        arrival = _seconds(held["ApproximateArrivalTimestamp"])
        number, partition = held["SequenceNumber"], held["PartitionKey"]
        record = {
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": partition,
                "sequenceNumber": number,
                "data": base64.b64encode(held["Data"]).decode(),
                "approximateArrivalTimestamp": round(arrival, 3),
            },
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "eventID": f"{shard}:{number}",
            "eventName": "aws:kinesis:record",
            "invokeIdentityArn": self._role,
            "awsRegion": self._arn.split(":")[3],
            "eventSourceARN": self._arn,
        }
        return StreamItem(number, record, partition, arrival)


def _shard(held: Mapping[str, Any]) -> Shard:
    parents = tuple(held[name] for name in ("ParentShardId", "AdjacentParentShardId") if name in held)
    return Shard(held["ShardId"], parents, "EndingSequenceNumber" in held["SequenceNumberRange"])


def _seconds(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()


def _plain(value: Any) -> Any:
    """A record as JSON has it: bytes in base64, sets of them as lists."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(each) for each in value]
    return base64.b64encode(value).decode() if isinstance(value, (bytes, bytearray)) else value


def _size(image: Mapping[str, Any]) -> int:
    """Bytes of an item: names and values (recorded: 16 + 11 for `my_partition_key` with `hello world`)."""
    return sum(len(name.encode()) + _value_size(value) for name, value in image.items())


def _value_size(typed: Mapping[str, Any]) -> int:
    ((kind, value),) = typed.items()
    if kind == "S":
        return len(str(value).encode())
    if kind == "B":
        return len(base64.b64decode(value))
    if kind == "N":
        return len(str(value).strip("-").replace(".", "")) // 2 + 1
    if kind in ("BOOL", "NULL"):
        return 1
    if kind == "M":
        return 3 + _size(value) + len(value)
    if kind == "L":
        return 3 + sum(1 + _value_size(each) for each in value)
    return sum(_value_size({kind[0]: each}) for each in value)  # SS, NS, BS
