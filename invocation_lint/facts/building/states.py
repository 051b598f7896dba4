"""The words by which a state says whether work has ended, and the names under which states stand."""

from __future__ import annotations

import re

_TELLS_STATUS = re.compile(r"(?:^|_)(?:status|state|phase)(?:_|$)")

WAITING = frozenset(
    {"pending", "queued", "running", "inprogress", "processing", "generating", "starting", "started", "submitted",
     "waiting", "created", "creating"}
)  # fmt: skip
"""States of work that has not ended, wherever they are written."""

WAITING_STATUS = WAITING | {
    "enqueued", "new", "scheduled", "requested", "initiated", "initialized", "initial", "init", "notstarted",
    "unstarted", "todo", "received", "dispatched", "claimed", "locked",
}  # fmt: skip
_DOING = re.compile(r"^[a-z]{3,}ing$")
"""What else is one where it is the value of a status: deleting, rendering."""

BEGUN = frozenset({"started", "accepted", "invoked", "triggered", "dispatched", "submitted", "scheduled", "sent"})
"""How an answer says that work has begun, beside the words for waiting states."""


def tells_status(name: str) -> bool:
    """Whether a name is that of a status, in any case: `jobStatus`, `job-status`."""
    return _TELLS_STATUS.search(re.sub(r"(?<=[a-z0-9])(?=[A-Z])|-", "_", name).lower()) is not None


def is_waiting(status: str) -> bool:
    """Whether a status is one of work that has not ended."""
    word = plain(status)
    return word in WAITING_STATUS or _DOING.match(word) is not None


def plain(state: str) -> str:
    """A state in small letters, its words joined."""
    return re.sub(r"[ _-]", "", state.lower())


__all__ = ["BEGUN", "WAITING", "WAITING_STATUS", "is_waiting", "plain", "tells_status"]
