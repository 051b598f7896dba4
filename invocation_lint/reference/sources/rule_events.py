"""What a target of an EventBridge rule gets: the event, a part of it, a constant, or a template filled from it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

_ORDER = ("version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail")
_VARIABLE = re.compile(r"<([A-Za-z0-9_.-]+)>")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\['([^']+)'\]")
_NOTHING = object()


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
        return json.dumps(None if part is _NOTHING else part)
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
    return _filled(str(transformer["InputTemplate"]), values)


def _filled(template: str, values: Mapping[str, Any]) -> str:
    """A template with its variables. In a JSON string (between quotes) a text stands bare, elsewhere as JSON."""
    in_text = False
    pieces: list[str] = []
    last = 0
    for match in _VARIABLE.finditer(template):
        before = template[last : match.start()]
        in_text ^= before.replace('\\"', "").count('"') % 2 == 1
        pieces.append(before)
        last = match.end()
        value = values.get(match[1], _NOTHING)
        if value is _NOTHING:
            continue
        text = value if isinstance(value, str) else json.dumps(value)
        pieces.append(json.dumps(text)[1:-1] if in_text else json.dumps(value))
    pieces.append(template[last:])
    filled = "".join(pieces)
    stripped = template.strip()
    if stripped[:1] == '"' and stripped[-1:] == '"' and "\n" in stripped:  # several lines, each a text of its own
        return json.dumps("\n".join(str(json.loads(line)) for line in filled.splitlines() if line.strip()))
    return filled


def at_path(event: Mapping[str, Any], path: str) -> Any:
    """The part of an event at a path as `$.detail.items[0].id`; a mark of its own where there is none."""
    value: Any = event
    for match in _STEP.finditer(path.removeprefix("$")):
        name = match[1] or match[3]
        try:
            value = value[name] if name is not None else value[int(match[2])]
        except (KeyError, IndexError, TypeError):
            return _NOTHING
    return value
