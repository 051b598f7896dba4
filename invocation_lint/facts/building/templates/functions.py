"""One fact for each function of a template that is written in Python."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.documents.candidates import DOCUMENTS
from invocation_lint.deployment.model import Function
from invocation_lint.deployment.values import Key
from invocation_lint.facts.base import Fact, Unknown
from invocation_lint.facts.building.near import nearest
from invocation_lint.facts.building.searching import may_speak
from invocation_lint.facts.building.templates.context import Context, called
from invocation_lint.facts.building.templates.told import NOT_WRITTEN, texts
from invocation_lint.facts.deployed import function as facts
from invocation_lint.findings import Place
from invocation_lint.records import record
from invocation_lint.source.record import digest

if TYPE_CHECKING:
    from invocation_lint.source.files.project_files import ProjectFiles

MOST_SHOWN = 3
"""Names that are shown beside the one that is not there."""

_BUILT = frozenset({"build", "dist", "stage", "staging", "out", "target", "package", "packages", "packaged", "artifact",
                    "artifacts",
                    "bin", "deploy", "zip", "bundle", "vendor", "generated", ".build", "asset"})  # fmt: skip
"""Names of folders that a build fills."""

_DEPENDENCIES = ("requirements.txt", "pyproject.toml", "Pipfile", "setup.py", "setup.cfg", "poetry.lock", "uv.lock")
_BUILDS = re.compile(r"(?i)(?:makefile|dockerfile|justfile|taskfile)|.*\.(?:sh|mk|bat|ps1)\Z")
_WRAPPERS = frozenset({"datadog_lambda", "newrelic_lambda_wrapper", "wsgi_handler", "wsgi", "serverless_wsgi", "awsgi",
                       "mangum", "zappa", "epsagon", "lumigo_tracer", "sentry_sdk", "serverless_sdk", "apig_wsgi",
                       "handler_wrapper", "serverless_aws_lambda_sdk", "thundra"})  # fmt: skip
"""Modules that a plugin, a layer or a macro brings along."""

_RUN_BY_TERRAFORM = re.compile(rb'local-exec|data\s+"external"|pip3?\s+install\b[^\n]*\s(?:-t|--target)\b')
"""What may put files into a folder before it is archived."""

_DYNAMIC = re.compile(rb"\b(?:globals|exec|setattr|locals)\s*\(|\b__getattr__\b|\bsys\.modules\b")


_INLINE = "index"
"""The module of code that stands in a template (CloudFormation, AWS::Lambda::Function Code, ZipFile)."""


@record
class Looked:
    """Whether a module and the name in it are there; `seen` says what is there instead, `place` where."""

    module: Any
    entry: Any = None
    seen: str | None = None
    place: Place | None = None


def _not_told(why: str, module: str | None = None) -> Looked:
    """It cannot be told whether it is there; `module` is what can be told of the module."""
    return Looked(module or Unknown(why), Unknown(why), why)


def functions(context: Context, path: str) -> Iterator[Fact]:
    """The facts of the functions in Python that stand in a file."""
    found = [(one, _looked(context, path, one)) for one in context.at(path, Function) if _is_python(one)]
    added = _added([one for one, looked in found if looked.module == "missing"])
    elsewhere = _not_told("a build seems to add it to the code of each function")
    for one, own in found:
        handler, looked = texts(one.handler), elsewhere if one.key in added else own
        data = facts.DeployedFunction(
            name=called(one),
            handler=handler[0] if handler is not None and len(handler) == 1 else Unknown(NOT_WRITTEN),
            module=looked.module,
            entry=looked.entry,
            seen=looked.seen,
        )
        site = one.handler.place if one.handler is not None and one.handler.place.path == path else one.place
        places = {
            "name": one.place,
            "handler": site,
            "module": one.code.place or one.place,
            "entry": looked.place or site,
            "seen": looked.place or site,
        }
        yield context.fact("deployed_function", data, site, places, called(one))


def _is_python(one: Function) -> bool:
    runtimes = texts(one.runtime) or ()
    return bool(runtimes) and all(runtime.startswith("python") for runtime in runtimes)


def _looked(context: Context, path: str, one: Function) -> Looked:
    handler = texts(one.handler)
    if handler is None or len(handler) != 1 or context.files is None:
        return _not_told(NOT_WRITTEN)
    return _Looking(context.files, path, one, handler[0]).found()


def _added(missing: list[Function]) -> set[Key]:
    """The functions whose module is missing in the same way from the code of others, in other folders: what adds it is
    not in sight."""
    folders: dict[str, dict[Key, str | None]] = {}
    for one in missing:
        for handler in texts(one.handler) or ():
            folders.setdefault(handler.rpartition(".")[0], {})[one.key] = one.code.folder
    return {key for each in folders.values() if len(set(each.values())) > 1 for key in each}


class _Looking:
    """Looks for the handler of one function in the files of the project."""

    def __init__(self, files: ProjectFiles, asker: str, function: Function, handler: str) -> None:
        self.files = files
        self.asker = asker
        self.function = function
        module, _, self.name = handler.rpartition(".")
        self.path = (module.lstrip("./") if "/" in module else module.replace(".", "/")) if module else ""

    def found(self) -> Looked:
        """What is there."""
        code = self.function.code
        if code.kind == "inline" and self.path == _INLINE:
            return Looked("found", "found")  # what is written there is not read
        if code.kind != "folder" or code.folder is None or not self.path or not self.name.isidentifier():
            return _not_told(code.reason or "the code is not in a folder of the project")
        for folder in (code.folder, *code.handler_folders):
            for file in (f"{folder}/{self.path}.py", f"{folder}/{self.path}/__init__.py"):
                if (self._names(posixpath.dirname(file)) or {}).get(posixpath.basename(file)) is False:
                    return self._in_module(file)
        if not self.asker.endswith(DOCUMENTS) and not self._is_archived():
            return _not_told("a program puts together what is deployed")
        above = posixpath.dirname(code.folder)
        if self._names(code.folder) is None and self._lies_above(code.folder, above):
            folder, file = self._shown(code.folder), self._shown(f"{above}/{self.path}.py")
            return Looked("missing", None, f"there is no folder {folder}, but there is {file}")
        why = self._why_not_certain(code.folder)
        if why:
            return _not_told(why)
        shown = self._shown(f"{code.folder}/{self.path}.py")
        there = self._modules_in(posixpath.dirname(f"{code.folder}/{self.path}"))
        near = nearest(posixpath.basename(self.path), there)
        others = [f"{name}.py" for name in ([near] if near is not None else sorted(there))]
        beside = f", but there is {' and '.join(others)}" if 0 < len(others) <= MOST_SHOWN else ""
        return Looked("missing", None, f"there is no {shown}{beside}")

    def _is_archived(self) -> bool:
        """Whether Terraform makes an archive of a folder as it is."""
        return self.asker.endswith(".tf") and not may_speak(self.files, self.asker, _RUN_BY_TERRAFORM)

    def _shown(self, path: str) -> str:
        """A path as one writes it in the template."""
        return posixpath.relpath(path, posixpath.dirname(self.function.key.template))

    def _lies_above(self, folder: str, above: str) -> bool:
        """Whether a folder is not there, no build makes it, and the module lies in the one around it."""
        names = self._names(above) or {}
        beside = self._names(posixpath.dirname(self.function.key.template)) or {}
        is_built = posixpath.basename(folder).lower() in _BUILT or posixpath.basename(folder).startswith(".")
        is_built = is_built or bool(self.function.code.built_by) or bool(self.function.layers)
        is_built = is_built or any(_BUILDS.fullmatch(name) or name == "package.json" for name in (*names, *beside))
        return not is_built and "{" not in folder and "/" not in self.path and names.get(f"{self.path}.py") is False

    def _names(self, folder: str) -> dict[str, bool] | None:
        return self.files.names_in(folder, self.asker)

    def _modules_in(self, folder: str) -> list[str]:
        names = self._names(folder) or {}
        return [name[:-3] for name, is_folder in names.items() if not is_folder and name.endswith(".py")]

    def _why_not_certain(self, folder: str) -> str:
        """Why a module that is not in a folder may be there once it is deployed; empty when it surely is not."""
        code, top = self.function.code, self.path.partition("/")[0]
        names = self._names(folder)
        if names is None or posixpath.basename(folder).lower() in _BUILT:
            return "the folder is made by a build"
        if code.built_by or any(map(_BUILDS.fullmatch, names)):
            return "a build makes what is deployed"
        if self.function.layers:
            return "a layer may hold it"
        if top in _WRAPPERS:
            return "a plugin or a macro brings it along"
        if "{{" in folder or "${" in folder:
            return "the folder's name is filled in later"
        inner = [name for name, is_folder in names.items() if is_folder]
        if not self._modules_in(folder) and not any(self._modules_in(f"{folder}/{name}") for name in inner):
            return "the folder holds no Python"
        if self._may_be_dependency(folder, names, top):
            return "a dependency may hold it"
        return self._may_be_other(folder)

    def _may_be_dependency(self, folder: str, names: dict[str, bool], top: str) -> bool:
        if top in names:
            return False
        word = re.compile(re.escape(top).replace("_", "[-_.]").encode(), re.IGNORECASE)
        for name in _DEPENDENCIES:
            if names.get(name) is False:
                data = self.files.read(f"{folder}/{name}")
                self.files.record.note(self.asker, ("bytes", f"{folder}/{name}"), digest(data))
                if data is None or word.search(data):
                    return True
        return False

    def _may_be_other(self, folder: str) -> str:
        """Whether something of the module's name that is no source is there."""
        current = folder
        for part in self.path.split("/"):
            names = self._names(current)
            if names is None:
                return ""
            if any(name.startswith(f"{part}.") for name in names) or names.get(part) is False:
                return "something else of that name is there"
            current = f"{current}/{part}"
        return "a package of that name is there" if self._names(current) is not None else ""

    def _in_module(self, file: str) -> Looked:
        data = self.files.read(file)
        self.files.record.note(self.asker, ("bytes", file), digest(data))
        names = names_of(data) if data is not None else None
        if names is None:
            return _not_told("the names of the module cannot be told", module="found")
        if self.name in names:
            return Looked("found", "found")
        if re.search(rb"\bglobal\b[^\n]*\b" + re.escape(self.name.encode()) + rb"\b", data or b""):
            return _not_told("a function may define it", module="found")
        near = nearest(self.name, sorted(names))
        others = [near] if near is not None else sorted(name for name in names if "handler" in name.lower())
        beside = f", but defines {' and '.join(others)}" if 0 < len(others) <= MOST_SHOWN else ""
        place = Place(file, 1, 1, 1, 1)
        return Looked("found", "missing", f"{posixpath.basename(file)} does not define {self.name}{beside}", place)


def names_of(data: bytes) -> frozenset[str] | None:
    """The names that a module may have at its top; None where that cannot be told."""
    if _DYNAMIC.search(data):
        return None
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found: set[str] = set()
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            if any(one.name == "*" for one in node.names):
                return None
            found.update((one.asname or one.name).partition(".")[0] for one in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif not isinstance(node, ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))
    return frozenset(found)


__all__ = ["functions", "names_of"]
