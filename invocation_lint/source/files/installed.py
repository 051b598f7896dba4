"""Packages that were installed among the files of a project, as `pip install --target` does for a layer or an archive.

Beside each distribution stands a folder `NAME-VERSION.dist-info`, whose `RECORD` lists its files (packaging.python.org,
Recording installed projects).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

_INFO = ".dist-info"


def installed_in(folder: str, names: Iterable[str]) -> frozenset[str]:
    """The packages and modules in a folder, of all names in it, that belong to distributions installed there."""
    found: set[str] = set()
    for name in names:
        if name.endswith(_INFO):
            title = name.partition("-")[0]
            found |= _recorded(Path(folder, name)) or {title, f"{title}.py"}
    return frozenset(found)


def _recorded(info: Path) -> set[str]:
    """The names at the top of what a distribution's record lists; none where it has no record."""
    try:
        with (info / "RECORD").open(encoding="utf-8", newline="") as file:
            paths = [row[0] for row in csv.reader(file) if row]
    except (OSError, UnicodeDecodeError, csv.Error):
        return set()
    found = {path.partition("/")[0] for path in paths} - {"", "..", "__pycache__", "bin"}
    return {name for name in found if not name.endswith(_INFO)}
