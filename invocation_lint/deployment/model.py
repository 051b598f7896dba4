"""What a template says, whatever language it is written in."""

from __future__ import annotations

from collections.abc import Iterable

from invocation_lint.records import record

REDELIVERING = frozenset({"queue", "stream", "s3", "sns", "eventbridge", "schedule", "event"})
"""What delivers an event again when its handler raises (AWS: Lambda developer guide, retry behavior): sources that are
polled, and everything that invokes asynchronously. `event` is an asynchronous invocation of which no more is known."""

WAITING = frozenset({"http", "service"})
"""What waits for the handler and hands its error to somebody: an API, or another service (AppSync, Lex, Connect)."""


@record
class DeployedFunction:
    """A Lambda function. `name` is its key in the template, `invoked_by` what the template says that invokes it, in
    order of the alphabet: words of `REDELIVERING` and `WAITING`, `state_machine`, `cognito`."""

    name: str
    handler: str = ""  # as the template has it: "orders/app.handler"; empty where it does not say
    code: str | None = None  # the folder, absolute; None where the code comes from elsewhere
    timeout_seconds: float | None = None
    layers: tuple[str, ...] = ()  # folders, absolute
    other_layers: bool = False  # whether it has more, whose folders are not told
    invoked_by: tuple[str, ...] = ()
    known_as: tuple[str, ...] = ()  # by which code invokes it: its name, variables of the environment that hold it


@record
class Template:
    """What one template deploys. `layers` are the folders of all layers that it makes; `tasks` the names of functions
    that a definition of a state machine invokes without telling in which template they are."""

    path: str
    functions: tuple[DeployedFunction, ...] = ()
    layers: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()


@record
class Handlers:
    """The functions of a module that templates name as handlers, each with what invokes it, and by which names code
    does."""

    invoked_by: dict[str, frozenset[str]]
    known_as: dict[str, frozenset[str]]


def in_order(kinds: Iterable[str]) -> tuple[str, ...]:
    """What invokes a function, each once, in order of the alphabet."""
    return tuple(sorted(set(kinds)))
