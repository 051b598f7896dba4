"""Attributes and calls in a row: how queries are built, and what an unknown value keeps of its making."""

from __future__ import annotations

from dataclasses import dataclass, field

from invocation_lint.analysis.domain.atoms import Value
from invocation_lint.findings import Place


@dataclass(frozen=True, slots=True)
class Step:
    """One attribute or call of a chain; `open` when more arguments may be given. A slice is a call of `[]`."""

    name: str
    place: Place | None = None
    args: tuple[Value, ...] = ()
    kwargs: tuple[tuple[str, Value], ...] = ()
    open: bool = False
    is_call: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """Attributes and calls in a row, on something that is not followed: how queries are built."""

    root: Value
    steps: tuple[Step, ...]
    _hash: int = field(default=0, init=False, repr=False, compare=False)

    def __hash__(self) -> int:
        if not self._hash:
            object.__setattr__(self, "_hash", hash((self.root, self.steps)) or 1)
        return self._hash
