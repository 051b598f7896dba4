"""The events that a pipe carries, and what its templates make of them.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-sqs.html, eb-pipes-kinesis.html and
eb-pipes-dynamodb.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from invocation_lint.reference.sources.batches import Item
from invocation_lint.reference.sources.input_templates import NOTHING, at_path, filled
from invocation_lint.reference.sources.mapping import QUEUE, STREAM
from invocation_lint.reference.sources.pipes.pipe import Pipe, plain_name

_EMPTY: tuple[Any, ...] = (None, "", {}, [])


def event_of(item: Item) -> dict[str, Any]:
    """What goes through a pipe of one record: that of Kinesis without a member for what is Kinesis's own."""
    record = dict(item.record)
    own = record.pop("kinesis", None)
    return {**own, **record} if own is not None else record


def name_of(item: Item, kind: str) -> str:
    """How a target names the record when it tells that this one failed."""
    return item.identifier if kind == QUEUE else str(item.record["eventID"])


def is_empty(response: Any) -> bool:
    """Whether an enrichment asks for the target not to be invoked."""
    return any(response == each and type(response) is type(each) for each in _EMPTY)


def transformed(pipe: Pipe, parameters: Mapping[str, Any], event: Any, now: str) -> str:
    """The text that an enrichment or a target gets of one event: made by its template, or the event as JSON."""
    template = parameters.get("InputTemplate")
    if not template:
        return json.dumps(event)
    read = opened(pipe, event)
    told = {
        "aws.pipes.pipe-arn": pipe.id,
        "aws.pipes.pipe-name": pipe.name,
        "aws.pipes.source-arn": pipe.source,
        "aws.pipes.enrichment-arn": pipe.enrichment or NOTHING,
        "aws.pipes.target-arn": pipe.function_arn,
        "aws.pipes.event.ingestion-time": now,
        "aws.pipes.event": event,
        "aws.pipes.event.json": event,
    }

    def value_of(name: str) -> Any:
        return at_path(read, name) if name.startswith("$") else told.get(name, NOTHING)

    return filled(str(template), value_of)


def opened(pipe: Pipe, event: Any) -> Any:
    """An event as paths see it: the body of a message and the data of a Kinesis record as the JSON that is in them."""
    if not isinstance(event, Mapping):
        return event
    held = dict(event)
    if pipe.kind == STREAM and isinstance(held.get("data"), str):
        try:
            held["data"] = _as_json(base64.b64decode(held["data"], validate=True).decode())
        except ValueError:  # an enrichment has put something else there
            held["data"] = _as_json(held["data"])
    if pipe.kind == QUEUE and isinstance(held.get("body"), str):
        held["body"] = _as_json(held["body"])
    return held


def dynamic(pipe: Pipe, value: Any, event: Any) -> Any:
    """The value of a parameter for one event: a path (`$.body.id`) gives what stands there, None where nothing does."""
    if not (isinstance(value, str) and value.startswith("$.")):
        return value
    found = at_path(opened(pipe, event), value)
    return None if found is NOTHING else found if isinstance(found, str) else json.dumps(found)


def bus_entry(pipe: Pipe, parameters: Mapping[str, Any], event: Any, detail: str) -> dict[str, Any]:
    """The entry of PutEvents; what it is called without parameters is what events of real pipes are called."""
    entry: dict[str, Any] = {
        "EventBusName": pipe.function_arn,
        "Source": dynamic(pipe, parameters.get("Source"), event) or f"Pipe {pipe.name}",
        "DetailType": dynamic(pipe, parameters.get("DetailType"), event) or f"Event from aws:{pipe.kind}",
        "Detail": detail,
    }
    if resources := parameters.get("Resources"):
        entry["Resources"] = [str(dynamic(pipe, each, event)) for each in resources]
    return entry


def joined(texts: list[str]) -> bytes:
    """The events of a batch as one JSON array; a text that is no JSON stands in it as a string."""
    return json.dumps([_as_json(text) for text in texts]).encode()


def session_of(pipe: Pipe) -> str:
    """The name of the session in which a pipe uses its role."""
    return plain_name(pipe.id)


def _as_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
