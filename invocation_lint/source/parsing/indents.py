"""Indentation by tabs and spaces in one file, in the form that libcst takes: it asks for the very same characters in
front of all lines of a block, Python for less."""

from __future__ import annotations

import ast
import re
import warnings

from invocation_lint.source.parsing.tokens import tokens

_TAB = re.compile(r"^[ \t\f]*\t", re.MULTILINE)
_SPACE = re.compile(r"^[ \t\f]* ", re.MULTILINE)


def evened(text: str) -> str:
    """The text, as long as it was, with spaces for the tabs in front of statements, where it mixes both.

    Python refuses a file whose blocks depend on how wide a tab is, so a width of one gives the same blocks. What Python
    refuses is returned as it is.
    """
    if "\t" not in text or _TAB.search(text) is None or _SPACE.search(text) is None or not _is_python(text):
        return text
    pieces, at = [], 0
    begins, depth = True, 0
    for kind, start, _ in tokens(text):
        if kind == "newline":
            begins = begins or not depth
        else:
            if begins:
                line = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
                pieces += [text[at:line], text[line:start].replace("\t", " ")]
                at, begins = start, False
            depth += (kind == "open") - (kind == "close")
    return "".join([*pieces, text[at:]])


def _is_python(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
