"""Paths with slashes, and what they have in common."""

from __future__ import annotations

import re


def shared_folders(folder: str, path: str) -> int:
    """How many folders from the top are those of another path, too."""
    pairs = zip(folder.split("/"), path.split("/")[:-1], strict=False)
    return next(
        (count for count, (one, other) in enumerate(pairs) if one != other),
        min(folder.count("/"), path.count("/") - 1) + 1,
    )


def holds(folder: str, path: str) -> bool:
    """Whether a path is a folder, or below it."""
    return path == folder or path.startswith(f"{folder}/")


def archive_at(path: str) -> str:
    """The name of the archive at a path or a key of S3, without its folders and ending; empty for none."""
    name = path.rpartition("/")[2]
    return name.removesuffix(".zip") if name.endswith(".zip") else ""


def as_bytes(name: str) -> bytes:
    """A name as part of a pattern of bytes."""
    return re.escape(name.encode("utf-8", "surrogatepass"))
