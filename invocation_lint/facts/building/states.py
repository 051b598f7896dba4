"""The words by which a state says whether work has ended, and the names under which states stand."""

from __future__ import annotations

import re
from collections.abc import Iterable

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
    return _TELLS_STATUS.search(snake_case(name)) is not None


def snake_case(name: str) -> str:
    """`jobStatus` and `job-status` as job_status."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|-", "_", name).lower()


def is_waiting(status: str) -> bool:
    """Whether a status is one of work that has not ended."""
    word = plain(status)
    return word in WAITING_STATUS or _DOING.match(word) is not None


_OF_WORK = re.compile(r"(?:^|_)(?:job|task|run|execution|workflow|import|export|batch)_")
_HIRES = re.compile(r"candidate|applicant|resume|salary|recruit|vacanc|employer", re.IGNORECASE)


def is_under_way(column: str, status: str, words: Iterable[str]) -> bool:
    """Whether a status says so of work alone, and a column that it is one of work: a job that is active has not ended,
    unlike an account, and unlike a job that somebody is wanted for, of which the words of the module speak."""
    if plain(status) != "active" or _OF_WORK.search(snake_case(column)) is None:
        return False
    return not any(map(_HIRES.search, words))


def plain(state: str) -> str:
    """A state in small letters, its words joined."""
    return re.sub(r"[ _-]", "", state.lower())


__all__ = ["BEGUN", "WAITING", "WAITING_STATUS", "is_under_way", "is_waiting", "plain", "tells_status"]
