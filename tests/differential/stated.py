"""What the analysis states of a program, as `invocation-lint facts FILE --format json` prints it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from invocation_lint.cli.facts import _as_json
from invocation_lint.engine import facts_in
from invocation_lint.outcome import Input
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration


class Stating:
    """States facts of one program after the other, each a project of its own in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self._project = Project(Configuration())

    def facts(self, files: Mapping[str, str]) -> list[dict[str, Any]]:
        """The facts of all files of a program, in plain data."""
        self._count += 1
        if self._count % 100 == 0:
            self._project = Project(Configuration())  # what is kept of earlier programs is let go
        folder = self._folder / f"program{self._count}"
        (folder / ".git").mkdir(parents=True)
        for name, text in files.items():
            (folder / name).write_text(text, "utf-8")
        found: list[dict[str, Any]] = []
        for name in files:
            given = Input(name, folder / name)
            told = facts_in(given, self._project.settings(given.path), self._project)
            found += [_as_json(fact) for fact in told.facts] if told is not None else []
        plain: list[dict[str, Any]] = json.loads(json.dumps(found))
        return plain


@contextmanager
def stating() -> Iterator[Stating]:
    """A `Stating` whose folder is gone after the block."""
    with tempfile.TemporaryDirectory(prefix="stated-") as name:
        yield Stating(Path(name).resolve())
