"""An invoked function as it is deployed, with what is seen of its handler."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from invocation_lint.analysis.domain.atoms import Value
from invocation_lint.contracts.model import FunctionContract
from invocation_lint.deployment.model import Function
from invocation_lint.findings import Place
from invocation_lint.records import record


class Patience(NamedTuple):
    """How many seconds a handler lets one thing take by a timeout of its own, where that is, and what takes them."""

    seconds: float
    place: Place
    of: str


@record
class Link:
    """An invoked function as it is deployed: the contract that its handler implies for one payload, and the places of
    the handler, of the reads of the fields that it needs, and of the function in its template; `returned` is what the
    handler may return to it, None where that is not known."""

    function: Function
    contract: FunctionContract | None
    template: Place
    handler: Place | None = None
    reads: tuple[tuple[str, Place], ...] = ()
    returned: Value | None = None
    timeout_seconds: float | None = None  # as deployed; None where that is not known
    least_seconds: float = 0.0  # that the handler surely takes for the payload
    slept: Place | None = None  # where it spends them
    patience: Patience | None = None  # how long it lets one thing take by a timeout of its own
    keys_read: frozenset[str] | None = None  # of its event; None where that is not known
    behind_http: bool = False  # whether a template says that an API invokes it as well

    @property
    def title(self) -> str:
        """What a message calls the function."""
        return title_of(self.function)

    def places(self) -> Iterator[tuple[str, Place | None]]:
        """Where what the fact of an invocation tells of it is seen, by the paths of the fact."""
        yield "target.handler", self.handler
        yield "target.template", self.template
        yield "target.duration_seconds", self.slept
        if self.patience is not None:
            yield "target.inner_timeout_seconds", self.patience.place
            yield "target.inner_wait", self.patience.place
        for field, place in self.reads:
            yield f"payload.missing[{field}].read", place


class Spent(NamedTuple):
    """How many seconds a handler surely takes, unless it fails, where it spends them, and the longest that it waits for
    one function."""

    seconds: float = 0.0
    place: Place | None = None
    longest_wait: float = 0.0


def title_of(function: Function) -> str:
    """What a message calls a function: its name, where that is told, or its id in the template."""
    name = function.name.text if function.name is not None else None
    if name is None and function.name is not None and function.key.id.startswith("?"):
        name = next((one for one in function.name.contents if isinstance(one, str)), None)
    return name or function.key.id


__all__ = ["Link", "Patience", "Spent", "title_of"]
