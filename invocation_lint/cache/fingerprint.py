"""What decides the findings beside the files that are linted: this program, what it is built on, and Python."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path

from invocation_lint import __version__
from invocation_lint.data.shipped import COMPILED, FOLDERS

_PACKAGE = Path(__file__).parents[1]
_BUILT_ON = ("libcst", "pathspec", "sqlglot", "yaml")
_DISTRIBUTIONS = ("libcst-", "pathspec-", "sqlglot", "pyyaml-")
_NOT_OF_THE_ANALYSIS = frozenset({"__pycache__", "cli", "reference", "report"})


def fingerprint() -> str:
    """A text that is another one whenever the same files may give other findings.

    The times and sizes of the program's own files are in it, so that who works on it, or installs another build of the
    same version, never sees what the code before found.
    """
    own = sorted(_times_below(str(_PACKAGE)))
    rules = [] if COMPILED.is_file() else sorted(_times_below(str(FOLDERS)))
    python = sys.implementation.cache_tag, sys.version_info[:3]
    return repr((__version__, python, sorted(_versions()), own, rules))


def _times_below(folder: str) -> Iterator[tuple[str, int, int]]:
    """Paths, times and sizes of the files that the analysis may read."""
    stack = [folder]
    while stack:
        try:
            with os.scandir(stack.pop()) as listing:
                entries = list(listing)
        except OSError:
            continue
        for entry in entries:
            if entry.is_dir():
                if entry.name not in _NOT_OF_THE_ANALYSIS:
                    stack.append(entry.path)
            elif not entry.name.endswith(".pyc"):
                status = entry.stat()
                yield entry.path, status.st_mtime_ns, status.st_size


def _versions() -> set[str]:
    """The libraries that the program is built on, by the folders of their metadata: reading these takes longer."""
    found: set[str] = set()
    for name in _BUILT_ON:
        spec = PathFinder.find_spec(name)
        origin = spec.origin if spec is not None else None
        if origin is None:
            continue
        found.add(origin)
        beside = Path(origin).parents[1]
        try:
            listed = os.listdir(beside)  # noqa: PTH208 - names are wanted, and many
        except OSError:
            continue
        found.update(
            one
            for one in listed
            if one.lower().startswith(_DISTRIBUTIONS) and one.endswith((".dist-info", ".egg-info"))
        )
    return found
