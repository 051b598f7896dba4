"""The blocks of a file of Terraform, and their trees by python-hcl2.

Only blocks that are asked for are parsed: of most configurations that is a part. A file that does not look as
`terraform fmt` leaves it is parsed as a whole.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.documents.yaml_nodes import Unreadable
from invocation_lint.deployment.terraform import json_syntax
from invocation_lint.findings import Place
from invocation_lint.records import mutable

if TYPE_CHECKING:
    from lark import Tree

KINDS = frozenset({"resource", "data", "module", "locals", "variable", "output"})
"""The kinds of blocks that are read."""

_HEADER = re.compile(r'^([\w-]+)((?:[ \t]+(?:"[^"\n]*"|[\w-]+))*)[ \t]*\{', re.MULTILINE)
_LABEL = re.compile(r'"([^"\n]*)"|([\w-]+)')
_END = re.compile(
    r"<<-?[ \t]*(?P<mark>[A-Za-z_][\w.-]*)[ \t]*\r?\n.*?^[ \t]*(?P=mark)[ \t]*\r?$"
    r"|/\*.*?\*/|#[^\n]*|//[^\n]*|\"|^\}",
    re.MULTILINE | re.DOTALL,
)
_IN_STRING = re.compile(r'\\.|\$\$\{|%%\{|[$%]\{|"|\n')
_IN_TEMPLATE = re.compile(r'["{}]')
_BLANK = re.compile(r"(?:\s+|#[^\n]*|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_HEREDOC = re.compile(
    r"(<<-?)[ \t]*(?P<mark>[A-Za-z_][\w.-]*)[ \t]*(\r?\n.*?^[ \t]*(?P=mark))[ \t]+(?=\r?$)", re.MULTILINE | re.DOTALL
)


_MINUS = re.compile(r'"(?:[^"\\]|\\.)*"|#[^\n]*|//[^\n]*|(?<![\w.-])(\d+(?:\.\d+)?)[ \t]*-(?=\d)')


class Broken(Exception):
    """A text is no HCL; the line, from 1, and the column where that shows, and why."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


@mutable(eq=False)
class Block:
    """A block: its kind ("resource"), its labels, where it stands, and, once it is asked for, its body."""

    kind: str
    labels: tuple[str, ...]
    path: str
    source: str  # of the block, or of the file in which it stands
    line: int  # of the file, in which the source starts
    end: tuple[int, int]  # where its header ends
    tree: Tree[Any] | None = None
    broken: Broken | None = field(default=None)

    @property
    def place(self) -> Place:
        """Where its header stands."""
        return Place(self.path, self.end[0], 1, *self.end)

    def body(self) -> Tree[Any] | None:
        """Its body; None when it is no HCL."""
        if self.tree is None and self.broken is None:
            try:
                tree = parse(self.source)
            except Broken as error:
                self.broken = Broken(error.message, self.line + error.line - 1, error.column)
            else:
                blocks = [one for one in tree.children[0].children if getattr(one, "data", "") == "block"]
                self.tree = blocks[0] if blocks else None
        if self.tree is None:
            return None
        return next(one for one in self.tree.children if getattr(one, "data", "") == "body")


@mutable(eq=False)
class File:
    """A file: its blocks of the kinds that are read, and why it cannot be read as a whole."""

    path: str
    blocks: list[Block]
    broken: Broken | None = None


@lru_cache(maxsize=1)
def keep_grammar() -> None:
    """Let python-hcl2 keep its compiled grammar where it can be written: beside itself, or in the cache of the user.
    Without it each run takes two seconds more."""
    from hcl2 import parser

    beside = Path(parser.PARSER_FILE)
    if beside.exists() or os.access(beside.parent, os.W_OK):
        return
    from platformdirs import user_cache_dir

    folder = Path(user_cache_dir("invocation-lint", appauthor=False))
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        parser.PARSER_FILE = folder / "terraform-grammar.bin"


def parse(source: str) -> Tree[Any]:
    """The tree of a text. Raises Broken."""
    from hcl2 import parses_to_tree
    from lark.exceptions import UnexpectedInput, VisitError

    keep_grammar()
    try:
        return parses_to_tree(source)
    except UnexpectedInput as error:
        spaced = _MINUS.sub(lambda match: f"{match[1]} - " if match[1] else match[0], source)
        if spaced != source:  # the grammar takes the minus behind a number for the sign of the next one
            with suppress(UnexpectedInput, VisitError, RecursionError):
                return parses_to_tree(spaced)
        lines = source.split("\n")
        line, column = min(max(error.line, 1), len(lines)), max(error.column, 1)
        what = lines[line - 1][column - 1 :].strip()[:30] if line == error.line else ""
        raise Broken(f"it is not expected: {what}" if what else "it ends too early", line, column) from None
    except (VisitError, RecursionError):
        raise Broken("it is nested too deeply", 1, 1) from None


@lru_cache(maxsize=2_000)
def read_file(path: str, data: bytes) -> File:
    """The blocks of a file."""
    if path.endswith(json_syntax.ENDING):
        return _in_json(path, data)
    try:
        source = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return File(path, [], Broken("it is not UTF-8", data[: error.start].count(b"\n") + 1, 1))
    source = _HEREDOC.sub(lambda match: f"{match[1]}{match['mark']}{match[3]}", source) if "<<" in source else source
    blocks = _blocks(path, source)
    if blocks is None:
        return _whole(path, source)
    return File(path, [one for one in blocks if one.kind in KINDS])


def _in_json(path: str, data: bytes) -> File:
    found = json_syntax.blocks_of(path, data)
    if isinstance(found, Unreadable):
        return File(path, [], Broken(found.message, found.line, found.column))
    return File(path, [Block(kind, labels, path, source, line, (line, at)) for kind, labels, source, line, at in found])


def _blocks(path: str, source: str) -> list[Block] | None:
    """The blocks as their headers and last lines show them; None where anything else stands between them."""
    found: list[Block] = []
    position = line = 0
    while True:
        blank = _BLANK.match(source, position)
        start = blank.end() if blank is not None else position
        if start >= len(source):
            return found
        header = _HEADER.match(source, start)
        end = _end(source, header.end()) if header is not None else None
        if header is None or end is None:
            return None
        line += source.count("\n", position, start)
        labels = tuple(one or other for one, other in _LABEL.findall(header[2]))
        found.append(Block(header[1], labels, path, source[start:end], line + 1, (line + 1, header.end() - start + 1)))
        line += source.count("\n", start, end)
        position = end


def _end(source: str, position: int) -> int | None:
    """Where the block ends whose brace was opened before a position."""
    rest = source.find("\n", position)
    first = source[position : rest if rest >= 0 else len(source)]
    if first.strip() and not first.lstrip().startswith(("#", "//")):  # all on one line
        return position + first.index("}") + 1 if first.count("}") == 1 and "{" not in first else None
    at: int | None = position
    while at is not None:
        match = _END.search(source, at)
        if match is None or match[0] == "}":
            return match.end() if match is not None else None
        at = _behind_string(source, match.end()) if match[0] == '"' else match.end()
    return None


def _behind_string(source: str, position: int) -> int | None:
    """Where the string ends whose quote was opened before a position, as in "${..}/*", where no comment begins; None
    where it has no end."""
    inside = [_IN_STRING]
    while inside:
        match = inside[-1].search(source, position)
        if match is None or match[0] == "\n":
            return None
        position = match.end()
        if match[0] in {"${", "%{", "{"}:
            inside.append(_IN_TEMPLATE)
        elif match[0] == '"' and inside[-1] is _IN_TEMPLATE:
            inside.append(_IN_STRING)
        elif match[0] in {'"', "}"}:
            inside.pop()
    return position


def _whole(path: str, source: str) -> File:
    try:
        tree = parse(source)
    except Broken as error:
        return File(path, [], error)
    found = []
    for one in tree.children[0].children:
        if getattr(one, "data", "") != "block":
            continue
        kind, *labels = (label_of(part) for part in one.children if getattr(part, "data", "") in _NAMES)
        if kind in KINDS:
            brace: Any = next(token for token in one.children if token == "{")
            found.append(Block(kind, tuple(labels), path, source, 1, (brace.line, brace.column + 1), one))
    return File(path, found)


_NAMES = frozenset({"identifier", "keyword", "literal_value", "string"})


def label_of(node: Tree[Any]) -> str:
    """The name that an identifier or a quoted label is."""
    return "".join(str(token) for token in node.scan_values(lambda token: token != '"'))


def parts(node: Tree[Any]) -> list[Tree[Any]]:
    """The nodes below a node, without signs, ends of lines and comments."""
    return [one for one in node.children if hasattr(one, "data") and one.data != "new_line_or_comment"]


def attributes(body: Tree[Any]) -> Iterator[tuple[str, Tree[Any], Tree[Any]]]:
    """The attributes of a body: the name, its node, and the expression."""
    for one in body.children:
        if getattr(one, "data", "") == "attribute":
            name, value = parts(one)
            yield label_of(name), name, value


def blocks_in(body: Tree[Any]) -> Iterator[tuple[str, tuple[str, ...], Tree[Any]]]:
    """The blocks in a body: kind, labels, and the body of each."""
    for one in body.children:
        if getattr(one, "data", "") == "block":
            *names, inner = parts(one)
            kind, *labels = map(label_of, names)
            yield kind, tuple(labels), inner


def values_of(path: str, data: bytes) -> tuple[Tree[Any], str] | None:
    """The attributes of a file of values (terraform.tfvars), and its text; None when it is no HCL."""
    try:
        source = json_syntax.values_of(path, data) if path.endswith(".json") else data.decode("utf-8-sig")
        return parse(source).children[0], source
    except (UnicodeDecodeError, Broken):
        return None


def below(folder: str, where: str) -> str:
    """A path that is relative to a folder."""
    return posixpath.normpath(posixpath.join(folder, where))
