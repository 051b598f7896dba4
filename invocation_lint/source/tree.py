"""A file as a tree: decoded, parsed with libcst, with positions and comments.

This module imports libcst; import it only for a file that `scan.may_matter` lets through.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from invocation_lint.errors import UnreadableFile
from invocation_lint.findings import Place
from invocation_lint.records import record
from invocation_lint.source.decode import decode
from invocation_lint.source.guard import check_depth, check_size
from invocation_lint.source.positions import (
    Notes,
    align,
    line_and_column,
    line_starts,
    take_notes,
)
from invocation_lint.source.stack import on_large_stack
from invocation_lint.source.statements import statement_ranges
from invocation_lint.source.syntax import syntax_error

_LONE_RETURN = re.compile(r"\r(?!\n)")


@record
class Comment:
    """A comment with its hash sign. Line and column count from 1, columns in characters."""

    line: int
    column: int
    text: str


@dataclass(slots=True, eq=False)
class SourceFile:
    """One parsed file.

    `text` is what was decoded, without a byte order mark; offsets count its characters. `fixable` is False where the
    tree does not write the very text back, so that edits could not be placed with certainty.
    """

    name: str
    data: bytes
    text: str
    encoding: str
    module: cst.Module
    comments: tuple[Comment, ...]
    fixable: bool
    _notes: Notes
    _starts: list[int]
    _shift: list[int] | None
    _ranges: list[tuple[int, int]] | None = field(default=None)
    _places: dict[int, Place] = field(default_factory=dict)

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """The offsets in `text` at which the node starts and ends, without the parentheses and space around it."""
        if node is self.module:
            return 0, len(self.text)
        found = self._notes.span(node)
        if found is None:
            raise ValueError(f"the {type(node).__name__} is layout or not of {self.name}")
        start, end = found
        if self._shift is None:
            return found
        return self._shift[start], (self._shift[end - 1] + 1 if end > start else self._shift[end])

    def place(self, node: cst.CSTNode) -> Place:
        """Where the node stands: lines and columns from 1, end exclusive."""
        found = self._places.get(id(node))
        if found is None:
            found = self._places[id(node)] = self.place_of(*self.span(node))
        return found

    def place_of(self, start: int, end: int) -> Place:
        """The place of a stretch of `text`."""
        line, column = line_and_column(self._starts, start)
        end_line, end_column = line_and_column(self._starts, end)
        return Place(self.name, line, column, end_line, end_column)

    def offsets(self, place: Place) -> tuple[int, int]:
        """The stretch of `text` that a place of this file names."""
        return self._starts[place.line - 1] + place.column - 1, self._starts[place.end_line - 1] + place.end_column - 1

    @property
    def line_count(self) -> int:
        """How many lines the file has; a newline at the end starts none."""
        return len(self._starts) - (1 if self._starts[-1] == len(self.text) else 0)

    def line_text(self, line: int) -> str:
        """A line's text without its end; empty outside the file."""
        if not 1 <= line <= len(self._starts):
            return ""
        end = self._starts[line] if line < len(self._starts) else len(self.text)
        return self.text[self._starts[line - 1] : end].rstrip("\r\n")

    def code(self, node: cst.CSTNode) -> str:
        """The text of a node, as written."""
        start, end = self.span(node)
        return self.text[start:end]

    def statement_lines(self, line: int) -> tuple[int, int]:
        """First and last line of the simple statement, or of the compound statement's header, that holds `line`.

        A header reaches from the first decorator to the colon; `else`, `except`, `finally` and `case` have their own.
        A line outside all statements stands alone.
        """
        if self._ranges is None:
            self._ranges = statement_ranges(self.module, self._notes, self._line_of)
        at = bisect_right(self._ranges, (line, sys.maxsize)) - 1
        if at >= 0 and self._ranges[at][0] <= line <= self._ranges[at][1]:
            return self._ranges[at]
        return line, line

    def _line_of(self, offset: int) -> int:
        """The line of an offset in the code that the tree writes."""
        return line_and_column(self._starts, offset if self._shift is None else self._shift[offset])[0]


def _mend_conditional_expressions() -> None:
    """libcst takes `return(a if b else c)` for an error: its check of the space behind a keyword forgets the
    brackets of a conditional expression alone."""
    original = cst.IfExp._safe_to_use_with_word_operator

    def safe(node: cst.IfExp, position: Any) -> bool:
        return bool(node.lpar) or original(node, position)

    setattr(cst.IfExp, original.__name__, safe)


_mend_conditional_expressions()

_SPACED = "put a space behind each keyword that a bracket or a quote follows"


def parse(data: bytes, name: str) -> SourceFile:
    """The tree of a file, with positions and comments. Raises UnreadableFile when it cannot be decoded or parsed."""
    check_size(data, name)
    text, encoding = decode(data, name)
    check_depth(text, name)
    # Python takes a lone carriage return for a newline, libcst does not always: same length, so offsets stay.
    readable = _LONE_RETURN.sub("\n", text) if "\r" in text else text

    def work() -> tuple[cst.Module, Notes]:
        module = cst.parse_module(readable)
        return module, take_notes(module)

    try:
        module, notes = on_large_stack(work)
    except cst.ParserSyntaxError as error:
        raise syntax_error(text, name, str(error)) from None
    except cst.CSTValidationError as error:  # valid Python that the parser does not take, such as `return[1]`
        raise UnreadableFile(f"the parser cannot read it: {error}", path=name, help=_SPACED) from None
    except (RecursionError, MemoryError):
        raise UnreadableFile("the code is nested too deeply to be analysed", path=name) from None
    starts = line_starts(text)
    shift = align(notes.code, readable)
    comments = tuple(
        Comment(
            *line_and_column(starts, offset if shift is None else shift[offset]),
            comment,
        )
        for offset, comment in notes.comments
    )
    fixable = notes.code == text
    return SourceFile(name, data, text, encoding, module, comments, fixable, notes, starts, shift)
