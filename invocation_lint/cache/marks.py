"""Times and sizes of files and folders, by which one that was not changed is known without being read."""

from __future__ import annotations

import os
from collections.abc import Mapping

Mark = list[int] | int | None
"""Time of the last change of the bytes and of the entry (ns), size and number of a file or folder; for a name of which
only that matters, whether something has it (1 or 0); None for one that changed so lately that it may change again
without showing."""

Marks = dict[str, dict[str, Mark]]
"""Marks by folder and name in it; the empty name is the folder's own."""

THERE, ABSENT = 1, 0

RACY_NS = 2_000_000_000
"""How close to a look at a file a change may have been that another one could follow at the same time: FAT counts in
steps of two seconds, the others in smaller ones."""


def mark_of(path: str, started: int) -> Mark:
    """The mark of a file or folder, with links followed; `started` is when the run began, in ns."""
    try:
        found = os.stat(path)  # noqa: PTH116 - of each file of a project
    except (OSError, ValueError):
        return ABSENT
    if max(found.st_mtime_ns, found.st_ctime_ns) > started - RACY_NS:
        return None
    return [found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino]


def existence(path: str) -> Mark:
    """The mark of a name of which only matters whether something has it."""
    return THERE if os.path.lexists(path) else ABSENT


def hold(marks: Mapping[str, Mapping[str, Mark]]) -> bool:
    """Whether everything is as it was marked."""
    stat, lexists = os.stat, os.path.lexists
    for folder, names in marks.items():
        for name, mark in names.items():
            path = f"{folder}/{name}" if name else folder
            if mark.__class__ is not list:
                if mark is None or lexists(path) != bool(mark):
                    return False
                continue
            try:
                found = stat(path)
            except (OSError, ValueError):
                return False
            if mark != [found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino]:
                return False
    return True


def by_folder(marks: Mapping[str, Mark], into: Marks, *, folders: bool = False) -> None:
    """Adds marks by path to marks by folder and name."""
    for path, mark in marks.items():
        if folders:
            into.setdefault(path, {})[""] = mark
        else:
            folder, _, name = path.rpartition("/")
            into.setdefault(folder, {})[name] = mark
