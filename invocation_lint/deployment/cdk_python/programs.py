"""The files of applications in Python: what imports name, and which classes are made."""

from __future__ import annotations

import ast
import posixpath
import re
import sys
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

from invocation_lint.deployment.cdk_constructs.programs import MAX_BYTES, MAX_FILES, BaseProgram
from invocation_lint.deployment.cdk_constructs.things import ClassOf, Imported, Lib, Obj, Scope, Thing, open_value
from invocation_lint.deployment.cdk_python.running import Run
from invocation_lint.deployment.values import Hole
from invocation_lint.findings import Place

MAX_LEVELS = 12

_BUILT_BY = ("pyproject.toml", "setup.py", "setup.cfg")
"""Files beside a package that is built by itself."""

_CALLED = re.compile(rb"(?<!class )\b([A-Za-z_]\w*)\s*\(")
_BASES = re.compile(rb"\bclass\s+\w+\(([^)]*)\)")
_WORD = re.compile(rb"\w+")


class Program(BaseProgram[Run]):
    """All of a project's applications in Python."""

    APP = re.compile(rb"\bApp\s*\(")
    STARTS = re.compile(r"[\w./@-]+\.py\b")
    NO_APPLICATION = re.compile(
        r"/(?:node_modules|cdk\.out|\.git|site-packages|\.?venv)/|/tests?/|/test_[^/]*\.py\Z|/conftest\.py\Z"
    )
    MARKS = ("cdk.json",)

    def __init__(self, code: Mapping[str, bytes], read: Callable[[str], bytes | None]) -> None:
        super().__init__(code, read)
        self._trees: dict[str, ast.Module | None] = {}
        self._made: set[bytes] | None = None

    def new_run(self) -> Run:
        """A run of this program."""
        return Run(self)

    @property
    def taken(self) -> dict[str, bytes]:
        """All files that were read and ran, and those beside them."""
        return {
            path: data
            for path, data in self._bytes.items()
            if data is not None and (path in self._trees or not path.endswith(".py"))
        }

    def tree(self, path: str) -> ast.Module | None:
        """The tree of a file; None where there is none."""
        if path not in self._trees:
            data = self.read(path)
            self._trees[path] = None
            if data is not None and len(data) <= MAX_BYTES and len(self._trees) < MAX_FILES:
                with warnings.catch_warnings(), suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                    warnings.simplefilter("ignore")
                    self._trees[path] = ast.parse(data)  # `check` reports one that cannot be parsed
        return self._trees[path]

    # -- modules -----------------------------------------------------------------------------------------------------

    def module_of(self, path: str, name: str, level: int) -> str | None:
        """The file that an import names; None for a package that is not of the project."""
        inner = name.replace(".", "/")
        folder = posixpath.dirname(path)
        if level:
            for _ in range(level - 1):
                folder = posixpath.dirname(folder)
            return self._file_of(f"{folder}/{inner}" if inner else folder)
        for _ in range(MAX_LEVELS):
            found = self._file_of(f"{folder}/{inner}")
            if found is not None:
                return found
            if folder in {"", "/"}:
                break
            folder = posixpath.dirname(folder)
        first, _, rest = inner.partition("/")
        package = self._packages.get(first)
        return self._file_of(f"{package}/{rest}" if rest else package) if package is not None else None

    @cached_property
    def _packages(self) -> dict[str, str]:
        """The folders of packages that are installed from the project, by their names, where only one has that name:
        those that hold a file which speaks of the CDK, and that are in no other package or are built by themselves."""
        found: dict[str, set[str]] = {}
        for path in self._code:
            folder = posixpath.dirname(path)
            while self.read(f"{folder}/__init__.py") is not None:
                above = posixpath.dirname(folder)
                built = any(self.read(f"{above}/{name}") is not None for name in _BUILT_BY)
                if built or self.read(f"{above}/__init__.py") is None:
                    found.setdefault(posixpath.basename(folder), set()).add(folder)
                folder = above
        return {
            name: next(iter(folders))
            for name, folders in found.items()
            if len(folders) == 1 and name not in {*sys.stdlib_module_names, "constructs", "aws_cdk", "tests", "test"}
        }

    def _file_of(self, base: str) -> str | None:
        for candidate in (f"{base}.py", f"{base}/__init__.py"):
            if self.read(candidate) is not None:
                return candidate
        return None

    def imported_from(self, path: str, source: str, level: int, name: str) -> Any:
        """What `from source import name` binds in a file."""
        target = self.module_of(path, source, level)
        if target is None or target.endswith("/__init__.py"):
            inner = self.module_of(path, f"{source}.{name}" if source else name, level)
            if inner is not None and inner != target:
                is_module = target is None or not self._defines(target, name)
                return Imported(inner, "") if is_module else Imported(target or inner, name)
        if target is not None and target != path:
            return Imported(target, name)
        if level:
            return open_value(f"there is no module {source or name} that is read")
        return Lib((*source.split("."), name))

    def _defines(self, path: str, name: str) -> bool:
        tree = self.tree(path)
        return tree is not None and any(
            (isinstance(one, (ast.ClassDef, ast.FunctionDef)) and one.name == name)
            or (isinstance(one, ast.ImportFrom) and any((each.asname or each.name) == name for each in one.names))
            for one in tree.body
        )

    def exported(self, run: Any, one: Imported) -> Any:
        """What a name is in its file."""
        module = self.module(run, one.path)
        if module is None:
            return open_value(f"{posixpath.basename(one.path)} is not read")
        if not one.name:
            return Obj(module.names)
        if one.name in module.names:
            return module.names[one.name]
        return open_value(f"{one.name} is not in {posixpath.basename(one.path)}")

    def module(self, run: Run, path: str) -> Scope | None:
        """The names of a file, which is run once."""
        if path not in self._modules:
            tree = self.tree(path)
            if tree is None:
                return None
            scope = self._modules[path] = Scope({"__file__": path, "__name__": "__main__"}, None, path)
            before, run.when = run.when, ()
            calls, run.calls = run.calls, []
            try:
                run.execute(tree.body, scope)
            finally:
                run.when, run.calls = before, calls
        return self._modules[path]

    # -- classes that nothing made ---------------------------------------------------------------------------------

    def is_constructed(self, run: Run, name: str, cls: ClassOf) -> bool:
        """Whether a class is a construct."""
        from invocation_lint.deployment.cdk_python.classes import is_construct

        return is_construct(run, cls)

    def make(self, run: Run, path: str, cls: ClassOf) -> None:
        """Make an object of a class."""
        from invocation_lint.deployment.cdk_python.calls import instance

        around = Thing(Place(path, 1, 1, 1, 2), "App", "aws-cdk")
        instance(run, cls, [around, cls.name], open_arguments(cls), cls.node, cls.scope)

    def is_made(self, cls: ClassOf) -> bool:
        """Whether some file makes objects of a class, or of a class below it."""
        if self._made is None:
            self._made = set()
            for data in self._code.values():
                self._made.update(_CALLED.findall(data))
                for bases in _BASES.findall(data):
                    self._made.update(_WORD.findall(bases))
        return cls.name.encode() in self._made


def open_arguments(cls: ClassOf) -> Obj:
    """What the constructor of a class needs beside scope and id, when nobody who makes it is read."""
    init: Any = cls.method("__init__")
    found = Obj()
    if init is None:
        return found
    given = init.node.args
    found.open = f"{cls.name} is made outside of what is read" if given.kwarg is not None else ""
    names = [one.arg for one in (*given.posonlyargs, *given.args)][3:] + [one.arg for one in given.kwonlyargs]
    for name in names:
        found.entries[name] = Hole(f"{cls.name}.{name}", cls.scope.path, f"{cls.name} is made outside of what is read")
    return found
