"""Which file of a project is the handler of a deployed function."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from invocation_lint.deployment import reading
from invocation_lint.deployment.paths import as_bytes, holds, shared_folders
from invocation_lint.deployment.sketch import DeployedFunction

if TYPE_CHECKING:
    from invocation_lint.deployment.model import Function

MAX_ALIKE = 20
"""Files of one name, and folders with templates that name one, of which it is asked which belong together."""


class Entries:
    """The files of a project that may be handlers. `walked` are the absolute paths of all files, `read` gives the bytes
    of one, `is_file` tells whether there is one, `naming` gives the folders with templates that name a module, and
    `functions` all deployed functions."""

    def __init__(
        self,
        walked: Callable[[], Iterable[str]],
        read: Callable[[str], bytes | None],
        is_file: Callable[[str], bool],
        naming: Callable[[bytes], set[str]],
        functions: Callable[[], Iterable[Function]],
    ) -> None:
        self._walked = walked
        self._read = read
        self._is_file = is_file
        self._naming = naming
        self._functions = functions
        self._indexes: dict[str, Mapping[str, Sequence[int]]] = {}

    def of(self, function: Function) -> tuple[str, str] | None:
        """The module and the name in it that a deployed function calls; None where they are not in the project."""
        handler = function.handler.text if function.handler is not None else None
        module, _, name = (handler or "").rpartition(".")
        if not module or not name or (function.code.kind == "inline" and not function.code.handler_folders):
            return None
        path = _path_of(module)
        folders = [
            *([function.code.folder] if function.code.folder is not None else []),
            *function.code.handler_folders,
        ]
        for folder in folders:
            for file in (f"{folder}/{path}.py", f"{folder}/{path}/__init__.py"):
                if self._is_file(file):
                    return reading.packed(file, self.of_name(path), self._read), name
        if function.code.kind == "folder":
            return None
        above = function.key.template.rpartition("/")[0]
        same = self.of_name(path)
        if function.code.kind in {"asset", "unknown"}:
            word = re.compile(rb"(?m)^(?:async\s+)?(?:def\s+)?" + as_bytes(name) + rb"\b")
            is_one = len(same) == 1 and word.search(self._read(same[0]) or b"") and same[0] not in self._claimed
            return (same[0], name) if is_one else None
        found = [one for one in same if holds(above, one)] or same
        if len(found) > 1:
            word = re.compile(rb"(?m)^(?:async\s+)?def\s+" + as_bytes(name) + rb"\b")
            found = [one for one in found if word.search(self._read(one) or b"")]
            named = [one for one in found if _is_packed_as(function.code.archive, one.removesuffix(f"/{path}.py"))]
            found = self._beside(above, path, named or found)
        return (found[0], name) if len(found) == 1 else None

    def named_in(
        self, key: str, functions: Sequence[DeployedFunction], template: str
    ) -> Iterator[tuple[str, DeployedFunction]]:
        """The functions of a template whose handlers are in a module, each with the name of its handler there."""
        if template not in self._indexes:
            self._indexes[template] = self._index_of(functions)
        index = self._indexes[template]
        for number in sorted((*index.get(key, ()), *index.get(key.rpartition("/")[2], ()))):
            name = self._name_in(key, functions[number], template)
            if name:
                yield name, functions[number]

    def _index_of(self, functions: Sequence[DeployedFunction]) -> Mapping[str, Sequence[int]]:
        """The functions, by number, by the file that is the handler's, or by its name where the folder is not told."""
        found: dict[str, list[int]] = defaultdict(list)
        for number, function in enumerate(functions):
            path = _path_of(function.handler.rpartition(".")[0])
            file = f"{function.code}/{path}.py"
            is_told = function.code is not None and self._is_file(file)
            found[file if is_told else file.rpartition("/")[2]].append(number)
        return found

    def _name_in(self, key: str, function: DeployedFunction, template: str) -> str:
        """The name of the function in a module that a deployed function has for its handler; empty for none of it."""
        module, _, name = function.handler.rpartition(".")
        if not module or not name:
            return ""
        path = _path_of(module)
        if function.code is not None and self._is_file(f"{function.code}/{path}.py"):
            return name if f"{function.code}/{path}.py" == key else ""
        if not key.endswith(f"/{path}.py"):
            return ""
        # An archive, or a folder that a build makes: the only file of that name is meant, below the template's folder
        # or, where there is none, in the project.
        above = template.rpartition("/")[0]
        same = self.of_name(path)
        return name if ([one for one in same if holds(above, one)] or same) == [key] else ""

    def of_name(self, path: str) -> list[str]:
        """The modules at a path below any folder."""
        name = f"{path.rpartition('/')[2]}.py"
        return [one for one in self._same_names.get(name, []) if one.endswith(f"/{path}.py")]

    @cached_property
    def _same_names(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for one in self._walked():
            if one.endswith(".py"):
                found.setdefault(one.rpartition("/")[2], []).append(one)
        return found

    @cached_property
    def _claimed(self) -> frozenset[str]:
        """The files that templates say to be the handlers of functions."""
        told = [(one.handler.text, one.code) for one in self._functions() if one.handler is not None]
        return frozenset(
            f"{folder}/{handler.rpartition('.')[0].replace('.', '/')}.py"
            for handler, code in told
            for folder in (code.folder, *code.handler_folders)
            if handler and folder
        )

    def _beside(self, folder: str, module: str, files: list[str]) -> list[str]:
        """Of the files that a template in a folder may mean, those that share the most folders with it, and share no
        more with another template that names such a module."""
        if not 1 < len(files) <= MAX_ALIKE:
            return files
        folders = self._naming(module.rpartition("/")[2].encode("utf-8", "surrogatepass"))
        if len(folders) > MAX_ALIKE:
            return files
        own = [
            one
            for one in files
            if shared_folders(folder, one) >= max((shared_folders(other, one) for other in folders), default=0)
        ]
        most = max((shared_folders(folder, one) for one in own), default=0)
        return [one for one in own if shared_folders(folder, one) == most]


def _path_of(module: str) -> str:
    return module.lstrip("./") if "/" in module else module.replace(".", "/")


def _is_packed_as(archive: str, folder: str) -> bool:
    """Whether a folder, or the one above it where its own name says only that it holds code, has the name of an
    archive: `orders.zip` is made of `orders/` or of `orders/src/`."""
    if not archive:
        return False
    above, name = map(_plain, ["", *folder.split("/")][-2:])
    return _plain(archive) in ({name, above} if name in _SOURCES else {name})


_SOURCES = frozenset({"src", "source", "code", "app", "lambda", "function", "python", "package", "build", "dist"})


def _plain(name: str) -> str:
    return name.replace("-", "_").lower()
