"""What is found in other files about the handlers of the files that a run looks at: a field that a handler needs from
now on is missing where it is invoked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from invocation_lint.source.files.test_paths import is_test_of
from invocation_lint.source.lambda_code import is_handler_code
from invocation_lint.source.record import Pattern

if TYPE_CHECKING:
    from invocation_lint.outcome import Input
    from invocation_lint.project import Project
    from invocation_lint.source.files.project_files import ProjectFiles

MAX_GIVEN = 50
"""Files that a run looks at: where there are more, they are taken for the project."""

MAX_FILES = 24
"""Files that may invoke the handlers of a run: where there are more, they are not looked at."""

_LEAST = 3  # letters of a name by which it is looked for


def found_elsewhere(inputs: Sequence[Input], project: Project) -> dict[str, int]:
    """How many findings that other files have are about the handlers of these, by the names of those files.

    Empty where files are looked at alone, and where more than `MAX_FILES` name the functions.
    """
    from invocation_lint.engine import lint_file
    from invocation_lint.outcome import Input

    if project.programs is None or len(inputs) > MAX_GIVEN:
        return {}
    given = {str(one.path.absolute()): one.name for one in inputs if one.data is None}
    found: dict[str, int] = {}
    for key in _invokers(given, project):
        path = Path(key)
        name = project.programs.name_of(key)
        outcome = lint_file(Input(name, path), project.settings(path), project)
        about = sum(
            one.suppressed_by is None and any(label.place.path in given.values() for label in one.labels)
            for one in outcome.findings
        )
        if about:
            found[name] = about
    return found


def _invokers(given: dict[str, str], project: Project) -> list[str]:
    """The files that may invoke a handler of the given ones, and are not among them."""
    assert project.programs is not None
    names: dict[ProjectFiles, set[str]] = {}
    for key in given:
        files = project.programs.files(Path(key))
        handlers = files.handlers_of(key) if is_handler_code(files.read(key) or b"") else None
        if handlers is not None:
            names.setdefault(files, set()).update(*handlers.known_as.values())
    every = [one for files, words in names.items() for one in _naming(files, words) if one not in given]
    return every if len(every) <= MAX_FILES else []


def _naming(files: ProjectFiles, names: set[str]) -> Iterator[str]:
    """The modules of the product that hold one of these names and a call site, or are imported where one is."""
    words = tuple(sorted(name for name in names if len(name) >= _LEAST))
    holding = files.holding("", Pattern("|".join(map(re.escape, words)), words)) if words else ()
    found = {
        one: None for key in holding for one in ((key,) if files.holds_seed(key) else (key, *files.importers_of(key)))
    }
    return (key for key in found if not is_test_of(files, key))


__all__ = ["found_elsewhere"]
