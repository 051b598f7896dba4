"""Which functions of a module have to be walked: those that hold a call site, and those that name one that does.

A plain function is asked for by its name. A method is asked for by its name only where its class can be known: in a
module that names the class, or something that may hold an instance of it (a function that makes one, a class that keeps
one, a subclass, a global). A function that names the method elsewhere may still be handed an instance; it leads to the
call site for those of its callers that know the class.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from invocation_lint.records import record

UNNAMED = frozenset({"<lambda>", "__init__", "__call__", "__new__", "__enter__", "__aenter__", "__post_init__"})
"""Functions that are called without their name."""


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


class Named(Protocol):
    """A class of a module."""

    @property
    def name(self) -> str:
        """Its name."""


F = TypeVar("F", bound="Code")


class Code(Protocol):
    """A function of a module, as demand sees it."""

    name: str
    holds_site: bool
    mentions: frozenset[str]

    @property
    def cls(self) -> Named | None:
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


def demanded(module: Scope[F]) -> list[F]:
    """The functions that hold a call site, name one that does, or make or name an object with a method that does, in
    order of their definition."""
    calling, making = _demanded(module, _known(module))
    return [info for info in module.functions.values() if info in calling or info in making]


def leading(module: Scope[F]) -> list[F]:
    """The demanded functions, and those that lead to a call site when they are handed an instance of a class that their
    module does not know."""
    calling, making = _demanded(module, {cls for cls, _ in module.foreign.methods})
    return [info for info in module.functions.values() if info in calling or info in making]


def reaches_sites(module: Scope[F]) -> bool:
    """Whether the module holds a call site, or something in it may lead to one of another module: a function, or its
    own body, which names what leads there other than to import it."""
    foreign, known = module.foreign, _known(module)
    leading = foreign.names | {name for cls, name in foreign.methods if cls in known}
    return module.holds_site or not module.runs.isdisjoint(leading) or bool(demanded(module))


def _demanded(module: Scope[F], known: set[str]) -> tuple[set[F], set[F]]:
    """The functions that name a call site, however far; and those that make the object of such a method, or name one
    that the module keeps: where its method is called, the name of the method need not be one that tells."""
    methods = {name for cls, name in module.foreign.methods if cls in known}
    holding = [info for info in module.functions.values() if info.holds_site]
    held = {name for _, name in module.held}
    calling = _reached(module, module.foreign.names | methods | held, holding)
    classes = _classes(calling) | {cls for cls, _ in module.foreign.methods}
    making = {info for info in module.functions.values() if info not in calling and info.mentions & classes}
    kept = _with_aliases(module, classes | {info.name for info in making} - UNNAMED) & module.aliases.keys()
    making |= {info for info in module.functions.values() if info not in calling and info.mentions & kept}
    return calling, making


def _classes(calling: set[F]) -> set[str]:
    """The classes that have a method by which a call site is reached."""
    return {info.cls.name for info in calling if info.cls is not None}


def _with_aliases(module: Scope[F], names: set[str]) -> set[str]:
    """The names, and those of the module that are bound to what they name."""
    known = set(names)
    while more := {alias for alias, mentioned in module.aliases.items() if mentioned & known} - known:
        known |= more
    return known


def demand_of(module: Scope[F]) -> Demand:
    """By what other modules reach a call site through this one, what it passes on included."""
    foreign, known = module.foreign, _known(module)
    calling, making = _demanded(module, known)
    own = calling | making
    every = _passes_everything(module)
    names = {info.cls.name for info in calling if info.name in UNNAMED and info.cls is not None}
    names |= {info.name for info in own if info.cls is None} - UNNAMED
    names |= {name for cls, name in module.held if not cls}
    bound = names | foreign.names | _classes(calling) | {cls for cls, _ in foreign.methods}
    names |= foreign.names if every else foreign.names & module.mentions
    names |= _with_aliases(module, bound) & module.aliases.keys()
    methods = {(info.cls.name, info.name) for info in own if info.cls is not None}
    methods |= {(cls, name) for cls, name in module.held if cls}
    holders = _holders(module, {cls for cls, _ in methods} | known)
    methods |= {(cls, name) for cls, name in foreign.methods if every or cls in known}
    methods |= _handed(module, own, known)
    holders |= {(cls, holder) for cls, holder in foreign.holders if every or holder in module.words}
    return Demand(frozenset(names), frozenset(methods), frozenset(holders))


def _known(module: Scope[F]) -> set[str]:
    """The classes of other modules whose methods are asked for, and of which the module may hold an instance."""
    return {cls for cls, holder in module.foreign.holders if holder in module.words}


def _passes_everything(module: Scope[F]) -> bool:
    """A package hands on what its modules define: `package.module.Class().method()` names neither there."""
    return module.passes_everything or module.name.endswith("/__init__.py")


def _reached(module: Scope[F], names: frozenset[str] | set[str], holding: list[F]) -> set[F]:
    """These functions, those around them, and those that name one of them or of the names, through others or not."""
    found: set[F] = set()
    known = _with_aliases(module, set(names))
    waiting = [*holding, *(info for info in module.functions.values() if not info.mentions.isdisjoint(known))]
    while waiting:
        info = waiting.pop()
        if info in found:
            continue
        found.add(info)
        if info.parent is not None:
            waiting.append(info.parent)
        new = _titles(info) - known
        while new:
            known |= new
            waiting.extend(user for name in new for user in module.named_by.get(name, ()))
            new = {alias for name in new for alias in module.aliased.get(name, ())} - known
    return found


def _titles(info: Code) -> set[str]:
    """The names by which a function is called: of one that is called without its own, the name of its class."""
    if info.name not in UNNAMED:
        return {info.name}
    return {info.cls.name, info.name} if info.cls is not None else set()


def _handed(module: Scope[F], own: set[F], known: set[str]) -> set[tuple[str, str]]:
    """The functions that reach a call site for callers that hand them an instance of a class not known here."""
    found: set[tuple[str, str]] = set()
    classes: dict[str, list[str]] = {}
    for cls, name in module.foreign.methods:
        if cls not in known:
            classes.setdefault(name, []).append(cls)
    for name, asking in classes.items():
        for info in _reached(module, {name}, []) - own:
            found |= {(cls, title) for cls in asking for title in _titles(info)}
    return found


def _holders(module: Scope[F], classes: set[str]) -> set[tuple[str, str]]:
    """The module's names by which something may get hold of an instance of each class."""
    known_by: dict[str, set[str]] = {cls: {cls} for cls in classes}
    for cls, holder in module.foreign.holders:
        if cls in known_by:
            known_by[cls].add(holder)
    asked = frozenset().union(*known_by.values())
    bound_with: dict[str, list[str]] = {}
    for name, mentioned in module.bindings.items():
        for one in mentioned & asked:
            bound_with.setdefault(one, []).append(name)
    found: set[tuple[str, str]] = set()
    for cls, first in known_by.items():
        holders = set(first)
        waiting = [name for one in first for name in bound_with.get(one, ())]
        while waiting:
            name = waiting.pop()
            if name not in holders:
                holders.add(name)
                waiting.extend(module.made_of.get(name, ()))
        found |= {(cls, holder) for holder in holders}
    return found


def users_of(
    functions: Collection[F],
    classes: Iterable[str],
    aliases: Mapping[str, frozenset[str]],
    bindings: Mapping[str, frozenset[str]],
) -> tuple[dict[str, list[F]], dict[str, list[str]], dict[str, list[str]]]:
    """For each name of a module the functions that name it, its aliases, and what is made of it."""
    own = {*(info.name for info in functions), *classes, *aliases}
    named_by: dict[str, list[F]] = {}
    aliased: dict[str, list[str]] = {}
    made_of: dict[str, list[str]] = {}
    for info in functions:
        for name in info.mentions & own:
            named_by.setdefault(name, []).append(info)
    for alias, mentioned in aliases.items():
        for name in mentioned & own:
            aliased.setdefault(name, []).append(alias)
    for bound, mentioned in bindings.items():
        for name in mentioned & bindings.keys():
            made_of.setdefault(name, []).append(bound)
    return named_by, aliased, made_of
