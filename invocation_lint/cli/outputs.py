"""Where reports go: `--output FORMAT[=FILE]`, checked before anything is linted, and when to use colour."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from invocation_lint.documents.nodes import unknown_name
from invocation_lint.errors import CannotWrite, UsageError
from invocation_lint.plain import plain
from invocation_lint.records import record
from invocation_lint.report import FORMATS


@record
class Output:
    """One report to write: its format, and the file, or None for standard output."""

    format: str
    path: Path | None = None

    def write(self, text: str) -> None:
        """Writes the report. CannotWrite when there is no room for it; BrokenPipeError when nobody reads standard
        output."""
        try:
            self._write(text)
        except BrokenPipeError:
            raise
        except OSError as error:
            where = self.path or "standard output"
            raise CannotWrite(f"--output: cannot write {where}: {error.strerror or error}") from None

    def _write(self, text: str) -> None:
        if self.path is not None:
            self.path.write_text(text, "utf-8", "replace")
        elif sys.stdout is not None:
            encoding = sys.stdout.encoding or "utf-8"
            sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
            sys.stdout.flush()


def outputs_of(given: tuple[str, ...]) -> list[Output]:
    """The outputs asked for, `full` when none is. UsageError for an unknown format or a file that cannot be written."""
    outputs: list[Output] = []
    for text in given or ("full",):
        name, equals, file = text.partition("=")
        if name not in FORMATS:
            raise UsageError(f"--output: {unknown_name('format', name, FORMATS)}")
        if equals and not file:
            raise UsageError(f"--output {text}: no file is named after =")
        output = Output(name, Path(file) if file else None)
        if any(other.path == output.path for other in outputs):
            where = output.path or "standard output"
            raise UsageError(f"--output: two reports would be written to {where}", "use a file for each: FORMAT=FILE")
        _check_writable(output.path)
        outputs.append(output)
    return outputs


def path_from_root(name: str) -> str:
    """The path of a file from the root of the repository that holds the working folder (else from that folder).

    Outside of it: absolute. Services that show findings beside code ask for this path.
    """
    here = Path.cwd()
    root = next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here)
    path = Path(os.path.normpath(here / name))
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def append_step_summary(text: str) -> None:
    """Adds Markdown to the summary page of the job, under GitHub Actions; elsewhere nothing is done."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if not file:
        return
    try:
        with Path(file).open("a", encoding="utf-8", errors="replace") as summary:
            summary.write(text)
    except OSError as error:
        print(plain(f"warning: the summary was not written: {file}: {error.strerror or error}"), file=sys.stderr)


def _check_writable(path: Path | None) -> None:
    if path is None:
        return
    existed = path.exists()
    try:
        with path.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        raise UsageError(f"--output: cannot write {path}: {error.strerror or error}") from None
    if not existed:
        path.unlink()  # a run that stops early leaves no empty report behind


def color_wanted(choice: str) -> bool:
    """Whether to colour standard output: as told, else on a terminal that has colours (no-color.org)."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout is not None and sys.stdout.isatty()
