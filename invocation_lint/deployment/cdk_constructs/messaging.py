"""Queues, topics, buses, tables, streams, buckets and settings of the CDK (AWS: CDK API reference, version 2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from invocation_lint.deployment.cdk_constructs.functions import destination
from invocation_lint.deployment.cdk_constructs.making import Making, items, prop, refer, told, valued
from invocation_lint.deployment.cdk_constructs.things import Call, Choice, Lib, Obj, Thing, cases_of
from invocation_lint.deployment.model import (
    Api,
    Bucket,
    Bus,
    Notification,
    Queue,
    Resource,
    Setting,
    Stream,
    Subscription,
    Table,
    Topic,
    Trigger,
)
from invocation_lint.deployment.triggers import with_function
from invocation_lint.deployment.values import Case, Value, known, unknown, value_of
from invocation_lint.findings import Place

_APIS = {
    "RestApi": "rest_api", "LambdaRestApi": "rest_api", "SpecRestApi": "rest_api", "HttpApi": "http_api",
    "WebSocketApi": "websocket", "GraphqlApi": "graphql",
}  # fmt: skip
_PROTOCOLS = {"SqsSubscription": "sqs", "LambdaSubscription": "lambda", "UrlSubscription": "https",
              "EmailSubscription": "email", "SmsSubscription": "sms"}  # fmt: skip
_EVENT = re.compile(
    r"(OBJECT_(?:CREATED|REMOVED|RESTORE|TAGGING|ACL)|LIFECYCLE|REPLICATION|INTELLIGENT_TIERING)_?(\w*)\Z"
)


def resources(making: Making, thing: Thing, calls: list[Call]) -> Iterator[Resource]:
    """What a construct is that holds or hands on messages, records or objects."""
    common = (thing.key, f"aws_cdk.{thing.kind}", thing.place, thing.when)
    if thing.kind == "Queue":
        letters = prop(thing, "deadLetterQueue")
        yield Queue(
            *common,
            told(thing, "queueName"),
            visibility_seconds=told(thing, "visibilityTimeout"),
            retention_seconds=told(thing, "retentionPeriod"),
            fifo=told(thing, "fifo"),
            deduplicates_by_content=told(thing, "contentBasedDeduplication"),
            dead_letter=refer(_entry(letters, "queue"), thing.place) or _not_told(thing, letters),
            max_receives=_valued(_entry(letters, "maxReceiveCount"), thing.place),
        )
    elif thing.kind == "Topic":
        fifo = told(thing, "fifo")
        yield Topic(
            *common,
            told(thing, "topicName"),
            fifo=fifo,
            deduplicates_by_content=told(thing, "contentBasedDeduplication"),
        )
    elif thing.kind == "EventBus":
        yield Bus(*common, told(thing, "eventBusName"))
    elif thing.kind in {"Table", "TableV2"} and "glue" not in thing.module:
        yield _table(thing, calls)
    elif thing.kind == "Stream" and "kinesis" in thing.module:
        yield Stream(*common, told(thing, "streamName"))
    elif thing.kind == "StringParameter":
        yield Setting(*common, told(thing, "parameterName"), value=told(thing, "stringValue"))
    elif thing.kind == "Bucket":
        yield from _bucket(making, thing, calls)
    elif thing.kind in _APIS:
        cors = told(thing, "defaultCorsPreflightOptions", "corsPreflight")
        yield Api(*common, told(thing, "restApiName", "apiName", "name"), kind=_APIS[thing.kind], cors=cors)
    elif thing.kind == "Subscription" and "sns" in thing.module:
        yield from _subscription(thing)


def _not_told(thing: Thing, letters: Any) -> Value | None:
    """The dead-letter queue of a queue that may have one, of which nothing is told."""
    if letters is not None or thing.props.open:
        return unknown(thing.props.open or "its dead-letter queue is not told", thing.place)
    return None


def _entry(value: Any, name: str) -> Any:
    """An entry of an object, in each of its cases."""
    if isinstance(value, Choice):
        from invocation_lint.deployment.cdk_constructs.things import choice_of

        return choice_of([Case(_entry(one.content, name), one.when) for one in value.cases])
    return value.entries.get(name) if isinstance(value, Obj) else None


def _valued(value: Any, place: Place) -> Value | None:
    return valued(value, place) if value is not None else None


def _table(thing: Thing, calls: list[Call]) -> Table:
    view = prop(thing, "stream") if thing.kind == "Table" else prop(thing, "dynamoStream")
    keys = [_entry(prop(thing, word), "name") for word in ("partitionKey", "sortKey")]
    given = [
        *(_entry(one, "indexName") for one in items(prop(thing, "globalSecondaryIndexes"))),
        *(call.props.entries.get("indexName") for call in calls if call.name.endswith("SecondaryIndex")),
    ]
    return Table(
        thing.key,
        f"aws_cdk.{thing.kind}",
        thing.place,
        thing.when,
        told(thing, "tableName"),
        stream_view=_valued(view, thing.place),
        has_global_replicas=prop(thing, "replicationRegions") is not None or prop(thing, "replicas") is not None,
        keys=tuple(valued(one, thing.place) for one in keys if one is not None),
        indexes=tuple(valued(one, thing.place) for one in given if one is not None),
        expires_by=told(thing, "timeToLiveAttribute"),
    )


# -- what buckets tell -----------------------------------------------------------------------------------------------


def _bucket(making: Making, thing: Thing, calls: list[Call]) -> Iterator[Resource]:
    found = [(call, one) for call in calls if (one := _notification(call)) is not None]
    yield Bucket(
        thing.key,
        f"aws_cdk.{thing.kind}",
        thing.place,
        thing.when,
        told(thing, "bucketName"),
        notifications=tuple(one for _, one in found),
        tells_bus=told(thing, "eventBridgeEnabled"),
    )
    for call, one in found:
        yield from _invoking(making, call, one, thing)


def notified(making: Making, call: Call) -> Iterator[Resource]:
    """What a bucket that is made elsewhere invokes: `Bucket.fromBucketName(..).addObjectCreatedNotification(..)`."""
    is_made_here = isinstance(call.owner, Thing) and call.owner.kind == "Bucket" and bool(call.owner.path)
    one = None if is_made_here else _notification(call)
    if one is not None:
        yield from _invoking(making, call, one, call.owner if isinstance(call.owner, Thing) else None)


def _notification(call: Call) -> Notification | None:
    """The notification that a call adds to a bucket."""
    given = list(call.args or ())
    event: Any = None
    if call.name == "addEventNotification" and len(given) > 1:
        event, given = given[0], given[1:]
    elif call.name in {"addObjectCreatedNotification", "addObjectRemovedNotification"} and given:
        event = Lib(("", "OBJECT_CREATED" if "Created" in call.name else "OBJECT_REMOVED"))
    else:
        return None
    target = destination(given[0], call.place)
    if target is None:
        return None
    filters = [one for one in given[1:] if isinstance(one, Obj)]
    prefix, suffix = (
        next((valued(one.entries[word], call.place) for one in filters if word in one.entries), None)
        for word in ("prefix", "suffix")
    )
    return Notification(target, (_event(event, call.place),), prefix, suffix, call.place)


def _invoking(making: Making, call: Call, one: Notification, bucket: Thing | None) -> Iterator[Trigger]:
    target = (call.args or ())[1 if call.name == "addEventNotification" else 0]
    if isinstance(target, Thing) and target.kind == "LambdaDestination":
        yield Trigger(
            making.key_at(bucket, "Notification", one.place),
            "aws_cdk.LambdaDestination",
            one.place,
            bucket.when if bucket is not None and bucket.path else call.when,
            kind="s3",
            function=one.target,
            source=refer(bucket, one.place) if bucket is not None else None,
            events=one.events,
        )


def event_names(value: Any, place: Place) -> tuple[Value, ...]:
    """The events of a bucket that a list names."""
    return tuple(_event(one, place) for one in items(value))


def _event(value: Any, place: Place) -> Value:
    return value_of([Case(_event_name(one.content, place), one.when) for one in cases_of(value)], place)


def _event_name(value: Any, place: Place) -> Any:
    match = _EVENT.match(value.last) if isinstance(value, Lib) else None
    if match is None:
        return valued(value, place).content
    group, word = ("".join(part.capitalize() for part in one.split("_")) for one in (match[1], match[2]))
    return f"s3:{group}:{word or '*'}"


# -- what topics hand on ---------------------------------------------------------------------------------------------


def _subscription(thing: Thing) -> Iterator[Resource]:
    protocol = prop(thing, "protocol")
    word = protocol.last.lower() if isinstance(protocol, Lib) else None
    one = Subscription(
        thing.key,
        "aws_cdk.Subscription",
        thing.place,
        thing.when,
        topic=refer(prop(thing, "topic"), thing.place),
        protocol=known(word, thing.place) if word else None,
        endpoint=told(thing, "endpoint"),
        filter_policy=told(thing, "filterPolicy"),
        is_raw=told(thing, "rawMessageDelivery"),
        dead_letter=refer(prop(thing, "deadLetterQueue"), thing.place),
    )
    yield from with_function(one)


def subscribed(making: Making, call: Call) -> Iterator[Resource]:
    """What `topic.addSubscription(new SqsSubscription(queue))` makes."""
    topic = call.owner if isinstance(call.owner, Thing) else None
    for case in cases_of((call.args or (None,))[0]):
        one = case.content
        if not isinstance(one, Thing) or one.kind not in _PROTOCOLS or not one.args:
            continue
        scope = known("MessageBody", one.place) if prop(one, "filterPolicyWithMessageBody") is not None else None
        subscription = Subscription(
            making.key_at(topic, one.kind, one.place),
            f"aws_cdk.{one.kind}",
            one.place,
            call.when,
            topic=refer(call.owner, call.place),
            protocol=known(_PROTOCOLS[one.kind], one.place),
            endpoint=refer(one.args[0], one.place),
            filter_policy=told(one, "filterPolicy", "filterPolicyWithMessageBody"),
            filter_scope=scope,
            is_raw=told(one, "rawMessageDelivery"),
            dead_letter=refer(prop(one, "deadLetterQueue"), one.place),
        )
        yield from with_function(subscription)
