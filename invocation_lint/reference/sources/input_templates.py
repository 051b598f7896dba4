"""Templates that make the input of a target out of an event: those of EventBridge's rules and of its pipes.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html and
eb-pipes-input-transformation.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

NOTHING = object()
_VARIABLE = re.compile(r"<([A-Za-z0-9_.-]+|\$[^<>]*)>")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\['([^']+)'\]|\[(\*)\]")


def filled(template: str, value_of: Callable[[str], Any]) -> str:
    """A template with its variables, whose values `value_of` gives (NOTHING for one that is not there).

    In a JSON string (between quotes) a text stands bare, elsewhere as JSON.
    """
    in_text = False
    pieces: list[str] = []
    last = 0
    for match in _VARIABLE.finditer(template):
        before = template[last : match.start()]
        in_text ^= before.replace('\\"', "").count('"') % 2 == 1
        pieces.append(before)
        last = match.end()
        value = value_of(match[1])
        if value is NOTHING:
            continue
        text = value if isinstance(value, str) else json.dumps(value)
        pieces.append(json.dumps(text)[1:-1] if in_text else json.dumps(value))
    pieces.append(template[last:])
    return "".join(pieces)


def at_path(event: Any, path: str) -> Any:
    """The part of an event at a path as `$.detail.items[0].id` or `$.items[*].id`; NOTHING where there is none."""
    value = event
    for match in _STEP.finditer(path.removeprefix("$")):
        if match[4]:
            rest = path.removeprefix("$")[match.end() :]
            parts = [at_path(each, f"${rest}") for each in value] if isinstance(value, list) else []
            return [each for each in parts if each is not NOTHING] if isinstance(value, list) else NOTHING
        name = match[1] or match[3]
        try:
            value = value[name] if name is not None else value[int(match[2])]
        except (KeyError, IndexError, TypeError):
            return NOTHING
    return value
