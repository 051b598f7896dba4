"""Whether an invocation is sent at all, and who looks at one that runs in the background."""

from __future__ import annotations

from typing import Any

from invocation_lint.analysis.domain.events import CalledFirst, Event, Lost, Visit
from invocation_lint.facts.building.around.loops import Note
from invocation_lint.facts.building.merging import join_answers


def sent(events: list[Event], visit: Visit, note: Note) -> Any:
    """Whether the request goes out: a word of the fact's `sent`."""
    for event in events:
        if isinstance(event, CalledFirst):
            note("unobserved", event.place)
            return "called_first"
    lost = [event for event in events if isinstance(event, Lost)]
    if not lost:
        return visit.sent
    return {"coroutine": "never", "task": "scheduled"}.get(lost[-1].via, "submitted")


def unobserved(events: list[Event], visit: Visit, *, freezes: bool) -> str | None:
    """What becomes of an invocation that nobody observes, in words; `freezes` is whether its process stops when the
    function returns."""
    if any(isinstance(event, CalledFirst) for event in events):
        return "it is made right away, and its result is submitted where a function is expected"
    lost = [event for event in events if isinstance(event, Lost)]
    if not lost:
        return "its coroutine is never awaited, and no request is sent" if visit.sent == "never" else None
    if lost[-1].via == "coroutine":
        return "its coroutine is never awaited, and no request is sent"
    if freezes and not lost[-1].waited_for:
        return "it is still under way when the response is sent, and Lambda freezes what runs then"
    return "it runs in the background, and nothing checks how it ends"


def waited_for(events: list[Event], note: Note) -> Any:
    """Whether something waits for what runs in the background."""
    lost = [event for event in events if isinstance(event, Lost) and event.via != "coroutine"]
    for event in lost:
        note("waited_for", event.place)
    return join_answers("yes" if event.waited_for else "no" for event in lost)


__all__ = ["sent", "unobserved", "waited_for"]
