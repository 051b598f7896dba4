"""The files below a folder, as git would list them: without what it ignores, caches, environments and builds."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from invocation_lint.deployment.documents.candidates import CDK_OUT, TYPESCRIPT
from invocation_lint.source.files.ignores import IGNORE_FILE, Ignores, ignores_above, with_separator
from invocation_lint.source.files.installed import installed_in

# Folders that hold no source of the project: version control, caches, environments, what deployment tools build.
SKIPPED = frozenset(
    {
        ".git", ".hg", ".svn", ".jj", ".bzr", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".cache",
        ".hypothesis", ".ipynb_checkpoints", ".tox", ".nox", ".eggs", ".venv", ".direnv", "__pypackages__",
        "site-packages", "node_modules", ".aws-sam", CDK_OUT, ".serverless", ".terraform",
    }
)  # fmt: skip
_TEMPLATES = ".template.json"
_STAGE = "assembly-"
_VIRTUAL_ENVIRONMENT = "pyvenv.cfg"


TOPS = (".git", "pyproject.toml", "setup.py", "setup.cfg")
"""What stands in the top folder of a project, for a file that is looked at alone: its path below says what it is."""


def below_project(path: Path) -> str | None:
    """The path of a file below the nearest folder that looks like the top of a project; None when none does."""
    path = path.absolute()
    for folder in path.parents:
        if any(_is_there(folder / name) for name in TOPS):
            return path.relative_to(folder).as_posix()
    return None


def _is_there(path: Path) -> bool:
    """Whether something has this name; False in a folder that may not be entered."""
    try:
        return path.exists()
    except OSError:
        return False


_SCRIPT = re.compile(rb"#![^\n]*\b(?:python|pypy)[\w.]*(?:\s|\Z)|#![^\n]*\b(?:uv|pipx)\s+run\b")
_FIRST_LINE = 200  # bytes of a file that may be a script that are looked at


class Walk:
    """Walks a folder for files by the ends of their names; with `scripts`, also for those without an end that name
    Python in their first line. `leaves_out` is asked of each folder below: what it leaves out is not entered.
    `on_folder` is told each folder that is entered, with what stands in it by name. `met_any` tells afterwards whether
    there was a file, or anything that was left out; `stubs` which files of type stubs (.pyi) were passed over, and
    `installed` which packages that stand below with the distributions that they belong to; `documents` the files with
    these other ends, each with whether it is a link."""

    def __init__(
        self,
        endings: tuple[str, ...] = (".py",),
        *,
        scripts: bool = False,
        documents: tuple[str, ...] = (),
        leaves_out: Callable[[Path], bool] | None = None,
        on_folder: Callable[[str, Mapping[str, os.DirEntry[str]]], None] | None = None,
    ) -> None:
        self.endings = endings
        self.scripts = scripts
        self.stubs: list[str] = []
        self.installed: list[str] = []
        self.documents: list[tuple[str, bool]] = []
        self._ends_of_documents = documents
        self.leaves_out = leaves_out
        self.on_folder = on_folder
        self.met_any = False

    def paths(self, top: str) -> Iterator[tuple[str, bool]]:
        """The absolute paths below an absolute folder, each with whether it is a link."""
        stack: list[tuple[str, Ignores]] = [(top, ignores_above(Path(top)))]
        while stack:
            folder, above = stack.pop()
            try:
                with os.scandir(folder) as listing:
                    entries = {entry.name: entry for entry in listing}
            except OSError:
                if self.on_folder is not None:
                    self.on_folder(folder, {})
                self.met_any = True
                yield folder, False
                continue
            if self.on_folder is not None:
                self.on_folder(folder, entries)
            if _VIRTUAL_ENVIRONMENT in entries and folder != top:
                continue
            ignores = above.below(
                with_separator(folder), has_ignore_file=IGNORE_FILE in entries, is_repository=".git" in entries
            )
            installed = installed_in(folder, entries) if folder != top else frozenset()
            for name, entry in entries.items():
                if name in installed and (self._is_folder(entry) or name.endswith(self.endings)):
                    if not ignores.ignore(entry.path, folder=self._is_folder(entry)):
                        self.installed.append(entry.path)
                        self.met_any = True
                elif self._is_folder(entry):
                    if name not in SKIPPED and self._enters(entry, ignores):
                        stack.append((entry.path, ignores))
                    elif name == CDK_OUT and _TEMPLATES.endswith(self.endings) and self._enters(entry, ignores):
                        yield from self._synthesized(entry.path, ignores)
                elif name.endswith(self.endings) and self._is_file(entry) and not ignores.ignore(entry.path):
                    self.met_any = True
                    yield entry.path, entry.is_symlink()
                elif name.endswith(self._ends_of_documents):
                    if self._is_file(entry) and not ignores.ignore(entry.path):
                        self.documents.append((entry.path, entry.is_symlink()))
                elif not self.scripts or not (name.endswith(".pyi") or "." not in name):
                    continue
                elif self._is_file(entry) and not ignores.ignore(entry.path):
                    if name.endswith(".pyi"):
                        self.stubs.append(entry.path)
                    elif _is_script(entry.path):
                        yield entry.path, entry.is_symlink()
                    else:
                        continue
                    self.met_any = True

    def _synthesized(self, top: str, ignores: Ignores) -> Iterator[tuple[str, bool]]:
        """The templates in a folder that the CDK wrote, without what it packed."""
        stack = [top]
        while stack:
            folder = stack.pop()
            try:
                with os.scandir(folder) as listing:
                    entries = {entry.name: entry for entry in listing}
            except OSError:
                entries = {}
            if self.on_folder is not None:
                self.on_folder(folder, entries)
            for name, entry in entries.items():
                if name.startswith(_STAGE) and self._is_folder(entry):
                    stack.append(entry.path)
                elif name.endswith(_TEMPLATES) and self._is_file(entry) and not ignores.ignore(entry.path):
                    yield entry.path, entry.is_symlink()

    def _enters(self, entry: os.DirEntry[str], ignores: Ignores) -> bool:
        if ignores.ignore(entry.path, folder=True):
            return False
        if self.leaves_out is not None and self.leaves_out(Path(entry.path)):
            self.met_any = True
            return False
        return True

    @staticmethod
    def _is_folder(entry: os.DirEntry[str]) -> bool:
        """Links to folders are not followed, as git does not: they may lead out of the project, or round in circles."""
        try:
            return entry.is_dir(follow_symlinks=False)
        except OSError:
            return False

    @staticmethod
    def _is_file(entry: os.DirEntry[str]) -> bool:
        """Broken links, loops of links, sockets and pipes are no files."""
        try:
            return entry.is_file()
        except OSError:
            return False


def _is_script(path: str) -> bool:
    """Whether the first line of a file says that Python runs it."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - of each file without an end
            return _SCRIPT.match(file.read(_FIRST_LINE)) is not None
    except OSError:
        return False


_OF_NODE = ("cdk.json", "package.json")
"""What stands in the folder of an application of the CDK, and of a package of Node.js."""


def absolute(path: Path) -> str:
    """The absolute path of a file: what `Path.absolute` gives, as a text and for a third of the time."""
    return os.path.join(os.getcwd(), path)  # noqa: PTH109, PTH118


def project_root(path: Path, tops: dict[str, bool] | None = None) -> Path:
    """The folder up to which a file's project is known: the nearest with a configuration of ours, or a repository.
    Where there is none, it is the folder of the package of a module, and of the application of a program in TypeScript.

    `tops` keeps which folders are such, for who asks for many files.
    """
    tops = {} if tops is None else tops
    found = _top_above(path, tops)
    if found is not None:
        return found
    root = Path(os.path.dirname(absolute(path)))  # noqa: PTH120
    if path.suffix == TYPESCRIPT:
        return next((one for one in (root, *root.parents) if any(map(_is_there, map(one.joinpath, _OF_NODE)))), root)
    while (root / "__init__.py").exists() and root.parent != root:
        root = root.parent
    return root


def _top_above(path: Path, tops: dict[str, bool]) -> Path | None:
    """The nearest folder above a file that is the top of a project.

    Where there is none, what is known of the project is a guess.
    """
    start = os.path.dirname(absolute(path))  # noqa: PTH120
    folder = start
    while True:
        if folder not in tops:
            tops[folder] = _is_top(folder)
        if tops[folder]:
            return Path(folder)
        above = os.path.dirname(folder)  # noqa: PTH120
        if above == folder:
            break
        folder = above
    return None


def has_top(path: Path, tops: dict[str, bool] | None = None) -> bool:
    """Whether something tells where the project of a file begins: a configuration of ours, or a repository."""
    return _top_above(path, {} if tops is None else tops) is not None


def _is_top(folder: str) -> bool:
    """Whether a folder is the top of a project: it holds a configuration of ours, or a repository."""
    if any(os.path.exists(f"{folder}/{name}") for name in (".git", ".invocation-lint.yaml")):  # noqa: PTH110
        return True
    try:
        with open(f"{folder}/pyproject.toml", "rb") as file:  # noqa: PTH123
            return b"[tool.invocation-lint" in file.read()
    except OSError:
        return False
