"""One fact for each event source mapping of a template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from invocation_lint.deployment.model import EventSourceMapping, Function, Queue, Resource, Stream, Table
from invocation_lint.deployment.values import Text, Value
from invocation_lint.facts.base import Fact
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building.templates.context import Context, called
from invocation_lint.facts.building.templates.handlers import Handled
from invocation_lint.facts.building.templates.remedies import remedy
from invocation_lint.facts.building.templates.told import NOT_WRITTEN, is_set, limit, number, texts, truth, yes_no
from invocation_lint.facts.deployed import event_source_mapping as facts
from invocation_lint.findings import Place

_BY_TYPE = {
    "SAM SQS": "queue", "SAM Kinesis": "kinesis", "SAM DynamoDB": "dynamodb", "SAM MSK": "kafka",
    "SAM SelfManagedKafka": "kafka", "SAM DocumentDB": "documentdb", "SAM MQ": "broker", "SAM SNS": "queue",
    "serverless sqs": "queue", "serverless activemq": "broker", "serverless rabbitmq": "broker",
    "serverless dynamodb": "dynamodb", "serverless kinesis": "kinesis", "serverless kafka": "kafka",
    "serverless msk": "kafka",
}  # fmt: skip
_BY_ARN = {":sqs:": "queue", ":dynamodb:": "dynamodb", ":kinesis:": "kinesis", ":kafka:": "kafka", ":mq:": "broker"}
_BY_CDK = {"Sqs": "queue", "Dynamo": "dynamodb", "Kinesis": "kinesis", "Kafka": "kafka"}


def mappings(context: Context, path: str) -> Iterator[Fact]:
    """The facts of the mappings that stand in a file."""
    return (_fact(context, one) for one in context.at(path, EventSourceMapping))


def _fact(context: Context, one: EventSourceMapping) -> Fact:
    function = context.function_of(one.function)
    handled = context.handler(function, one.place.path)
    queue = context.queue_of(one.source)
    source = source_of(context, one)
    streams = source in {"dynamodb", "kinesis"}
    data = facts.EventSourceMapping(
        source=source,
        source_name=source_name(context, one),
        enabled=truth(one.is_enabled, default=True),
        attempts=limit(one.max_attempts) if streams else None,
        age=limit(one.max_age_seconds) if streams else None,
        report_switch=switch(one.reports_item_failures),
        report_remedy=remedy("report", one),
        function=_function(function),
        handler=_handling(handled),
        window_seconds=number(one.window_seconds, 0),
        stream_view=_view(context, one),
        queue=_queue(queue, function, one),
    )
    places: dict[str, Place | None] = dict.fromkeys(
        ("source", "source_name", "enabled", "attempts", "age", "report_remedy"), one.place
    )
    places["report_switch"] = _of(one.reports_item_failures, one.place)
    places["attempts"], places["age"] = _of(one.max_attempts, one.place), _of(one.max_age_seconds, one.place)
    places["window_seconds"] = _of(one.window_seconds, one.place)
    places["stream_view"] = _view_place(context, one)
    places["enabled"] = _of(one.is_enabled, one.place)
    if function is not None:
        places["function"] = function.place
        places["function.timeout_seconds"] = _of(function.timeout_seconds, function.place)
    if queue is not None:
        places["queue"] = queue.place
        places["queue.advised_seconds"] = places["queue.then"] = one.place
        places["queue.visibility_seconds"] = _of(queue.visibility_seconds, queue.place)
    if handled is not None:
        places["handler"] = handled.info.place
        places["handler.record_failure"] = handled.place
        places["handler.reports"] = handled.reports
        places.update({f"handler.images[{name}]": place for name, place in handled.images.items()})
    return context.fact("event_source_mapping", data, one.place, places, one.key.id)


def _of(value: Value | None, otherwise: Place) -> Place:
    return value.place if value is not None else otherwise


def _function(function: Function | None) -> facts.Invoked | None:
    return facts.Invoked(called(function), number(function.timeout_seconds, 3)) if function is not None else None


def _queue(queue: Queue | None, function: Function | None, one: EventSourceMapping) -> facts.PolledQueue | None:
    if queue is None:
        return None
    timeout = number(function.timeout_seconds, 3) if function is not None else None
    window = number(one.window_seconds, 0)
    advised = timeout * 6 + window if isinstance(timeout, (int, float)) and isinstance(window, (int, float)) else None
    visible = number(queue.visibility_seconds, 30)
    then = None
    if advised is not None and isinstance(visible, (int, float)) and isinstance(timeout, (int, float)):
        then = "Lambda rejects such a mapping" if visible < timeout else f"AWS advises {advised:,} s"
    return facts.PolledQueue(called(queue), visible, advised, then)


def _view(context: Context, one: EventSourceMapping) -> Any:
    """What the records of the stream of a table carry."""
    attribute = one.source.attribute if one.source is not None else None
    table = context.deployed.get(attribute.resource, Table) if attribute is not None else None
    if table is None:
        return None
    if table.has_global_replicas or table.stream_view is None:
        return UnknownAnswer("the template does not tell it")
    told = texts(table.stream_view)
    return told[0] if told is not None and len(told) == 1 else UnknownAnswer(NOT_WRITTEN)


def _handling(handled: Handled | None) -> facts.Handling | None:
    if handled is None:
        return None
    return facts.Handling(
        handled.info.name,
        handled.failure,
        yes_no(handled.reports is not None),
        tuple(facts.Image(name) for name in handled.images),
        "work" if handled.works else "log",
    )


def switch(value: Value | None) -> Any:
    """Whether response types ask for batch item failures."""
    if is_set(value) == "no":
        return "off"
    told = texts(value)
    if told is None:
        return UnknownAnswer("it is set when the template is deployed")
    return "on" if "ReportBatchItemFailures" in told else "off"


def _view_place(context: Context, one: EventSourceMapping) -> Place:
    attribute = one.source.attribute if one.source is not None else None
    table = context.deployed.get(attribute.resource, Table) if attribute is not None else None
    return _of(table.stream_view, table.place) if table is not None else one.place


def source_of(context: Context, one: EventSourceMapping) -> Any:
    if one.type in _BY_TYPE:
        return _BY_TYPE[one.type]
    attribute = one.source.attribute if one.source is not None else None
    if attribute is not None:
        if attribute.name == "stream_arn" or context.deployed.get(attribute.resource, Table) is not None:
            return "dynamodb"
        if context.deployed.get(attribute.resource, Stream) is not None:
            return "kinesis"
        if context.deployed.get(attribute.resource, Queue) is not None:
            return "queue"
    for content in one.source.contents if one.source is not None else ():
        shown = content if isinstance(content, str) else content.shown() if isinstance(content, Text) else ""
        found = next((kind for word, kind in _BY_ARN.items() if word in shown), None)
        if found is not None:
            return found
    if one.type.startswith("aws_cdk."):
        name = one.type.rpartition(".")[2]
        return next((kind for word, kind in _BY_CDK.items() if word in name), None) or UnknownAnswer()
    return UnknownAnswer("the template does not tell what is polled")


def source_name(context: Context, one: EventSourceMapping) -> Any:
    attribute = one.source.attribute if one.source is not None else None
    found = context.deployed.get(attribute.resource, Resource) if attribute is not None else None
    return called(found) if found is not None else None


__all__ = ["mappings", "source_name", "source_of", "switch"]
