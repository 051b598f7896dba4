"""The comments of a document in YAML that may suppress findings. A comment there speaks of its line alone."""

from __future__ import annotations

import re
from functools import cached_property

from invocation_lint.source.comments.kinds import Comment

_MARK = re.compile(r"(?:^|(?<=\s))#.*?(?:noqa|nvocation[-_ ]?lint)", re.IGNORECASE)


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
        """The line itself."""
        return line, line

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
        import yaml

        found: dict[int, list[tuple[int, int]]] = {}
        try:
            for event in yaml.parse("\n".join(self._lines), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
                if not isinstance(event, yaml.ScalarEvent):
                    continue
                first, last = event.start_mark, event.end_mark
                assert first is not None and last is not None
                is_block = event.style in {"|", ">"}
                for number in range(first.line + 1, last.line + 2):
                    if number not in wanted:
                        continue
                    line = self.line_text(number)
                    start = first.column if number == first.line + 1 else 0
                    end = last.column if number == last.line + 1 else len(line)
                    if is_block and number == first.line + 1:
                        continue  # its text begins below
                    found.setdefault(number, []).append((start, end))
        except yaml.YAMLError:
            return {number: [(0, len(self.line_text(number)))] for number in wanted}
        return found
