"""What goes into the linting of a file, and what comes out of it."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from invocation_lint.findings import Finding
from invocation_lint.records import mutable, record
from invocation_lint.source.files.reading import read_bytes

if TYPE_CHECKING:
    from invocation_lint.analysis.interpreter import Walked
    from invocation_lint.programs import News


@record
class Input:
    """A file to lint: the name that findings show, its path (which decides its settings), and its bytes if given."""

    name: str
    path: Path
    data: bytes | None = None

    def read(self) -> bytes:
        """Its bytes: those given, else those of the file. Raises UnreadableFile."""
        return self.data if self.data is not None else read_bytes(self.path, self.name)


@mutable
class Outcome:
    """What linting one file gave. `text` is what was read of it, where there is a finding to show."""

    findings: list[Finding] = field(default_factory=list)
    analysed: bool = False
    functions_too_large: tuple[str, ...] = ()
    without_contract: tuple[str, ...] = ()
    filled_in: bool = False  # a template that another tool fills in before it is one
    left_out: tuple[str, ...] = ()  # templates of its project that are too many to be read
    inline: int = 0  # functions of a template whose Python code stands in it, and is not read
    too_large: bool = False  # to be analysed, though nothing in its bytes invokes
    text: str = ""
    traceback: str = ""  # of an analysis that broke off
    seconds: float = 0.0  # of a processor
    walks: tuple[Walked, ...] = ()  # the functions that were walked for it
    digest: str = ""  # of the bytes that were read; empty where the outcome is not to be kept
    news: tuple[News, ...] = ()  # what another process asked of projects
