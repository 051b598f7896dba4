"""The files of applications in TypeScript: what they import and export, and which classes are made."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.cdk_constructs.programs import MAX_BYTES, MAX_FILES, BaseProgram
from invocation_lint.deployment.cdk_constructs.things import ClassOf, Imported, Lib, Obj, Scope, Thing, open_value
from invocation_lint.deployment.cdk_typescript.running import Run
from invocation_lint.deployment.cdk_typescript.syntax import children, parse
from invocation_lint.deployment.values import Hole
from invocation_lint.findings import Place

if TYPE_CHECKING:
    from tree_sitter import Node

_NAMED = re.compile(rb"\b(?:new|extends)\s+(?:([\w$\x80-\xff]+)\.)?([\w$\x80-\xff]+)")


class Program(BaseProgram[Run]):
    """All of a project's applications in TypeScript."""

    APP = re.compile(rb"\bnew\s+(?:\w+\.)?App\s*\(")
    STARTS = re.compile(r"[\w./@-]+\.ts\b")
    NO_APPLICATION = re.compile(
        r"/(?:node_modules|cdk\.out|\.git)/|/(?:tests?|__tests__)/|\.(?:test|spec)\.ts\Z|\.d\.ts\Z"
    )
    MARKS = ("cdk.json", "package.json")

    def __init__(self, code: Mapping[str, bytes], read: Callable[[str], bytes | None]) -> None:
        super().__init__(code, read)
        self._roots: dict[str, Node] = {}
        self._passed_on: dict[str, list[str]] = {}

    def new_run(self) -> Run:
        """A run of this program."""
        return Run(self)

    @property
    def taken(self) -> dict[str, bytes]:
        """All files that were read, without those that Python may import: they are asked for elsewhere."""
        return {path: data for path, data in self._bytes.items() if data is not None and not path.endswith(".py")}

    def root(self, path: str) -> Node | None:
        """The tree of a file; None where there is none."""
        if path not in self._roots:
            data = self.read(path)
            if data is None or len(data) > MAX_BYTES or len(self._roots) >= MAX_FILES:
                return None
            self._roots[path] = parse(data)
        return self._roots[path]

    # -- modules -----------------------------------------------------------------------------------------------------

    def module_of(self, path: str, source: str) -> str | None:
        """The file that an import names; None for a package."""
        if not source.startswith("."):
            return None
        base = posixpath.normpath(posixpath.join(posixpath.dirname(path), source))
        base = base[:-3] if base.endswith((".js", ".ts")) else base
        for candidate in (f"{base}.ts", f"{base}/index.ts"):
            if self.read(candidate) is not None:
                return candidate
        return None

    def imported(self, target: str | None, source: str, name: str) -> Any:
        """What an import binds."""
        if target is not None:
            return Imported(target, name)
        if source.startswith("."):
            return open_value(f"there is no file {source} that is read")
        return Lib((source, name)) if name and name != "default" else Lib((source,))

    def exported(self, run: Run, one: Imported) -> Any:
        """What a name is in its file."""
        module = self.module(run, one.path)
        if module is None:
            return open_value(f"{posixpath.basename(one.path)} is not read")
        if not one.name:
            names: dict[str, Any] = {}
            for path in (*reversed(list(self._behind(run, one.path))), one.path):
                inner = self.module(run, path)
                names.update(inner.names if inner is not None else {})
            return Obj(names)
        if one.name in module.names:
            return module.names[one.name]
        for other in self._behind(run, one.path):
            inner = self.module(run, other)
            if inner is not None and one.name in inner.names:
                return inner.names[one.name]
        return open_value(f"{one.name} is not in {posixpath.basename(one.path)}")

    def passes_on(self, path: str, target: str) -> None:
        """Note that a file exports all that another does."""
        self._passed_on.setdefault(path, []).append(target)

    def _behind(self, run: Run, path: str) -> Iterator[str]:
        """The files all of whose names a file exports, however far behind."""
        seen, waiting = {path}, [path]
        while waiting:
            for other in self._passed_on.get(waiting.pop(), ()):
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
                    self.module(run, other)
                    yield other

    def module(self, run: Run, path: str) -> Scope | None:
        """The names of a file, which is run once."""
        if path not in self._modules:
            root = self.root(path)
            if root is None:
                return None
            scope = self._modules[path] = Scope({}, None, path)
            before, run.when = run.when, ()
            depth, run.calls = run.calls, []
            try:
                run.execute(children(root), scope)
            finally:
                run.when, run.calls = before, depth
        return self._modules[path]

    # -- classes that nothing made ---------------------------------------------------------------------------------

    def is_constructed(self, run: Run, name: str, cls: ClassOf) -> bool:
        """Whether objects of a class can be made; one that is exported by default has another name, too."""
        return name != "default" and cls.node.type != "abstract_class_declaration"

    def make(self, run: Run, path: str, cls: ClassOf) -> None:
        """Make an object of a class."""
        from invocation_lint.deployment.cdk_typescript.calls import instance

        around = Thing(Place(path, 1, 1, 1, 2), "App", "aws-cdk-lib")
        words = [_open_argument(cls, index) for index in range(2, 8)]
        instance(run, cls, [around, cls.name, *words], cls.node, cls.scope)

    def is_made(self, cls: ClassOf) -> bool:
        """Whether some file makes objects of a class, or of a class below it."""
        return cls.name.encode() in self._named

    @cached_property
    def _named(self) -> frozenset[bytes]:
        """The words after `new` and `extends` in all files, with the name of a module before them and without."""
        found = (names for data in self._code.values() for names in _NAMED.findall(data))
        return frozenset(name for names in found for name in names)


def _open_argument(cls: ClassOf, index: int) -> Hole:
    return Hole(
        f"{cls.name}.{'props' if index == 2 else index}", cls.scope.path, f"{cls.name} is made outside of what is read"
    )
