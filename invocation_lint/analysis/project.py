"""A project's modules, read and indexed when a name from them is used, and the interpreter over them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from invocation_lint.analysis.interpreter import Interpreter
from invocation_lint.analysis.program import demand
from invocation_lint.analysis.program.indexing import index_module
from invocation_lint.analysis.program.model import NOTHING, Demand, ModuleInfo
from invocation_lint.deployment.model import Handlers
from invocation_lint.errors import UnreadableFile, UsageError
from invocation_lint.source.project_files import ProjectFiles
from invocation_lint.source.record import digest
from invocation_lint.source.tree import SourceFile, parse

MAX_CALLER_LEVELS = 5
"""Levels of callers that are asked where an error ends."""

MAX_CALLER_MODULES = 60
"""Modules of callers that are read for one file: a helper with more is a library, and public."""


class ProjectModules:
    """Finds, reads and indexes the modules of a project, each once. `name_of` gives the name that findings show."""

    def __init__(self, files: ProjectFiles, name_of: Callable[[str], str], options_of: Callable[[str], Any]) -> None:
        self.files = files
        self._name_of = name_of
        self._options_of = options_of
        self._modules: dict[str, ModuleInfo | None] = {}
        self._demand: dict[str, Demand] = {}
        self._settled: set[str] = set()

    def locate(self, importer: str, dotted: str, level: int) -> str | None:
        """The key of what an import names, or None."""
        return self.files.locate(importer, dotted, level)

    def child(self, key: str, name: str) -> str | None:
        """The key of a package's submodule, or None."""
        return self.files.child(key, name)

    def settings(self, importer: str) -> tuple[str, ...]:
        """The keys of the modules that may be Django's settings for a module."""
        return self.files.settings(importer)

    def load(self, key: str) -> ModuleInfo | None:
        """The indexed module; None for a package without a file, or a file that cannot be read."""
        module = self._parsed(key)
        if module is not None:
            self._settle(key)
        return module

    def put(self, key: str, source: SourceFile) -> ModuleInfo:
        """Take a file that was parsed already."""
        known = self._modules.get(key)
        if known is None:
            known = self._modules[key] = self._index(source, key)
        self._settle(key)
        return known

    def _parsed(self, key: str) -> ModuleInfo | None:
        if key not in self._modules:
            self._modules[key] = None
            data = self.files.read(key) if key.endswith(".py") else None
            self.files.record.note(key, ("bytes", key), digest(data))
            if data is not None:
                with suppress(UnreadableFile):  # the file's own run reports it
                    self._modules[key] = self._index(parse(data, self._name_of(key)), key)
        return self._modules[key]

    def _index(self, source: SourceFile, key: str) -> ModuleInfo:
        tables = None
        with suppress(UsageError):  # a configuration that is wrong is reported with the files that it is for
            tables = self._options_of(key).job_tables
        module = index_module(source, key, tables)
        module.path = self.files.path_below_root(key)
        return module

    def _settle(self, key: str) -> None:
        """Tell a module and all that it imports by which names of one another they reach a call site.

        Modules may import each other in a circle: it is gone round until nothing is new.
        """
        if key in self._settled:
            return
        group = self._imported_from(key)
        self._settled |= group.keys()
        importers: dict[str, list[str]] = {imported: [] for imported in group}
        for one in group:
            for imported in self._reaching_imports(one):
                if imported in group:
                    importers[imported].append(one)
        waiting = dict.fromkeys(group)
        while waiting:
            one = next(iter(waiting))
            del waiting[one]
            module = group[one]
            before = self._demand.get(one)
            module.foreign = demand.joined(
                self._demand.get(imported, NOTHING) for imported in self._reaching_imports(one)
            )
            self._demand[one] = demand.demand_of(module)
            if self._demand[one] != before:
                waiting.update(dict.fromkeys(importers[one]))

    def _imported_from(self, key: str) -> dict[str, ModuleInfo]:
        """A module and those that it imports, however far, that reach a call site and are not settled yet."""
        found: dict[str, ModuleInfo] = {}
        waiting = [key]
        while waiting:
            current = waiting.pop()
            module = self._parsed(current) if current not in found and current not in self._settled else None
            if module is not None:
                found[current] = module
                waiting.extend(self._reaching_imports(current))
        return found

    def _reaching_imports(self, key: str) -> list[str]:
        return self.files.reaching_imports(key)

    def reaches(self, key: str, data: bytes) -> bool:
        """Whether a file without a call site of its own names a function of another module that reaches one."""
        imported = [one for one in self._reaching_imports(key) if self.load(one) is not None]
        return demand.joined(self._demand[one] for one in imported).met_by(_words_in(data))

    def caller_modules(self, module: ModuleInfo) -> Iterator[ModuleInfo]:
        """The modules that import this one, however far, and name what leads to its call sites."""
        seen = {module.name}
        level = [(module.name, self._demand[module.name].words())]
        for _ in range(MAX_CALLER_LEVELS):
            following: list[tuple[str, frozenset[str]]] = []
            for key, wanted in level:
                for importer in self.files.importers_of(key):
                    data = self.files.read(importer) if importer not in seen else None
                    if data is not None:
                        self.files.record.note(importer, ("bytes", importer), digest(data))
                    passes = data is not None and (importer.endswith("/__init__.py") or b"import *" in data)
                    if data is None or not (passes or not wanted.isdisjoint(_words_in(data))):
                        continue
                    seen.add(importer)
                    if len(seen) > MAX_CALLER_MODULES:
                        return
                    caller = self.load(importer)
                    if caller is not None:
                        yield caller
                        following.append((importer, self._demand[importer].words()))
            level = following


def _words_in(data: bytes) -> frozenset[str]:
    """The words of a text, those that are no names of other alphabets."""
    return frozenset(word.decode() for word in re.findall(rb"[A-Za-z0-9_]+", data))


class Program:
    """The modules of a project and one interpreter over them: what is learned of a module serves all its callers."""

    def __init__(
        self,
        files: ProjectFiles,
        name_of: Callable[[str], str],
        options_of: Callable[[str], Any],
    ) -> None:
        self.options_of = options_of
        self._callers: dict[str, tuple[ModuleInfo, ...]] = {}
        self.sent_events: dict[frozenset[str], bool] = {}  # names of functions: whether they are only sent events
        self.modules = ProjectModules(files, name_of, options_of)
        self.interpreter = Interpreter(self.modules)

    def module(self, path: Path, source: SourceFile) -> ModuleInfo:
        """The module of a file that was parsed already."""
        return self.modules.put(str(path.absolute()), source)

    def handlers_of(self, module: ModuleInfo) -> Handlers | None:
        """The handlers of a module that templates of the project name; None when none does."""
        return self.modules.files.handlers_of(module.name)

    def callers(self, module: ModuleInfo) -> tuple[ModuleInfo, ...]:
        """The other modules from which the module's call sites may be reached."""
        if module.name not in self._callers:
            found = self.modules.caller_modules(module)
            self._callers[module.name] = tuple(found)
        return self._callers[module.name]
