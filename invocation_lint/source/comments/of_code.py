"""The comments of a program or configuration that deploys (TypeScript, HCL) that may suppress findings.

    // noqa: INV904        # noqa: INV904        /* invocation-lint: ignore[INV904] reason */

A comment there speaks of its line alone. Strings are passed over by their quotes; nothing is parsed.
"""

from __future__ import annotations

import re
from functools import cached_property

from invocation_lint.source.comments.kinds import Comment

_TOKEN = re.compile(
    r"""(?P<block>/\*.*?(?:\*/|\Z))|(?P<line>//[^\n]*)|(?P<hash>\#[^\n]*)
    |"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`""",
    re.DOTALL | re.VERBOSE,
)


class CodeText:
    """The text of a file; `name` is what findings show. `hashes` says that `#` begins a comment, too. `text` are its
    comments, as `comments` has them."""

    def __init__(self, name: str, text: str, *, hashes: bool) -> None:
        self.name = name
        self._whole = text.replace("\r\n", "\n").replace("\r", "\n")
        self._hashes = hashes
        self._lines = self._whole.split("\n")
        self.text = "\n".join(comment.text for comment in self.comments)

    def line_text(self, line: int) -> str:
        """The text of a line, which counts from 1; a comment in it begins with a hash sign."""
        text = self._lines[line - 1] if 0 < line <= len(self._lines) else ""
        return re.sub(r"^(\s*)(?://|/\*)", r"\1 #", text)

    def statement_lines(self, line: int) -> tuple[int, int]:
        """The line itself."""
        return line, line

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        """All comments that begin and end on one line, in order, each with a hash sign for its beginning."""
        found = []
        for match in _TOKEN.finditer(self._whole):
            kind = match.lastgroup
            text = match[0]
            if kind is None or (kind == "hash" and not self._hashes) or "\n" in text:
                continue
            start = match.start()
            line = self._whole.count("\n", 0, start) + 1
            column = start - (self._whole.rfind("\n", 0, start) + 1) + 1
            plain = text if kind == "hash" else f" #{text[2:].removesuffix('*/') if kind == 'block' else text[2:]}"
            found.append(Comment(line, column, plain))
        return tuple(found)
