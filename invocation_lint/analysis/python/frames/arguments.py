"""The arguments of a call, once they are evaluated."""

from __future__ import annotations

from dataclasses import field, replace

import libcst as cst

from invocation_lint.analysis.domain.atoms import NEVER, Partial, Value
from invocation_lint.analysis.domain.events import Argument
from invocation_lint.findings import Place
from invocation_lint.records import mutable


@mutable
class Arguments:
    """The evaluated arguments of a call. `open` says why more may be given; `nodes` are the positional expressions."""

    args: list[Value] = field(default_factory=list)
    kwargs: dict[str, Argument] = field(default_factory=dict)
    open: str | None = None
    star: bool = False
    rest: Value = NEVER  # what further positional arguments may be
    nodes: list[cst.BaseExpression] = field(default_factory=list)
    place: Place | None = None

    def get(self, index: int, name: str) -> Value | None:
        """The argument by position or keyword, or None."""
        if name in self.kwargs:
            return self.kwargs[name].value
        return self.args[index] if index < len(self.args) else None

    def values(self) -> list[Value]:
        """All arguments."""
        return [*self.args, *(argument.value for argument in self.kwargs.values())]

    def plain(self) -> dict[str, Value]:
        """The keywords' values."""
        return {name: argument.value for name, argument in self.kwargs.items()}


def merge_partial(atom: Partial, arguments: Arguments) -> Arguments:
    """The arguments of a call of a partial."""
    place = arguments.place
    assert place is not None
    kwargs = {name: Argument(name, value, place) for name, value in atom.kwargs}
    args, kwargs = [*atom.args, *arguments.args], {**kwargs, **arguments.kwargs}
    return replace(arguments, args=args, kwargs=kwargs, open=arguments.open or atom.open)
