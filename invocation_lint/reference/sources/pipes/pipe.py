"""A pipe as a mapping: what DescribePipe tells, under the names that a mapping has for it.

https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_CreatePipe.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from invocation_lint.reference.sources.mapping import (
    QUEUE,
    STREAM,
    TABLE,
    SourceMapping,
    checked_settings,
    kind_of,
    refused,
)

_PARAMETERS = {QUEUE: "SqsQueueParameters", TABLE: "DynamoDBStreamParameters", STREAM: "KinesisStreamParameters"}
_SAME_NAME = (
    "BatchSize",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
    "StartingPosition",
    "StartingPositionTimestamp",
)
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html; a batch of a function or
# a state machine has no bound of its own.
LARGEST_BATCHES: Mapping[str, int | None] = {"sqs": 10, "sns": 10, "events": 10, "lambda": None, "states": None}
_ENRICHMENTS = ("lambda", "states")


@dataclass(eq=False)
class Pipe(SourceMapping):
    """One pipe. `function_arn` is its target, `id` its own ARN."""

    name: str = ""
    role: str = ""
    enrichment: str | None = None
    enrichment_parameters: Mapping[str, Any] = field(default_factory=dict)
    target_parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def function(self) -> str:
        """The plain name of the target."""
        return super().function if service_of(self.function_arn) == "lambda" else plain_name(self.function_arn)

    def take(self, told: Mapping[str, Any]) -> None:
        """Be as DescribePipe tells from now on; Refusal 400 for what is not served."""
        settings, target = _settings(told), str(told["Target"])
        enrichment = told.get("Enrichment") or None
        service = service_of(target)
        if service not in LARGEST_BATCHES:
            raise refused(f"a target of the kind {service} is not served")
        if enrichment is not None and service_of(enrichment) not in _ENRICHMENTS:
            raise refused(f"an enrichment of the kind {service_of(enrichment)} is not served")
        most = LARGEST_BATCHES[service]
        if most is not None and settings["BatchSize"] > most:
            raise refused(f"a batch of {settings['BatchSize']} is more than the target takes, which is {most}")
        self.settings, self.function_arn, self.role = settings, target, str(told["RoleArn"])
        self.enrichment = enrichment
        self.enrichment_parameters = told.get("EnrichmentParameters") or {}
        self.target_parameters = told.get("TargetParameters") or {}


def pipe_of(told: Mapping[str, Any]) -> Pipe:
    """The pipe that DescribePipe tells of; Refusal 400 for what is not served."""
    pipe = Pipe(str(told["Source"]), str(told["Target"]), {}, id=str(told["Arn"]), name=str(told["Name"]))
    pipe.take(told)
    return pipe


def service_of(arn: str) -> str:
    """The service in an ARN, empty where there is none."""
    return arn.split(":")[2] if arn.count(":") > 2 else ""


def plain_name(arn: str) -> str:
    """The name of a queue, topic, bus or state machine."""
    return arn.rsplit(":", 1)[-1].rsplit("/", 1)[-1]


def _settings(told: Mapping[str, Any]) -> dict[str, Any]:
    source, given = str(told["Source"]), told.get("SourceParameters") or {}
    own = given.get(_PARAMETERS[kind_of(source)]) or {}
    request: dict[str, Any] = {
        "EventSourceArn": source,
        "FilterCriteria": given.get("FilterCriteria"),
        "Enabled": told.get("DesiredState") != "STOPPED",
        **{name: own.get(name) for name in _SAME_NAME},
    }
    if kind_of(source) == QUEUE:
        request = {name: value for name, value in request.items() if value is not None}
    else:
        request["BisectBatchOnFunctionError"] = own.get("OnPartialBatchItemFailure") == "AUTOMATIC_BISECT"
        if target := (own.get("DeadLetterConfig") or {}).get("Arn"):
            request["DestinationConfig"] = {"OnFailure": {"Destination": target}}
    return checked_settings(request)
