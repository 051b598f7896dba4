"""The files below a folder, as git would list them: without what it ignores, caches, environments and builds."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from invocation_lint.source.ignores import IGNORE_FILE, Ignores, ignores_above, with_separator

# Folders that hold no source of the project: version control, caches, environments, what deployment tools build.
SKIPPED = frozenset(
    {
        ".git", ".hg", ".svn", ".jj", ".bzr", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".cache",
        ".hypothesis", ".ipynb_checkpoints", ".tox", ".nox", ".eggs", ".venv", ".direnv", "__pypackages__",
        "site-packages", "node_modules", ".aws-sam", "cdk.out", ".serverless", ".terraform",
    }
)  # fmt: skip
_VIRTUAL_ENVIRONMENT = "pyvenv.cfg"


_TOPS = (".git", "pyproject.toml", "setup.py", "setup.cfg")
"""What stands in the top folder of a project, for a file that is looked at alone: its path below says what it is."""


def below_project(path: Path) -> str | None:
    """The path of a file below the nearest folder that looks like the top of a project; None when none does."""
    path = path.absolute()
    for folder in path.parents:
        if any(_is_there(folder / name) for name in _TOPS):
            return path.relative_to(folder).as_posix()
    return None


def _is_there(path: Path) -> bool:
    """Whether something has this name; False in a folder that may not be entered."""
    try:
        return path.exists()
    except OSError:
        return False


class Walk:
    """Walks a folder for files by the ends of their names. `leaves_out` is asked of each folder below: what it leaves
    out is not entered. `met_any` tells afterwards whether there was a file, or anything that was left out."""

    def __init__(
        self, endings: tuple[str, ...] = (".py",), *, leaves_out: Callable[[Path], bool] | None = None
    ) -> None:
        self.endings = endings
        self.leaves_out = leaves_out
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
                self.met_any = True
                yield folder, False
                continue
            if _VIRTUAL_ENVIRONMENT in entries and folder != top:
                continue
            ignores = above.below(
                with_separator(folder), has_ignore_file=IGNORE_FILE in entries, is_repository=".git" in entries
            )
            for name, entry in entries.items():
                if self._is_folder(entry):
                    if name not in SKIPPED and self._enters(entry, ignores):
                        stack.append((entry.path, ignores))
                elif name.endswith(self.endings) and self._is_file(entry) and not ignores.ignore(entry.path):
                    self.met_any = True
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
