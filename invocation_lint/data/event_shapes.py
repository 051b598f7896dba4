"""The keys of the events that AWS hands to functions: `data/event_shapes.json`, with the page that shows each."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def event_shapes() -> dict[str, Any]:
    """The event of each source: a mapping for an object with its keys, a list of one for a list, 0 for all else."""
    text = (Path(__file__).parent / "event_shapes.json").read_text(encoding="utf-8")
    return {source: told["event"] for source, told in json.loads(text).items()}


def keys_at(source: str, path: tuple[str, ...]) -> frozenset[str] | None:
    """The keys of the object that a path of an event leads to; `[]` in it is an element of a list. None where there is
    no such object, or its keys are not told."""
    shape = event_shapes().get(source)
    for step in path:
        if step == "[]" and isinstance(shape, list):
            shape = shape[0]
        elif isinstance(shape, dict) and step in shape:
            shape = shape[step]
        else:
            return None
    return frozenset(shape) if isinstance(shape, dict) else None
