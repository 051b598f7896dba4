"""Tables, streams, buckets and settings (AWS: CloudFormation resource reference, DynamoDB, Kinesis, S3, SSM)."""

from __future__ import annotations

from collections.abc import Iterator

from invocation_lint.deployment.cloudformation.made import Made
from invocation_lint.deployment.cloudformation.parts import Part
from invocation_lint.deployment.model import Bucket, Notification, Resource, Setting, Stream, Table, Trigger
from invocation_lint.deployment.values import Value, known

_NOTIFICATIONS = {
    "LambdaConfigurations": "Function", "QueueConfigurations": "Queue", "TopicConfigurations": "Topic"
}  # fmt: skip


def table(made: Made) -> Iterator[Resource]:
    """A table. A global one has a stream with both images."""
    keys = tuple(
        name for one in made.properties.get("KeySchema").elements() if (name := one.value("AttributeName")) is not None
    )
    if not keys and made.type == "AWS::Serverless::SimpleTable":
        given = made.value("PrimaryKey", "Name")
        keys = (given if given is not None else known("id", made.place),)
    indexes = [
        name
        for word in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
        for one in made.properties.get(word).elements()
        if (name := one.value("IndexName")) is not None
    ]
    is_global = made.type == "AWS::DynamoDB::GlobalTable"
    expires = made.value("TimeToLiveSpecification", "Enabled")
    yield Table(
        made.key,
        made.type,
        made.place,
        made.when,
        made.value("TableName"),
        stream_view=made.value("StreamSpecification", "StreamViewType"),
        has_global_replicas=is_global,
        keys=keys,
        indexes=tuple(indexes),
        expires_by=made.value("TimeToLiveSpecification", "AttributeName")
        if expires is None or expires.truth is not False
        else None,
    )


def stream(made: Made) -> Iterator[Resource]:
    """A stream of Kinesis."""
    yield Stream(made.key, made.type, made.place, made.when, made.value("Name"))


def setting(made: Made) -> Iterator[Resource]:
    """A parameter of Systems Manager."""
    yield Setting(made.key, made.type, made.place, made.when, made.value("Name"), value=made.value("Value"))


def bucket(made: Made) -> Iterator[Resource]:
    """A bucket, and the functions that it notifies."""
    config = made.properties.get("NotificationConfiguration")
    found = [
        (word, told)
        for word, target in _NOTIFICATIONS.items()
        for one in config.get(word).elements()
        if (told := _notification(one, target)) is not None
    ]
    bus = config.get("EventBridgeConfiguration")
    enabled = bus.value("EventBridgeEnabled") or (known(True, bus.place) if bus.is_there else None)
    notifications = tuple(told for _, told in found)
    yield Bucket(
        made.key,
        made.type,
        made.place,
        made.when,
        made.value("BucketName"),
        notifications=notifications,
        tells_bus=enabled,
    )
    for word, told in found:
        if word == "LambdaConfigurations":
            yield Trigger(
                made.key,
                made.type,
                told.place,
                made.when,
                kind="s3",
                function=told.target,
                source=made.own("arn"),
                events=told.events,
            )


def _notification(one: Part, word: str) -> Notification | None:
    target = one.value(word)
    if target is None:
        return None
    prefix: Value | None = None
    suffix: Value | None = None
    for rule in one.get("Filter", "S3Key", "Rules").elements():
        name = rule.text("Name").lower()
        prefix = rule.value("Value") if name == "prefix" else prefix
        suffix = rule.value("Value") if name == "suffix" else suffix
    return Notification(target, one.items("Event"), prefix, suffix, one.place)
