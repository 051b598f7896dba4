"""Event source mappings: AWS::Lambda::EventSourceMapping, and the events of SAM that become one.

AWS: Lambda API reference, CreateEventSourceMapping; AWS SAM specification, event sources.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from invocation_lint.deployment.cloudformation.made import Made
from invocation_lint.deployment.cloudformation.parts import Part
from invocation_lint.deployment.model import EventSourceMapping, Resource
from invocation_lint.findings import Place

POLLED = {
    "SQS": ("queue", "Queue"), "MQ": ("queue", "Broker"), "Kinesis": ("stream", "Stream"),
    "DynamoDB": ("stream", "Stream"), "MSK": ("stream", "Stream"), "SelfManagedKafka": ("stream", ""),
    "DocumentDB": ("stream", "Cluster"),
}  # fmt: skip
"""The events of SAM that are polled: the kind, and the property that holds the source."""


def event_source_mapping(made: Made) -> Iterator[Resource]:
    """A mapping of CloudFormation. Streams have a position to start from, queues do not."""
    source = made.value("EventSourceArn")
    is_stream = made.properties.get("StartingPosition").is_there
    kind = "stream" if is_stream or made.properties.get("SelfManagedEventSource").is_there else "queue"
    yield EventSourceMapping(
        made.key,
        made.type,
        made.place,
        made.when,
        kind=kind,
        function=made.value("FunctionName"),
        source=source,
        **settings_of(made.properties),
    )


def sam_mapping(made: Made, id: str, event: Part, type: str, place: Place) -> EventSourceMapping:
    """The mapping that an event of a SAM function becomes."""
    kind, source = POLLED[type]
    properties = event.get("Properties")
    return EventSourceMapping(
        made.reading.key(f"{made.id}{id}"),
        f"SAM {type}",
        place,
        made.when,
        kind=kind,
        function=made.own("arn"),
        source=properties.value(source) if source else None,
        **settings_of(properties),
    )


def settings_of(properties: Part) -> dict[str, Any]:
    """What a mapping may set; CloudFormation and SAM call it alike."""
    return {
        "is_enabled": properties.value("Enabled"),
        "batch_size": properties.value("BatchSize"),
        "window_seconds": properties.value("MaximumBatchingWindowInSeconds"),
        "reports_item_failures": properties.value("FunctionResponseTypes"),
        "filters": tuple(
            pattern
            for one in properties.get("FilterCriteria", "Filters").elements()
            if (pattern := one.value("Pattern")) is not None
        ),
        "on_failure": properties.value("DestinationConfig", "OnFailure", "Destination"),
        "max_attempts": properties.value("MaximumRetryAttempts"),
        "max_age_seconds": properties.value("MaximumRecordAgeInSeconds"),
        "bisects": properties.value("BisectBatchOnFunctionError"),
        "parallel_batches": properties.value("ParallelizationFactor"),
        "max_concurrency": properties.value("ScalingConfig", "MaximumConcurrency"),
        "starting_position": properties.value("StartingPosition"),
    }
