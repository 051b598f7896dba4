"""What functions of the module do with the page that they are handed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.facts.building.reading.next_pages import may_look
from invocation_lint.facts.building.scopes import Scope, UseReader, Uses, scope_of

Helpers = Callable[[str], FunctionInfo | None]
"""Gives the function that a name means where it is called; None where it is none of the module."""


def helpers_of(module: ModuleInfo, function: FunctionInfo | None) -> Helpers:
    """The functions that a function of a module calls by their names, if nothing in them speaks of a next page."""
    own = function.cls if function is not None else None

    def helper(name: str) -> FunctionInfo | None:
        owner, _, last = name.rpartition(".")
        wanted = own if owner in {"self", "cls"} else None
        if owner and wanted is None:
            return None
        found = [one for one in _whole(module) if one.name == last and one.cls is wanted]
        return found[0] if len(found) == 1 and _looks_nowhere(found[0]) else None

    return helper


def _whole(module: ModuleInfo) -> Iterator[FunctionInfo]:
    return (one for one in module.functions.values() if one.parent is None and not one.is_lambda)


def _looks_nowhere(function: FunctionInfo) -> bool:
    return not any(map(may_look, function.words))


def _calls_of(module: ModuleInfo, function: FunctionInfo) -> Iterator[tuple[cst.Call, FunctionInfo]]:
    """The calls of a function in the others of its module that speak of no next page."""
    named = {function.name} if function.cls is None else {f"self.{function.name}", f"cls.{function.name}"}
    for other in _whole(module):
        if other is not function and function.name in other.words and _looks_nowhere(other):
            yield from ((call, other) for call in scope_of(other).calls if dotted(call.func) in named)


class HelpedReader(UseReader):
    """Follows the answer of a call into the functions that it is handed to, and to those that ask the function around
    it for the whole of it."""

    def __init__(self, module: ModuleInfo, function: FunctionInfo | None, scope: Scope, keys: frozenset[str]) -> None:
        super().__init__(module.source, scope, keys)
        self._module = module
        self._function = function
        self._helpers = helpers_of(module, function)

    def _is_followed(self, parent: cst.CSTNode) -> bool:
        if isinstance(parent, cst.Return):
            return self._function is not None and self._is_read_by_callers(self._function)
        call = self._parents.get(parent)
        if not isinstance(parent, cst.Arg) or not isinstance(call, cst.Call) or parent.star:
            return False
        helper = self._helpers(dotted(call.func))
        return helper is not None and self._is_read_by(helper, parent, call)

    def _is_read_by(self, helper: FunctionInfo, arg: cst.Arg, call: cst.Call) -> bool:
        """Whether a helper reads entries of what it is handed, and hands it to nobody else."""
        names = helper.positional[1 if helper.cls is not None else 0 :]
        index = call.args.index(arg)
        name = arg.keyword.value if arg.keyword is not None else names[index] if index < len(names) else ""
        reader = UseReader(self._source, scope_of(helper), frozenset(self._keys))
        uses = reader.read_all(name)
        return self._takes(uses)

    def _is_read_by_callers(self, function: FunctionInfo) -> bool:
        """Whether a function of the module that calls the one around the call reads entries of what that returns."""
        read = [
            UseReader(self._source, scope_of(caller), frozenset(self._keys)).read(call)
            for call, caller in _calls_of(self._module, function)
        ]
        told = [self._takes(uses) for uses in read]
        return any(told)

    def _takes(self, uses: Uses) -> bool:
        """Note what others do with the page, if they give it to nobody else."""
        if not uses.found or uses.escapes is not None:
            return False
        for use, place in uses.found.items():
            self.uses.note(use, place)
        self.uses.acts = self.uses.acts or uses.acts
        return True


__all__ = ["HelpedReader", "Helpers", "helpers_of"]
