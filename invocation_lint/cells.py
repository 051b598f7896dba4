"""Places in notebooks: from lines of the module, in which the analysis counts, to those of cells, which people see."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from invocation_lint.errors import UnreadableFile
from invocation_lint.findings import Finding, Label, Place

if TYPE_CHECKING:
    from invocation_lint.source.notebooks.cells import Notebook

_CELL = re.compile(r"(?P<file>.*\.ipynb):cell (?P<number>\d+)\Z", re.DOTALL)
_ENDING = ".ipynb"


def in_cells(findings: Sequence[Finding], name: str, notebook: Notebook | None) -> list[Finding]:
    """The findings of a file, with the places in notebooks as those in cells; `notebook` is the file itself, if it is
    one."""
    if notebook is None:  # what is found in other files never points into a notebook: nothing imports one
        return list(findings)

    def moved(place: Place) -> Place:
        return notebook.place(place) if place.path == name else place

    def labels(found: Sequence[Label]) -> tuple[Label, ...]:
        return tuple(Label(moved(one.place), one.text) for one in found)

    return [
        replace(
            finding,
            place=moved(finding.place),
            labels=labels(finding.labels),
            chain=labels(finding.chain),
            site=moved(finding.site) if finding.site is not None else None,
            fix=replace(finding.fix, place=moved(finding.fix.place)) if finding.fix is not None else None,
            suppressed_by=replace(finding.suppressed_by, place=moved(finding.suppressed_by.place))
            if finding.suppressed_by is not None
            else None,
        )
        for finding in findings
    ]


def place_in_cell(place: Place, data: bytes) -> Place:
    """A place in the module of a notebook, of which the bytes are given, as one in its cell; others as they are."""
    if not place.path.endswith(_ENDING):
        return place
    from invocation_lint.source.notebooks.cells import read_notebook

    return read_notebook(data, place.path).place(place)


def text_of_cell(document: str, text_of: Callable[[str], str | None]) -> str | None:
    """The text of what a place's lines count in, if it is a cell; `text_of` gives that of the file of a notebook."""
    named = _CELL.match(document)
    if named is None or Path(document).exists():
        return None
    notebook = _notebook(named["file"], text_of)
    return notebook.text_of(int(named["number"])) if notebook is not None else None


def line_in_file(place: Place, text_of: Callable[[str], str | None]) -> int:
    """The line of the file on which a place starts."""
    notebook = _notebook(place.path, text_of) if place.cell else None
    return notebook.line_in_file(place.cell, place.line) if notebook is not None else place.line


def _notebook(name: str, text_of: Callable[[str], str | None]) -> Notebook | None:
    from invocation_lint.source.notebooks.cells import read_notebook

    text = text_of(name)
    try:
        return read_notebook(text.encode("utf-8", "surrogatepass"), name) if text is not None else None
    except UnreadableFile:
        return None
