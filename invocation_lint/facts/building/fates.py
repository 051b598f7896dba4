"""Where the errors of an invocation go: which clause takes them, what it does, and where they end if none does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from invocation_lint.analysis.domain.events import Caught, ClauseSeen, CodeSeen, Event, Lost, Raised
from invocation_lint.data.lambda_api import lambda_api
from invocation_lint.facts import invocation as facts
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building.callers import Ending
from invocation_lint.facts.building.merging import join_answers
from invocation_lint.findings import Place

_STRENGTH = ("drops", "logs", "returns", "records", "reraises")

Note = Callable[[str, "Place | None"], None]


def fate(family: str, events: Sequence[Event], raises: Sequence[Raised], ending: Ending, note: Note) -> facts.ErrorFate:
    """The fate of one family of errors of one site, as seen from one frame."""
    path = f"{family}_error"
    caught = [event for event in events if isinstance(event, Caught) and event.family == family]
    escaped = [raised for raised in raises if raised.family == family]
    lost = [event for event in events if isinstance(event, Lost) and event.with_error and event.via != "coroutine"]
    seen: Any
    if not caught and not escaped and not lost:
        seen = UnknownAnswer("nothing that is followed sees it")
    else:
        answers = [_seen(event.seen) for event in caught] + [_seen(raised.seen) for raised in escaped]
        seen = join_answers([*answers, *("no" for _ in lost[:1])])
    acts = [(event.does, event.clause) for event in caught] + [
        (raised.does, raised.clause) for raised in escaped if raised.does
    ]
    does = None
    if acts:
        weakest = min(acts, key=lambda act: _STRENGTH.index(act[0] or "reraises"))
        does = weakest[0]
        note(path, weakest[1])
        note(f"{path}.handler_does", weakest[1])
    elif lost:
        note(path, lost[-1].place)
    elif ending.place is not None:
        note(path, ending.place)
    if lost and not escaped:
        return facts.ErrorFate(seen, does, "thread" if lost[-1].via == "thread" else "background", None)
    boundary = ending.boundary
    if boundary is None and escaped and all(raised.failing for raised in escaped):
        boundary = UnknownAnswer("it stands in a clause that raises in any case")
    return facts.ErrorFate(seen, does, ending.frame, boundary)


def _seen(word: str) -> Any:
    return UnknownAnswer("a context manager or wrapper may take it") if word == "unknown" else word


def catches_fact(events: Sequence[Event], note: Note) -> tuple[facts.Catch, ...]:
    """The exceptions that clauses around the call name, and the codes that they compare."""
    found: dict[tuple[str, str], facts.Catch] = {}
    codes: dict[Place, list[CodeSeen]] = {}
    for event in events:
        if isinstance(event, ClauseSeen):
            name = event.name or "Exception"
            note(f"catches[{name}]", event.place)
            found.setdefault(
                (name, event.kind),
                facts.Catch(name, event.kind, event.covers, event.reads_response, event.other_source),
            )
        elif isinstance(event, CodeSeen):
            codes.setdefault(event.place, []).append(event)
    for place, group in codes.items():
        any_known = any(is_answered(event.code) for event in group)
        for event in group:
            known = is_answered(event.code)
            if not known and any_known:
                continue
            note(f"catches[{event.code}]", place)
            found.setdefault(
                (event.code, "code"),
                facts.Catch(event.code, "code", "code" if known else "nothing", "no", event.other_source),
            )
    return tuple(found.values())


def codes_fact(events: Sequence[Event], note: Note) -> tuple[facts.CodeCompared, ...]:
    """The error codes that those clauses compare."""
    found: dict[str, facts.CodeCompared] = {}
    for event in events:
        if isinstance(event, CodeSeen):
            note(f"codes_compared[{event.code}]", event.place)
            found.setdefault(event.code, facts.CodeCompared(event.code, "yes" if is_answered(event.code) else "no"))
    return tuple(found.values())


def is_answered(code: str) -> bool:
    """Whether Invoke ever answers with this error code."""
    api = lambda_api()
    return code in api.unmodelled_codes or any(code in operation.errors for operation in api.operations.values())


__all__ = ["catches_fact", "codes_fact", "fate", "is_answered"]
