"""The events of a function in a serverless.yml (Serverless Framework's documentation, events)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from invocation_lint.deployment.cloudformation.made import Made
from invocation_lint.deployment.cloudformation.parts import Part
from invocation_lint.deployment.model import EventSourceMapping, Resource, Rule, Schedule, Subscription, Target, Trigger
from invocation_lint.deployment.values import Case, Hole, Piece, Value, known, pieces_of
from invocation_lint.deployment.values import text as joined
from invocation_lint.findings import Place

POLLED = {"sqs": "queue", "activemq": "queue", "rabbitmq": "queue", "stream": "stream", "kafka": "stream",
          "msk": "stream"}  # fmt: skip
KINDS = {
    "http": "rest_api", "httpApi": "http_api", "websocket": "http", "alb": "load_balancer", "cloudFront": "service",
    "alexaSkill": "service", "alexaSmartHome": "service", "s3": "s3", "sns": "sns", "schedule": "schedule",
    "eventBridge": "eventbridge", "cloudwatchEvent": "eventbridge", "cloudwatchLog": "event", "iot": "event",
    "cognitoUserPool": "cognito", "connect": "service",
}  # fmt: skip


def triggers_of(made: Made, provider: Part) -> Iterator[Resource]:
    """What the events of a function become: its triggers, and the rules and subscriptions behind them."""
    for number, event in enumerate(made.properties.get("events").elements()):
        names = [event.text()] if event.text() else [name for name, _ in event.entries()]
        for name in names:
            id = f"{made.id}.{name}{number}"
            given = event.get(name) if event.text() == "" else event
            place = event.place if len(names) == 1 else given.place  # of `sqs:`, not of what stands below it
            if name in POLLED:
                yield _mapping(made, id, name, given, place)
            elif name in KINDS:
                yield from _triggered(made, id, name, given, provider, place)


def _short(given: Part) -> Value | None:
    """The value of an event that is written as one text, `sqs: arn`."""
    value = given.value()
    return value if value is not None and not value.entries else None


def _mapping(made: Made, id: str, name: str, given: Part, place: Place) -> Resource:
    settings: dict[str, Any] = {
        "is_enabled": given.value("enabled"),
        "batch_size": given.value("batchSize"),
        "window_seconds": given.value("maximumBatchingWindow") or given.value("batchWindow"),
        "reports_item_failures": given.value("functionResponseType"),
        "filters": given.items("filterPatterns"),
        "on_failure": given.value("destinations", "onFailure", "arn") or given.value("destinations", "onFailure"),
        "max_attempts": given.value("maximumRetryAttempts"),
        "max_age_seconds": given.value("maximumRecordAgeInSeconds"),
        "bisects": given.value("bisectBatchOnFunctionError"),
        "parallel_batches": given.value("parallelizationFactor"),
        "max_concurrency": given.value("maximumConcurrency"),
        "starting_position": given.value("startingPosition"),
    }
    if name == "stream" and settings["starting_position"] is None:
        settings["starting_position"] = known("TRIM_HORIZON", given.place)  # the framework's default
    kind = given.text("type") if name == "stream" else ""
    return EventSourceMapping(
        made.reading.key(id),
        f"serverless {kind or name}",
        place,
        made.when,
        kind=POLLED[name],
        function=made.own("arn"),
        source=_short(given) or given.value("arn"),
        **settings,
    )


def _triggered(made: Made, id: str, name: str, given: Part, provider: Part, place: Place) -> Iterator[Resource]:
    source, pattern, expression = _told(name, given)
    method, path = _route(given) if name in {"http", "httpApi"} else (None, None)
    timeout = given.value("timeoutInMillis")
    if name == "httpApi" and timeout is None:
        timeout = _milliseconds(given.value("timeout") or provider.value("httpApi", "timeout"))
    trigger = Trigger(
        made.reading.key(id),
        f"serverless {name}",
        place,
        made.when,
        kind="event" if name == "http" and given.get("async").is_there else KINDS[name],
        function=made.own("arn"),
        source=source,
        is_enabled=given.value("enabled"),
        pattern=pattern,
        expression=expression,
        events=given.items("event") if name == "s3" else (),
        method=method,
        path=path,
        timeout_ms=timeout,
        is_proxy=given.text("integration").lower() in {"", "lambda-proxy", "lambda_proxy", "aws_proxy"},
        maps_errors=given.text("integration").lower() in {"lambda", "aws"},
        input=given.value("input"),
        dead_letter=given.value("deadLetterQueueArn") or given.value("redrivePolicy", "deadLetterTargetArn"),
        retry_attempts=given.value("retryPolicy", "maximumRetryAttempts"),
    )
    yield trigger
    yield from _behind(made, name, given, trigger)


def _told(name: str, given: Part) -> tuple[Value | None, Value | None, Value | None]:
    """The source, the pattern and the expression of an event."""
    if name == "s3":
        return _short(given) or given.value("bucket"), given.value("rules"), None
    if name == "sns":
        source = _short(given) or given.value("arn") or given.value("topicName")
        return source, given.value("filterPolicy"), None
    if name == "schedule":
        return None, None, _short(given) or given.value("rate")
    if name == "eventBridge":
        return given.value("eventBus"), given.value("pattern"), given.value("schedule")
    if name == "cloudwatchEvent":
        return None, given.value("event"), None
    if name == "cloudwatchLog":
        return _short(given) or given.value("logGroup"), given.value("filter"), None
    if name == "cognitoUserPool":
        return given.value("pool"), None, None
    return None, None, None


def _route(given: Part) -> tuple[Value | None, Value | None]:
    """The method and the path, also of the short form `POST /orders`."""
    short = given.text()
    if short:
        method, _, path = short.partition(" ")
        return known(method.strip(), given.place), known(path.strip() or method, given.place)
    return given.value("method"), given.value("path")


def _milliseconds(seconds: Value | None) -> Value | None:
    if seconds is None:
        return None
    return known(seconds.number * 1000, seconds.place) if seconds.number is not None else seconds


def _behind(made: Made, name: str, given: Part, trigger: Trigger) -> Iterator[Resource]:
    """The rule, the schedule or the subscription behind an event."""
    common = (trigger.key, trigger.type, trigger.place, trigger.when)
    target = Target(made.own("arn"), trigger.input, trigger.dead_letter, trigger.retry_attempts)
    if name == "schedule" and given.text("method") == "scheduler":
        yield Schedule(
            *common,
            given.value("name"),
            expression=trigger.expression,
            is_enabled=trigger.is_enabled,
            target=target,
        )
    elif name in {"schedule", "eventBridge", "cloudwatchEvent"}:
        yield Rule(
            *common,
            given.value("name"),
            bus=given.value("eventBus"),
            pattern=trigger.pattern,
            expression=trigger.expression,
            is_enabled=trigger.is_enabled,
            targets=(target,),
        )
    elif name == "sns":
        yield Subscription(
            *common,
            topic=trigger.source,
            protocol=known("lambda", given.place),
            endpoint=made.own("arn"),
            filter_policy=trigger.pattern,
            filter_scope=given.value("filterPolicyScope"),
            dead_letter=trigger.dead_letter,
        )


def name_of(service: Value | None, stage: Hole, key: str, made: Made) -> Value:
    """The name that the framework gives to a function: service, stage and key."""
    pieces: tuple[Piece, ...] = ("-", stage, "-", key)
    if service is None:
        return known(joined((Hole("service", made.reading.path, "the service has no name"), *pieces)), made.place)
    cases = []
    for case in service.cases:
        own = pieces_of(case.content)
        cases.append(Case(joined((*own, *pieces)), case.when) if own is not None else case)
    return Value(tuple(cases), made.place)
