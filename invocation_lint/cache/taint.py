"""Which outcomes no longer hold since modules hold something else: those that rest on what was altered in them.

A module that looks into another one only for what it names rests on the parts of it that bear these names, and on what
those name in their turn. A method counts by its class as well: whoever has an object of it may call it by another one.

What is said of a call site rests on all that reach it, and on the handler that it invokes. Where that is known
otherwise, so is what is found in each file that reaches the site.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from typing import Any

from invocation_lint.cache.answers import Answers
from invocation_lint.source.definitions import Altered, Part, handed_on, may_rest, own_names, resting
from invocation_lint.source.record import How

MOST_NAMES = 300
"""With more names than these, all that leads to a module counts as resting on what was altered."""

_STAR = re.compile(rb"\bimport\s*\(?\s*\*")
_WORD = re.compile(r"\w+")


class Taint:
    """What rests on altered modules. `read` gives the bytes of a module, or of a notebook's code, `parts_of` the parts
    that it has now; None for what is no code, or cannot be read."""

    def __init__(
        self, answers: Answers, read: Callable[[str], bytes | None], parts_of: Callable[[str], list[Part] | None]
    ) -> None:
        self._read = read
        self._parts_of = cache(parts_of)
        self._leads = answers.leads
        self._ways: dict[str, list[tuple[str, How]]] = {}
        for asker, led in answers.leads.items():
            for one, how in led.items():
                self._ways.setdefault(one, []).append((asker, how))
        self._wholly: set[str] = set()
        self._asked_for: set[str] = set()  # what is known of these files, though not of what they define
        self._names: dict[str, set[str]] = {}  # by which others rest on what is known otherwise of a module
        self._heard: dict[str, set[str]] = {}  # what is known otherwise of modules that a module may mean
        self._handing: set[str] = set()  # modules that hand on something of it by an import
        self._sites: list[tuple[str, set[str]]] = []  # modules, each with the names by which its call sites are reached
        self._told: set[tuple[str, str]] = set()  # askers, each with the module that was known otherwise
        self._above: dict[str, set[str]] = {}  # modules to those that may name them, through others or not

    def spread(self, dirty: Iterable[str], edited: Mapping[str, Altered]) -> set[str]:
        """The modules of which something else may be known: those of which everything may be, those in which an edit
        altered something, and what rests on either."""
        self._spread_wholly(dirty)
        for key, edit in edited.items():
            self._names[key] = set(edit.names)
            self._take(key, edit.names)
        waiting = dict.fromkeys(edited)  # each once
        while waiting:
            key, _ = waiting.popitem()
            told = self._names.get(key, set()) | self._heard.get(key, set())
            if key in self._wholly:
                continue
            if len(told) > MOST_NAMES:
                self._spread_wholly([key])
                continue
            for asker, how in self._ways.get(key, ()):
                if key in edited or self._names.get(key) or key in self._handing:  # its text may be looked at as well
                    self._look_again(asker, key, how)
                if how.by_name and (new := told - self._heard.get(asker, set())):
                    self._heard.setdefault(asker, set()).update(new)
                    self._take(asker, new)
                    waiting[asker] = None
        self._spread_from_sites()
        return {*self._wholly, *self._asked_for, *edited, *(key for key, names in self._names.items() if names)}

    def _take(self, key: str, names: Collection[str]) -> None:
        """A module may mean these names: those of its own parts that name one are known otherwise, too."""
        data = self._read(key)
        if data is None or not names:
            return
        if _STAR.search(data) is not None:
            self._handing.add(key)
        if not may_rest(data, names):
            return
        parts = self._parts_of(key)
        if parts is None:
            self._spread_wholly([key])
            return
        if handed_on(parts, names):
            self._handing.add(key)
        if own := resting(parts, names):
            self._names.setdefault(key, set()).update(own)

    def _look_again(self, asker: str, key: str, how: How) -> None:
        """A file has to be looked at again, since it asked about more than names of another one, which is known
        otherwise: about who calls it, say."""
        if (asker, key) in self._told:
            return
        self._told.add((asker, key))
        if how.wholly:
            self._ask_for([asker])
        elif how.called is not None:
            self._asked_for.add(asker)
            self._sites.append((asker, self._called(asker, key, how.called)))

    def _ask_for(self, keys: Iterable[str]) -> None:
        waiting = list(keys)
        seen: set[str] = set()
        while waiting:
            key = waiting.pop()
            if key in seen:
                continue
            seen.add(key)
            self._asked_for.add(key)
            self._sites.append((key, self._all_names(key)))
            for asker, how in self._ways.get(key, ()):
                if how.wholly:
                    waiting.append(asker)
                elif how.called is not None:
                    self._asked_for.add(asker)

    def _called(self, asker: str, key: str, before: frozenset[str]) -> set[str]:
        """By which names of a module another one may reach its call sites, or did before."""
        if asker not in self._above:
            above = self._above[asker] = set()
            waiting = [asker]
            while waiting:
                new = {one for one, how in self._ways.get(waiting.pop(), ()) if how.by_name} - above
                above |= new
                waiting.extend(new)
        led = {one for one, how in self._leads.get(key, {}).items() if how.by_name and one != asker}
        names = self._all_names(asker)
        if not before or not led.isdisjoint(self._above[asker]):
            return names  # through another one
        words = set(_WORD.findall((self._read(key) or b"").decode("utf-8", "replace")))
        return (names & words) | before

    def _all_names(self, key: str) -> set[str]:
        parts = self._parts_of(key)
        if parts is None:
            self._spread_wholly([key])
        return own_names(parts or ())

    def _spread_from_sites(self) -> None:
        """Whoever reaches these call sites, by names, has to be looked at again, and who asks for them."""
        heard: dict[str, set[str]] = {}
        while self._sites:
            key, names = self._sites.pop()
            if key in self._wholly:
                continue
            parts = self._parts_of(key)
            if parts is None or len(names) > MOST_NAMES:
                self._spread_wholly([key])
                continue
            names = names | resting(parts, names)
            for asker, how in self._ways.get(key, ()):
                new = names - heard.get(asker, set())
                if not how.by_name or not new or asker in self._wholly:
                    continue
                heard.setdefault(asker, set()).update(new)
                data = self._read(asker)
                if data is None or (_STAR.search(data) is None and not may_rest(data, new)):
                    own: set[str] = set()
                else:
                    found = self._parts_of(asker)
                    own = resting(found or (), new)
                    if own or found is None:
                        self._asked_for.add(asker)
                        self._asked_for.update(one for one, why in self._ways.get(asker, ()) if why.wholly)
                self._sites.append((asker, own | new))

    def _spread_wholly(self, keys: Iterable[str]) -> None:
        waiting = [key for key in keys if key not in self._wholly]
        self._wholly.update(waiting)
        while waiting:
            for asker, _ in self._ways.get(waiting.pop(), ()):
                if asker not in self._wholly:
                    self._wholly.add(asker)
                    waiting.append(asker)


def stands_in(told: Any, name: str, line: int) -> bool:
    """Whether an outcome, as it is kept, names a file by that name, at this line or below it, or in words."""
    if isinstance(told, str):
        return name in told
    if not isinstance(told, (list, tuple)):
        return False
    if len(told) in _OF_A_PLACE and told[0] == name:
        return int(told[3]) >= line
    return any(stands_in(one, name, line) for one in told)


_OF_A_PLACE = (5, 6)  # path, lines and columns, and perhaps a cell


__all__ = ["Taint", "stands_in"]
