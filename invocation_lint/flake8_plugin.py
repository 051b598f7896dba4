"""The flake8 plugin: the same findings as the command line, under the codes that flake8 knows.

flake8 hides a code that no entry point's name prefixes, so there are two entries, INV and INX, which share one result a
file. Suppressions are applied here, over whole statements, before flake8 filters by first lines. flake8 imports every
installed plugin at start, so this module imports nothing heavy.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from invocation_lint import __version__

if TYPE_CHECKING:
    import ast

    from invocation_lint.baselines.known import Baseline
    from invocation_lint.findings import Finding, Place
    from invocation_lint.project import Project

Result = tuple[int, int, str, type]


class _Plugin:
    """One entry; `prefix` says which codes it yields."""

    name = "invocation-lint"
    version = __version__
    prefix: ClassVar[str]

    def __init__(self, tree: ast.AST, filename: str, lines: Sequence[str]) -> None:
        self.filename = filename
        self.text = "".join(lines)

    def run(self) -> Iterator[Result]:
        """Line (from 1), column (from 0), code and message, and this class."""
        for finding in _findings(self.filename, self.text):
            if finding.id.startswith(self.prefix):
                place = finding.place
                message = _message(finding)
                yield self._line(place), 0 if place.cell else place.column - 1, message, type(self)

    def _line(self, place: Place) -> int:
        """The line in what flake8 has read: of a notebook, the file with its cells as text."""
        from invocation_lint.cells import line_in_file

        return line_in_file(place, lambda name: self.text)


class InvocationPlugin(_Plugin):
    """Shipped rules and the tool's own findings. Owns the options, which flake8 may be told once only."""

    prefix = "INV"
    config: ClassVar[str] = ""

    @classmethod
    def add_options(cls, parser: Any) -> None:
        """Adds --invocation-lint-config, also as a key of flake8's configuration."""
        parser.add_option(
            "--invocation-lint-config",
            default="",
            metavar="FILE",
            parse_from_config=True,
            normalize_paths=True,
            help="invocation-lint configuration to use for all files, instead of the nearest one",
        )

    @classmethod
    def parse_options(cls, options: Any) -> None:
        """Keeps the configuration; called in every process."""
        cls.config = options.invocation_lint_config


class UserRulePlugin(_Plugin):
    """Rules of users."""

    prefix = "INX"


_project: tuple[str, Path, Project] | None = None
_baseline: tuple[Project, Baseline | None] | None = None
_last: tuple[str, str, list[Finding]] | None = None


def _findings(filename: str, text: str) -> list[Finding]:
    """The findings of a file that nothing suppressed; the last result is kept, for the other entry."""
    global _last  # noqa: PLW0603 - flake8 makes a plugin object for each file and entry
    if _last is None or _last[:2] != (filename, text):
        _last = (filename, text, _lint(filename, text))
    return _last[2]


def _lint(filename: str, text: str) -> list[Finding]:
    """Lints; whatever goes wrong is a finding, since an error here would end flake8's whole run."""
    from invocation_lint.data.tool_texts import NOTHING_CHECKED
    from invocation_lint.errors import UsageError
    from invocation_lint.findings import Place
    from invocation_lint.tool_findings import INTERNAL_ERROR

    try:
        from invocation_lint.api import encode
        from invocation_lint.engine import lint
        from invocation_lint.outcome import Input

        path = Path(os.path.abspath(filename))  # noqa: PTH100 - links stay, `..` goes
        project = _project_of_process()
        if project.leaves_out(path):
            return []
        run = lint([Input(_name(path), path, encode(text))], project)
        baseline = _baseline_of_process(project)
        if baseline is not None:
            baseline.mark(run.report, run.lines_of)
        return run.report.active
    except UsageError as error:
        told = error.message
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
    return [INTERNAL_ERROR.at(Place(filename, 1, 1, 1, 1), *NOTHING_CHECKED.filled(error=told))]


def _name(path: Path) -> str:
    """The name by which other files know a file: flake8 says `./app.py`, and asks for the findings of one
    file after the other, when the project may have been read."""
    here = Path.cwd()
    return path.relative_to(here).as_posix() if here in path.parents else path.as_posix()


def _project_of_process() -> Project:
    """Settings, rules and contracts, read once a process."""
    global _project  # noqa: PLW0603 - there is no other place that outlives a file
    from invocation_lint.project import Project
    from invocation_lint.settings.files import Configuration

    config = InvocationPlugin.config
    if _project is None or _project[:2] != (config, Path.cwd()):
        configuration = Configuration(config=Path(config) if config else None)
        _project = (config, Path.cwd(), Project(configuration, mends=False))
    return _project[2]


def _baseline_of_process(project: Project) -> Baseline | None:
    """The baseline that the configuration of the working folder names, read once a process."""
    global _baseline  # noqa: PLW0603 - as above
    if _baseline is None or _baseline[0] is not project:
        from invocation_lint.settings.files import shown

        settings = project.configuration.for_folder(Path.cwd())
        file = settings.baseline
        read = None
        if file is not None:
            from invocation_lint.baselines.known import read_baseline

            read = read_baseline(shown(file), f"{settings.origin('baseline')}: baseline")
        _baseline = (project, read)
    return _baseline[1]


def _message(finding: Finding) -> str:
    """Code and message, as the report `concise` has them."""
    from invocation_lint.plain import plain
    from invocation_lint.report.concise import one_line

    place = finding.place
    found = one_line(finding).removeprefix(f"{plain(place.document)}:{place.line}:{place.column}: ")
    return found.replace("] ", f"] {place.short}: ", 1) if place.cell else found
