"""Calls of methods by their names, each with the function that holds it.

Nothing is interpreted. Which service is called is told by the method's name together with a parameter that only its
operation takes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cached_property, lru_cache

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.facts.building.scopes import Scope, called_name
from invocation_lint.source.names import ImportMap
from invocation_lint.source.parsing.walk import walk


class Code:
    """The code of a module, a function at a time. A function that stands in another one belongs to that one's code."""

    def __init__(self, module: ModuleInfo) -> None:
        self.module = module
        self.scope_of = lru_cache(maxsize=None)(self._scope_of)

    def _scope_of(self, function: FunctionInfo | None) -> Scope:
        if function is not None:
            return Scope(function.node)
        return Scope(self.module.source.module)

    def meaning(self, node: cst.CSTNode) -> str:
        """The dotted name that a name means after the imports of the module: `json.dumps` for `j.dumps`."""
        name = dotted(node) if isinstance(node, cst.BaseExpression) else ""
        return next(iter(self._imports.meanings(name)), name)

    def meanings(self, name: str) -> tuple[str, ...]:
        """The dotted names that a name may mean after the imports of the module; none where it is not imported."""
        return self._imports.meanings(name)

    @property
    def stars(self) -> tuple[str, ...]:
        """The modules of which it imports all names."""
        return self._imports.stars

    @cached_property
    def _imports(self) -> ImportMap:
        return ImportMap.of(self.module.source.module)

    def text_of(self, function: FunctionInfo) -> str:
        """What is written of a function, its decorators aside."""
        start, end = self.module.source.offsets(function.place)
        return self.module.source.text[start:end]

    def calls(
        self, names: Collection[str], given: Collection[str] = ()
    ) -> Iterator[tuple[cst.Call, FunctionInfo | None]]:
        """The calls of methods of these names, each with the outermost function around it; None at module level. With
        `given`, calls in code where none of these words stands may be left out."""
        wanted, needed = frozenset(names), frozenset(given)
        if needed.isdisjoint(self.module.words) and needed:
            return
        source = self.module.source
        written = [found.start() for found in _calls_of(wanted).finditer(source.text)]
        functions = [(info, source.offsets(info.place)) for info in self.functions()] if written else []
        is_in_function = all(any(start <= at < end for _, (start, end) in functions) for at in written)
        for info, (start, end) in functions:  # one may stand in a decorator, which is no part of the place
            if needed and needed.isdisjoint(info.words):
                continue
            if wanted & info.words and (not is_in_function or any(start <= at < end for at in written)):
                yield from ((call, info) for call in self.scope_of(info).calls if called_name(call) in wanted)
        if not is_in_function:
            for node in walk(self.module.source.module, enter=_is_no_function):
                if isinstance(node, cst.Call) and called_name(node) in wanted:
                    yield node, None

    def functions(self) -> tuple[FunctionInfo, ...]:
        """The functions and methods that stand in no other function, in order."""
        return self._functions

    def named(self, name: str) -> list[FunctionInfo]:
        """The functions and methods of the module of that name, those that stand in no other function."""
        return [info for info in self._functions if info.name == name]

    @cached_property
    def _functions(self) -> tuple[FunctionInfo, ...]:
        whole = [info for info in self.module.functions.values() if info.parent is None and not info.is_lambda]
        return tuple(sorted(whole, key=lambda info: info.start))

    def holder(self, call: cst.Call, outermost: FunctionInfo | None) -> FunctionInfo | None:
        """The innermost function around a call."""
        for node in self.scope_of(outermost).around(call):
            if isinstance(node, cst.FunctionDef):
                found = self.module.defined_by(node)
                return found if isinstance(found, FunctionInfo) else outermost
        return outermost


@lru_cache(maxsize=64)
def _calls_of(names: frozenset[str]) -> re.Pattern[str]:
    """What stands where functions of these names are called, comments and texts aside; a definition is no call."""
    every = "|".join(sorted(map(re.escape, names)))
    return re.compile(rf"(?<!def )\b(?:{every})\b(?:[\s\\)]|#[^\n]*\n)*\(")


def _is_no_function(node: cst.CSTNode) -> bool:
    return not isinstance(node, cst.FunctionDef)


def keywords(call: cst.Call) -> dict[str, cst.Arg]:
    """The arguments that are given by name."""
    return {arg.keyword.value: arg for arg in call.args if arg.keyword is not None}


def is_spread(call: cst.Call) -> bool:
    """Whether arguments come from a mapping (`**kwargs`)."""
    return any(arg.star for arg in call.args)


def parameters_of(helper: FunctionInfo) -> list[str]:
    """The parameters of a helper that its calls may fill by position."""
    names = [param.name.value for param in (*helper.node.params.posonly_params, *helper.node.params.params)]
    return names[1:] if helper.cls is not None and names[:1] in (["self"], ["cls"]) else names


def arguments_of(helper: FunctionInfo, call: cst.Call) -> Iterator[tuple[str, cst.BaseExpression]]:
    """The parameters of a helper with what its call gives them, by position and by name. Where sequences are spread
    (`*rest`), only those by name are told."""
    names = [] if any(arg.star == "*" for arg in call.args) else parameters_of(helper)
    for index, arg in enumerate(call.args):
        if arg.keyword is not None:
            yield arg.keyword.value, arg.value
        elif not arg.star and index < len(names):
            yield names[index], arg.value


def parameter_of(helper: FunctionInfo, call: cst.Call, arg: cst.Arg) -> str | None:
    """The parameter of a helper that takes an argument of its call; None where that cannot be told."""
    return next((name for name, value in arguments_of(helper, call) if value is arg.value), None)
