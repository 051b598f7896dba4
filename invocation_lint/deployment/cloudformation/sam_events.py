"""The events of a SAM function or state machine, and what SAM makes of them.

AWS: AWS SAM specification, event sources; AWS SAM developer guide, generated resources.
"""

from __future__ import annotations

from collections.abc import Iterator

from invocation_lint.deployment.cloudformation.made import Made
from invocation_lint.deployment.cloudformation.mappings import POLLED, sam_mapping
from invocation_lint.deployment.cloudformation.parts import Part
from invocation_lint.deployment.model import Resource, Rule, Schedule, Subscription, Target, Trigger
from invocation_lint.deployment.values import Value, known
from invocation_lint.findings import Place

_KINDS = {
    "Api": "rest_api", "HttpApi": "http_api", "AlexaSkill": "service", "S3": "s3", "SNS": "sns", "Schedule": "schedule",
    "ScheduleV2": "schedule", "EventBridgeRule": "eventbridge", "CloudWatchEvent": "eventbridge",
    "CloudWatchLogs": "event", "IoTRule": "event", "Cognito": "cognito",
}  # fmt: skip
"""What the events of SAM do to their function, but for those that are polled."""

_SOURCES = {"S3": "Bucket", "SNS": "Topic", "Cognito": "UserPool", "Api": "RestApiId", "HttpApi": "ApiId",
            "EventBridgeRule": "EventBusName", "CloudWatchEvent": "EventBusName",
            "CloudWatchLogs": "LogGroupName"}  # fmt: skip
_IMPLICIT = {"Api": "ServerlessRestApi", "HttpApi": "ServerlessHttpApi"}


def triggers_of(made: Made) -> Iterator[Resource]:
    """The triggers that the events of a function become, and the rules and schedules behind them."""
    events = made.properties.get("Events")
    for id, event in events.entries():
        type, place = event.text("Type"), events.key_place(id)
        if type in POLLED:
            yield sam_mapping(made, id, event, type, place)
        elif type in _KINDS:
            yield _trigger(made, id, event, type, place)
            yield from resources_of(made, id, event, type, made.own("arn"), place)


def _trigger(made: Made, id: str, event: Part, type: str, place: Place) -> Trigger:
    properties = event.get("Properties")
    source = properties.value(_SOURCES[type]) if type in _SOURCES else None
    if source is None and type in _IMPLICIT:
        source = made.reading.refer(_IMPLICIT[type], "id", event.place)
    return Trigger(
        made.reading.key(f"{made.id}{id}"),
        f"SAM {type}",
        place,
        made.when,
        kind="queue" if type == "SNS" and properties.get("SqsSubscription").is_there else _KINDS[type],
        function=made.own("arn"),
        source=source,
        is_enabled=_enabled(properties),
        pattern=_pattern(properties, type),
        expression=properties.value(_EXPRESSION[type]) if type in _EXPRESSION else None,
        events=properties.items("Events") if type == "S3" else (),
        method=properties.value("Method"),
        path=properties.value("Path"),
        timeout_ms=properties.value("TimeoutInMillis"),
        input=properties.value("Input"),
        dead_letter=properties.value("DeadLetterConfig", "Arn"),
        retry_attempts=properties.value("RetryPolicy", "MaximumRetryAttempts"),
    )


_EXPRESSION = {"Schedule": "Schedule", "ScheduleV2": "ScheduleExpression"}


def _pattern(properties: Part, type: str) -> Value | None:
    word = {"EventBridgeRule": "Pattern", "CloudWatchEvent": "Pattern", "SNS": "FilterPolicy", "S3": "Filter"}.get(type)
    if type == "CloudWatchLogs":
        word = "FilterPattern"
    return properties.value(word) if word is not None else None


def _enabled(properties: Part) -> Value | None:
    """Whether it is on: `Enabled` is a truth value, `State` is a word."""
    state = properties.value("State")
    if state is not None and state.text is not None:
        return known(state.text == "ENABLED", state.place)
    return state if state is not None else properties.value("Enabled")


def resources_of(made: Made, id: str, event: Part, type: str, target: Value, place: Place) -> Iterator[Resource]:
    """The rule, schedule or subscription that SAM makes of an event."""
    properties = event.get("Properties")
    key = made.reading.key(f"{made.id}{id}")
    common = Target(
        target,
        properties.value("Input"),
        properties.value("DeadLetterConfig", "Arn"),
        properties.value("RetryPolicy", "MaximumRetryAttempts"),
    )
    if type in {"EventBridgeRule", "CloudWatchEvent", "Schedule"}:
        yield Rule(
            key,
            f"SAM {type}",
            place,
            made.when,
            properties.value("RuleName") or properties.value("Name"),
            bus=properties.value("EventBusName"),
            pattern=properties.value("Pattern"),
            expression=properties.value("Schedule"),
            is_enabled=_enabled(properties),
            targets=(common,),
        )
    elif type == "ScheduleV2":
        yield Schedule(
            key,
            f"SAM {type}",
            place,
            made.when,
            properties.value("Name"),
            expression=properties.value("ScheduleExpression"),
            is_enabled=_enabled(properties),
            target=common,
        )
    elif type == "SNS":
        protocol = "sqs" if properties.get("SqsSubscription").is_there else "lambda"
        yield Subscription(
            key,
            f"SAM {type}",
            place,
            made.when,
            topic=properties.value("Topic"),
            protocol=known(protocol, event.place),
            endpoint=target if protocol == "lambda" else properties.value("SqsSubscription", "QueueArn"),
            filter_policy=properties.value("FilterPolicy"),
            filter_scope=properties.value("FilterPolicyScope"),
            dead_letter=properties.value("RedrivePolicy", "deadLetterTargetArn"),
        )
