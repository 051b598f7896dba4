"""Who waits for code while it runs, for how long, and what happens then.

The limits are those of API Gateway: 29 seconds for the integration of a REST API, unless it is raised, and 30 for that
of an HTTP API (AWS: API Gateway quotas). A function URL and a load balancer wait as long as the function runs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from invocation_lint.deployment.kinds import FRONTS
from invocation_lint.facts import invocation as facts
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.records import record

REST_API_SECONDS = 29.0
HTTP_API_SECONDS = 30.0


@record
class Wait:
    """Who waits: a word of `facts.Caller.awaited_by`, None for nobody; the timeout, None where there is none."""

    by: Any = None
    seconds: float | None = None


NOBODY = Wait()
NOT_TOLD = Wait("not_told")
VIEW = Wait("view")


def wait_of_handler(source: str | None, boundary: Any, kinds: frozenset[str], given: frozenset[float]) -> Wait:
    """Who waits for a handler, by what invokes it. `kinds` are the words of the templates that name it, `given` the
    timeouts of APIs that they give."""
    if isinstance(boundary, str) and boundary != "trigger":
        return NOBODY
    if source == "custom_resource":
        return NOBODY  # CloudFormation does, for an hour
    if source != "http":
        return NOT_TOLD
    told = kinds & FRONTS
    if len(told - {"http"}) == 1:
        told -= {"http"}  # a permission for API Gateway, beside the API
    front = next(iter(told)) if len(told) == 1 else "http"
    if told and told <= {"function_url", "load_balancer"}:
        return Wait(min(told))
    if front not in {"rest_api", "http_api"}:
        return Wait("http", min(given, default=HTTP_API_SECONDS))
    return Wait(front, min(given, default=REST_API_SECONDS if front == "rest_api" else HTTP_API_SECONDS))


def caller_with(caller: facts.Caller, wait: Wait) -> facts.Caller:
    """The fact of a caller with who waits for it."""
    return replace(caller, awaited_by=wait.by, deadline_seconds=wait.seconds, limit=in_words(wait))


def joined(callers: list[facts.Caller]) -> facts.Caller:
    """The fact of the one who waits for a helper, from those of all that call it: theirs where they agree."""
    first = callers[0]
    waits = {(one.awaited_by, one.deadline_seconds) for one in callers}
    if len(waits) == 1:
        return first
    return replace(
        first, awaited_by=UnknownAnswer("its callers differ"), deadline_seconds=UnknownAnswer("its callers differ")
    )


def in_words(wait: Wait) -> str | None:
    """What the one who waits does when it takes too long."""
    seconds = f"{wait.seconds:g} s" if wait.seconds is not None else ""
    return {
        "rest_api": f"the REST API in front of it gives up after {seconds} and returns 504",
        "http_api": f"the HTTP API in front of it gives up after {seconds} and returns 503",
        "http": f"the API in front of it gives up after {seconds} at the latest",
        "view": "the caller of this view waits that long",
        "not_told": "the caller of this code waits that long",
    }.get(wait.by or "")


__all__ = ["NOBODY", "NOT_TOLD", "VIEW", "Wait", "caller_with", "in_words", "joined", "wait_of_handler"]
