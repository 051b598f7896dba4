"""Reads templates in the snapshots of Jest, as tests of the CDK keep them. A snapshot of pytest is a file of JSON.

A snapshot is a module of JavaScript whose exports are template literals. A value in one is written by pretty-format: an
item a line, each with a comma behind it, and indented by two (Jest: snapshot testing; pretty-format). Since version 29
of Jest neither are quotes in texts escaped, nor is it said that a mapping is an Object. A template may be there as a
text of JSON, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from invocation_lint.deployment.cloudformation.reader import read_cloudformation
from invocation_lint.deployment.documents.nodes import mapping
from invocation_lint.deployment.documents.yaml_nodes import read_text
from invocation_lint.deployment.model import Code, Function, Resource, Template
from invocation_lint.documents.nodes import Node

_EXPORT = re.compile(r"exports\[`(?:[^`\\]|\\.)*`\] = `(.*)\Z")
_ESCAPED = re.compile(r"\\([\\`$])")
_ESCAPED_JSON = re.compile(r'\{\s*\\"')
_QUOTED = re.compile(r'\\(["\\])')
_OPENING = re.compile(r"(?:([A-Z]\w*) )?([\[{])(?:[\]}])?,?\Z")
_KEY = re.compile(r'"(.*?)": ')
_ELEMENT = re.compile(r'["\[{]|[A-Z]\w* [\[{]|-?\d|(?:true|false|null|undefined),\Z')
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?\Z")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "undefined": None}
_NOT_TOLD = Code("asset", reason="a snapshot does not say where the code lies")

MAX_DEPTH = 64


def read_snapshots(path: str, data: bytes, read: Callable[[str], bytes | None]) -> list[Template]:
    """The templates among the snapshots of a file, the largest first. Of several that have functions of the same ids,
    as where one stack is tested in several ways, only the first is there."""
    roots = (root for root in _exported(path, data.decode("utf-8", "replace")) if "Resources" in mapping(root))
    found: list[Template] = []
    seen: set[str] = set()
    for root in sorted(roots, key=lambda one: -len(mapping(mapping(one)["Resources"]))):
        name = f"{path}#{len(found) + 1}" if found else path
        template = read_cloudformation(name, root, read)
        functions = {one.key.id for one in template.resources if isinstance(one, Function)}
        if functions and seen.isdisjoint(functions):
            seen |= functions
            found.append(as_snapshot(template))
    return found


def as_snapshot(template: Template) -> Template:
    """A template of a snapshot, of which is told nowhere where the code of its functions lies."""
    return replace(template, resources=tuple(map(_without_code, template.resources)), problems=())


def _without_code(resource: Resource) -> Resource:
    """A function whose asset is named by what was packed: that says nothing of where it lay."""
    if not isinstance(resource, Function) or resource.code.kind not in {"archive", "unknown"}:
        return resource
    return replace(resource, code=replace(_NOT_TOLD, place=resource.place))


def _exported(path: str, text: str) -> Iterator[Node]:
    """The values that are exported; those that are written in some other way are left out."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        match = _EXPORT.match(lines[number])
        number += 1
        if match is None:
            continue
        # A text of one line stands behind the name; anything longer begins on the next line.
        body, begin = ([match[1]], number - 1) if match[1] else ([], number)
        while number < len(lines) and not (body and body[-1].endswith("`;")):
            body.append(lines[number])
            number += 1
        found = _value_of(path, [_ESCAPED.sub(r"\1", line) for line in body], begin)
        if found is not None:
            yield found


def _value_of(path: str, body: list[str], before: int) -> Node | None:
    """The value that these lines are, behind so many others."""
    if body and _OPENING.match(body[0]) is not None:
        # Quotes of code and of JSON in a text come in pairs, within a line or from line to line: mostly.
        for is_paired in (True, False):
            try:
                return _Reader(path, body, before + 1, is_paired=is_paired).read()
            except _Odd:
                continue
    return _of_json(path, "\n".join(body), before)


def _of_json(path: str, text: str, before: int) -> Node | None:
    """The value that a text of JSON is: one that a test snapped as a text, or that a serializer wrote."""
    text = text.removesuffix("`;").rstrip()
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        text = text[1:-1]
        text = _QUOTED.sub(r"\1", text) if _ESCAPED_JSON.match(text) is not None else text
    if not text.startswith("{"):
        return None
    root = read_text(path, "\n" * before + text)
    return root if isinstance(root, Node) else None


class _Odd(Exception):
    """A value is not written as pretty-format does."""


class _Reader:
    """One value; `first` is the number of the first line. With `is_paired`, a text ends where its quotes are even."""

    def __init__(self, path: str, lines: list[str], first: int, *, is_paired: bool) -> None:
        self._is_paired = is_paired
        self._path = path
        self._lines = lines
        self._first = first
        self._at = 0
        # What says of each mapping that it is an Object escapes quotes, too.
        self._is_escaped = lines[0].startswith("Object ")

    def read(self) -> Node:
        return self._container(self._lines[0], 0, 0)

    def _container(self, opening: str, indent: int, column: int) -> Node:
        """The mapping or list that begins on this line, behind a key or not."""
        match = _OPENING.match(opening)
        if match is None or indent > 2 * MAX_DEPTH:
            raise _Odd
        node = Node([] if match[2] == "[" else {}, self._path, self._first + self._at, column + 1)
        self._at += 1
        if opening.rstrip(",")[-1] in "]}":
            return self._closed(node)
        closing = " " * indent + ("]" if match[2] == "[" else "}")
        inner = indent + 2
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if line in (closing, f"{closing},"):
                self._at += 1
                return self._closed(node)
            if not line.startswith(" " * inner):
                raise _Odd
            self._item(node, line, inner)
        raise _Odd

    def _item(self, into: Node, line: str, indent: int) -> None:
        if isinstance(into.value, list):
            node = self._value(line[indent:], indent, indent, _ELEMENT)
            into.value.append(node)
        else:
            key = _KEY.match(line, indent)
            if key is None:
                raise _Odd
            into.keys[key[1]] = (self._first + self._at, indent + 1)
            node = self._value(line[key.end() :], indent, key.end(), _KEY)
            into.value[key[1]] = node
        into.size += node.size
        into.height = max(into.height, node.height + 1)

    def _value(self, text: str, indent: int, column: int, following: re.Pattern[str]) -> Node:
        if _OPENING.match(text) is not None:
            return self._container(text, indent, column)
        node = Node(None, self._path, self._first + self._at, column + 1)
        node.end = (node.line, column + 1 + len(text.removesuffix(",")))
        if not text.startswith('"'):
            self._at += 1
            word = text.removesuffix(",")
            number = _NUMBER.match(word)
            node.value = _WORDS.get(word, word) if number is None else float(word) if "." in word else int(float(word))
            return node
        parts = [text]
        quotes = _quotes(text)
        self._at += 1
        while not self._ends(parts[-1], quotes if parts != ['",'] else 1, indent, following):
            if self._at >= len(self._lines):
                raise _Odd
            parts.append(self._lines[self._at])
            quotes += _quotes(parts[-1])
            self._at += 1
        told = "\n".join(parts)[1:-2]
        node.value = _QUOTED.sub(r"\1", told) if self._is_escaped else told
        return self._closed(node)

    def _ends(self, line: str, quotes: int, indent: int, following: re.Pattern[str]) -> bool:
        """Whether a text ends with this line, behind so many quotes."""
        is_even = quotes % 2 == 0 if self._is_paired else quotes > 1
        return is_even and line.endswith('",') and self._is_next(indent, following)

    def _is_next(self, indent: int, following: re.Pattern[str]) -> bool:
        """Whether the line in turn is another item, or closes what holds this one: a text may have lines, too."""
        line = self._lines[self._at] if self._at < len(self._lines) else ""
        is_item = line.startswith(" " * indent) and following.match(line, indent) is not None
        return is_item or line.rstrip(",") in (" " * (indent - 2) + "}", " " * (indent - 2) + "]")

    def _closed(self, node: Node) -> Node:
        node.end = (self._first + self._at - 1, len(self._lines[self._at - 1].rstrip(",")) + 1)
        return node


def _quotes(line: str) -> int:
    return line.count('"') - line.count('\\"')
