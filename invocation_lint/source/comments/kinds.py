"""Comments, and what reads them: a module of Python, or a template in YAML."""

from __future__ import annotations

from typing import Protocol

from invocation_lint.records import record


@record
class Comment:
    """A comment with its hash sign. Line and column count from 1, columns in characters."""

    line: int
    column: int
    text: str


class Commented(Protocol):
    """A text with comments, which stand on statements. `text` holds all comments, at least."""

    name: str
    text: str

    @property
    def comments(self) -> tuple[Comment, ...]:
        """All comments, in order."""

    def line_text(self, line: int) -> str:
        """The text of a line, which counts from 1."""

    def statement_lines(self, line: int) -> tuple[int, int]:
        """The first and last line of what stands on a line and what a comment there speaks of."""
