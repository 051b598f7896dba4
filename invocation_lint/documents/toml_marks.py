"""Lines and columns of keys and values in a TOML document, which the standard parser does not tell.

The text is known to be valid TOML (it was parsed before), so this only has to find where things begin
(toml.io/en/v1.0.0).
"""

from __future__ import annotations

import bisect
import json
import re
from typing import TYPE_CHECKING, Any

from invocation_lint.errors import UsageError

if TYPE_CHECKING:
    from invocation_lint.documents.nodes import Node

Path = tuple[str | int, ...]
Marks = dict[Path, tuple[int, int]]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\]}\n#]*")
_BLANK = re.compile(r"[ \t]*")
_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")


def marks_of(text: str) -> tuple[Marks, Marks]:
    """Where each key and where each value begins: two maps of paths to (line, column), both counted from 1.

    A path holds keys and, for elements of arrays, indexes. A key written in several headers keeps its first place.
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.keys, scanner.values


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.keys: Marks = {}
        self.values: Marks = {}
        self.tables: dict[Path, int] = {}  # arrays of tables and how many each has so far

    def mark(self, at: int) -> tuple[int, int]:
        line = bisect.bisect_right(self.starts, at)
        return line, at - self.starts[line - 1] + 1

    def skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def document(self) -> None:
        prefix: Path = ()
        self.skip(_SPACE)
        while self.at < len(self.text):
            prefix = self.header() if self.text[self.at] == "[" else self.pair(prefix)
            self.skip(_SPACE)

    def header(self) -> Path:
        start = self.at
        double = self.text.startswith("[[", self.at)
        self.at += 2 if double else 1
        parts = self.dotted()
        path: Path = ()
        for index, (part, at) in enumerate(parts):
            path = (*path, part)
            self.keys.setdefault(path, self.mark(at))
            if double and index == len(parts) - 1:
                self.tables[path] = self.tables.get(path, 0) + 1
            if path in self.tables:
                path = (*path, self.tables[path] - 1)
        self.values.setdefault(path, self.mark(start))
        self.skip(_BLANK)
        self.at += 2 if double else 1
        return path

    def pair(self, prefix: Path) -> Path:
        """One `key = value`; returns the prefix for the next line."""
        path = prefix
        for part, at in self.dotted():
            path = (*path, part)
            self.keys.setdefault(path, self.mark(at))
        self.skip(_BLANK)
        self.at += 1  # the equals sign
        self.skip(_BLANK)
        self.value(path)
        return prefix

    def dotted(self) -> list[tuple[str, int]]:
        parts: list[tuple[str, int]] = []
        while True:
            self.skip(_BLANK)
            start = self.at
            parts.append((self.key(), start))
            self.skip(_BLANK)
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def key(self) -> str:
        if self.text[self.at] in "\"'":
            return self.string()
        match = _BARE_KEY.match(self.text, self.at)
        if match is None:  # not reached for valid TOML; keeps a wrong guess from looping
            self.at += 1
            return ""
        self.at = match.end()
        return match[0]

    def string(self) -> str:
        """Skips a string and returns its content, with simple escapes only: enough for keys."""
        quote = self.text[self.at]
        if self.text.startswith(quote * 3, self.at):
            end = self._string_end(self.at + 3, quote * 3)
            while self.text.startswith(quote, end):  # up to two quotes may stand before the closing three
                end += 1
            self.at = end
            return ""
        start = self.at + 1
        self.at = self._string_end(start, quote)
        body = self.text[start : self.at - 1]
        if quote == '"' and "\\" in body:
            try:
                return str(json.loads(f'"{body}"'))
            except ValueError:
                return body
        return body

    def _string_end(self, at: int, closing: str) -> int:
        while at < len(self.text):
            if closing[0] == '"' and self.text[at] == "\\":
                at += 2
            elif self.text.startswith(closing, at):
                return at + len(closing)
            else:
                at += 1
        return at

    def value(self, path: Path) -> None:
        self.values[path] = self.mark(self.at)
        first = self.text[self.at : self.at + 1]
        if first and first in "\"'":
            self.string()
        elif first == "[":
            self.array(path)
        elif first == "{":
            self.inline_table(path)
        else:
            self.skip(_BARE_VALUE)

    def array(self, path: Path) -> None:
        self.at += 1
        index = 0
        self.skip(_SPACE)
        while self.at < len(self.text) and self.text[self.at] != "]":
            self.value((*path, index))
            index += 1
            self.skip(_SPACE)
            if self.text.startswith(",", self.at):
                self.at += 1
                self.skip(_SPACE)
        self.at += 1

    def inline_table(self, path: Path) -> None:
        self.at += 1
        self.skip(_SPACE)
        while self.at < len(self.text) and self.text[self.at] != "}":
            self.pair(path)
            self.skip(_SPACE)
            if self.text.startswith(",", self.at):
                self.at += 1
                self.skip(_SPACE)
        self.at += 1


def toml_node(value: Any, path: str, at: Path, key_marks: Marks, value_marks: Marks) -> Node:
    """The node of a value at a route of keys, with those below it."""
    from invocation_lint.documents.nodes import MAX_DEPTH, Node

    if len(at) > MAX_DEPTH:
        raise UsageError(f"{path}: nested more than {MAX_DEPTH} deep")
    line, column = value_marks.get(at) or key_marks.get(at) or ((1, 1) if not at else (0, 0))
    node = Node(value, path, line, column)
    if isinstance(value, dict):
        inner = {key: (*at, key) for key in value}
        node.value = {k: toml_node(v, path, inner[k], key_marks, value_marks) for k, v in value.items()}
        node.keys = {key: key_marks[route] for key, route in inner.items() if route in key_marks}
    elif isinstance(value, list):
        node.value = [toml_node(v, path, (*at, i), key_marks, value_marks) for i, v in enumerate(value)]
    return node
