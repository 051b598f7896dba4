"""What a definition of a state machine must hold beside its form, and the form in which it is interpreted.

https://states-language.net/spec.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any


def missing_state(definition: Mapping[str, Any], path: str = "") -> str | None:
    """What is wrong when a transition leads to a state that is not there; None when all are."""
    states = definition.get("States")
    if not isinstance(states, Mapping):
        return None
    for where, target in _transitions(definition, states, path):
        if target not in states:
            return f"MISSING_TRANSITION_TARGET: Missing '{where.rsplit('/', 1)[-1]}' target: {target} at {where}"
    for name, state in states.items():
        for where, inner in _inner(state, f"{path}/States/{name}"):
            if (missing := missing_state(inner, where)) is not None:
                return missing
    return None


def _transitions(definition: Mapping[str, Any], states: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    yield f"{path}/StartAt", str(definition.get("StartAt"))
    for name, state in states.items():
        here = f"{path}/States/{name}"
        for key in ("Next", "Default"):
            if key in state:
                yield f"{here}/{key}", state[key]
        for key in ("Choices", "Catch"):
            for number, each in enumerate(state.get(key) or ()):
                if "Next" in each:
                    yield f"{here}/{key}[{number}]/Next", each["Next"]


def _inner(state: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key in ("Iterator", "ItemProcessor"):
        if isinstance(state.get(key), Mapping):
            yield f"{path}/{key}", state[key]
    for number, branch in enumerate(state.get("Branches") or ()):
        yield f"{path}/Branches[{number}]", branch


def interpreted(definition: str) -> str:
    """A definition in the form that moto's grammar takes: it has no EXPRESS children of a distributed map.

    What they do is the same; how they are billed is not seen here.
    """
    try:
        held = json.loads(definition)
    except ValueError:
        return definition  # it is refused by the parser
    return json.dumps(held) if _with_standard_children(held) else definition


def _with_standard_children(value: Any) -> bool:
    """Make them STANDARD, wherever they are in `value`; whether there were any."""
    changed = False
    if isinstance(value, dict):
        config = value.get("ProcessorConfig")
        if isinstance(config, dict) and config.get("ExecutionType") == "EXPRESS":
            config["ExecutionType"] = "STANDARD"
            changed = True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        changed = _with_standard_children(each) or changed
    return changed
