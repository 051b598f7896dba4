"""Which outcomes no longer hold since modules hold something else: those that rest on what was altered in them.

A module that looks into another one only for what it names rests on the parts of it that bear these names, and on what
those name in their turn. A method counts by its class as well: whoever has an object of it may call it by another one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from invocation_lint.cache.answers import Answers
from invocation_lint.source.definitions import Altered, Part, may_rest, resting

MOST_NAMES = 300
"""With more names than these, all that leads to a module counts as resting on what was altered."""


class Taint:
    """What rests on altered modules. `read` gives the bytes of a module, `parts_of` the parts that it has now; None for
    one that cannot be read."""

    def __init__(
        self, answers: Answers, read: Callable[[str], bytes | None], parts_of: Callable[[str], list[Part] | None]
    ) -> None:
        self._read = read
        self._parts_of = parts_of
        self._ways: dict[str, list[tuple[str, bool]]] = {}
        for asker, led in answers.leads.items():
            for one, by_name in led.items():
                self._ways.setdefault(one, []).append((asker, by_name))
        self._wholly: set[str] = set()
        self._asked_for: set[str] = set()  # what is known of these files, though not of what they define
        self._names: dict[str, set[str]] = {}  # by which others rest on what is known otherwise of a module
        self._heard: dict[str, set[str]] = {}  # what is known otherwise of modules that a module may mean

    def spread(self, dirty: Iterable[str], edited: Mapping[str, Altered]) -> set[str]:
        """The modules of which something else may be known: those of which everything may be, those in which an edit
        altered something, and what rests on either."""
        self._spread_wholly(dirty)
        for key, edit in edited.items():
            self._names[key] = set(edit.names)
            self._take(key, edit.names)
        waiting = list(edited)
        while waiting:
            key = waiting.pop()
            told = self._names.get(key, set()) | self._heard.get(key, set())
            if key in self._wholly:
                continue
            if len(told) > MOST_NAMES:
                self._spread_wholly([key])
                continue
            for asker, by_name in self._ways.get(key, ()):
                if not by_name:
                    self._spread_to_askers(asker if self._names.get(key) else None)
                elif new := told - self._heard.get(asker, set()):
                    self._heard.setdefault(asker, set()).update(new)
                    self._take(asker, new)
                    waiting.append(asker)
        return {*self._wholly, *self._asked_for, *edited, *(key for key, names in self._names.items() if names)}

    def _take(self, key: str, names: Collection[str]) -> None:
        """A module may mean these names: those of its own parts that name one are known otherwise, too."""
        data = self._read(key)
        if data is None or not names or not may_rest(data, names):
            return
        parts = self._parts_of(key)
        if parts is None:
            self._spread_wholly([key])
        elif own := resting(parts, names):
            self._names.setdefault(key, set()).update(own)

    def _spread_to_askers(self, key: str | None) -> None:
        """A file has to be looked at again, since it asked about more than names: who calls it, say. That is nothing to
        those that only call it."""
        waiting = [key] if key is not None and key not in self._asked_for else []
        self._asked_for.update(waiting)
        while waiting:
            for asker, by_name in self._ways.get(waiting.pop(), ()):
                if not by_name and asker not in self._asked_for:
                    self._asked_for.add(asker)
                    waiting.append(asker)

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
