"""Refuses code that libcst's parser would not survive: it dies on deep nesting without an exception.

Measured with libcst 1.9 in child processes. On a stack of 8 MB the parser is killed by a segmentation fault from some
1,200 nested brackets or 3,000 chained operators on. The time it takes grows with the square of the depth (1,000 chained
method calls: 3 seconds, 5,000 terms of a sum: 13), and up to fourfold with each nested level of a `case` pattern.
Python 3.12 ends the pass for positions with a RecursionError at 740 levels, whatever the limit that is set; other
versions go on. CPython takes at most 200 nested brackets, so little code that runs is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from invocation_lint.data import tool_texts
from invocation_lint.data.tool_texts import ToolText
from invocation_lint.errors import UnreadableFile
from invocation_lint.source.parsing.tokens import tokens

MAX_BYTES = 2_000_000
MAX_LINES = 50_000
MAX_BRACKETS = 200
MAX_RUN = 600  # operators, calls, items, attributes and adjacent strings on the way down; an open bracket counts 2
MAX_ELIFS = 600
MAX_PATTERN = 16  # a level of lists doubles the time for a pattern, one of mappings or tuples takes it fourfold

_OPERATOR_WORDS = frozenset({"and", "or", "not", "in", "is", "if", "else", "for", "lambda", "await"})
_OTHER_WORDS = frozenset({"return", "yield", "from", "import", "assert", "raise", "async", "with", "while", "as"})
_PATTERN_WORDS = ("case", "del")
_PATTERN = re.compile(r"\b(?:case|del)\b")
_CLOSES = {")": "(", "]": "[", "}": "{"}

# Strings (prefixes do not matter), comments, brackets and newlines; the first character tells which.
_SHAPE = re.compile(
    r"""\"\"\"[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*\"\"\"
      | '''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''
      | "[^"\\\r\n]*(?:\\(?:\r\n|.)[^"\\\r\n]*)*"
      | '[^'\\\r\n]*(?:\\(?:\r\n|.)[^'\\\r\n]*)*'
      | \#[^\r\n]*
      | [()\[\]{}\r\n"']""",
    re.VERBOSE | re.DOTALL,
)


def is_too_large(data: bytes) -> bool:
    """Whether a file has more than 2 MB or 50,000 lines."""
    return len(data) > MAX_BYTES or (len(data) > MAX_LINES and _lines(data) > MAX_LINES)


def _lines(data: bytes) -> int:
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")


def check_size(data: bytes, name: str) -> None:
    """Raises UnreadableFile for a file of more than 2 MB or 50,000 lines."""
    if len(data) > MAX_BYTES:
        raise tool_texts.TOO_MANY_BYTES.error(name=name, size=len(data) / 1_000_000)
    lines = _lines(data)
    if lines > MAX_LINES:
        raise tool_texts.TOO_MANY_LINES.error(name=name, lines=lines, most=MAX_LINES)


def check_depth(text: str, name: str) -> None:
    """Raises UnreadableFile, with the place, for code that is nested or chained too deeply to be parsed.

    Strings and comments are stepped over; expressions inside f-strings count. Code that is not Python is let through
    from the first mistake on: the parser will say what is wrong.
    """
    for start, end in _long_statements(text):
        _Depth(text, start, name).check(end)
    if text.count("elif") > MAX_ELIFS:
        _check_elifs(text, name)


def _long_statements(text: str) -> Iterator[tuple[int, int]]:
    """The logical lines that are long or nested enough to be looked at token by token; all, once in doubt.

    One quick pass: it takes the strings inside an f-string for code, and gives up where that could matter.
    """
    depth = deepest = quoted = start = 0
    for found in _SHAPE.finditer(text):
        at, end = found.span()
        mark = text[at]
        if mark in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in ")]}":
            depth -= 1
            if depth < 0:
                break
        elif mark in "\r\n":
            if depth:
                continue
            long = at - start - quoted > MAX_RUN or deepest > MAX_BRACKETS
            if long or (deepest > MAX_PATTERN // 2 and _PATTERN.search(text, start, at)):
                yield start, at
            start, deepest, quoted = end, 0, 0
        elif end == at + 1 and mark != "#":  # a quote without its end
            break
        else:
            braces = text.count("{", at, end) if at and text[at - 1] in "fFtTrR" else 0
            if braces != (text.count("}", at, end) if braces else 0):
                break
            if braces:  # an f-string: its expressions are code
                deepest = max(deepest, depth + braces + text.count("(", at, end) + text.count("[", at, end))
            else:
                quoted += end - at - 1  # one is left: adjacent strings nest
    else:
        if not depth and len(text) - start - quoted <= MAX_RUN and deepest <= MAX_PATTERN // 2:
            return
    yield start, len(text)


class _Depth:
    """Counts over the tokens of one stretch of text.

    For the innermost open bracket, `runs` are the operators so far and `links` the calls, items and attributes of the
    operand that is being read; `below` is the sum of both over the brackets around it.
    """

    def __init__(self, text: str, start: int, name: str) -> None:
        self.text = text
        self.start = start
        self.name = name
        self.runs = self.links = self.lambdas = self.below = self.weight = 0
        self.levels: list[tuple[str, int, int, int, int]] = []  # opener, runs, links, lambdas, weight
        self.pattern = False  # inside a `case` or `del`

    def check(self, end: int) -> None:
        """Reads from the start to `end`."""
        operand = adjacent = False  # whether the last token ends an operand; whether it was a string
        first = True  # whether the next token starts a statement
        for kind, at, word in tokens(self.text, self.start, end):
            was_adjacent, adjacent = adjacent, adjacent and kind == "newline" and bool(self.levels)
            was_first, first = first, not self.levels and (kind in ("newline", "colon") or word == ";")
            if kind == "name":
                if word in _OPERATOR_WORDS:
                    self.lambdas += word == "lambda"
                    self._run(at)
                elif was_first and word in _PATTERN_WORDS:
                    self.pattern = True
                operand = word not in _OPERATOR_WORDS and word not in _OTHER_WORDS and not (was_first and self.pattern)
            elif kind == "open":
                self._open(word, operand, at)
                operand = False
            elif kind == "close":
                if not self.levels or self.levels[-1][0] != _CLOSES[word]:
                    return
                _, self.runs, self.links, self.lambdas, self.weight = self.levels.pop()
                self.below -= self.runs + self.links + 2
                operand = True
            elif kind == "dot":
                self._link(at)
            elif kind == "string":
                if was_adjacent and word:
                    self._run(at)
                operand = adjacent = True
            elif kind == "operator":
                self._run(at)
                operand = False
            elif kind in ("number", "ellipsis"):
                operand = True
            else:
                self._separate(kind, word)
                operand = operand if kind == "newline" else False

    def _separate(self, kind: str, word: str) -> None:
        if kind == "newline" or word == ";":
            if not self.levels:
                self.runs = self.links = self.lambdas = self.weight = 0
                self.pattern = False
        elif kind == "colon":
            if self.lambdas:
                self.lambdas -= 1
            elif not self.levels:
                self.pattern = False
        elif word == "=" and not self.levels:  # `case` was a variable
            self.pattern = False
        elif kind == "separator" and not self.lambdas:  # the commas of a lambda's parameters end nothing
            self.runs = self.links = 0

    def _open(self, bracket: str, operand: bool, at: int) -> None:
        if operand and bracket != "{":  # a brace behind an operand is an f-string's
            self._link(at)
        self.levels.append((bracket, self.runs, self.links, self.lambdas, self.weight))
        if len(self.levels) > MAX_BRACKETS:
            raise self._refused(at, tool_texts.TOO_MANY_BRACKETS, MAX_BRACKETS)
        if self.pattern:
            self.weight += 1 if operand or bracket == "[" else 2
            if self.weight > MAX_PATTERN:
                raise self._refused(at, tool_texts.TOO_DEEP_PATTERN, MAX_PATTERN)
        self.below += self.runs + self.links + 2
        self.runs = self.links = self.lambdas = 0

    def _run(self, at: int) -> None:
        self.runs += 1
        self.links = 0
        self._limit(at)

    def _link(self, at: int) -> None:
        self.links += 1
        self._limit(at)

    def _limit(self, at: int) -> None:
        if self.below + self.runs + self.links > MAX_RUN:
            raise self._refused(at, tool_texts.TOO_LONG_RUN, MAX_RUN)

    def _refused(self, at: int, text: ToolText, most: int) -> UnreadableFile:
        return text.error(*_line_and_column(self.text, at), self.name, most=most)


def _check_elifs(text: str, name: str) -> None:
    """An `elif` nests in the `if` before it, so a long chain is deep; chains are told apart by their column."""
    chains: dict[int, int] = {}
    line_start, first = 0, True
    for kind, at, word in tokens(text):
        if kind == "newline":
            line_start, first = at + len(word), True
        elif first:
            first = False
            column = at - line_start
            if word == "elif":
                chains[column] = chains.get(column, 0) + 1
                if chains[column] > MAX_ELIFS:
                    raise tool_texts.TOO_MANY_ELIFS.error(*_line_and_column(text, at), name, most=MAX_ELIFS)
            else:
                chains = {other: count for other, count in chains.items() if other < column}


def _line_and_column(text: str, at: int) -> tuple[int, int]:
    before = text[:at].replace("\r\n", "\n").replace("\r", "\n")
    return before.count("\n") + 1, at - max(text.rfind("\n", 0, at), text.rfind("\r", 0, at))
