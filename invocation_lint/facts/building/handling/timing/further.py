"""The functions that a handler reaches through several modules: by imports, also those that packages hand on, by what
classes make, and by the routes of an application."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import libcst as cst

from invocation_lint.analysis.program.model import ClassInfo, FunctionInfo, ModuleInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.facts.building.around.entries import decorator_names
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.records import record
from invocation_lint.source.asking import holds, imported_under
from invocation_lint.source.names import ImportMap
from invocation_lint.source.record import digest

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program

MAX_MODULES = 60
"""Modules on the way: where there are more, not all are looked into."""

MAX_FUNCTIONS = 200
MAX_HANDED_ON = 3

_ROUTE = re.compile(r"\w+\.(?:get|post|put|patch|delete|route|websocket|api_route)$")
_OTHER = re.compile(r"(?m)\b(\w+)(?=\s*=\s*(\w+)\s*$)")
_MADE = re.compile(r"\b(\w+)(?=\s*(?::[^=\n]{0,200})?=\s*(?:await\s+)?([A-Za-z_][\w.]*)\()")
_ANNOTATED = re.compile(r"\b(\w+)(?=\s*:\s*([A-Za-z_][\w.]*))")
_CLIENTS = frozenset({"requests", "httpx", "session", "client", "http"})

Found = tuple[Code, FunctionInfo]


class Further:
    """The modules that one leads to, and the functions in them that functions reach."""

    def __init__(self, program: Program, start: Code, pattern: str) -> None:
        self._files = program.modules.files
        self._modules = program.modules
        self._codes: dict[str, Code | None] = {start.module.name: start}
        self._start = start
        self._defined: dict[str, dict[str, FunctionInfo | ClassInfo]] = {}
        self._given: dict[tuple[str, str], list[str]] = {}
        self._keys = self._leads_to()
        self.holding = {key for key in self._keys if holds(self._files, start.module.name, key, pattern)}
        if re.search(pattern, start.module.source.text):
            self.holding.add(start.module.name)
        self._leading = self._to(self.holding)

    def _leads_to(self) -> list[str]:
        """The modules that the first one imports, and those that these import."""
        asker = self._start.module.name
        found: dict[str, None] = {}
        waiting = list(self._files.imports(asker))
        while waiting and len(found) < MAX_MODULES:
            key = waiting.pop(0)
            if key not in found and key != asker:
                found[key] = None
                self._files.record.note(key, ("bytes", key), digest(self._files.read(key)))
                waiting += self._files.imports(key)
        self._files.record.lead(asker, found)
        return list(found)

    def _to(self, keys: set[str]) -> set[str]:
        """These modules, and those that lead to them: no other is looked into."""
        found = set(keys)
        every = [self._start.module.name, *self._keys]
        while more := [key for key in every if key not in found and not found.isdisjoint(self._files.imports(key))]:
            found.update(more)
        return found

    def reached(self, starts: Iterable[FunctionInfo]) -> Iterator[Found]:
        """The functions of other modules that functions of the first one reach."""
        return self._from([(self._start, info) for info in starts])

    def routed(self) -> Iterator[Found]:
        """The functions that an application leads to by its routes, and those that they reach."""
        codes = [self._start, *(code for key in self._keys if (code := self._code(key)) is not None)]
        routes = [(code, info) for code in codes for info in code.functions() if _is_route(info)]
        yield from routes
        yield from self._from(routes)

    def _from(self, starts: list[Found]) -> Iterator[Found]:
        seen = {id(info) for _, info in starts}
        waiting = list(starts)
        while waiting and len(seen) < MAX_FUNCTIONS:
            code, info = waiting.pop(0)
            for found in self._called(code, info):
                if id(found[1]) not in seen:
                    seen.add(id(found[1]))
                    waiting.append(found)
                    yield found

    def _code(self, key: str) -> Code | None:
        if key not in self._codes:
            module = self._modules.load(key) if key in self._leading else None
            self._codes[key] = Code(module) if module is not None and not module.is_test else None
        return self._codes[key]

    def _called(self, code: Code, info: FunctionInfo) -> Iterator[Found]:
        """The functions and methods that a function calls."""
        local = ImportMap.of(info.node) if isinstance(info.node, cst.FunctionDef) else ImportMap()
        for call in code.scope_of(info).calls:
            name = dotted(call.func)
            if not name:
                owner = call.func.value if isinstance(call.func, cst.Attribute) else None
                if isinstance(owner, cst.Call) and isinstance(call.func, cst.Attribute):
                    yield from self._methods(self._made_by(code, dotted(owner.func), local), call.func.attr.value)
                continue
            first, _, method = name.rpartition(".")
            if first == "self" and info.cls is not None:
                yield from self._methods([(code, info.cls)], method)
                continue
            yield from self._functions(code, name, local)
            if first:
                yield from self._methods(self._owners(code, first, local), method)
        if info.cls is not None:
            yield from (
                (code, one) for one in info.cls.methods.values() if _is_property(one) and one.name in info.mentions
            )

    def _functions(self, code: Code, name: str, local: ImportMap) -> Iterator[Found]:
        for home, found in self._named(code, name, local):
            if isinstance(found, FunctionInfo):
                yield home, found
            elif "__init__" in found.methods:
                yield home, found.methods["__init__"]

    def _methods(self, owners: Iterable[tuple[Code, ClassInfo]], name: str) -> Iterator[Found]:
        for home, cls in owners:
            if name in cls.methods:
                method = cls.methods[name]
                yield home, method

    def _owners(self, code: Code, owner: str, local: ImportMap) -> Iterator[tuple[Code, ClassInfo]]:
        """The classes of which something may be: by what it is given in its module, or by its annotation."""
        name = owner.rpartition(".")[2]
        yield from self._classes_of(code, name, local)
        if "." not in owner:  # `from services import billing`, which makes it
            for meaning in (*local.meanings(owner), *code.meanings(owner)):
                for home in self._modules_named(code, meaning.rpartition(".")[0]):
                    yield from self._classes_of(home, meaning.rpartition(".")[2], ImportMap())

    def _classes_of(self, code: Code, name: str, local: ImportMap) -> Iterator[tuple[Code, ClassInfo]]:
        key = code.module.name, name
        if key not in self._given:
            self._given[key] = _given_in(code.module.source.text, name)
        for what in self._given[key]:
            yield from self._made_by(code, what, local)

    def _made_by(self, code: Code, name: str, local: ImportMap) -> Iterator[tuple[Code, ClassInfo]]:
        """The class that a name means, or the one that the function of that name says it returns."""
        for home, found in self._named(code, name, local) if name else ():
            if isinstance(found, ClassInfo):
                yield home, found
            elif isinstance(found.node, cst.FunctionDef) and found.node.returns is not None:
                told = dotted(found.node.returns.annotation)
                for inner, cls in self._named(home, told, ImportMap()) if told else ():
                    if isinstance(cls, ClassInfo):
                        yield inner, cls

    def _named(
        self, code: Code, name: str, local: ImportMap, depth: int = 0
    ) -> Iterator[tuple[Code, FunctionInfo | ClassInfo]]:
        """The functions and classes that a name of a module means, those that other modules hand on included."""
        own = self._defined_in(code.module).get(name)
        if own is not None:
            yield code, own
            return
        for meaning in (*local.meanings(name), *code.meanings(name)) if depth < MAX_HANDED_ON else ():
            module, _, last = meaning.rpartition(".")
            for home in self._modules_named(code, module):
                yield from self._named(home, last, ImportMap(), depth + 1)

    def _defined_in(self, module: ModuleInfo) -> dict[str, FunctionInfo | ClassInfo]:
        if module.name not in self._defined:
            found: dict[str, FunctionInfo | ClassInfo] = {one.name: one for one in module.classes.values()}
            found.update((one.name, one) for one in module.functions.values() if one.cls is None and one.parent is None)
            self._defined[module.name] = found
        return self._defined[module.name]

    def _modules_named(self, code: Code, module: str) -> Iterator[Code]:
        """The modules of that name that a module imports."""
        for key in imported_under(self._files, code.module.name, module.lstrip(".").rpartition(".")[2]):
            found = self._code(key)
            if found is not None:
                yield found


def _given_in(text: str, name: str) -> list[str]:
    """What is called for a name in a module, and how it is annotated; also the one that it is another name for."""
    given = _givens(text)
    found: dict[str, None] = {}
    for one in dict.fromkeys([name, *given.others.get(name, ())]):
        found |= dict.fromkeys((*given.made.get(one, ()), *given.annotated.get(one, ())))
    return list(found)


@record
class _Givens:
    """The names of a module to the names that they stand for, what is called for them, and how they are annotated."""

    others: Mapping[str, Sequence[str]]
    made: Mapping[str, Sequence[str]]
    annotated: Mapping[str, Sequence[str]]


@lru_cache(maxsize=MAX_MODULES)
def _givens(text: str) -> _Givens:
    return _Givens(*(_pairs(pattern, text) for pattern in (_OTHER, _MADE, _ANNOTATED)))


def _pairs(pattern: re.Pattern[str], text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for match in pattern.finditer(text):
        found.setdefault(match[1], []).append(match[2])
    return found


def _is_route(info: FunctionInfo) -> bool:
    return any(
        _ROUTE.search(name) is not None and name.split(".")[0].lower() not in _CLIENTS for name in decorator_names(info)
    )


def _is_property(info: FunctionInfo) -> bool:
    return any(dotted(one).endswith("property") for one in info.decorators)


__all__ = ["Further"]
