"""The files of applications and where these start, whatever language they are in (AWS: CDK developer guide, apps and
context values)."""

from __future__ import annotations

import json
import posixpath
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, TypeVar

from invocation_lint.deployment.cdk_constructs.runs import BaseRun, Stopped
from invocation_lint.deployment.cdk_constructs.things import ClassOf, Obj, Scope, open_value
from invocation_lint.deployment.values import Hole
from invocation_lint.findings import Place

MAX_FILES = 1_500
MAX_BYTES = 1_000_000

R = TypeVar("R", bound=BaseRun)


class BaseProgram(ABC, Generic[R]):
    """All of a project's applications in one language. `code` are the files that speak of the CDK, `read` gives the
    bytes of others. `problems` are told at their places when it has run."""

    APP: ClassVar[re.Pattern[bytes]]  # makes an application
    STARTS: ClassVar[re.Pattern[str]]  # a file in the command of a cdk.json
    NO_APPLICATION: ClassVar[re.Pattern[str]]  # paths of files that none is made of
    MARKS: ClassVar[tuple[str, ...]]  # files that lie where an application is run, the surest first

    def __init__(self, code: Mapping[str, bytes], read: Callable[[str], bytes | None]) -> None:
        self._code = {path: data for path, data in code.items() if not self.NO_APPLICATION.search(path)}
        self._given = read
        self._bytes: dict[str, bytes | None] = {}
        self._modules: dict[str, Scope] = {}
        self._bases: dict[str, str] = {}
        self._contexts: dict[str, dict[str, Any]] = {}
        self.working_folder = ""
        self.problems: list[tuple[str, Place]] = []

    def read(self, path: str) -> bytes | None:
        """The bytes of a file."""
        if path not in self._bytes:
            data = self._code.get(path)
            self._bytes[path] = data if data is not None else self._given(path)
        return self._bytes[path]

    @abstractmethod
    def new_run(self) -> R:
        """A run of this program."""

    @abstractmethod
    def module(self, run: R, path: str) -> Scope | None:
        """The names of a file, which is run once; None where there is none."""

    @abstractmethod
    def make(self, run: R, path: str, cls: ClassOf) -> None:
        """Make an object of a class, with what nobody who makes it tells left open."""

    @abstractmethod
    def is_constructed(self, run: R, name: str, cls: ClassOf) -> bool:
        """Whether a class under a name of its file is one that makes resources."""

    @abstractmethod
    def is_made(self, cls: ClassOf) -> bool:
        """Whether some file makes objects of a class, or of a class below it."""

    # -- where applications start ------------------------------------------------------------------------------------

    def base_of(self, path: str) -> str:
        """The folder in which an application is run: the nearest above with one of `MARKS`, else the file's own."""
        folder = posixpath.dirname(path)
        if folder not in self._bases:
            self._bases[folder] = self._base(folder)
        return self._bases[folder]

    def _base(self, folder: str) -> str:
        for name in self.MARKS:
            current = folder
            while current and current != "/":
                if self.read(f"{current}/{name}") is not None:
                    return current
                current = posixpath.dirname(current)
        return folder

    def context(self, path: str, name: Any) -> Any:
        """What the context of an application has under a name; a text or a number may be set otherwise by who deploys
        it (AWS: CDK developer guide, context values)."""
        if not isinstance(name, str):
            return open_value("a value of the context whose name is not known")
        base = self.base_of(path)
        if base not in self._contexts:
            told = _json(self.read(f"{base}/cdk.json")).get("context")
            self._contexts[base] = told if isinstance(told, dict) else {}
        value = self._contexts[base].get(name)
        if isinstance(value, (dict, list)):
            return as_value(value)
        default = None if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        return Hole(f"context:{name}", base, f"{name} of the context is given when the application is run", default)

    def _starts(self) -> list[str]:
        """The files with which applications start."""
        found = [path for path, data in self._code.items() if self.APP.search(data)]
        for base in sorted({self.base_of(path) for path in self._code}):
            for word in self.STARTS.findall(str(_json(self.read(f"{base}/cdk.json")).get("app", ""))):
                found.append(posixpath.normpath(posixpath.join(base, word)))
        return [path for path in dict.fromkeys(found) if self.read(path) is not None]

    # -- running -----------------------------------------------------------------------------------------------------

    def run(self) -> R:
        """Run all applications, then each class that makes resources and that none of them made: first those that are
        not meant to be made by others."""
        run = self.new_run()
        starts = self._starts()
        steps: list[Callable[[str], None]] = [
            lambda path: self._load(run, path),
            lambda path: self._rest(run, path, is_last=False),
            lambda path: self._rest(run, path, is_last=True),
        ]
        try:
            for path in starts:
                self._guarded(run, path, steps[0])
            for step in steps:
                for path in self._code:
                    self._guarded(run, path, step)
        except Stopped:
            place = Place(next(iter(starts or self._code)), 1, 1, 1, 2)
            self.problems.append(("the application is too large to be followed", place))
        return run

    def _load(self, run: R, path: str) -> None:
        self.module(run, path)

    def _guarded(self, run: R, path: str, act: Callable[[str], None]) -> None:
        self.working_folder = self.base_of(path)
        try:
            act(path)
        except RecursionError:
            self.problems.append(("it is nested too deeply", Place(path, 1, 1, 1, 2)))
        finally:
            run.when, run.calls = (), []

    def _rest(self, run: R, path: str, *, is_last: bool) -> None:
        scope = self._modules.get(path)
        for name, cls in list(scope.names.items() if scope is not None else ()):
            is_own = isinstance(cls, ClassOf) and cls.scope.path == path and not cls.was_made
            if is_own and self.is_constructed(run, name, cls) and (is_last or not self.is_made(cls)):
                self.make(run, path, cls)


def _json(data: bytes | None) -> dict[str, Any]:
    try:
        found = json.loads(data or b"{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def as_value(value: Any) -> Any:
    """Plain data as a value of a run."""
    if isinstance(value, dict):
        return Obj({str(name): as_value(one) for name, one in value.items()})
    return [as_value(one) for one in value] if isinstance(value, list) else value


__all__ = ["MAX_BYTES", "MAX_FILES", "BaseProgram", "as_value"]
