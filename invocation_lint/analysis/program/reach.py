"""Who may reach a call site: one search from the call sites up along resolved imports, over the words of files.

A module has demand when names of it lead to a call site. Its importers are looked at next: those whose words name what
leads there are outlined, and have demand of their own. Nothing else is parsed. The search goes up `MAX_LEVELS` modules;
a package that only hands on what its modules define is no level. What is known of a module depends on what it imports
and on nothing else, so it is the same whichever files are asked for. Tests are searched for the call sites of tests.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import field
from itertools import islice
from typing import Any

from invocation_lint.analysis.program.demand import NOTHING, Demand, Scope, joined
from invocation_lint.analysis.program.ways import demand_of, reaches_sites
from invocation_lint.records import record
from invocation_lint.source.files.project_files import ProjectFiles
from invocation_lint.source.files.test_paths import is_in_test_folder, is_named_like_a_test, is_test_of
from invocation_lint.source.record import How

MAX_LEVELS = 5
"""Modules that call one another on the way to a call site, and levels of callers that are asked where an error ends."""

MAX_CALLERS = 60
"""Modules of callers that are read for one file: a helper with more is a library, and public."""

_WORD = re.compile(rb"[A-Za-z0-9_\x80-\xff]+")


@record
class Searched:
    """What a search found: the modules that it was made for, the demand of those that have any, from each level on
    where it grows, and which were seen to be ways to a call site, or none."""

    known: tuple[str, ...] = ()
    levels: Mapping[str, tuple[tuple[int, Demand], ...]] = field(default_factory=dict)
    ways: Mapping[str, bool] = field(default_factory=dict)


class Reach:
    """The search over the files of a project."""

    def __init__(self, files: ProjectFiles) -> None:
        self.files = files
        self._known: set[str] = set()  # modules for which the search was made
        self._levels: dict[str, list[Demand]] = {}  # the demand of modules, level by level
        self._outlines: dict[str, Scope[Any] | None] = {}
        self._words: dict[str, frozenset[str]] = {}
        self._owns: dict[str, frozenset[str]] = {}
        self._users: dict[str, dict[str, list[str]]] = {}  # modules to the words of their importers that count
        self._callers: dict[str, tuple[str, ...]] = {}
        self._ways: dict[str, bool] = {}

    def searched(self) -> Searched:
        """What was found so far."""
        levels = {key: tuple((n, demands[n]) for n in self._changes(key)) for key, demands in self._levels.items()}
        return Searched(tuple(sorted(self._known)), levels, self._ways)

    @classmethod
    def of(cls, files: ProjectFiles, found: Searched, edited: Collection[str]) -> Reach | None:
        """A search that goes on from what an earlier one found, where some modules were edited that import what they
        did; None unless what leads to call sites through these is the same."""
        reach = cls(files)
        reach._known = set(found.known)
        for key, grown in found.levels.items():
            starts = dict(grown)
            demands = [NOTHING]
            for level in range(MAX_LEVELS + 1):
                demands.append(starts.get(level, demands[-1]))
            reach._levels[key] = demands[1:]
        if not all(reach._is_as_before(key) for key in edited if key in reach._known):
            return None
        reach._ways = {key: leads for key, leads in found.ways.items() if key not in edited}
        return reach

    def _is_as_before(self, key: str) -> bool:
        path = self.files.path_below_root(key)
        is_test_by_words = is_named_like_a_test(path) and not is_in_test_folder(path)
        if self.files.hands_on(key) or is_test_by_words:  # it may stand in a circle; others ask what it holds
            return False
        every = range(MAX_LEVELS + 1)
        return all(self._demand(key, self._foreign(key, level - 1)) == self._at(key, level) for level in every)

    @property
    def outlined(self) -> tuple[str, ...]:
        """The modules that the search looked into."""
        return tuple(self._outlines)

    def foreign(self, key: str) -> Demand:
        """By what the words of a module reach call sites in other modules."""
        self._search(key)
        found = self._foreign(key, MAX_LEVELS)
        found = found if found == NOTHING else found.among(self._words_of(key))
        self.files.record.note(key, ("reach", key), told(found))
        return found

    def leads(self, key: str) -> bool:
        """Whether something in a module, which may hold no call site, leads to one in another module."""
        found = self.foreign(key)
        return found != NOTHING and found.met_by(self._words_of(key)) and self._is_way(key)

    def ways(self, key: str) -> tuple[str, ...]:
        """The modules that one imports, through which something in it leads to call sites."""
        if not self.leads(key) and not self.files.holds_seed(key):
            return ()
        return tuple(one for one in self.files.imports(key) if self._own(one) and self._is_asked(one, key))

    def callers(self, key: str) -> tuple[str, ...]:
        """The modules that import one, however far, and in which something leads to its call sites; the nearest first.

        A package that defines or calls something is among them: it may be a way to a query, which nothing leads to.
        """
        if key not in self._callers:
            found = self._callers[key] = tuple(islice(self._ways_to(key), MAX_CALLERS))
            self.files.record.note(key, ("callers", key), repr(found))
            for caller in found:
                self.files.record.lead(key, [caller], How(called=self._own(key) & self._words_of(caller)))
        return self._callers[key]

    def _ways_to(self, key: str) -> Iterator[str]:
        seen = {key}
        self._search(key)
        level = [(key, self._own(key))]
        for _ in range(MAX_LEVELS):
            following: list[tuple[str, frozenset[str]]] = []
            for one, wanted in level:
                for importer in self._importers(one, wanted):
                    if importer in seen:
                        continue
                    seen.add(importer)
                    hands_on = self.files.hands_on(importer)
                    self._search(importer)
                    following.append((importer, self._handed_on(importer, wanted) if hands_on else self._own(importer)))
                    if self._is_way(importer) or (hands_on and self._does_something(importer)):
                        yield importer
            level = following

    def _importers(self, key: str, wanted: frozenset[str]) -> list[str]:
        """The modules that import one and name what is wanted of it, which is what it hands on or less; and those that
        hand it on themselves."""
        if key not in self._users:
            users = self._users[key] = defaultdict(list)
            own = self._own(key)
            for importer in self.files.importers_of(key):
                if not self._is_asked(key, importer):
                    continue
                for word in ("",) if self.files.hands_on(importer) else own & self._words_of(importer):
                    users[word].append(importer)
        found = self._users[key]
        return sorted({importer for word in ("", *wanted) for importer in found.get(word, ())})

    def _own(self, key: str) -> frozenset[str]:
        """The words one of which stands in every module that reaches a call site through one."""
        if key not in self._owns:
            self._owns[key] = self._at(key, MAX_LEVELS).words()
        return self._owns[key]

    def _handed_on(self, key: str, wanted: frozenset[str]) -> frozenset[str]:
        """The same of what a package hands on of one of its modules, with what it makes of that itself."""
        module = self._outline(key)
        if module is None:
            return wanted
        made = {*module.bindings, *(info.name for info in module.functions.values())}
        return self._own(key) & (wanted | made)

    def _is_way(self, key: str) -> bool:
        """Whether a function of a module leads to a call site, or the module's own body does. The search was made."""
        if key not in self._ways:
            self._ways[key] = self._reaches_sites(key)
        return self._ways[key]

    def _reaches_sites(self, key: str) -> bool:
        foreign = self._foreign(key, MAX_LEVELS)
        if not self.files.holds_seed(key) and foreign.among(self._words_of(key)) == NOTHING:
            return False
        module = self._outline(key)
        if module is None:
            return True
        module.foreign = foreign
        return reaches_sites(module)

    def _does_something(self, key: str) -> bool:
        """Whether a module does more than to import and to list what it exports."""
        module = self._outline(key)
        return module is None or bool(module.functions) or any(not name.startswith("__") for name in module.runs)

    def _is_asked(self, key: str, importer: str) -> bool:
        """Whether the call sites of a module are looked at from one that imports it. Not from tests: they patch what
        they test, so that a chain of calls that begins in a test says nothing of the product."""
        return not is_test_of(self.files, importer) or is_test_of(self.files, key)

    def _at(self, key: str, level: int) -> Demand:
        found = self._levels.get(key)
        return found[level] if found is not None and level >= 0 else NOTHING

    def _foreign(self, key: str, level: int) -> Demand:
        imported = (one for one in self.files.imports(key) if one in self._levels and self._is_asked(one, key))
        found = dict.fromkeys(self._at(one, level) for one in imported)
        return next(iter(found)) if len(found) == 1 else joined(found)

    # -- the search --------------------------------------------------------------------------------------------------

    def _search(self, key: str) -> None:
        """Search from the call sites in what a module imports, however far, where it was not done before."""
        new = self._closure(key)
        importers: dict[str, list[str]] = {}
        waiting: list[set[str]] = [set() for _ in range(MAX_LEVELS + 2)]
        for one in new:
            if self.files.holds_seed(one):
                waiting[0].add(one)
            for imported in self.files.imports(one):
                if imported in new:
                    importers.setdefault(imported, []).append(one)
                for level in self._changes(imported):
                    waiting[level + 1 - self.files.hands_on(one)].add(one)
        for level in range(MAX_LEVELS + 1):
            for hands_on in (False, True):
                current = sorted(one for one in waiting[level] if self.files.hands_on(one) is hands_on)
                while current:
                    one = current.pop()
                    waiting[level].discard(one)
                    if not self._advance(one, level):
                        continue
                    for importer in importers.get(one, ()):
                        if not self.files.hands_on(importer):
                            waiting[level + 1].add(importer)
                        elif importer not in waiting[level]:
                            waiting[level].add(importer)
                            if hands_on:
                                current.append(importer)

    def _closure(self, key: str) -> set[str]:
        """A module and all that it imports, however far, for which the search was not made."""
        found: set[str] = set()
        waiting = [key]
        while waiting:
            one = waiting.pop()
            if one not in self._known:
                self._known.add(one)
                found.add(one)
                waiting.extend(self.files.imports(one))
        return found

    def _changes(self, key: str) -> list[int]:
        """The levels at which the demand of a module grows."""
        return [n for n in range(MAX_LEVELS + 1) if self._at(key, n) != self._at(key, n - 1)]

    def _advance(self, key: str, level: int) -> bool:
        """Take what a module imports as it is known at a level; whether more is demanded of the module then."""
        foreign = self._foreign(key, level if self.files.hands_on(key) else level - 1)
        found = self._demand(key, foreign)
        before = self._at(key, level)
        if found == before:
            return False
        levels = self._levels.setdefault(key, [NOTHING] * (MAX_LEVELS + 1))
        levels[level:] = [found] * (MAX_LEVELS + 1 - level)
        return True

    def _demand(self, key: str, foreign: Demand) -> Demand:
        if not self.files.holds_seed(key) and foreign.among(self._words_of(key)) == NOTHING:
            return foreign if self.files.hands_on(key) else NOTHING
        module = self._outline(key)
        if module is None:
            return NOTHING
        module.foreign = foreign
        return demand_of(module)

    def _words_of(self, key: str) -> frozenset[str]:
        if key not in self._words:
            self._words[key] = words_in(self.files.read(key) or b"")
        return self._words[key]

    def _outline(self, key: str) -> Scope[Any] | None:
        if key not in self._outlines:
            from invocation_lint.analysis.program.outline import outline  # loads `ast`

            data = self.files.read(key)
            self._outlines[key] = outline(data, key) if data is not None else None
        return self._outlines[key]


def told(demand: Demand) -> str:
    """A demand in words that are the same in every process; empty for none."""
    if demand == NOTHING:
        return ""
    return repr((sorted(demand.names), sorted(demand.methods), sorted(demand.holders)))


def words_in(data: bytes) -> frozenset[str]:
    """The words of a text."""
    return frozenset(word.decode("utf-8", "ignore") for word in set(_WORD.findall(data)))
