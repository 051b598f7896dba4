"""A verdict as text for people: what happened with bad.py and with good.py, side by side."""

from __future__ import annotations

import textwrap

from invocation_lint.reference.proofs.evidence import PROOF_FUNCTION, Evidence
from invocation_lint.reference.proofs.verdict import Verdict

LONGEST_LOG = 14
GIVEN = {
    "throttled": "Given: every other function is throttled (429).",
    "disconnected": "Given: the first connection to each other function breaks when it has run.",
    "guarded": "Given: the program may do what its template allows, and nothing else.",
}


def as_text(verdict: Verdict, width: int = 100) -> str:
    """The two runs in two columns, then what was to be seen and whether it was. `width` counts characters."""
    column = max(30, (width - 3) // 2)
    left = ["bad.py", "", *story_of(verdict.bad), "", *_seen(verdict.seen_of_bad)]
    right = ["good.py", "", *story_of(verdict.good), "", *_seen(verdict.seen_of_good)]
    rows = _side_by_side(_wrapped(left, column), _wrapped(right, column), column)
    room = verdict.room
    title = f"{room.id} {room.name}: {room.observe.means}"
    given = [GIVEN[room.observe.given]] if room.observe.given in GIVEN else []
    closing = "Proved." if verdict.holds else "Not proved: " + "; ".join(verdict.complaints) + "."
    return "\n".join([title, *given, "", *rows, "", closing])


def story_of(evidence: Evidence) -> list[str]:
    """The service's log of a run, in its order: requests and runs, times in seconds from the first line."""
    lines: list[tuple[float, str]] = []
    for request in evidence.requests:
        answer = request.status if request.status is not None else "no response"
        trouble = request.error or (request.function_error and f"FunctionError {request.function_error}") or ""
        lines.append(
            (request.time, f"{request.invocation_type} {_called(request.function)}: {answer} {trouble}".rstrip())
        )
    for run in evidence.executions:
        if run.ended is not None:
            attempt = f", attempt {run.attempt}" if run.attempt > 1 else ""
            lines.append((run.ended, f"{_called(run.function)} ended{attempt}: {run.error_type or run.outcome}"))
    for it in evidence.front_requests:
        if it.ended is not None:
            lines.append((it.ended, f"the API returned {it.status} for {it.method} {it.target}"))
    lines.sort(key=lambda line: line[0])
    start = min([line[0] for line in lines[:1]] + [it.time for it in evidence.front_requests], default=0.0)
    told = [f"{moment - start:6.1f} s  {what}" for moment, what in lines]
    if len(told) > LONGEST_LOG:
        told = [*told[:LONGEST_LOG], f"         and {len(told) - LONGEST_LOG} more"]
    if evidence.exit_code != 0:
        told.append(f"its process ended with {evidence.exit_code}")
    return told


def _called(function: str) -> str:
    return "the program's handler" if function == PROOF_FUNCTION else function


def _seen(seen: tuple[str, ...]) -> list[str]:
    return [f"Seen: {what}" for what in seen] or ["Not seen."]


def _wrapped(lines: list[str], width: int) -> list[str]:
    return [piece for line in lines for piece in (textwrap.wrap(line, width, subsequent_indent="    ") or [""])]


def _side_by_side(left: list[str], right: list[str], column: int) -> list[str]:
    height = max(len(left), len(right))
    padded = zip(left + [""] * (height - len(left)), right + [""] * (height - len(right)), strict=True)
    return [f"{one:<{column}} │ {other}".rstrip() for one, other in padded]
