"""Queues, topics, buses, rules and schedules (AWS: CloudFormation resource reference, SQS, SNS, Events, Scheduler)."""

from __future__ import annotations

from collections.abc import Iterator

from invocation_lint.deployment.cloudformation.made import Made
from invocation_lint.deployment.cloudformation.parts import Part
from invocation_lint.deployment.model import Bus, Queue, Resource, Rule, Schedule, Subscription, Target, Topic, Trigger
from invocation_lint.deployment.triggers import with_function
from invocation_lint.deployment.values import Value, known

_OF_QUEUES = frozenset(
    {"ContentBasedDeduplication", "DeduplicationScope", "DelaySeconds", "FifoQueue", "FifoThroughputLimit",
     "KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "MaximumMessageSize", "MessageRetentionPeriod", "QueueName",
     "ReceiveMessageWaitTimeSeconds", "RedriveAllowPolicy", "RedrivePolicy", "SqsManagedSseEnabled", "Tags",
     "VisibilityTimeout"}
)  # fmt: skip


def queue(made: Made) -> Iterator[Resource]:
    """A queue."""
    redrive = made.properties.get("RedrivePolicy")
    names = ((name, part) for name, part in made.properties.entries() if name not in _OF_QUEUES)
    yield Queue(
        made.key,
        made.type,
        made.place,
        made.when,
        made.value("QueueName"),
        visibility_seconds=made.value("VisibilityTimeout"),
        retention_seconds=made.value("MessageRetentionPeriod"),
        fifo=made.value("FifoQueue"),
        deduplicates_by_content=made.value("ContentBasedDeduplication"),
        dead_letter=redrive.value("deadLetterTargetArn") or redrive.value("DeadLetterTargetArn"),
        max_receives=redrive.value("maxReceiveCount") or redrive.value("MaxReceiveCount"),
        unread=tuple((name, part.place) for name, part in names if not name.startswith("Fn::")),
    )


def topic(made: Made) -> Iterator[Resource]:
    """A topic, and the subscriptions that stand in it."""
    yield Topic(
        made.key,
        made.type,
        made.place,
        made.when,
        made.value("TopicName"),
        fifo=made.value("FifoTopic"),
        deduplicates_by_content=made.value("ContentBasedDeduplication"),
    )
    for number, one in enumerate(made.properties.get("Subscription").elements()):
        yield from _subscribed(made, f"{made.id}.Subscription{number}", one, made.own("arn"))


def subscription(made: Made) -> Iterator[Resource]:
    """A subscription by itself."""
    yield from _subscribed(made, made.id, made.properties, made.value("TopicArn"))


def _subscribed(made: Made, id: str, given: Part, topic: Value | None) -> Iterator[Resource]:
    one = Subscription(
        made.reading.key(id),
        "AWS::SNS::Subscription",
        given.place,
        made.when,
        topic=topic,
        protocol=given.value("Protocol"),
        endpoint=given.value("Endpoint"),
        filter_policy=given.value("FilterPolicy"),
        filter_scope=given.value("FilterPolicyScope"),
        is_raw=given.value("RawMessageDelivery"),
        dead_letter=given.value("RedrivePolicy", "deadLetterTargetArn"),
    )
    yield from with_function(one)


def bus(made: Made) -> Iterator[Resource]:
    """An event bus."""
    yield Bus(made.key, made.type, made.place, made.when, made.value("Name"))


def rule(made: Made) -> Iterator[Resource]:
    """A rule, and what its targets are to functions."""
    targets = tuple(one for part in made.properties.get("Targets").elements() if (one := _target(part)) is not None)
    expression = made.value("ScheduleExpression")
    found = Rule(
        made.key,
        made.type,
        made.place,
        made.when,
        made.value("Name"),
        bus=made.value("EventBusName"),
        pattern=made.value("EventPattern"),
        expression=expression,
        is_enabled=_enabled(made.properties),
        targets=targets,
    )
    yield found
    for target in targets:
        yield Trigger(
            made.key,
            made.type,
            target.arn.place,
            made.when,
            kind="schedule" if expression is not None else "eventbridge",
            function=target.arn,
            source=found.bus,
            is_enabled=found.is_enabled,
            pattern=found.pattern,
            expression=expression,
            input=target.input,
            dead_letter=target.dead_letter,
            retry_attempts=target.retry_attempts,
        )


def schedule(made: Made) -> Iterator[Resource]:
    """A schedule of EventBridge Scheduler."""
    target = _target(made.properties.get("Target"))
    expression, enabled = made.value("ScheduleExpression"), _enabled(made.properties)
    yield Schedule(
        made.key,
        made.type,
        made.place,
        made.when,
        made.value("Name"),
        expression=expression,
        is_enabled=enabled,
        target=target,
    )
    if target is not None:
        yield Trigger(
            made.key,
            made.type,
            target.arn.place,
            made.when,
            kind="schedule",
            function=target.arn,
            is_enabled=enabled,
            expression=expression,
            input=target.input,
            dead_letter=target.dead_letter,
            retry_attempts=target.retry_attempts,
        )


def _target(part: Part) -> Target | None:
    arn = part.value("Arn")
    if arn is None:
        return None
    return Target(
        arn,
        part.value("Input") or part.value("InputTransformer"),
        part.value("DeadLetterConfig", "Arn"),
        part.value("RetryPolicy", "MaximumRetryAttempts"),
    )


def _enabled(properties: Part) -> Value | None:
    state = properties.value("State")
    if state is None or state.text is None:
        return state
    return known(state.text.startswith("ENABLED"), state.place)
