"""Searches the files of a project for what speaks of something, whatever kind of files they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from invocation_lint.source.files.folders import SKIPPED
from invocation_lint.source.files.project_files import ProjectFiles

MAX_FILES = 5_000
"""Files that are searched: in a larger project nothing is told."""

_DATA = (
    ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".pdf", ".zip", ".gz", ".whl", ".jar", ".mp4", ".mp3", ".woff",
    ".woff2", ".ttf", ".csv", ".parquet", ".lock", ".bin", ".so", ".pyc", ".drawio", ".pptx", ".docx", ".xlsx",
    ".gitignore", ".dockerignore", ".npmignore", ".slsignore", ".prettierignore", ".eslintignore",
)  # fmt: skip
"""How the names of files end that say nothing of how a project is deployed."""


def contents_of(files: ProjectFiles, asker: str) -> Iterator[tuple[str, bytes]] | None:
    """The paths and bytes of all files below the root, without what a build makes or git keeps; None where these are
    too many."""
    found: list[str] = []
    for path in _paths(files, asker):
        found.append(path)
        if len(found) > MAX_FILES:
            return None
    return ((path, data) for path in found if (data := files.read(path)) is not None)


def may_speak(files: ProjectFiles, asker: str, pattern: re.Pattern[bytes]) -> bool:
    """Whether a file of the project speaks of something, or there are too many to tell. It is searched once a pattern;
    that it was asked is noted for each."""
    every = contents_of(files, asker)
    found = _FOUND.setdefault(files, {})
    if pattern not in found:
        found[pattern] = every is None or any(pattern.search(data) for _, data in every)
    return found[pattern]


_FOUND: WeakKeyDictionary[ProjectFiles, dict[re.Pattern[bytes], bool]] = WeakKeyDictionary()


def _paths(files: ProjectFiles, asker: str) -> Iterator[str]:
    waiting = [str(files.root)]
    while waiting:
        folder = waiting.pop()
        for name, is_folder in (files.names_in(folder, asker) or {}).items():
            if not is_folder and not name.lower().endswith(_DATA):
                yield f"{folder}/{name}"
            elif is_folder and name not in SKIPPED:
                waiting.append(f"{folder}/{name}")


__all__ = ["contents_of", "may_speak"]
