"""An event source mapping: what CreateEventSourceMapping takes, its defaults, and what AWS refuses.

Names, defaults and ranges: botocore service model of CreateEventSourceMapping; the forms of answers and refusals:
recorded from AWS (tests/reference/observed/mappings.json).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from invocation_lint.reference.service.errors import Refusal, bad_value
from invocation_lint.reference.service.limits import limit
from invocation_lint.reference.service.registry import split_name

FOREVER = -1
QUEUE, TABLE, STREAM = "sqs", "dynamodb", "kinesis"
KINDS = (QUEUE, TABLE, STREAM)
_USER = {"Type": "User"}
_STREAM_DEFAULTS: Mapping[str, Any] = {
    "BatchSize": 100,
    "BisectBatchOnFunctionError": False,
    "DestinationConfig": {"OnFailure": {}},
    "MaximumRecordAgeInSeconds": FOREVER,
    "MaximumRetryAttempts": FOREVER,
    "ParallelizationFactor": 1,
    "TumblingWindowInSeconds": 0,
}
_RANGES = {
    "BatchSize": (1, 10_000),
    "MaximumBatchingWindowInSeconds": (0, 300),
    "MaximumRecordAgeInSeconds": (FOREVER, 604_800),
    "MaximumRetryAttempts": (FOREVER, 10_000),
    "ParallelizationFactor": (1, 10),
    "TumblingWindowInSeconds": (0, 900),
}
_ONLY_STREAMS = (
    "BisectBatchOnFunctionError",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
    "StartingPosition",
    "TumblingWindowInSeconds",
)


def refused(message: str, status: int = 400, code: str = "InvalidParameterValueException") -> Refusal:
    """A refusal of the mapping API."""
    return Refusal(status, code, message, _USER)


@dataclass(eq=False)
class SourceMapping:
    """One mapping. `settings` are the parameters of the request with their defaults, under AWS's names."""

    source: str
    function_arn: str
    settings: dict[str, Any]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    modified: float = 0.0
    last_result: str = "No records processed"

    @property
    def function(self) -> str:
        """The plain name of the function."""
        return split_name(self.function_arn)[0]

    @property
    def kind(self) -> str:
        """`sqs`, `dynamodb` or `kinesis`."""
        return kind_of(self.source)

    @property
    def enabled(self) -> bool:
        """Whether events are moved."""
        return bool(self.settings.get("Enabled", True))

    @property
    def reports_failures(self) -> bool:
        """Whether the function's answer is looked at for `batchItemFailures`."""
        return "ReportBatchItemFailures" in self.settings["FunctionResponseTypes"]

    @property
    def patterns(self) -> list[Any]:
        """The filter patterns; one that matches is enough, and none lets everything pass."""
        filters = (self.settings.get("FilterCriteria") or {}).get("Filters") or []
        return [json.loads(each.get("Pattern") or "{}") for each in filters]

    @property
    def on_failure(self) -> str | None:
        """ARN of the destination of what a stream's mapping gives up."""
        config = (self.settings.get("DestinationConfig") or {}).get("OnFailure") or {}
        target: str | None = config.get("Destination")
        return target

    def __getitem__(self, name: str) -> Any:
        """A setting, by AWS's name."""
        return self.settings[name]

    def described(self, region: str, account: str, state: str) -> dict[str, Any]:
        """The mapping as the API answers it."""
        hidden = ("Enabled", "FunctionName", "Tags")
        described = {name: value for name, value in self.settings.items() if name not in hidden}
        described.update(
            EventSourceArn=self.source,
            EventSourceMappingArn=f"arn:aws:lambda:{region}:{account}:event-source-mapping:{self.id}",
            FunctionArn=self.function_arn,
            LastModified=self.modified,
            State=state,
            StateTransitionReason="USER_INITIATED" if self.kind == QUEUE else "User action",
            UUID=self.id,
        )
        if self.kind != QUEUE:
            described["LastProcessingResult"] = self.last_result
        return described


def kind_of(arn: str) -> str:
    """The service in the ARN of a source; Refusal 400 for one that no mapping here reads."""
    parts = arn.split(":")
    if len(parts) < 6 or parts[2] not in KINDS:
        raise refused("Unrecognized event source.")
    return parts[2]


def checked_settings(request: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a request to create a mapping, with defaults. Raises Refusal 400 for what AWS refuses."""
    source = str(request.get("EventSourceArn") or "")
    kind = kind_of(source)
    position = request.get("StartingPosition")
    if kind == QUEUE:
        defaults: dict[str, Any] = {"BatchSize": limit("sqs_mapping_batch_default")}
        if request.get("DestinationConfig"):
            raise refused("Unsupported DestinationConfig parameter for given event source mapping type.")
        for name in _ONLY_STREAMS:
            if name in request:
                raise refused(f"Unsupported {name} parameter for given event source mapping type.")
    else:
        defaults = dict(_STREAM_DEFAULTS)
        _check_position(source, kind, position)
    plain: dict[str, Any] = {"FunctionResponseTypes": [], "MaximumBatchingWindowInSeconds": 0}
    given = {name: value for name, value in request.items() if name != "EventSourceArn" and value is not None}
    settings = {**plain, **defaults, **given}
    check(source, settings)
    return settings


def check(source: str, settings: dict[str, Any]) -> None:
    """Raise Refusal 400 for settings that AWS refuses; drop an empty filter."""
    for name, (least, most) in _RANGES.items():
        if name in settings and not least <= settings[name] <= most:
            word, bound = ("greater", least) if settings[name] < least else ("less", most)
            text = f"Member must have value {word} than or equal to {bound}"
            named = name[0].lower() + name[1:]
            raise bad_value(str(settings[name]), named, text)
    size, window = settings["BatchSize"], settings["MaximumBatchingWindowInSeconds"]
    if kind_of(source) == QUEUE:
        if source.endswith(".fifo") and (size > limit("sqs_batch_entries") or window):
            raise refused("Batching window and batch sizes above 10 are not supported for FIFO queues")
        if size > limit("sqs_batch_entries") and not window:
            raise refused(
                "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
            )
    _check_filters(settings)


def _check_position(source: str, kind: str, position: str | None) -> None:
    if position is None:
        failed = "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: "
        raise refused(failed + "Member must not be null.")
    if position not in ("LATEST", "AT_TIMESTAMP", "TRIM_HORIZON"):
        allowed = "Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]"
        raise bad_value(position, "startingPosition", allowed)
    if kind == TABLE and position == "AT_TIMESTAMP":
        raise refused(f"Unsupported starting position for arn type: {source}")


def _check_filters(settings: dict[str, Any]) -> None:
    filters = (settings.get("FilterCriteria") or {}).get("Filters")
    if not filters:
        settings.pop("FilterCriteria", None)
        return
    for each in filters:
        try:
            pattern = json.loads(each.get("Pattern") or "null")
        except (ValueError, TypeError):
            pattern = None
        if not isinstance(pattern, dict) or not _is_pattern(pattern):
            raise refused("Invalid filter pattern definition.")


def _is_pattern(pattern: dict[str, Any]) -> bool:
    """Whether each leaf is a list of alternatives."""
    for name, value in pattern.items():
        if name == "$or":
            if not isinstance(value, list) or not all(isinstance(each, dict) and _is_pattern(each) for each in value):
                return False
        elif isinstance(value, dict):
            if not _is_pattern(value):
                return False
        elif not isinstance(value, list) or not value:
            return False
    return True
