"""Queues, topics, buses, rules, schedules, tables, streams and buckets (HashiCorp: provider aws)."""

from __future__ import annotations

from collections.abc import Iterator

from invocation_lint.deployment.model import (
    Bucket,
    Bus,
    EventSourceMapping,
    Notification,
    Queue,
    Resource,
    Rule,
    Schedule,
    Setting,
    Stream,
    Subscription,
    Table,
    Target,
    Topic,
    Trigger,
)
from invocation_lint.deployment.terraform.bodies import Body, Made
from invocation_lint.deployment.triggers import with_function
from invocation_lint.deployment.values import Text, Value, known, unknown


def queue(made: Made) -> Iterator[Resource]:
    """A queue; where it redrives may be said by a resource of its own."""
    told = made.body.structure("redrive_policy")
    letters = told.entries if told is not None else {}
    yield Queue(
        *made.head,
        made.value("name"),
        visibility_seconds=made.value("visibility_timeout_seconds"),
        retention_seconds=made.value("message_retention_seconds"),
        fifo=made.value("fifo_queue"),
        deduplicates_by_content=made.value("content_based_deduplication"),
        dead_letter=letters.get("deadLetterTargetArn") or _not_told(told),
        max_receives=letters.get("maxReceiveCount"),
    )


def redrive(made: Made) -> Iterator[Resource]:
    """What says where a queue redrives, in a resource of its own."""
    yield Resource(*made.head)


def _not_told(policy: Value | None) -> Value | None:
    """The dead-letter queue of a policy that may have one, of which nothing is told."""
    if policy is None or all(one is None for one in policy.contents):
        return None
    return unknown("its redrive policy is not told", policy.place)


def topic(made: Made) -> Iterator[Resource]:
    """A topic."""
    yield Topic(
        *made.head,
        made.value("name"),
        fifo=made.value("fifo_topic"),
        deduplicates_by_content=made.value("content_based_deduplication"),
    )


def subscription(made: Made) -> Iterator[Resource]:
    """What a topic hands its messages to."""
    letters = made.body.structure("redrive_policy")
    one = Subscription(
        *made.head,
        topic=made.value("topic_arn"),
        protocol=made.value("protocol"),
        endpoint=made.value("endpoint"),
        filter_policy=made.body.structure("filter_policy"),
        filter_scope=made.value("filter_policy_scope"),
        is_raw=made.value("raw_message_delivery"),
        dead_letter=letters.entries.get("deadLetterTargetArn") if letters is not None else None,
    )
    yield from with_function(one)


def mapping(made: Made) -> Iterator[Resource]:
    """What Lambda polls."""
    body = made.body
    starting = made.value("starting_position")
    filters = [one for criteria in body.blocks("filter_criteria") for one in criteria.blocks("filter")]
    yield EventSourceMapping(
        *made.head,
        kind="stream" if starting is not None else "queue",
        function=made.value("function_name"),
        source=made.value("event_source_arn"),
        is_enabled=made.value("enabled"),
        batch_size=made.value("batch_size"),
        window_seconds=made.value("maximum_batching_window_in_seconds"),
        reports_item_failures=made.value("function_response_types"),
        filters=tuple(value for one in filters if (value := one.structure("pattern")) is not None),
        on_failure=body.block("destination_config", "on_failure").value("destination_arn"),
        max_attempts=made.value("maximum_retry_attempts"),
        max_age_seconds=made.value("maximum_record_age_in_seconds"),
        bisects=made.value("bisect_batch_on_function_error"),
        parallel_batches=made.value("parallelization_factor"),
        max_concurrency=body.block("scaling_config").value("maximum_concurrency"),
        starting_position=starting,
    )


def bus(made: Made) -> Iterator[Resource]:
    """An event bus."""
    yield Bus(*made.head, made.value("name"))


def _target(body: Body) -> Target | None:
    arn = body.value("arn")
    if arn is None:
        return None
    retry = body.block("retry_policy")
    letters = body.block("dead_letter_config")
    return Target(
        arn,
        input=body.structure("input"),
        dead_letter=letters.value("arn"),
        retry_attempts=retry.value("maximum_retry_attempts"),
    )


def is_rule_of(rule: Made, target: Made) -> bool:
    """Whether a target is one of a rule, whose name it has."""
    named = target.value("rule")
    if named is None:
        return False
    if any(one.resource == rule.key for one in named.attributes()):
        return True
    own = rule.value("name")
    return own is not None and own.text is not None and named.content == own.content


def rule(made: Made, targets: list[Made]) -> Iterator[Resource]:
    """A rule with its targets, which are resources of their own."""
    found = [(one, target) for one in targets if (target := _target(one.body)) is not None]
    source, pattern = made.value("event_bus_name"), made.body.structure("event_pattern")
    expression = made.value("schedule_expression")
    enabled = made.value("is_enabled")
    state = made.value("state")
    if enabled is None and state is not None and state.text is not None:
        enabled = known(state.text != "DISABLED", state.place)
    yield Rule(
        *made.head,
        made.value("name"),
        bus=source,
        pattern=pattern,
        expression=expression,
        is_enabled=enabled,
        targets=tuple(target for _, target in found),
    )
    for one, target in found:
        yield Trigger(
            *one.head,
            kind="schedule" if expression is not None else "eventbridge",
            function=target.arn,
            source=source,
            is_enabled=enabled,
            pattern=pattern,
            expression=expression,
            input=target.input,
            dead_letter=target.dead_letter,
            retry_attempts=target.retry_attempts,
        )


def target_alone(made: Made) -> Iterator[Resource]:
    """A target of a rule that is made elsewhere."""
    target = _target(made.body)
    if target is not None:
        yield Trigger(
            *made.head, kind="eventbridge", function=target.arn, input=target.input, dead_letter=target.dead_letter,
            retry_attempts=target.retry_attempts,
        )  # fmt: skip


def schedule(made: Made) -> Iterator[Resource]:
    """A schedule of EventBridge Scheduler."""
    target = _target(made.body.block("target"))
    expression, state = made.value("schedule_expression"), made.value("state")
    enabled = known(state.text != "DISABLED", state.place) if state is not None and state.text is not None else None
    yield Schedule(*made.head, made.value("name"), expression=expression, is_enabled=enabled, target=target)
    if target is not None:
        yield Trigger(
            *made.head,
            kind="schedule",
            function=target.arn,
            is_enabled=enabled,
            expression=expression,
            input=target.input,
            dead_letter=target.dead_letter,
            retry_attempts=target.retry_attempts,
        )


def stream(made: Made) -> Iterator[Resource]:
    """A Kinesis stream."""
    yield Stream(*made.head, made.value("name"))


def table(made: Made) -> Iterator[Resource]:
    """A DynamoDB table."""
    body = made.body
    on = made.value("stream_enabled")
    view = made.value("stream_view_type")
    indexes = [*body.blocks("global_secondary_index"), *body.blocks("local_secondary_index")]
    ttl = body.block("ttl")
    is_on = ttl.value("enabled")  # by default it is not
    yield Table(
        *made.head,
        made.value("name"),
        stream_view=view if on is None or on.truth is not False else None,
        has_global_replicas=bool(body.blocks("replica")),
        keys=tuple(value for name in ("hash_key", "range_key") if (value := made.value(name)) is not None),
        indexes=tuple(value for one in indexes if (value := one.value("name")) is not None),
        expires_by=ttl.value("attribute_name") if is_on is not None and is_on.truth is not False else None,
    )


_TOLD = {"lambda_function": "lambda_function_arn", "queue": "queue_arn", "topic": "topic_arn"}


def bucket(made: Made, configured: list[Made]) -> Iterator[Resource]:
    """A bucket, with what resources of their own say that it tells."""
    found: list[tuple[Made, Notification, bool]] = []
    tells_bus: Value | None = None
    for one in configured:
        tells_bus = one.value("eventbridge") or tells_bus
        for kind, argument in _TOLD.items():
            for body in one.body.blocks(kind):
                target = body.value(argument)
                if target is not None:
                    prefix, suffix = body.value("filter_prefix"), body.value("filter_suffix")
                    told = Notification(target, body.items("events"), prefix, suffix, body.place)
                    found.append((one, told, kind == "lambda_function"))
    if made.type == "aws_s3_bucket":
        yield Bucket(
            *made.head,
            made.value("bucket"),
            notifications=tuple(told for _, told, _ in found),
            tells_bus=tells_bus,
        )
    for one, told, is_function in found:
        if is_function:
            yield Trigger(
                one.key,
                one.type,
                told.place,
                one.when,
                kind="s3",
                function=told.target,
                source=one.value("bucket"),
                events=told.events,
            )


def setting(made: Made) -> Iterator[Resource]:
    """A parameter of Systems Manager."""
    yield Setting(*made.head, made.value("name"), value=made.value("value", "insecure_value"))


def refers_to(value: Value | None, made: Made) -> bool:
    """Whether a value is an attribute of a resource, or its name."""
    if value is None:
        return False
    if any(one.resource == made.key for one in value.attributes()):
        return True
    own = made.value("bucket", "name")
    return own is not None and isinstance(own.content, (str, Text)) and value.content == own.content
