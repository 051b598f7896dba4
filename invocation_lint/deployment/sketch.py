"""The functions of a template as those see them who ask about handlers: the handler, the code, what invokes it.

It is made from the model, and by readers that read as text and know no more.
"""

from __future__ import annotations

from collections.abc import Iterable

from invocation_lint.records import record


@record
class DeployedFunction:
    """A Lambda function. `name` is its key in the template, `invoked_by` what the template says that invokes it, in
    order of the alphabet: words of `model.REDELIVERING` and `model.WAITING`, `state_machine`, `cognito`."""

    name: str
    handler: str = ""  # as the template has it: "orders/app.handler"; empty where it does not say
    code: str | None = None  # the folder, absolute; None where the code comes from elsewhere
    timeout_seconds: float | None = None
    layers: tuple[str, ...] = ()  # folders, absolute
    other_layers: bool = False  # whether it has more, whose folders are not told
    invoked_by: tuple[str, ...] = ()
    known_as: tuple[str, ...] = ()  # by which code invokes it: its name, variables of the environment that hold it
    front_seconds: tuple[float, ...] = ()  # how long APIs in front of it wait, where the template gives a timeout


@record
class Application:
    """A web application that a tool serves from a Lambda function: the dotted name of its object, or, `is_django`, of
    its settings; `folder` is where the tool looks for it, absolute."""

    name: str
    folder: str
    is_django: bool = False


@record
class Template:
    """What one template deploys. `layers` are the folders of all layers that it makes; `tasks` the names of functions
    that a definition of a state machine invokes without telling in which template they are."""

    path: str
    functions: tuple[DeployedFunction, ...] = ()
    layers: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    applications: tuple[Application, ...] = ()


def in_order(kinds: Iterable[str]) -> tuple[str, ...]:
    """What invokes a function, each once, in order of the alphabet."""
    return tuple(sorted(set(kinds)))
