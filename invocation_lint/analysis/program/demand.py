"""What a module asks of those that import it: the names by which they reach call sites through it; and what a module
and its functions are, as the search for them sees these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from invocation_lint.records import record

Pairs = frozenset[tuple[str, str]]
"""A class, and a name that counts where the class is known."""


@record
class Demand:
    """By what a module is a way to call sites: `names` of functions, `methods` with the classes that must be known, and
    `holders`, the names by which each of these classes is known."""

    names: frozenset[str] = frozenset()
    methods: Pairs = frozenset()
    holders: Pairs = frozenset()

    def among(self, words: frozenset[str]) -> Demand:
        """What of it a text of these words may name: a function, or a class, its methods and what holds an instance."""
        holders = frozenset(pair for pair in self.holders if pair[1] in words)
        known = {cls for cls, _ in holders}
        methods = frozenset((cls, name) for cls, name in self.methods if cls in known or name in words or cls in words)
        return Demand(self.names & words, methods, holders)

    def met_by(self, words: frozenset[str]) -> bool:
        """Whether a text of these words may name a function that reaches a call site."""
        if not words.isdisjoint(self.names):
            return True
        asked = {cls for cls, name in self.methods if name in words}
        return any(holder in words for cls, holder in self.holders if cls in asked)

    def words(self) -> frozenset[str]:
        """The words one of which stands in every module that reaches a call site through this one."""
        return self.names | {holder for _, holder in self.holders}


NOTHING = Demand()


class Class(Protocol):
    """A class of a module."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def bases(self) -> frozenset[str]:
        """The names in its bases."""

    @property
    def mentions(self) -> frozenset[str]:
        """The names in its body outside its methods."""

    @property
    def quoted(self) -> frozenset[str]:
        """The names in the texts of annotations there."""


F = TypeVar("F", bound="Code")


class Code(Protocol):
    """A function of a module, as demand sees it."""

    name: str
    holds_site: bool
    mentions: frozenset[str]
    quoted: frozenset[str]  # names in the texts of annotations
    stores: frozenset[str]  # attributes that it assigns

    @property
    def cls(self) -> Class | None:
        """The class of a method."""

    @property
    def parent(self: F) -> F | None:
        """The function around it."""


F_co = TypeVar("F_co", bound=Code, covariant=True)


class Scope(Protocol[F_co]):
    """A module, as demand sees it: a `ModuleInfo`, or the `Outline` of one."""

    name: str
    holds_site: bool
    held: Pairs  # names by which the method of a client is called, each with its class, which is empty for its own
    mentions: frozenset[str]
    words: frozenset[str]
    passes_everything: bool
    foreign: Demand
    aliases: dict[str, frozenset[str]]
    bindings: dict[str, frozenset[str]]
    made_of: dict[str, list[str]]
    aliased: dict[str, list[str]]

    @property
    def runs(self) -> frozenset[str]:
        """The names in its own body, perhaps without what it only imports."""

    @property
    def functions(self) -> Mapping[Any, F_co]:
        """Its functions, in order of their definition."""

    @property
    def named_by(self) -> Mapping[str, Sequence[F_co]]:
        """Its names to the functions that name them."""


def joined(demands: Iterable[Demand]) -> Demand:
    """All of them."""
    every = list(demands)
    return Demand(
        frozenset().union(*(one.names for one in every)),
        frozenset().union(*(one.methods for one in every)),
        frozenset().union(*(one.holders for one in every)),
    )
