"""Which files to read: those given, and the Python files below the folders given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from invocation_lint.errors import UsageError


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file and the name that findings show for it."""

    path: Path
    name: str


def find_files(paths: Sequence[str]) -> list[FoundFile]:
    """The files, each path in turn. UsageError for a path that is not there, or a folder without Python files."""
    found: list[FoundFile] = []
    for text in paths:
        path = Path(text)
        if path.is_file():
            found.append(FoundFile(path, text.removeprefix("./")))
            continue
        if not path.is_dir():
            raise UsageError(f"{text}: there is no such file or folder")
        below = [file for file in sorted(path.rglob("*.py")) if file.is_file()]
        if not below:
            raise UsageError(f"{text}: no Python files here")
        found += [FoundFile(file, str(file)) for file in below]
    return found
