"""Handlers that a project keeps and does not deploy, as far as its templates tell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from invocation_lint.source.files.project_files import ProjectFiles
from invocation_lint.source.lambda_code import is_handler_code

_LEAST = 2
"""So many neighbours must be deployed for a module to be the one that is left out."""

_ALIKE = 0.8
"""The part of the lines of a module that a copy of it has as well."""

_PER_FUNCTION = frozenset({"app", "main", "handler", "index", "lambda_function", "function", "lambda_handler"})
"""Names of modules of which each function has one, in a folder of its own."""


def is_left_out(files: ProjectFiles, key: str) -> bool:
    """Whether templates deploy all neighbours of a handler's module, or a module that is nearly the same, and no
    template names it."""
    if files.handlers_of(key) is not None or files.deployments.serves(key) or not files.deployments.contents():
        return False
    files.record.note(key, ("deployed",), files.deployed_digest)
    folder, _, name = key.rpartition("/")
    above, _, folder_name = folder.rpartition("/")
    stem = name.removesuffix(".py")
    is_of_folder = stem in _PER_FUNCTION
    if not above.startswith(str(files.root)) or _is_named(files, folder_name if is_of_folder else stem):
        return False
    beside = _in_folders(files, key, above, name) if is_of_folder else _in_folder(files, key, folder)
    handlers = [one for one in beside if one != key and is_handler_code(files.read(one) or b"")]
    files.record.lead(key, handlers)
    deployed = [one for one in handlers if files.handlers_of(one) is not None]
    if len(deployed) >= _LEAST and len(deployed) == len(handlers):
        return True
    return any(_is_alike(files, key, one) for one in deployed)


def _is_named(files: ProjectFiles, word: str) -> bool:
    """Whether a word stands anywhere in the templates."""
    found = re.compile(rb"(?<![\w-])" + re.escape(word.encode("utf-8", "surrogatepass")) + rb"(?![\w-])")
    return any(found.search(data) for data in files.deployments.contents().values())


def _in_folder(files: ProjectFiles, key: str, folder: str) -> Iterator[str]:
    for name, is_folder in (files.names_in(folder, key) or {}).items():
        if not is_folder and name.endswith(".py"):
            yield f"{folder}/{name}"


def _in_folders(files: ProjectFiles, key: str, above: str, name: str) -> Iterable[str]:
    """The modules of that name in the folders beside that of a module."""
    for folder, is_folder in (files.names_in(above, key) or {}).items():
        if is_folder and files.read(f"{above}/{folder}/{name}") is not None:
            yield f"{above}/{folder}/{name}"


def _is_alike(files: ProjectFiles, key: str, other: str) -> bool:
    lines, others = (_lines(files.read(one) or b"") for one in (key, other))
    return bool(lines) and len(lines & others) >= _ALIKE * max(len(lines), len(others))


def _lines(data: bytes) -> frozenset[bytes]:
    return frozenset(line.strip() for line in data.split(b"\n") if line.strip())


__all__ = ["is_left_out"]
