"""The public functions: lint a text or some paths, get a `Report`.

They read files and configuration; they never import or run the code, and print nothing.
"""

from __future__ import annotations

import tokenize
from collections.abc import Sequence
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from invocation_lint.engine import inputs_of, lint
from invocation_lint.findings import Report
from invocation_lint.outcome import Input
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration

if TYPE_CHECKING:
    from concurrent.futures import Executor

FilePath = str | PathLike[str]


def lint_source(
    source: str | bytes, filename: FilePath = "source.py", *, config: FilePath | None = None, isolated: bool = False
) -> Report:
    """The report on one text, as if it stood in the file of that name, which need not exist.

    The configuration is `config`, else the nearest above `filename`, else (`isolated`) none. Raises
    `invocation_lint.UsageError` when the configuration is wrong; what is wrong with the text is a finding, INV001.
    """
    data = source if isinstance(source, bytes) else encode(source)
    given = Input(str(filename), Path(filename), data)
    return lint([given], _project(config, isolated)).report


def lint_paths(
    paths: Sequence[FilePath],
    *,
    config: FilePath | None = None,
    isolated: bool = False,
    executor: Executor | None = None,
) -> Report:
    """The report on files and folders, searched as the command line does; files are linted by the `executor`, if given.

    Raises `invocation_lint.UsageError` when the configuration is wrong or a path does not exist.
    """
    project = _project(config, isolated)
    inputs = inputs_of([str(path) for path in paths], project)
    return lint(
        inputs.files, project, whole_project=inputs.whole_project, skipped=inputs.skipped, executor=executor
    ).report


def encode(text: str) -> bytes:
    """A decoded text as bytes in the encoding that its own coding line names, else UTF-8."""
    data = text.encode("utf-8", "surrogatepass")
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(data).readline)
        return text.encode(encoding)
    except (SyntaxError, ValueError, LookupError):
        return data


def _project(config: FilePath | None, isolated: bool) -> Project:
    return Project(Configuration(config=None if config is None else Path(config), isolated=isolated))
