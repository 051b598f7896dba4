"""A project's modules, read and indexed when a name from them is used, and the interpreter over them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from invocation_lint.errors import UnreadableFile, UsageError
from invocation_lint.source.project_files import ProjectFiles
from invocation_lint.source.tree import SourceFile, parse
from invocation_lint.values.interpreter import Interpreter
from invocation_lint.values.program import ModuleInfo, index_module

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
        self._names: dict[str, frozenset[str]] = {}
        self._demanding: set[str] = set()

    def locate(self, importer: str, dotted: str, level: int) -> str | None:
        """The key of what an import names, or None."""
        return self.files.locate(importer, dotted, level)

    def child(self, key: str, name: str) -> str | None:
        """The key of a package's submodule, or None."""
        return self.files.child(key, name)

    def load(self, key: str) -> ModuleInfo | None:
        """The indexed module; None for a package without a file, or a file that cannot be read."""
        if key not in self._modules:
            self._modules[key] = None
            data = self.files.read(key) if key.endswith(".py") else None
            if data is not None:
                with suppress(UnreadableFile):  # the file's own run reports it
                    self._modules[key] = self._index(parse(data, self._name_of(key)), key)
        return self._modules[key]

    def put(self, key: str, source: SourceFile) -> ModuleInfo:
        """Take a file that was parsed already."""
        known = self._modules.get(key)
        if known is None:
            known = self._modules[key] = self._index(source, key)
        return known

    def _index(self, source: SourceFile, key: str) -> ModuleInfo:
        tables = None
        with suppress(UsageError):  # a configuration that is wrong is reported with the files that it is for
            tables = self._options_of(key).job_tables
        module = index_module(source, key, tables)
        module.path = self.files.path_below_root(key)
        module.foreign_names = self._imported_demand(key)
        return module

    def demanded_names(self, key: str) -> frozenset[str]:
        """The names of a module's functions and classes by which a call site is reached."""
        if key in self._demanding or not self.files.reaches_seed(key):
            return frozenset()
        if key not in self._names:
            self._demanding.add(key)
            module = self.load(key)
            self._demanding.discard(key)
            self._names[key] = frozenset() if module is None else module.demanded_names()
        return self._names[key]

    def _imported_demand(self, key: str) -> frozenset[str]:
        found: set[str] = set()
        for imported in self.files.imports(key):
            found |= self.demanded_names(imported)
        return frozenset(found)

    def reaches(self, key: str, data: bytes) -> bool:
        """Whether a file without a call site of its own names a function of another module that reaches one."""
        if not any(self.files.reaches_seed(imported) for imported in self.files.imports(key)):
            return False
        names = self._imported_demand(key)
        return bool(names) and _mentions(data, names)

    def caller_modules(self, module: ModuleInfo, names: frozenset[str]) -> Iterator[ModuleInfo]:
        """The modules that import this one, however far, and name what leads to its call sites."""
        seen = {module.name}
        level = [(module.name, names)]
        for _ in range(MAX_CALLER_LEVELS):
            following: list[tuple[str, frozenset[str]]] = []
            for key, wanted in level:
                for importer in self.files.importers.get(key, ()):
                    data = self.files.read(importer) if importer not in seen else None
                    is_package = importer.endswith("/__init__.py")
                    if data is None or not (is_package or _mentions(data, wanted)):
                        continue
                    seen.add(importer)
                    if len(seen) > MAX_CALLER_MODULES:
                        return
                    caller = self.load(importer)
                    if caller is not None:
                        yield caller
                        following.append((importer, caller.demanded_names()))
            level = following


def _mentions(data: bytes, names: frozenset[str]) -> bool:
    if not names:
        return False
    pattern = rb"\b(?:" + b"|".join(re.escape(name.encode()) for name in sorted(names)) + rb")\b"
    return re.search(pattern, data) is not None


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
        self.modules = ProjectModules(files, name_of, options_of)
        self.interpreter = Interpreter(self.modules)

    def module(self, path: Path, source: SourceFile) -> ModuleInfo:
        """The module of a file that was parsed already."""
        return self.modules.put(str(path.absolute()), source)

    def callers(self, module: ModuleInfo) -> tuple[ModuleInfo, ...]:
        """The other modules from which the module's call sites may be reached."""
        if module.name not in self._callers:
            found = self.modules.caller_modules(module, module.demanded_names())
            self._callers[module.name] = tuple(found)
        return self._callers[module.name]
