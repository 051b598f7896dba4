"""What git ignores below a folder: .gitignore files, nested ones and those above up to the repository's root, and
.git/info/exclude. A user's own global ignores are not read, so that a run gives the same on every machine.

The format is that of git's documentation (git-scm.com/docs/gitignore).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from invocation_lint.records import record
from invocation_lint.source.files.gitignore import translate

IGNORE_FILE = ".gitignore"


class _Block(NamedTuple):
    """Patterns that stand together and do the same: ignore, or keep what others ignore."""

    ignores: bool
    regex: re.Pattern[str]


@record
class Ignores:
    """The patterns that count in a folder, nearest first, each with the folder that its paths start from.

    Folders are absolute and end in a separator.
    """

    levels: tuple[tuple[str, tuple[_Block, ...]], ...] = ()

    def below(self, folder: str, *, has_ignore_file: bool, is_repository: bool) -> Ignores:
        """What counts in `folder`, where this counts above it. A repository inside another starts anew."""
        if not has_ignore_file and not is_repository:
            return self
        levels = self.levels
        if is_repository:
            levels = _level(folder, excludes_of(Path(folder, ".git")))
        if has_ignore_file:
            levels = (*_level(folder, Path(folder, IGNORE_FILE)), *levels)
        return Ignores(levels)

    def ignore(self, path: str, *, folder: bool = False) -> bool:
        """Whether git ignores an absolute path, given that it does not ignore the folders around it."""
        for root, blocks in self.levels:
            relative = path[len(root) :].replace(os.sep, "/") + ("/" if folder else "")
            for block in blocks:
                if block.regex.fullmatch(relative):
                    return block.ignores
        return False


def ignores_above(folder: Path) -> Ignores:
    """What counts for an absolute folder, from the folders above it within its repository.

    Nothing does where there is no repository, or where it ignores the folder itself: who names it wants it read.
    """
    if _is_repository(folder):
        return Ignores()
    above: tuple[Path, ...] = next((chain for chain in _chains(folder) if _is_repository(chain[0])), ())
    if not above:
        return Ignores()
    ignores = Ignores()
    for parent, child in zip(above, (*above, folder)[1:], strict=True):
        has_ignore_file = (parent / IGNORE_FILE).is_file()
        ignores = ignores.below(
            with_separator(str(parent)), has_ignore_file=has_ignore_file, is_repository=parent is above[0]
        )
        if ignores.ignore(str(child), folder=True):
            return Ignores()
    return ignores


def with_separator(folder: str) -> str:
    """The path of a folder, ending in a separator."""
    return folder if folder.endswith(os.sep) else folder + os.sep


def _chains(folder: Path) -> Iterator[tuple[Path, ...]]:
    """From each folder above one down to its parent, the nearest first."""
    chain: tuple[Path, ...] = ()
    for parent in folder.parents:
        chain = (parent, *chain)
        yield chain


def _is_repository(folder: Path) -> bool:
    return os.path.lexists(folder / ".git")


def _level(root: str, file: Path) -> tuple[tuple[str, tuple[_Block, ...]], ...]:
    blocks = _read(file)
    return ((root, blocks),) if blocks else ()


@lru_cache(maxsize=256)
def _read(file: Path) -> tuple[_Block, ...]:
    """The patterns of one file, last ones first: the last that matches decides."""
    try:
        lines = file.read_bytes().decode("utf-8", "surrogateescape").split("\n")
    except OSError:
        return ()
    patterns = [found for line in lines if (found := translate(line.removesuffix("\r"))) is not None]
    blocks = [
        _Block(ignores, re.compile("|".join(regex for _, regex in group), re.DOTALL))
        for ignores, group in groupby(patterns, key=lambda pattern: pattern[0])
    ]
    return tuple(reversed(blocks))


def excludes_of(git: Path) -> Path:
    """info/exclude of a repository. In a worktree or submodule `.git` is a file that names the real folder."""
    try:
        if git.is_file():
            git = git.parent / git.read_text("utf-8", "surrogateescape").partition("gitdir:")[2].strip()
            common = git / "commondir"
            if common.is_file():
                git = git / common.read_text("utf-8", "surrogateescape").strip()
    except OSError:
        pass
    return git / "info" / "exclude"
