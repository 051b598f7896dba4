"""Events about the status of executions, which Step Functions sends to the default bus.

https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html: STANDARD executions only.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

KIND = "Step Functions Execution Status Change"
_EXPRESS = ":express:"


class StatusEvents:
    """Sends an event for each begin and end that moto's side reports. `client(service)` gives a client of moto; `say`
    is told of one that is refused."""

    def __init__(self, client: Callable[[str], Any], say: Callable[[str], None]) -> None:
        self._client = client
        self._say = say
        self._lock = threading.Lock()
        self._under_way = 0

    @property
    def is_idle(self) -> bool:
        """Whether no event is on its way to the bus."""
        with self._lock:
            return self._under_way == 0

    def send(self, what: Mapping[str, Any]) -> None:
        """Send one, unless no rule would see it. It goes by itself: whoever reports holds what a target may need."""
        if _EXPRESS in what["arn"] or not what["has_rules"]:
            return
        with self._lock:
            self._under_way += 1
        threading.Thread(target=self._put, args=(event(what),), name="status-event", daemon=True).start()

    def _put(self, entry: dict[str, Any]) -> None:
        try:
            if self._client("events").put_events(Entries=[entry])["FailedEntryCount"]:
                self._say(f"LOST     {entry}")
        finally:
            with self._lock:
                self._under_way -= 1


def event(what: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of PutEvents for a report (executions.py)."""
    is_over = what["output"] is not None
    detail = {
        "executionArn": what["arn"],
        "stateMachineArn": what["arn"].replace(":execution:", ":stateMachine:").rpartition(":")[0],
        "name": what["name"],
        "status": what["status"],
        "startDate": what["start"],
        "stopDate": what["stop"],
        "input": what["input"],
        "output": what["output"],
        "inputDetails": {"included": True},
        "outputDetails": {"included": True} if is_over else None,
        "error": what["error"],
        "cause": what["cause"],
    }
    return {"Source": "aws.states", "DetailType": KIND, "Resources": [what["arn"]], "Detail": json.dumps(detail)}
