"""The comments of a document in YAML that may suppress findings. A comment there speaks of its line, and of the block
that begins in it."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from invocation_lint.source.comments.kinds import Comment

_MARK = re.compile(r"(?:^|(?<=\s))#.*?(?:noqa|nvocation[-_ ]?lint)", re.IGNORECASE)
_BLOCK = frozenset("|>")


class Document:
    """The text of a document; `name` is what findings show."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text.removeprefix("\ufeff")
        self._lines = self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    def line_text(self, line: int) -> str:
        """The text of a line, which counts from 1."""
        return self._lines[line - 1] if 0 < line <= len(self._lines) else ""

    def statement_lines(self, line: int) -> tuple[int, int]:
        """The line itself; of one in which a block begins (`key: |`), the lines of its text, too."""
        return line, self._blocks.get(line, line)

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        """The comments that name this tool or suppress, in order; none where the text is no YAML."""
        wanted = [number for number, line in enumerate(self._lines, 1) if _MARK.search(line)]
        if not wanted:
            return ()
        inside = self._scalars(frozenset(wanted))
        found = []
        for number in wanted:
            line = self.line_text(number)
            for start in (match.start() for match in re.finditer(r"(?:^|(?<=\s))#", line)):
                if not any(first <= start < end for first, end in inside.get(number, ())):
                    found.append(Comment(number, start + 1, line[start:]))
                    break
        return tuple(found)

    def _scalars(self, wanted: frozenset[int]) -> dict[int, list[tuple[int, int]]]:
        """The stretches of lines that scalars take, from 0, the end behind them."""
        found: dict[int, list[tuple[int, int]]] = {}
        if self._events is None:
            return {number: [(0, len(self.line_text(number)))] for number in wanted}
        for event in self._events:
            first, last = event.start_mark, event.end_mark
            is_block = event.style in _BLOCK
            for number in range(first.line + 1, last.line + 2):
                if number not in wanted:
                    continue
                line = self.line_text(number)
                start = first.column if number == first.line + 1 else 0
                end = last.column if number == last.line + 1 else len(line)
                if is_block and number == first.line + 1:
                    continue  # its text begins below
                found.setdefault(number, []).append((start, end))
        return found

    @cached_property
    def _blocks(self) -> dict[int, int]:
        """The last line of each block, by the line in which it begins."""
        found = {}
        for event in self._events or ():
            if event.style in _BLOCK:
                first, last = event.start_mark.line + 1, event.end_mark.line + 1
                is_within = bool(self.line_text(last)[: event.end_mark.column].strip())
                found[first] = max(last if is_within else last - 1, first)
        return found

    @cached_property
    def _events(self) -> list[Any] | None:
        """The scalars of the document; None where the text is no YAML."""
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            events = list(yaml.parse("\n".join(self._lines), Loader=loader))
        except yaml.YAMLError:
            return None
        return [event for event in events if isinstance(event, yaml.ScalarEvent)]
