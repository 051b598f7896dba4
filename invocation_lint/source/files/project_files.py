"""The Python files of a project as modules: which file an import means, and which files an import can lead to.

Works on paths and bytes; nothing is parsed here. An import is looked for as Python would with the project's usual
roots: the folders above the importing file up to the project's root (packages, src layouts, folders that are deployed
as one), and else wherever the project holds just one module of that name (Lambda layers, several roots). Where it holds
several, the templates that deploy the importing file tell which layers it has.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from invocation_lint.deployment.documents.candidates import ENDINGS, import_roots
from invocation_lint.source.definitions import Parts
from invocation_lint.source.django_settings import named_settings, settings_for
from invocation_lint.source.files.folders import SKIPPED, Walk
from invocation_lint.source.files.listing import Listings
from invocation_lint.source.files.reading import code_of_notebook
from invocation_lint.source.import_lines import Links, imports_digest, imports_in
from invocation_lint.source.record import BY_NAME, Lead, Noted, Pattern, Question, Record, digest, told_of
from invocation_lint.source.scan import may_matter

if TYPE_CHECKING:
    from invocation_lint.deployment.deployed import Deployed
    from invocation_lint.deployment.deployments import Deployments
    from invocation_lint.deployment.kinds import Handlers

MAX_FILES = 20_000
"""Files of one project that are looked at for its modules: beyond, only the folders above a file are."""

MAX_BYTES = 2_000_000
"""Larger files are data, not modules that a call site needs."""

_DEEPEST = 4
"""Names in a row by which a module is looked for wherever it stands."""

_NOT_OF_A_PROJECT = sys.stdlib_module_names | {"boto3", "botocore", "aioboto3", "aiobotocore", "aws_lambda_powertools"}

Told = tuple[
    list[Noted], list[Lead], set[str], set[str], dict[str, Links], dict[Question, tuple[str, ...]], dict[str, Parts]
]


class ProjectFiles:
    """The files below a project's root. Keys are absolute paths: of a module's file, or of a package without one."""

    def __init__(self, root: Path, overlay: dict[Path, bytes] | None = None) -> None:
        self.root = root.absolute()
        self._overlay = {path.absolute(): data for path, data in (overlay or {}).items()}
        self._located: dict[tuple[str, str, int], str | None] = {}
        self._children: dict[tuple[str, str], str | None] = {}
        self._links: dict[str, Links] = {}
        self._listings = Listings(str(path).replace(os.sep, "/") for path in self._overlay)
        self._open: dict[str, bool] = {}
        self._holding: dict[Pattern, tuple[str, ...]] = {}
        self.record = Record()
        self.parts: dict[str, Parts] = {}  # what modules consist of, as whoever parses one knows
        self._was_read: set[str] = set()
        self._new_links: list[str] = []

    # -- bytes -------------------------------------------------------------------------------------------------------

    def read(self, key: str) -> bytes | None:
        """The bytes of a module's file, of a notebook its code; None when it cannot be read or is too large."""
        self._was_read.add(key)
        if key.endswith(".ipynb"):
            return code_of_notebook(Path(key), self._overlay.get(Path(key)))
        if self._overlay and Path(key) in self._overlay:
            return self._overlay[Path(key)]
        try:
            with open(key, "rb") as file:  # noqa: PTH123
                data = file.read(MAX_BYTES + 1)
        except OSError:
            return None
        return data if len(data) <= MAX_BYTES else None

    def path_below_root(self, key: str) -> str:
        """A module's path relative to the project's root, with forward slashes."""
        root = str(self.root)
        return key[len(root) + 1 :] if key.startswith(f"{root}/") else key.rpartition("/")[2]

    def _file(self, path: str) -> bool:
        return self._listings.is_file(path)

    def names_in(self, folder: str, asker: str = "") -> dict[str, bool] | None:
        """The names in a folder, each with whether it is one of a folder; None where there is no such folder."""
        is_one = self._listings.is_folder(folder)
        found = dict(sorted(self._listings.names(folder).items())) if is_one else None
        self.record.note(asker, ("names", folder), repr(found)) if asker else None
        return found

    # -- what an import means ----------------------------------------------------------------------------------------

    def locate(self, importer: str, dotted: str, level: int) -> str | None:
        """The key of the module that an import in the file `importer` names, or None when it is not of the project."""
        found = self._known_place(importer, dotted, level)
        self.record.note(importer, ("locate", importer, dotted, str(level)), repr(found), [found], BY_NAME)
        return found

    def _known_place(self, importer: str, dotted: str, level: int) -> str | None:
        folder = os.path.dirname(importer)  # noqa: PTH120
        key = (folder, dotted, level)
        if key not in self._located:
            self._located[key] = self._locate(folder, importer, dotted, level)
        return self._located[key]

    def _locate(self, folder: str, importer: str, dotted: str, level: int) -> str | None:
        if level:
            base: str | None = folder
            for _ in range(level - 1):
                base = os.path.dirname(base or "")  # noqa: PTH120
            start = self._package(base) if base else None
            return self._descend(start, dotted.split(".") if dotted else [])
        top, *rest = dotted.split(".")
        if not top or top in _NOT_OF_A_PROJECT:
            return None
        found = None
        for start in self._top_levels(folder, importer, top):
            found = self._descend(start, rest)
            if found is not None:
                return found
        return self._only(dotted) if rest else None

    def _descend(self, key: str | None, names: list[str]) -> str | None:
        for name in names:
            key = self.child(key, name) if key is not None else None
        return key

    def _top_levels(self, folder: str, importer: str, name: str) -> Iterator[str]:
        """What a top-level name may mean, the likeliest first: a folder that is a package is no root, unless it is
        deployed as one or none of the others has the name."""
        packages: list[tuple[str, str]] = []
        current = folder
        root = str(self.root)
        while True:
            beside = self._listings.names(current)
            for base in (current, *(f"{current}/{inner}" for inner in ("src", "python") if beside.get(inner))):
                found = self._member(base, name)
                if found is not None and (found != importer or found.endswith("/__init__.py")):
                    if base == current and beside.get("__init__.py") is False:
                        packages.append((base, found))
                        continue
                    deployed = [one for holder, one in packages if self.deployments.is_code(holder)]
                    yield from deployed
                    yield found  # a package may import what it holds by its own name
            parent = current.rpartition("/")[0]
            if current == root or not current.startswith(root) or not parent:
                break
            current = parent
        yield from (found for _, found in packages)
        candidates = self._tops.get(name, [])
        found = candidates[0] if len(candidates) == 1 else None
        if found is None and (candidates or name in self._names):
            found = self._in_layers(folder, importer, name)
        if found is not None:
            yield found

    def _only(self, dotted: str) -> str | None:
        """The one module or package of that whole name, wherever it stands: a part of a package without a file."""
        return self._inner.get(dotted.replace(".", "/"))

    @cached_property
    def _inner(self) -> dict[str, str | None]:
        """Modules of packages without a file by what their path may end with; None where there are several."""
        found: dict[str, str | None] = {}
        root = str(self.root)
        for key in self._modules:
            names = key[len(root) + 1 :].removesuffix("/__init__.py").removesuffix(".py").split("/")
            ends = {len(names): key}
            for end in range(len(names) - 1, 1, -1):
                if self._file("/".join([root, *names[:end], "__init__.py"])):
                    break
                ends[end] = "/".join([root, *names[:end]])
            for end, one in ends.items():
                for start in range(max(0, end - _DEEPEST), end - 1):
                    if not self._file("/".join([root, *names[:start], "__init__.py"])):
                        tail = "/".join(names[start:end])
                        found[tail] = one if found.get(tail, one) == one else None
        return found

    def _in_layers(self, folder: str, importer: str, name: str) -> str | None:
        """The module of that name in a layer of the functions that an importing file is deployed with."""
        known, has_others = self.deployments.layers_around(folder, str(self.root))
        found = self._in_first(known, importer, name)
        if found is None and has_others:
            every = self.deployments.every_layer(str(self.root))
            holders = {self._in_first([layer], importer, name) for layer in every} - {None}
            found = holders.pop() if len(holders) == 1 else None
        return found

    def _in_first(self, layers: list[str], importer: str, name: str) -> str | None:
        for layer in layers:
            for root in import_roots(layer):
                found = self._member(root, name)
                if found is not None and found != importer:
                    return found
        return None

    def _member(self, folder: str, name: str) -> str | None:
        beside = self._listings.names(folder)
        package = f"{folder}/{name}" if beside.get(name) else None
        if package is not None and self._file(f"{package}/__init__.py"):
            return f"{package}/__init__.py"
        if beside.get(f"{name}.py") is False:
            return f"{folder}/{name}.py"
        return package if package is not None and self._holds_modules(package) else None

    def _package(self, folder: str) -> str | None:
        init = f"{folder}/__init__.py"
        if self._file(init):
            return init
        return folder if self._listings.is_folder(folder) else None

    def _holds_modules(self, folder: str) -> bool:
        if folder not in self._open:
            names = self._listings.names(folder).items()
            self._open[folder] = any(_is_open(name) if is_folder else name.endswith(".py") for name, is_folder in names)
        return self._open[folder]

    def child(self, key: str, name: str) -> str | None:
        """The key of a submodule of a package, or None."""
        if (key, name) not in self._children:
            folder = os.path.dirname(key) if key.endswith("/__init__.py") else key  # noqa: PTH120
            found = None if key.endswith(".py") and not key.endswith("/__init__.py") else self._member(folder, name)
            self._children[key, name] = found
            self.record.note(key, ("child", key, name), repr(found), [found], BY_NAME)
        return self._children[key, name]

    def settings(self, importer: str) -> tuple[str, ...]:
        """The modules that may be Django's settings for a module: those that `manage.py` and the like name, with the
        other variants beside them."""
        found = settings_for(importer, self._django, self._beside)
        self.record.note(importer, ("django", importer), repr(found), found)
        return found

    @cached_property
    def _beside(self) -> dict[str, list[str]]:
        """The modules of each folder, without its own."""
        found: dict[str, list[str]] = defaultdict(list)
        for key in self._modules:
            folder, _, name = key.rpartition("/")
            if name != "__init__.py":
                found[folder].append(key)
        return found

    @cached_property
    def _django(self) -> list[tuple[str, str]]:
        """The folders whose scripts name a module of settings, and those modules."""
        return list(named_settings(self._modules, self.read, lambda key, name: self.locate(key, name, 0)))

    @cached_property
    def walked(self) -> tuple[str, ...]:
        """All Python files and all that may be templates below the root, as git would list them."""
        found: list[str] = []
        modules = 0
        for path, _ in Walk(ENDINGS).paths(str(self.root)):
            found.append(path.replace(os.sep, "/"))
            modules += path.endswith(".py")
            if modules > MAX_FILES:
                return ()
        return tuple(found)

    @cached_property
    def _modules(self) -> tuple[str, ...]:
        found = [path for path in self.walked if path.endswith(".py")]
        return tuple(sorted({*found, *(str(path) for path in self._overlay if str(path).startswith(str(self.root)))}))

    @cached_property
    def _names(self) -> frozenset[str]:
        """The names of all modules and packages below the root, wherever they stand."""
        parts = (path[len(str(self.root)) + 1 :].split("/") for path in self._modules)
        return frozenset(name.removesuffix(".py") for path in parts for name in path)

    @cached_property
    def deployments(self) -> Deployments:
        """What the templates of the project deploy; they are read when a question needs them."""
        from invocation_lint.deployment.deployments import Deployments

        return Deployments(str(self.root), lambda: self.walked, self.read, self._file)

    def deployed_for(self, asker: str) -> Deployed:
        """All that the templates deploy, for a module or template that rests on it."""
        self.record.note(asker, ("deployed",), self.deployed_digest)
        return self.deployments.deployed

    @cached_property
    def deployed_digest(self) -> str:
        """What tells whether the templates of the project say anything else: a digest of all of them."""
        every = sorted(self.deployments.contents().items())
        told = "".join(f"{path}:{digest(data)}\n" for path, data in every)
        return digest(told.encode("utf-8", "surrogateescape"))

    @cached_property
    def _tops(self) -> dict[str, list[str]]:
        """Module and package names at the top of some root of the project."""
        tops: dict[str, list[str]] = defaultdict(list)
        for key in self._modules:
            folder, _, name = key.rpartition("/")
            if name == "__init__.py":
                parent, _, package = folder.rpartition("/")
                if not self._file(f"{parent}/__init__.py"):
                    tops[package].append(key)
            elif not self._file(f"{folder}/__init__.py"):
                tops[name[:-3]].append(key)
        return tops

    # -- where imports lead ------------------------------------------------------------------------------------------

    def imports(self, key: str) -> tuple[str, ...]:
        """The keys of the project's modules that a module imports."""
        return self._links_of(key).imported

    def _links_of(self, key: str) -> Links:
        if key not in self._links:
            data = self.read(key)
            statements = list(imports_in(data)) if data else []
            found: dict[str, None] = {}
            for dotted, level, names in statements:
                base = self._known_place(key, dotted, level)
                if base is None:
                    continue
                if base.endswith(".py"):
                    found.setdefault(base)
                for name in names:
                    child = self.child(base, name)
                    if child is not None and child.endswith(".py"):
                        found.setdefault(child)
            found.pop(key, None)
            hands_on = any("*" in names for _, _, names in statements)
            is_seeded = data is not None and may_matter(data)
            self._links[key] = Links(is_seeded, hands_on, imports_digest(statements), tuple(found))
            self._new_links.append(key)
        return self._links[key]

    def news(self) -> Told:
        """What `programs.News` tells beside the root."""
        links = {key: self._links[key] for key in self._new_links}
        holding = {pattern.question: found for pattern, found in self._holding.items()}
        found = (*self.record.news(), self._listings.news(), self._was_read, links, holding, self.parts)
        self._was_read, self._new_links, self.parts = set(), [], {}
        return found

    def remember(self, links: Mapping[str, Links]) -> None:
        """Take what was known of where imports lead when nothing was different that decides it."""
        self._links.update(links)

    def holds_seed(self, key: str) -> bool:
        """Whether a module's own bytes may hold a call site."""
        return self._links_of(key).is_seeded

    def hands_on(self, key: str) -> bool:
        """Whether a module hands on the names of others: a package's, or one that imports all names of another."""
        return key.endswith("/__init__.py") or self._links_of(key).hands_on

    def importers_of(self, key: str) -> tuple[str, ...]:
        """The modules that import a module."""
        return self._importers.get(key, ())

    def holding(self, asker: str, pattern: Pattern) -> tuple[str, ...]:
        """The modules below the root whose bytes hold a pattern, in order of their paths."""
        if pattern not in self._holding:
            found = [key for key in self._modules if pattern.is_in(self.read(key) or b"")]
            self._holding[pattern] = tuple(found)
        self.record.note(asker, pattern.question, repr(self._holding[pattern]))
        return self._holding[pattern]

    def handlers_of(self, key: str) -> Handlers | None:
        """The handlers of a module that templates of the project name; None when none does."""
        found = self.deployments.handlers_of(key)
        self.record.note(key, ("handlers", key), told_of(found))
        return found

    @cached_property
    def _importers(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for key in self._modules:
            for imported in self.imports(key):
                found[imported].append(key)
        return {key: tuple(keys) for key, keys in found.items()}


def _is_open(name: str) -> bool:
    return not name.startswith((".", "__")) and name not in SKIPPED
