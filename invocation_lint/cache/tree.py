"""The files of a project as they are when a run begins, with all that decides which these are."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from pathlib import Path

from invocation_lint.cache.marks import Mark, Marks, by_folder, existence, mark_of
from invocation_lint.deployment.documents.candidates import ENDINGS
from invocation_lint.records import mutable
from invocation_lint.settings.files import PYPROJECT, YAML_NAME
from invocation_lint.source.files.folders import Walk
from invocation_lint.source.files.ignores import IGNORE_FILE, excludes_of
from invocation_lint.source.files.project_files import MAX_FILES
from invocation_lint.source.record import digest

_DECIDING = (IGNORE_FILE, YAML_NAME, PYPROJECT)
_NEVER_IMPORTED = frozenset({"__pycache__", "node_modules", "__pypackages__"})


@mutable
class Tree:
    """What is below a root: `files` and `folders` that a walk meets, with their marks; `beside`, folders that it does
    not enter, but an import may; `deciding`, what tells which files are walked and which settings they have."""

    root: str
    started: int
    files: dict[str, Mark] = field(default_factory=dict)
    folders: dict[str, Mark] = field(default_factory=dict)
    beside: dict[str, Mark] = field(default_factory=dict)
    deciding: dict[str, Mark] = field(default_factory=dict)

    @property
    def is_too_large(self) -> bool:
        """Whether the project has more modules than are looked for in it."""
        return sum(path.endswith(".py") for path in self.files) > MAX_FILES

    def mark(self, marks: Marks) -> None:
        """Adds all of it to the marks of a run."""
        by_folder(self.files, marks)
        by_folder(self.deciding, marks)
        by_folder(self.folders, marks, folders=True)
        by_folder(self.beside, marks, folders=True)

    def look_beside(self, folders: Iterable[str]) -> None:
        """Add folders in which modules were looked for: what is there, or the nearest above that is, decides."""
        for folder in folders:
            current = folder
            while current not in self.folders and current not in self.beside:
                if os.path.isdir(current):  # noqa: PTH112
                    self.beside[current] = mark_of(current, self.started)
                    break
                current = current.rpartition("/")[0] or "/"

    def is_unchanged(self) -> bool:
        """Whether the files are those that were there when the run began."""
        if any(mark_of(path, self.started) != mark for path, mark in self.files.items()):
            return False
        if all(mark_of(path, self.started) == mark for path, mark in self.folders.items()):
            return True
        return {path for path, _ in Walk(ENDINGS).paths(self.root)} == self.files.keys()


def tree_of(root: str, started: int) -> Tree:
    """Looks at everything below a root; `started` is when the run began, in ns."""
    tree = Tree(root, started)
    inner: dict[str, None] = {}

    def enter(folder: str, entries: Mapping[str, os.DirEntry[str]]) -> None:
        tree.folders[folder] = mark_of(folder, started)
        for name in _DECIDING:
            if name in entries:
                tree.deciding[f"{folder}/{name}"] = mark_of(f"{folder}/{name}", started)
        if ".git" in entries:
            _mark_excludes(tree, folder)
        for name, entry in entries.items():
            if name.isidentifier() and name not in _NEVER_IMPORTED and _is_folder(entry):
                inner[f"{folder}/{name}"] = None

    for path, _ in Walk(ENDINGS, on_folder=enter).paths(root):
        tree.files[path] = mark_of(path, started)
    tree.beside = {path: mark_of(path, started) for path in inner if path not in tree.folders}
    for folder in Path(root).parents:
        _mark_above(tree, folder.as_posix().rstrip("/"))
    return tree


def _mark_above(tree: Tree, folder: str) -> None:
    for name in _DECIDING:
        tree.deciding[f"{folder}/{name}"] = mark_of(f"{folder}/{name}", tree.started)
    tree.deciding[f"{folder}/.git"] = existence(f"{folder}/.git")
    if tree.deciding[f"{folder}/.git"]:
        _mark_excludes(tree, folder)


def _mark_excludes(tree: Tree, folder: str) -> None:
    path = str(excludes_of(Path(folder, ".git")))
    tree.deciding[path] = mark_of(path, tree.started)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def listing(folder: str) -> str:
    """What an import can find in a folder: a digest of the names of its modules and folders."""
    return digest("\n".join(sorted(_importable(folder))).encode("utf-8", "surrogateescape"))


def _importable(folder: str) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(".py") or (entry.name not in _NEVER_IMPORTED and _is_folder(entry)):
                    yield entry.name
    except OSError:
        return
