"""Actions that the handler of an invoked function refuses, and those of which nothing can be said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.linking import findings, sends

IF = """
def handler(event, context):
    if event["action"] == "start":
        return event["id"]
    elif event["action"] == "stop":
        return event["id"]
    else:
        raise ValueError(event["action"])
"""
MATCH = """
def handler(event, context):
    match event.get("template"):
        case "start":
            return event["id"]
        case "stop":
            return 1
        case _:
            raise ValueError
"""
TABLE = """
def start(event):
    return event["id"]
def stop(event):
    return 1
ACTIONS = {"start": start, "stop": stop}
def handler(event, context):
    return ACTIONS[event["kind"]](event)
"""
IGNORES = """
def handler(event, context):
    if event["action"] == "start":
        return event["id"]
    elif event["action"] == "stop":
        return event["id"]
    return None
"""
OPEN = """
from elsewhere import more
def handler(event, context):
    if event["action"] == "start":
        return event["id"]
    if event["action"] == "stop":
        return 1
    return more(event)
"""


@pytest.mark.parametrize(
    ("worker", "payload", "found"),
    [
        (IF, '{"action": "begin", "id": 1}', "INV207"),
        (IF, '{"action": "begin"}', "INV207"),
        (IF, '{"action": "stop", "id": 1}', ""),
        (IF, '{"action": "stop"}', "INV204"),
        (IF, '{"action": event["action"], "id": 1}', ""),
        (IF, '{"action": "begin" if event else "stop", "id": 1}', ""),
        (IF, '{"id": 1}', "INV204"),
        (MATCH, '{"template": "begin"}', "INV207"),
        (MATCH, '{"template": "stop"}', ""),
        (TABLE, '{"kind": "begin"}', "INV207"),
        (TABLE, '{"kind": "stop"}', ""),
        (IGNORES, '{"action": "begin", "id": 1}', ""),
        (OPEN, '{"action": "begin", "id": 1}', ""),
    ],
)
def test_actions(tmp_path: Path, worker: str, payload: str, found: str) -> None:
    told = findings(tmp_path, sends(payload, worker))
    every = [one for one in told if one.id.startswith("INV2")]
    assert " ".join(one.id for one in every) == found
    if found == "INV207":
        assert every[0].message.endswith("has no action begin: its handler fails")
        assert {"handled here", "deployed here"} <= {label.text for label in every[0].labels}
