"""Jupyter notebooks: their code cells as one module, and where a place in it is in the notebook.

Cells are counted from 1 over all cells, those of text included, as ruff counts them. Cells in other languages, and what
IPython takes beside Python, are left out of the code (`magics`).
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from invocation_lint.data import tool_texts
from invocation_lint.findings import Place
from invocation_lint.source.notebooks.magics import as_python, shown
from invocation_lint.source.scan import may_matter

ENDING = ".ipynb"
MAX_BYTES = 50_000_000
"""Of a notebook with the output of its cells."""

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|[\[\]{},:]|\n')


class _Cell(NamedTuple):
    """A cell of code: its number among all cells, the first line of it in the module, and its text."""

    number: int
    first: int
    text: str


class Notebook:
    """A notebook: `code` is the text of its module, without code when its language is not Python."""

    def __init__(self, document: str, cells: list[_Cell], code: str) -> None:
        self.code = code
        self._document = document
        self._cells = cells
        self._firsts = [cell.first for cell in cells]

    def line(self, line: int) -> tuple[int, int]:
        """The cell that holds a line of the module, and the line in it; both from 1, and 0 as the cell of none."""
        index = bisect_right(self._firsts, line) - 1
        if index < 0:
            return 0, line
        cell = self._cells[index]
        return cell.number, min(line - cell.first, cell.text.count("\n")) + 1

    def place(self, place: Place) -> Place:
        """A place in the module as the place in its cell."""
        if place.cell:
            return place
        cell, line = self.line(place.line)
        end_cell, end_line = self.line(place.end_line)
        end = (end_line, place.end_column) if end_cell == cell else (line, place.column)
        return Place(place.path, line, place.column, *end, cell)

    def text_of(self, cell: int) -> str | None:
        """The text of a cell of code, as it stands in the notebook."""
        return next((one.text for one in self._cells if one.number == cell), None)

    def line_in_file(self, cell: int, line: int) -> int:
        """The line of the file in which a line of a cell stands, for who shows the file as it is."""
        lines = self._lines_in_file.get(cell, [])
        return lines[min(line, len(lines)) - 1] if lines else 1

    @cached_property
    def _lines_in_file(self) -> dict[int, list[int]]:
        """For each cell, the line of the file of each of its lines."""
        found: dict[int, list[int]] = {}
        ended: dict[int, bool] = {}  # whether what was read last of a cell ended a line of it
        way: list[list[Any]] = []  # of each container around: its index or key, and whether that is a key already read
        line = 1
        for token in _TOKEN.finditer(self._document):
            mark = token[0]
            if mark == "\n":
                line += 1
            elif mark in ("[", "{"):
                way.append([0, True] if mark == "[" else ["", False])
            elif mark in ("]", "}"):
                way.pop()
            elif mark == ",":
                way[-1] = [way[-1][0] + 1, True] if isinstance(way[-1][0], int) else ["", False]
            elif mark == ":":
                way[-1][1] = True
            elif not way[-1][1]:
                way[-1][0] = json.loads(mark, strict=False)
            elif len(way) in (3, 4) and way[0][0] == "cells" and way[2][0] == "source":
                cell = way[1][0] + 1
                for piece in _LINE.findall(json.loads(mark, strict=False)):
                    if ended.get(cell, True):
                        found.setdefault(cell, []).append(line)
                    ended[cell] = piece.endswith("\n")
        return found


def is_notebook(name: str) -> bool:
    """Whether a file is a notebook, by its name."""
    return name.endswith(ENDING)


@lru_cache(maxsize=16)
def read_notebook(data: bytes, name: str) -> Notebook:
    """The notebook in the bytes of a file. UnreadableFile, at its line, when there is none."""
    if len(data) > MAX_BYTES:
        raise tool_texts.LARGE_NOTEBOOK.error(name=name, size=len(data) / 1_000_000)
    try:
        text = data.decode("utf-8-sig")
        document = json.loads(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise tool_texts.NOTEBOOK_NOT_UTF_8.error(line, name=name) from None
    except json.JSONDecodeError as error:
        said = error.msg[:1].lower() + error.msg[1:]
        raise tool_texts.NOTEBOOK_NO_JSON.error(error.lineno, error.colno, name, error=said) from None
    except RecursionError:
        raise tool_texts.NOTEBOOK_TOO_DEEP.error(name=name) from None
    cells = _cells(document)
    if cells is None:
        raise tool_texts.NO_NOTEBOOK.error(name=name)
    found: list[_Cell] = []
    code: list[str] = []
    matters = may_matter(data.replace(b'\\"', b'"'))
    first = 1
    for number, cell in enumerate(cells, 1):
        written = _source(cell)
        python = as_python(written) if written is not None and _is_python(document) else None
        if written is None or python is None:
            continue
        python = (shown(python) if matters else python).removesuffix("\n") + "\n"
        found.append(_Cell(number, first, written.removesuffix("\n")))
        code.append(python)
        first += python.count("\n")
    return Notebook(text, found, "".join(code))


def _cells(document: Any) -> list[Any] | None:
    cells = document.get("cells") if isinstance(document, dict) else None
    return cells if isinstance(cells, list) else None


def _is_python(document: Any) -> bool:
    """Whether the kernel runs Python; one that is not named is taken for it."""
    metadata = document.get("metadata")
    for table, key in (("language_info", "name"), ("kernelspec", "language")):
        told = metadata.get(table) if isinstance(metadata, dict) else None
        language = told.get(key) if isinstance(told, dict) else None
        if isinstance(language, str):
            return language.lower() in ("python", "ipython", "python3")
    return True


def _source(cell: Any) -> str | None:
    """The text of a cell of code; None for others, and for those that are marked as another language."""
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return None
    editor = cell.get("metadata", {}).get("vscode", {}) if isinstance(cell.get("metadata"), dict) else {}
    if isinstance(editor, dict) and editor.get("languageId", "python") != "python":
        return None
    source = cell.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    return source.replace("\r\n", "\n").replace("\r", "\n") if isinstance(source, str) else None
