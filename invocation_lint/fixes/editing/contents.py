"""What is written in a stretch of code, read once: names by what they say, texts by what they hold."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import libcst as cst

from invocation_lint.source.parsing.walk import walk


def text_of(node: cst.CSTNode | None) -> str | None:
    """The value of a plain text literal, else None."""
    if isinstance(node, cst.SimpleString) and node.prefix.lower() in ("", "u"):
        return str(node.evaluated_value)
    return None


class Contents:
    """The names and texts at and below a node, each list in the order of the code.

    `quote` is the quotation mark that most texts have of those that may have either; empty when none leads.
    """

    def __init__(self, root: cst.CSTNode, is_free: Callable[[cst.SimpleString], bool]) -> None:
        """`is_free` tells whether a text has the quotes of its author's choice."""
        self.names: Mapping[str, Sequence[cst.Name]]
        names: dict[str, list[cst.Name]] = defaultdict(list)
        self._texts: list[cst.SimpleString] = []
        for node in walk(root):
            if isinstance(node, cst.Name):
                names[node.value].append(node)
            elif isinstance(node, cst.SimpleString):
                self._texts.append(node)
        self.names = dict(names)
        marks = Counter(node.quote for node in self._texts if is_free(node))
        single, double = marks["'"], marks['"']
        self.quote = "" if single == double else "'" if single > double else '"'

    @cached_property
    def texts(self) -> Mapping[str, Sequence[cst.SimpleString]]:
        """The plain texts by their value."""
        found: dict[str, list[cst.SimpleString]] = defaultdict(list)
        for node in self._texts:
            text = text_of(node)
            if text is not None:
                found[text].append(node)
        return dict(found)
