"""Which functions of a module have to be walked: those that hold a call site, and those that name one that does.

A plain function is asked for by its name. A method is asked for by its name only where an instance of its class can be
had: by a name that may hold one (the class, a function that makes one, a subclass, a global), by what the own object
keeps, or by an annotation. A function that names the method elsewhere may still be handed an instance; it leads to the
call site for those of its callers that have one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Generic

from invocation_lint.analysis.program.demand import Class, Code, Demand, F, Scope

UNNAMED = frozenset({"<lambda>", "__init__", "__call__", "__new__", "__enter__", "__aenter__", "__post_init__"})
"""Functions that are called without their name."""


def demanded(module: Scope[F]) -> list[F]:
    """The functions that hold a call site, name one that does, or make or name an object with a method that does, in
    order of their definition."""
    return Ways(module).demanded


def reaches_sites(module: Scope[F]) -> bool:
    """Whether the module holds a call site, or something in it may lead to one of another module: a function, or its
    own body, which names what leads there other than to import it."""
    if module.holds_site or not module.runs.isdisjoint(module.foreign.names):
        return True
    ways = Ways(module)
    asked = {cls for cls, name in module.foreign.methods if name in module.runs}
    return bool(ways.calling or ways.making) or any(ways.knows(module.runs, cls) for cls in asked)


def demand_of(module: Scope[F]) -> Demand:
    """By what other modules reach a call site through this one, what it passes on included."""
    foreign, ways = module.foreign, Ways(module)
    own = ways.calling | ways.making
    every = _passes_everything(module)
    names = {info.cls.name for info in ways.calling if info.name in UNNAMED and info.cls is not None}
    names |= {info.name for info in own if info.cls is None} - UNNAMED
    names |= {name for cls, name in module.held if not cls}
    bound = names | foreign.names | _classes(ways.calling) | {cls for cls, _ in foreign.methods}
    names |= foreign.names if every else foreign.names & module.mentions
    names |= _with_aliases(module, bound) & module.aliases.keys()
    methods = {(info.cls.name, info.name) for info in own if info.cls is not None}
    methods |= {(cls, name) for cls, name in module.held if cls}
    known = {cls for cls, holder in foreign.holders if holder in module.words}
    classes = {cls for cls, _ in methods} | known
    methods |= {(cls, name) for cls, name in foreign.methods if every or cls in known}
    methods |= ways.handed
    holders = {(cls, holder) for cls in classes for holder in ways.holders(cls)}
    holders |= {(cls, holder) for cls, holder in foreign.holders if every or holder in module.words}
    return Demand(frozenset(names), frozenset(methods), frozenset(holders))


Way = tuple[str, str]
"""The class of which whoever names it must have an instance, empty for none, and a name: so it leads to a call site."""


class Ways(Generic[F]):
    """The functions of a module that lead to call sites, and how: `calling` name a way to one, however far; `making`
    make the object of such a method, or name one that the module keeps: where its method is called, the name of the
    method need not be one that tells. `handed` are the functions that lead there for those who hand them an instance,
    each with its class."""

    def __init__(self, module: Scope[F]) -> None:
        self._module = module
        self._holders: dict[str, frozenset[str]] = {}
        self._members: dict[tuple[int, str], set[str] | None] = {}  # None: all of the class may hold one
        self._methods: dict[int, list[F]] = {}
        self._bases: dict[str, frozenset[str]] = {}
        self._declaring: dict[str, set[str]] = {}  # names of methods to the classes of the module that have them
        for info in module.functions.values():
            if info.cls is not None:
                self._methods.setdefault(id(info.cls), []).append(info)
                self._bases[info.cls.name] = info.cls.bases
                self._declaring.setdefault(info.name, set()).add(info.cls.name)
        self._foreign_holders: dict[str, set[str]] = {}
        for cls, holder in module.foreign.holders:
            self._foreign_holders.setdefault(cls, set()).add(holder)
        self._known = self._bases.keys() | {cls for cls, holder in module.foreign.holders if holder in module.words}
        self.calling: set[F] = set()
        self._handed: dict[F, set[tuple[str, str]]] = {}
        self.handed: set[tuple[str, str]] = set()
        self._search()
        self.making = _making(module, self.calling)

    @property
    def demanded(self) -> list[F]:
        """The functions that have to be walked, in order of their definition."""
        return [info for info in self._module.functions.values() if info in self.calling or info in self.making]

    @property
    def leading(self) -> list[F]:
        """The same, and those that lead to a call site when they are handed an instance of a class that they do not
        know."""
        handed = self._handed.keys()
        return [*self.demanded, *(info for info in handed if info not in self.calling and info not in self.making)]

    def _search(self) -> None:
        """Go from each way to the functions that name it. What is found does not depend on the order: the ways through
        a function that is only handed something ask for no less than those through one that calls."""
        module = self._module
        ways: list[Way] = [("", name) for name in module.foreign.names]
        ways += [*module.held, *module.foreign.methods]
        asked = {name for _, name in ways}
        naming: dict[str, list[F]] = {}
        for info in module.functions.values():
            for name in info.mentions & asked:
                naming.setdefault(name, []).append(info)
        for info in module.functions.values():
            if info.holds_site:
                ways += self._calls(info)
        seen: set[Way] = set()
        while ways:
            way = ways.pop()
            if way in seen:
                continue
            seen.add(way)
            cls, name = way
            for info in {*naming.get(name, ()), *module.named_by.get(name, ())} - self.calling:
                if not cls or self._sees(info, cls, name):
                    ways += self._calls(info)
                elif name not in UNNAMED:
                    ways += self._handing(info, cls)
            for alias in self._aliases_of(name):
                if not cls or self.knows(module.aliases[alias], cls):
                    ways.append(("", alias))
        self.handed = {pair for info, pairs in self._handed.items() if info not in self.calling for pair in pairs}

    def _calls(self, info: F) -> list[Way]:
        """Take a function, and those around it, for ones that lead to a call site: the ways by which others do."""
        found: list[Way] = []
        one: F | None = info
        while one is not None and one not in self.calling:
            self.calling.add(one)
            if one.cls is not None:
                found.append((one.cls.name, one.name))
            if (one.cls is None or one.name in UNNAMED) and (title := _title(one)):
                found.append(("", title))
            one = one.parent
        return found

    def _handing(self, info: F, cls: str) -> list[Way]:
        """The ways through a function that is handed an instance of a class. Who calls a method is asked for the class
        of that; other modules for the other one, where this module cannot hold what is handed to it."""
        handed = self._handed.setdefault(info, set())
        if info.cls is None or info.name in UNNAMED:
            new = [(cls, title)] if (title := _title(info)) else []
            handed.update(new)
            return new
        handed.add((info.cls.name if cls in self._known else cls, info.name))
        return [(info.cls.name, info.name)]

    def _aliases_of(self, name: str) -> list[str]:
        aliased = self._module.aliased.get(name)
        if aliased is not None or name in self._module.named_by:
            return aliased or []
        return [alias for alias, mentioned in self._module.aliases.items() if name in mentioned]

    def _sees(self, info: F, cls: str, name: str) -> bool:
        """Whether a function may get hold of an instance of a class, whose method of that name it calls, without being
        handed one: by a name, from its object, or from a function around it."""
        if info.cls is not None and (info.cls.name, info.name) == (cls, name):
            return False  # it names itself
        names: frozenset[str] = frozenset()
        one: F | None = info
        while one is not None:
            names |= one.mentions | one.quoted
            if one.cls is not None and self._keeps(one.cls, names, cls):
                return True
            one = one.parent
        return self.knows(names, cls) or not names.isdisjoint(self._annotated_with(cls, name))

    def _keeps(self, owner: Class, names: frozenset[str], cls: str) -> bool:
        """Whether a method of these names may get at an instance of a class by its own object."""
        if owner.name == cls:
            return True
        key = id(owner), cls
        if key not in self._members:
            holders = self.holders(cls) - {owner.name}
            inherits = not (owner.bases | owner.mentions | owner.quoted).isdisjoint(holders)
            self._members[key] = None if inherits else self._members_with(owner, holders)
        members = self._members[key]
        return members is None or not names.isdisjoint(members)

    def _members_with(self, owner: Class, holders: frozenset[str]) -> set[str]:
        """The methods of a class that name a holder or one of these methods, and the attributes that they assign."""
        found: set[str] = set()
        methods = self._methods[id(owner)]
        while True:
            known = holders | found
            new = {
                title
                for info in methods
                if not known.isdisjoint((info.mentions | info.quoted) - {info.name})
                for title in (info.name, *info.stores)
            }
            if new <= found:
                return found
            found |= new

    def _annotated_with(self, cls: str, name: str) -> Collection[str]:
        """The names by which an annotation may mean a class of the module, the only one that implements what they
        name: its bases, and what declares a method of that name."""
        return self._declaring.get(name, set()) | self._bases[cls] if cls in self._bases else ()

    def knows(self, names: frozenset[str], cls: str) -> bool:
        """Whether code of these names may get hold of an instance of a class that it is not handed."""
        return not names.isdisjoint(self.holders(cls))

    def holders(self, cls: str) -> frozenset[str]:
        """The module's names by which something may get hold of an instance of a class."""
        if cls not in self._holders:
            found = {cls, *self._foreign_holders.get(cls, ())}
            bindings = self._module.bindings
            waiting = [name for name, mentioned in bindings.items() if not found.isdisjoint(mentioned)]
            while waiting:
                name = waiting.pop()
                if name not in found:
                    found.add(name)
                    waiting += self._module.made_of.get(name, ())
            self._holders[cls] = frozenset(found)
        return self._holders[cls]


def _making(module: Scope[F], calling: set[F]) -> set[F]:
    """The functions that make the object of a method by which a call site is reached, or name one that is kept."""
    classes = _classes(calling) | {cls for cls, _ in module.foreign.methods}
    making = {info for info in module.functions.values() if info not in calling and info.mentions & classes}
    kept = _with_aliases(module, classes | {info.name for info in making} - UNNAMED) & module.aliases.keys()
    return making | {info for info in module.functions.values() if info not in calling and info.mentions & kept}


def _classes(calling: Iterable[Code]) -> set[str]:
    """The classes that have a method by which a call site is reached."""
    return {info.cls.name for info in calling if info.cls is not None}


def _with_aliases(module: Scope[Any], names: Collection[str]) -> set[str]:
    """The names, and those of the module that are bound to what they name."""
    known = set(names)
    while more := {alias for alias, mentioned in module.aliases.items() if mentioned & known} - known:
        known |= more
    return known


def _passes_everything(module: Scope[Any]) -> bool:
    """A package hands on what its modules define: `package.module.Class().method()` names neither there."""
    return module.passes_everything or module.name.endswith("/__init__.py")


def _title(info: Code) -> str:
    """The name by which a function is called: of one that is called without its own that of its class, or none."""
    if info.name not in UNNAMED:
        return info.name
    return info.cls.name if info.cls is not None else ""


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
