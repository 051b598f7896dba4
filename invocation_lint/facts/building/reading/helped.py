"""What functions of the module do with the page that they are handed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.facts.building.messaging.calls import arguments_of, parameter_of
from invocation_lint.facts.building.page_uses import UseReader, Uses
from invocation_lint.facts.building.reading.constants import Constants
from invocation_lint.facts.building.reading.next_pages import may_look
from invocation_lint.facts.building.scopes import Scope, scope_of


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


def constants_given(
    module: ModuleInfo, function: FunctionInfo, names: Mapping[str, cst.BaseExpression]
) -> dict[str, cst.BaseExpression]:
    """The parameters of a function for which each call in its module gives a constant, with one of these; `names` are
    the constants of the module."""
    calls = [(dict(arguments_of(function, call)), scope_of(caller)) for call, caller in _calls_of(module, function)]
    found: dict[str, cst.BaseExpression] = {}
    for name in calls[0][0] if calls else ():
        if all(Constants(names, scope).holds(given.get(name)) for given, scope in calls):
            found[name] = calls[0][0][name]
    return found


def used_by_callers(
    module: ModuleInfo, function: FunctionInfo, keys: Iterable[str]
) -> Iterator[tuple[Uses, Scope, FunctionInfo]]:
    """What functions of the module do with the entries that a function returns, each with its code."""
    for call, caller in _calls_of(module, function):
        scope = scope_of(caller)
        yield UseReader(module.source, scope, frozenset(keys)).read_entries(call), scope, caller


class HelpedReader(UseReader):
    """Follows the answer of a call into the functions that it is handed to, and to those that ask the function around
    it for the whole of it."""

    def __init__(self, module: ModuleInfo, function: FunctionInfo | None, scope: Scope, keys: frozenset[str]) -> None:
        super().__init__(module.source, scope, keys)
        self._module = module
        self._function = function

    def _is_followed(self, parent: cst.CSTNode) -> bool:
        if isinstance(parent, cst.Return):
            return self._function is not None and self._is_read_by_callers(self._function)
        call = self._parents.get(parent)
        if not isinstance(parent, cst.Arg) or not isinstance(call, cst.Call) or parent.star:
            return False
        helper = self._helper(dotted(call.func))
        return helper is not None and self._is_read_by(helper, parameter_of(helper, call, parent) or "")

    def _helper(self, name: str) -> FunctionInfo | None:
        """The function of the module that is called by a name, if nothing in it speaks of a next page."""
        owner, _, last = name.rpartition(".")
        own = self._function.cls if self._function is not None and owner in {"self", "cls"} else None
        if owner and own is None:
            return None
        found = [one for one in _whole(self._module) if one.name == last and one.cls is own]
        return found[0] if len(found) == 1 and _looks_nowhere(found[0]) else None

    def _is_read_by(self, helper: FunctionInfo, parameter: str) -> bool:
        """Whether a helper reads entries of what a parameter of it takes, and hands it to nobody else."""
        reader = UseReader(self._source, scope_of(helper), frozenset(self._keys))
        return self._takes(reader.read_all(parameter))

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
        if self.uses.acts is None:
            self.uses.acts, self.uses.act = uses.acts, uses.act
        return True


__all__ = ["HelpedReader", "constants_given", "used_by_callers"]
