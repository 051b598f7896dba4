"""What folders hold, each listed once: an import is looked for in many places, and most of them are not there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping


class Listings:
    """The names in folders. `extra` are the paths of files that stand for some that may not be on the disk yet."""

    def __init__(self, extra: Iterable[str] = ()) -> None:
        self._folders: dict[str, dict[str, bool]] = {}
        self._extra: dict[str, list[str]] = {}
        self._told: set[str] = set()
        for path in extra:
            folder, _, name = path.rpartition("/")
            self._extra.setdefault(folder, []).append(name)

    def names(self, folder: str) -> Mapping[str, bool]:
        """The names in a folder, each with whether it is one of a folder; pipes and broken links are left out."""
        found = self._folders.get(folder)
        if found is None:
            found = self._folders[folder] = {}
            try:
                with os.scandir(folder or "/") as entries:
                    found.update(
                        (entry.name, is_folder) for entry in entries if (is_folder := _kind(entry)) is not None
                    )
            except OSError:  # there is no such folder, or it may not be entered
                pass
            found.update(dict.fromkeys(self._extra.get(folder, ()), False))
        return found

    def news(self) -> set[str]:
        """The folders that were listed since this was asked last."""
        found = self._folders.keys() - self._told
        self._told |= found
        return found

    def is_file(self, path: str) -> bool:
        """Whether there is such a file."""
        folder, _, name = path.rpartition("/")
        return self.names(folder).get(name) is False

    def is_folder(self, path: str) -> bool:
        """Whether there is such a folder."""
        folder, _, name = path.rpartition("/")
        return self.names(folder).get(name) is True


def _kind(entry: os.DirEntry[str]) -> bool | None:
    """True for a folder, False for a file, links followed; None for neither."""
    try:
        return True if entry.is_dir() else (False if entry.is_file() else None)
    except OSError:
        return None
