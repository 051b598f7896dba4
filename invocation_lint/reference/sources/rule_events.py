"""What a target of an EventBridge rule gets: the event, a part of it, a constant, or a template filled from it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from invocation_lint.reference.sources.input_templates import NOTHING, at_path, filled

_ORDER = ("version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail")


def completed(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event as moto has it, with AWS's members in AWS's order; its time as a text of whole seconds."""
    held = {name: event[name] for name in _ORDER if name in event}
    held["time"] = moment(held.get("time"))
    return held


def moment(value: object) -> str:
    """`2026-11-21T14:00:00Z` of seconds since the epoch, or of a text that is a time already."""
    try:
        seconds = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return str(value)
    return datetime.fromtimestamp(seconds, tz=timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def for_target(target: Mapping[str, Any], event: Mapping[str, Any], rule: str) -> str:
    """The text that `target` gets of `event`; `rule` is the ARN of its rule."""
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        part = at_path(event, target["InputPath"])
        return json.dumps(None if part is NOTHING else part)
    if (transformer := target.get("InputTransformer")) is None:
        return json.dumps(event)
    paths = transformer.get("InputPathsMap") or {}
    values = {name: at_path(event, path) for name, path in paths.items()}
    values.update(
        {
            "aws.events.rule-arn": rule,
            "aws.events.rule-name": rule.rsplit("/", 1)[-1],
            "aws.events.event.ingestion-time": event["time"],
            "aws.events.event": {name: value for name, value in event.items() if name != "detail"},
            "aws.events.event.json": event,
        }
    )
    template = str(transformer["InputTemplate"])
    return _lines_of(template, filled(template, lambda name: values.get(name, NOTHING)))


def _lines_of(template: str, text: str) -> str:
    """A filled template; of several lines that are each a text of its own, one text."""
    stripped = template.strip()
    if stripped[:1] == '"' and stripped[-1:] == '"' and "\n" in stripped:
        return json.dumps("\n".join(str(json.loads(line)) for line in text.splitlines() if line.strip()))
    return text
