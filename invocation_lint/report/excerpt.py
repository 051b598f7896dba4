"""Source excerpts: the lines of a file with places underlined and labelled, for the report `full`.

Columns of a `Place` count characters; what is shown counts the cells of a terminal, so tabs, wide and invisible
characters are laid out here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import groupby

from invocation_lint.findings import Place
from invocation_lint.records import record
from invocation_lint.report.style import Style

_TAB = 4
_WIDEST = 160  # cells of a source line that are shown
_LEAD = 40  # cells kept before the first mark of a line that is cut
_MOST_LINES = 8  # of one span; the rest is elided
_CONTEXT_GAP = 2  # unmarked lines between two marked ones that are shown rather than elided


_Drawn = tuple[str, bool]  # what stands at a cell, and whether it belongs to the main place


@record
class Mark:
    """A span to underline, and the words for it; the main one is drawn with ^, others with -."""

    place: Place
    text: str = ""
    main: bool = False


@record
class _Cell:
    """The part of a mark that lies in one line, in cells of the terminal: start and end (exclusive)."""

    start: int
    end: int
    mark: Mark


def excerpt(lines: Sequence[str], marks: Sequence[Mark], style: Style) -> list[str]:
    """The marked lines in order, each with its number, underlines and labels; between far lines stands `...`."""
    last = len(lines)
    shown = {number for mark in marks for number in _lines_of(mark.place, last)}
    numbers = _with_small_gaps(sorted(shown))
    if not numbers:
        return []
    width = len(str(numbers[-1]))
    gutter = style.frame(" " * width + " |")
    rows = [gutter]
    before = numbers[0] - 1
    for number in numbers:
        if number > before + 1:
            rows.append(style.frame("..."))
        rows += _line(number, lines[number - 1], marks, width, style)
        before = number
    return [*rows, gutter]


def _lines_of(place: Place, last: int) -> list[int]:
    """The numbers of the lines to show for a place: its first ones and its last."""
    end = place.end_line - 1 if place.end_column == 1 and place.end_line > place.line else place.end_line
    numbers = [number for number in range(place.line, end + 1) if number <= last]
    return numbers if len(numbers) <= _MOST_LINES else [*numbers[: _MOST_LINES - 1], numbers[-1]]


def _with_small_gaps(numbers: list[int]) -> list[int]:
    filled: list[int] = []
    for number in numbers:
        if filled and number - filled[-1] <= _CONTEXT_GAP:
            filled += range(filled[-1] + 1, number)
        filled.append(number)
    return filled


def _line(number: int, line: str, marks: Sequence[Mark], width: int, style: Style) -> list[str]:
    """One source line and the rows below it. A mark is underlined on the line where it starts."""
    starts = _starts_of_cells(line)
    shown, here = _display(line), []
    for mark in marks:
        if mark.place.line == number:
            first = min(mark.place.column - 1, len(line))
            ends_here = mark.place.end_line == number
            after = min(mark.place.end_column - 1, len(line)) if ends_here else len(line.rstrip())
            start = starts[first]
            here.append(_Cell(start, max(starts[max(after, first)], start + 1), mark))
    cut = 0
    if len(starts) and starts[-1] > _WIDEST:
        shown, cut = _window(shown, line, starts, here)
    gutter = style.frame(f"{number:>{width}} |")
    rows = [f"{gutter} {shown}".rstrip()]
    empty = style.frame(" " * width + " |")
    moved = [_Cell(max(cell.start - cut, 0), min(cell.end - cut, _WIDEST), cell.mark) for cell in here]
    return rows + [f"{empty} {row}" for row in _annotations([cell for cell in moved if cell.end > cell.start], style)]


def _annotations(cells: list[_Cell], style: Style) -> list[str]:
    """The row of underlines with the label of the rightmost mark, then a row for each other label, right to left."""
    if not cells:
        return []
    cells = sorted(cells, key=lambda cell: (cell.start, cell.mark.main))
    row: dict[int, _Drawn] = {}
    for cell in sorted(cells, key=lambda cell: cell.end - cell.start, reverse=True):  # narrow ones on top
        row |= dict.fromkeys(range(cell.start, cell.end), ("^" if cell.mark.main else "-", cell.mark.main))
    underline = _row_of(row, style)
    labelled = [cell for cell in cells if cell.mark.text]
    if not labelled:
        return [underline]
    right = labelled[-1]
    if right.end >= max(cell.end for cell in cells):
        underline += " " + _paint(right.mark.text, right.mark.main, style)
        labelled = labelled[:-1]
    rows = [underline]
    while labelled:
        hanging = labelled.pop()
        bars = {cell.start: ("|", cell.mark.main) for cell in (*labelled, hanging)}
        if len(rows) == 1:
            rows.append(_row_of(bars, style))
        label = {hanging.start: (hanging.mark.text, hanging.mark.main)}
        rows.append(_row_of({at: bar for at, bar in bars.items() if at < hanging.start} | label, style))
    return rows


def _paint(text: str, main: bool, style: Style) -> str:
    return style.main(text) if main else style.related(text)


def _row_of(drawn: dict[int, _Drawn], style: Style) -> str:
    """A row from what stands at each cell; neighbours that look the same are painted as one."""
    columns = [(drawn.get(column, (" ", None))) for column in range(max(drawn) + 1)]
    row = ""
    for main, run in groupby(columns, key=lambda column: column[1]):
        text = "".join(text for text, _ in run)
        row += text if main is None else _paint(text, main, style)
    return row


def _starts_of_cells(line: str) -> list[int]:
    """For each character, and for the end, the cell at which it starts."""
    starts, at = [], 0
    for character in line:
        starts.append(at)
        at += _width(character, at)
    return [*starts, at]


def _width(character: str, at: int) -> int:
    if character == "\t":
        return _TAB - at % _TAB
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Me", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _display(line: str) -> str:
    """The line as it is printed: tabs as spaces, control characters (which could steer a terminal) as a dot."""
    shown, at = [], 0
    for character in line:
        width = _width(character, at)
        if character == "\t":
            shown.append(" " * width)
        elif unicodedata.category(character) in ("Cc", "Cf"):
            shown.append("\N{MIDDLE DOT}" if width else "")
        else:
            shown.append(character)
        at += width
    return "".join(shown)


def _window(shown: str, line: str, starts: list[int], cells: list[_Cell]) -> tuple[str, int]:
    """The part of a very long line around its first mark, and how many cells were cut off before it."""
    first = min((cell.start for cell in cells), default=0)
    cut = max(first - _LEAD, 0) if first > _WIDEST - _LEAD else 0
    kept, at = [], 0
    for character in _display(line):
        width = _width(character, at)
        if at >= cut and at + width <= cut + _WIDEST:
            kept.append(character)
        at += width
    return ("..." if cut else "") + "".join(kept)[3 if cut else 0 :] + ("..." if at > cut + _WIDEST else ""), cut
