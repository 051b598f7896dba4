"""Why a file does not parse, in words for a user."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable

from invocation_lint.data import tool_texts
from invocation_lint.errors import UnreadableFile
from invocation_lint.source.parsing.positions import line_and_column, line_starts

_CONFLICT = re.compile(r"^(?:<{7}|>{7})(?: .*)?$", re.MULTILINE)
_LIBCST_LINE = re.compile(r"error at (\d+):\d+")
_PYTHON_2 = (
    (re.compile(r"^\s*print\b\s*(?:[\"'\w]|%|$)"), "a print statement"),
    (re.compile(r"^\s*print\s*>>"), "a print statement"),
    (re.compile(r"^\s*exec\s+[\"'\w]"), "an exec statement"),
    (re.compile(r"^\s*raise\s+[\w.]+\s*,"), "a raise with a comma"),
    (re.compile(r"`[^`]+`"), "backticks"),
    (re.compile(r"<>"), "the operator <>"),
    (re.compile(r"\b[uU][rR][\"']"), "a string marked ur"),
    (re.compile(r"(?<![\w.])0\d+\b|\b\d+[lL]\b"), "a number of the old form"),
    (re.compile(r"\bdef\s+\w+\s*\(.*\(\w+\s*,.*\).*\)\s*:"), "a tuple among the parameters"),
)


def syntax_error(text: str, name: str, parser_says: str, refused_line: Callable[[str], int | None]) -> UnreadableFile:
    """The error to raise for a text that libcst refused: the place and words come from Python's own parser.

    `refused_line` finds the line that libcst alone refuses; `parser_says` may count from the start of a part.
    """
    conflict = _CONFLICT.search(text)
    if conflict:
        line, _ = line_and_column(line_starts(text), conflict.start())
        return tool_texts.MERGE_CONFLICT.error(line, name=name)
    found = _pythons_error(text)
    if found is None:
        told = _LIBCST_LINE.search(parser_says)
        line = refused_line(text) or (min(int(told.group(1)), len(line_starts(text))) if told else 1)
        return tool_texts.REFUSED_BY_PARSER.error(line, name=name)
    line, column, said = found
    old = _python_2(text, line)
    if old:
        return tool_texts.PYTHON_2.error(line, column, name, old=old)
    return tool_texts.SYNTAX_ERROR.error(line, column, name, said=said)


def _pythons_error(text: str) -> tuple[int, int, str] | None:
    """Line, column and words of the SyntaxError that this Python raises; None when it raises none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        said = (error.msg or "invalid syntax").rstrip(".")
        return error.lineno or 1, max(error.offset or 1, 1), said[:1].lower() + said[1:]
    except (ValueError, RecursionError, MemoryError) as error:
        return 1, 1, str(error) or type(error).__name__
    return None


def _python_2(text: str, line: int) -> str | None:
    starts = line_starts(text)
    if line > len(starts):
        return None
    written = text[starts[line - 1] : starts[line] if line < len(starts) else len(text)].rstrip("\r\n")
    return next((words for pattern, words in _PYTHON_2 if pattern.search(written)), None)
