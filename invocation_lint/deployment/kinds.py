"""What invokes functions, in words, and what templates say of the handlers of a module."""

from __future__ import annotations

from invocation_lint.records import record

REDELIVERING = frozenset({"queue", "stream", "s3", "sns", "eventbridge", "schedule", "event"})
"""What delivers an event again when its handler raises (AWS: Lambda developer guide, retry behavior): sources that are
polled, and everything that invokes asynchronously. `event` is an asynchronous invocation of which no more is known."""

FRONTS = frozenset({"http", "rest_api", "http_api", "function_url", "load_balancer"})
"""What turns a request into an event, and the handler's result into the response. `http` is an API that is not told
apart."""

WAITING = FRONTS | {"service"}
"""What waits for the handler and hands its error to somebody: a front, or another service (AppSync, Lex, Connect)."""


@record
class Handlers:
    """The functions of a module that templates name as handlers, each with what invokes it, by which names code
    does, the timeouts of APIs in front of it that are given, and the paths of these templates."""

    invoked_by: dict[str, frozenset[str]]
    known_as: dict[str, frozenset[str]]
    front_seconds: dict[str, frozenset[float]]
    named_by: dict[str, frozenset[str]]
