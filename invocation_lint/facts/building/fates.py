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

STRENGTH = ("drops", "logs", "returns", "records", "reraises")
"""What a clause does with an error, the weakest first."""

Note = Callable[[str, "Place | None"], None]


def fate(family: str, events: Sequence[Event], raises: Sequence[Raised], ending: Ending, note: Note) -> facts.ErrorFate:
    """The fate of one family of errors of one site, as seen from one frame."""
    path = f"{family}_error"
    caught = [event for event in events if isinstance(event, Caught) and event.family == family]
    escaped = [raised for raised in raises if raised.family == family]
    dropped = [event for event in events if isinstance(event, Lost) and event.via != "coroutine"]
    lost = [event for event in dropped if event.with_error]
    seen: Any
    if dropped and not caught and not escaped and not lost:
        return facts.ErrorFate("yes", "logs", ending.frame, None)  # by what raised it again
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
        weakest = min(acts, key=lambda act: STRENGTH.index(act[0] or "reraises"))
        does = weakest[0]
        note(path, weakest[1])
        note(f"{path}.handler_does", weakest[1])
    elif lost:
        note(path, lost[-1].place)
    elif ending.place is not None:
        note(path, ending.place)
    if any(event.replaced for event in lost):
        return facts.ErrorFate("no", None, "background", None)
    if lost and not escaped:
        return facts.ErrorFate(seen, does, "thread" if lost[-1].via == "thread" else "background", None)
    boundary = ending.boundary
    if boundary is None and escaped and all(raised.failing for raised in escaped):
        boundary = UnknownAnswer("it stands in a clause that raises in any case")
    return facts.ErrorFate(seen, does, ending.frame, boundary, None if isinstance(boundary, str) else _loss(ending))


AN_ERROR = "whoever waits for it gets an error"


def _loss(ending: Ending) -> str:
    """What happens when an error leaves the last frame, which nothing stands behind."""
    if ending.frame == "module":
        return "the function cannot start" if ending.is_import else "the module cannot be imported"
    if ending.kind == "view":
        return "the view returns 500"
    if ending.kind != "lambda_handler":
        return AN_ERROR
    return {
        "rest_api": "the REST API returns 502",
        "http_api": "the HTTP API returns 500",
        "http": "whoever calls the API gets an error",  # it may map the error
        "function_url": "the function URL returns 502",
        "load_balancer": "the load balancer returns 502",
    }.get(ending.wait.by, "the handler raises TooManyRequestsException, and whoever invoked it gets no answer")


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
                facts.Catch(
                    name,
                    event.kind,
                    event.covers,
                    event.reads_response,
                    event.other_source,
                    effect=_effect(name, event),
                    taken_alike=event.taken_alike,
                ),
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
                facts.Catch(
                    event.code,
                    "code",
                    "code" if known else "nothing",
                    "no",
                    event.other_source,
                    effect=_TOO_LARGE if event.code == "RequestTooLargeException" else "Invoke never returns this code",
                ),
            )
    return tuple(found.values())


_TOO_LARGE = "Lambda returns RequestEntityTooLargeException"


def _effect(name: str, event: ClauseSeen) -> str | None:
    """What a clause is worth when an invocation fails, where that is less than its type promises."""
    if event.kind == "unmodelled":
        return "there is no exception of this name, and the clause itself raises AttributeError"
    if event.kind == "modelled":
        return (
            _TOO_LARGE if name.endswith("RequestTooLargeException") else "throttling and all other errors get past it"
        )
    if event.kind == "generic":
        return "`response` is None on a timeout, and the clause itself raises TypeError"
    if event.kind in {"builtin", "vendored"} or name == "Boto3Error":
        return "botocore's errors do not derive from it and get past the clause"
    return None


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


__all__ = ["AN_ERROR", "STRENGTH", "catches_fact", "codes_fact", "fate", "is_answered"]
