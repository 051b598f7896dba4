"""The questions that were asked of a project for one of its files, and asking them again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from invocation_lint.source.files.project_files import ProjectFiles
from invocation_lint.source.lambda_code import runs_on_lambda
from invocation_lint.source.notebooks.cells import is_notebook
from invocation_lint.source.record import BY_NAME, Pattern, Question, digest, told_of


def asked(files: ProjectFiles, key: str) -> dict[Question, str]:
    """What was asked of the project to know what is known of a module, with the answers."""
    return {**files.record.of(key), ("bytes", key): answer(files, ("bytes", key))}


def holds(files: ProjectFiles, asker: str, key: str, pattern: str) -> bool:
    """Whether a module that another one imports holds a pattern, so that it is looked into for what that one names."""
    found = _holds(files, key, pattern)
    files.record.note(key, ("holds", key, pattern), repr(found))
    files.record.lead(asker, [key], BY_NAME)
    return found


def imported_under(files: ProjectFiles, key: str, name: str) -> Iterator[str]:
    """The modules that one imports whose last name this is: that of a package is its folder's; without a name, the
    packages."""
    for other in files.imports(key):
        path = PurePosixPath(other)
        is_package = path.name == "__init__.py"
        if name == (path.parent.name if is_package else path.stem) or (not name and is_package):
            yield other


def importers(files: ProjectFiles, key: str, asker: str = "") -> tuple[str, ...]:
    """The modules of a project that import one. `asker` is the module for which that is asked, where it is another."""
    found = files.importers_of(key)
    files.record.note(asker or key, ("importers", key), repr(found))
    return found


def _holds(files: ProjectFiles, key: str, pattern: str) -> bool:
    return re.search(pattern.encode(), files.read(key) or b"") is not None


def digest_of(files: ProjectFiles, key: str) -> str:
    """The digest of a module's file, of a notebook with all that is in it; empty for one that is not read."""
    try:
        return digest(Path(key).read_bytes() if is_notebook(key) else files.read(key))
    except OSError:
        return ""


def answer(files: ProjectFiles, question: Question) -> str:
    """What is answered now, as `asked` tells it."""
    kind, *about = question
    if kind == "bytes":
        return digest_of(files, about[0])
    if kind == "locate":
        return repr(files.locate(about[0], about[1], int(about[2])))
    if kind == "child":
        return repr(files.child(about[0], about[1]))
    if kind == "holding":
        return repr(files.holding("", Pattern.of(question)))
    if kind == "handlers":
        return told_of(files.handlers_of(about[0]))
    if kind == "names":
        return repr(files.names_in(about[0]))
    if kind == "deployed":
        return files.deployed_digest
    if kind == "importers":
        return repr(files.importers_of(about[0]))
    if kind == "holds":
        return repr(_holds(files, about[0], about[1]))
    if kind == "lambda":
        return repr(runs_on_lambda(files, about[0]))
    if kind == "django":
        return repr(files.settings(about[0]))
    raise ValueError(f"{kind} is no question about files")
