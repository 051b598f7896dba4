"""What a run gives: a report, an exit status, and the texts that reports quote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from invocation_lint.cells import line_in_file, text_of_cell
from invocation_lint.errors import UnreadableFile
from invocation_lint.findings import Place, Report
from invocation_lint.records import mutable
from invocation_lint.source.files.decode import decode

if TYPE_CHECKING:
    from invocation_lint.analysis.interpreter import Walked


@mutable
class Run:
    """A report, the exit status that it means, and the lines of the files it speaks of, as they were read."""

    report: Report = field(default_factory=Report)
    status: int = 0
    texts: dict[str, str] = field(default_factory=dict)
    costs: dict[str, tuple[float, tuple[Walked, ...]]] = field(default_factory=dict)  # of each file
    known: dict[str, tuple[Path, bool]] = field(default_factory=dict)  # files not linted anew, and whether analysed
    _lines: dict[str, tuple[str, Sequence[str]]] = field(default_factory=dict, repr=False)  # and their texts

    def lines_of(self, name: str) -> Sequence[str] | None:
        """The lines of a file, cut where Python cuts them: as they were linted, for a related file as they are now.

        None when there is no such file.
        """
        text = self.text_of(name)
        if text is None:
            return None
        if name not in self._lines or self._lines[name][0] is not text:
            self._lines[name] = (text, text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
        return self._lines[name][1]

    def text_of(self, name: str) -> str | None:
        """The text of a file, likewise."""
        if name not in self.texts and (cell := text_of_cell(name, self.text_of)) is not None:
            self.texts[name] = cell
        if name not in self.texts:
            path, analysed = self.known.get(name, (Path(name), False))
            try:
                data = path.read_bytes()
                self.texts[name] = decode(data, name)[0] if analysed else data.decode("utf-8", "replace")
            except (OSError, ValueError, UnreadableFile):
                return None
        return self.texts[name]

    def line_in_file(self, place: Place) -> int:
        """The line of the file on which a place starts: in a notebook another one than in the cell."""
        return line_in_file(place, self.text_of)
