"""A file as a tree: decoded, parsed with libcst, with positions and comments.

This module imports libcst; import it only for a file that `scan.may_matter` lets through.
"""

from __future__ import annotations

import ast
import re
import sys
from bisect import bisect_right
from typing import Any

import libcst as cst

from invocation_lint.data import tool_texts
from invocation_lint.errors import UnreadableFile
from invocation_lint.findings import Place
from invocation_lint.source.comments.kinds import Comment
from invocation_lint.source.files.decode import decode
from invocation_lint.source.parsing.as_ast import as_ast
from invocation_lint.source.parsing.guard import check_depth, check_size
from invocation_lint.source.parsing.indents import evened
from invocation_lint.source.parsing.positions import Definition, line_and_column, line_starts
from invocation_lint.source.parsing.python_tree import Offsets, bodies, python_tree
from invocation_lint.source.parsing.refusal import refused_line
from invocation_lint.source.parsing.stack import on_large_stack
from invocation_lint.source.parsing.statements import Lines, read_lines
from invocation_lint.source.parsing.syntax import syntax_error
from invocation_lint.source.parsing.trees import REFUSALS, Trees

_LONE_RETURN = re.compile(r"\r(?!\n)")


class SourceFile:
    """One file that can be parsed: its text, Python's own tree of it, and libcst's, which is parsed where it is read.

    `text` is what was decoded, without a byte order mark; offsets count its characters. `syntax` is Python's tree, or
    what comes nearest to it where only libcst takes the text; whoever has read it lets it go with `forget_syntax`.
    `failure` is set once libcst does not take a part that was asked for.
    """

    def __init__(self, name: str, data: bytes, text: str, encoding: str, readable: str) -> None:
        self.name = name
        self.data = data
        self.text = text
        self.encoding = encoding
        self.failure: UnreadableFile | None = None
        self._readable = readable
        self._starts = line_starts(text)
        self._offsets = Offsets(text, self._starts)
        self._syntax = python_tree(readable)
        waiting = bodies(self._syntax, readable, self._offsets) if self._syntax is not None else ()
        self._trees = Trees(readable, waiting, self._note_failure)
        self._read_lines: Lines | None = None
        self._places: dict[int, Place] = {}
        if self._syntax is None:
            self._read_whole()

    def _read_whole(self) -> None:
        try:
            self._trees.read()
        except REFUSALS as error:
            raise self._refusal(error) from None

    def _note_failure(self, error: Exception) -> None:
        self.failure = self.failure or self._refusal(error)

    def _refusal(self, error: Exception) -> UnreadableFile:
        if isinstance(error, cst.ParserSyntaxError):
            return syntax_error(self.text, self.name, str(error), refused_line)
        if isinstance(error, cst.CSTValidationError):  # valid Python that the parser does not take, as `return[1]`
            line = refused_line(self.text) or 1
            return tool_texts.NOT_SPACED.error(line, name=self.name, error=error)
        return tool_texts.TOO_DEEP.error(name=self.name)

    @property
    def syntax(self) -> ast.Module:
        """The file as Python's parser sees it."""
        if self._syntax is None:
            self._syntax = python_tree(self._readable) or on_large_stack(lambda: as_ast(self.module, self.position_of))
        return self._syntax

    def forget_syntax(self) -> None:
        """Python's tree has been read."""
        self._syntax = None

    @property
    def module(self) -> cst.Module:
        """libcst's tree. Below it, the bodies of functions are parsed when they are looked at."""
        return self._trees.module

    @property
    def awaited(self) -> set[cst.CSTNode]:
        """What stands directly behind `await`, in the parts that were looked at."""
        return self._trees.notes.awaited

    @property
    def comments(self) -> tuple[Comment, ...]:
        """All comments, in order."""
        return tuple(Comment(*line_and_column(self._starts, at), text) for at, text in self._lines.comments)

    @property
    def _lines(self) -> Lines:
        if self._read_lines is None:
            self._read_lines = read_lines(self._readable, self._starts)
        return self._read_lines

    @property
    def fixable(self) -> bool:
        """False where the trees do not write the very text back, so that edits could not be placed with certainty."""
        self._trees.complete()
        return self._trees.round_trips and self._readable == self.text and self.failure is None

    def definition(self, start: int) -> Definition:
        """The function, lambda or class that starts at an offset. KeyError when there is none."""
        try:
            return self._trees.definition(start)
        except KeyError:
            if self.failure is not None:
                raise self.failure from None
            raise

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """The offsets in `text` at which the node starts and ends, without the parentheses and space around it."""
        if type(node) is cst.Module and node is self.module:
            return 0, len(self.text)
        found = self._trees.notes.span(node)
        if found is None:
            raise ValueError(f"the {type(node).__name__} is layout or not of {self.name}")
        return found

    def syntax_span(self, node: ast.stmt | ast.expr) -> tuple[int, int]:
        """The same for a node of `syntax`."""
        return self._offsets.span(node)

    def position_of(self, node: cst.CSTNode) -> tuple[int, int, int, int]:
        """Where a node starts and ends as Python's parser tells it: lines from 1, bytes of UTF-8 from 0."""
        found: list[int] = []
        for offset in self.span(node):
            line, column = line_and_column(self._starts, offset)
            found += [line, len(self.text[offset - column + 1 : offset].encode())]
        return found[0], found[1], found[2], found[3]

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
        ranges = self._lines.ranges
        at = bisect_right(ranges, (line, sys.maxsize)) - 1
        if at >= 0 and ranges[at][0] <= line <= ranges[at][1]:
            return ranges[at]
        return line, line


def _mend_conditional_expressions() -> None:
    """libcst takes `return(a if b else c)` for an error: its check of the space behind a keyword forgets the
    brackets of a conditional expression alone."""
    original = cst.IfExp._safe_to_use_with_word_operator

    def safe(node: cst.IfExp, position: Any) -> bool:
        return bool(node.lpar) or original(node, position)

    setattr(cst.IfExp, original.__name__, safe)


_mend_conditional_expressions()


def parse(data: bytes, name: str) -> SourceFile:
    """A file as a tree. Raises UnreadableFile when it cannot be decoded or parsed."""
    check_size(data, name)
    text, encoding = decode(data, name)
    check_depth(text, name)
    # Python takes a lone carriage return for a newline, libcst does not always: same length, so offsets stay.
    readable = evened(_LONE_RETURN.sub("\n", text) if "\r" in text else text)
    return SourceFile(name, data, text, encoding, readable)
