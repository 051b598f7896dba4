"""The code of functions whose templates do not tell it: the handler that has their name."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from invocation_lint.deployment.model import Function
from invocation_lint.deployment.values import Key
from invocation_lint.facts.building.links.candidates import (
    Candidates,
    HandlerAt,
    Names,
    names_of,
    names_of_place,
    nearest_to,
)
from invocation_lint.facts.building.links.code import Code, Entry
from invocation_lint.facts.building.links.words import best


class Coding:
    """Finds the handlers of functions by their names."""

    def __init__(self, code: Code, candidates: Candidates) -> None:
        self._code = code
        self._candidates = candidates
        self._found: dict[Key, Function | None] = {}

    def coded(self, function: Function) -> Function | None:
        """A function of which the code is not known, with the handler that its name tells; None where it tells none."""
        if function.key not in self._found:
            self._found[function.key] = self._coded(function)
        return self._found[function.key]

    def _coded(self, function: Function) -> Function | None:
        if self._code.entry_of(function) is not None:
            return None
        names = names_of(function)
        scored = [(_score(names, self._candidates.below(one.module), one.name), one) for one in self._fitting(function)]
        most = max((score for score, _ in scored), default=(0, 0))
        found = [one for score, one in scored if score == most] if most[0] else []
        found = [found[at] for at in nearest_to(function, [self._candidates.below(one.module) for one in found])]
        path = self._candidates.below(found[0].module) if len(found) == 1 else ""
        if not path or any(_score(one, path, found[0].name) > most for one in self._names_of_uncoded):
            return None  # there are several, or it is that of another function
        supposed = replace(function, key=Key(function.key.template, f"{function.key.id}?"))
        self._code.note(supposed, Entry(found[0].module, found[0].name))
        return supposed

    def _fitting(self, function: Function) -> list[HandlerAt]:
        """The handlers that a function may have; those that no other has, if any."""
        handler = function.handler.text if function.handler is not None else None
        module, _, name = (handler or "").rpartition(".")
        path = module.lstrip("./").replace(".", "/")
        every = [one for one in self._candidates.handlers if handler is None or one.name == name]
        found = [one for one in every if handler is None or one.module.endswith(f"/{path}.py")]
        if not found and function.code.archive:  # what packs the code calls its file otherwise
            found = [one for one in every if one.module.endswith(f"/{function.code.archive}.py")]
        if not found and function.code.folder:  # no file of it is called so any more
            found = [one for one in every if one.module.startswith(f"{function.code.folder}/")]
        return [one for one in found if not self._code.handled_by(one.module)] or found

    @cached_property
    def _names_of_uncoded(self) -> list[Names]:
        """The names of the functions of which the code is not known."""
        every = self._code.deployed.all(Function)
        return [names_of(one) for one in every if self._code.entry_of(one) is None]


def _score(names: Names, path: str, name: str) -> tuple[int, int]:
    """How like one of the names of a function a handler is, by its place and its name."""
    places = names_of_place(path, name)
    return max((best(wanted, places) for wanted in names), default=(0, 0))


__all__ = ["Coding"]
