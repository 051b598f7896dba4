"""Cells of notebooks as Python: what IPython takes beside it (magics, shell commands, questions) is put aside.

What stands in a line keeps its line and column, so that places in the code are places in the cell. The forms are those
of IPython ("Built-in magic commands", "System shell access") and of Databricks for whole cells.
"""

from __future__ import annotations

import ast
import re
import warnings

_PYTHON_CELLS = frozenset({"capture", "prun", "pypy", "python", "python3", "time", "timeit", "memit", "mprun", "debug"})
"""Cell magics below which stands Python."""

_OTHER_LANGUAGE = re.compile(r"\s*%(?:sql|md|sh|bash|fs|r|scala|html|javascript|js|latex|perl|ruby)\s*(?:\n|\Z)")
_CELL_MAGIC = re.compile(r"(?:[ \t]*(?:\#[^\n]*)?\n)*[ \t]*%%(\w*)")
_TIMED = re.compile(r"(%{1,2}(?:time|timeit|prun|memit|debug)(?:[ \t]+-\w+(?:[ \t]+\d+)?)*[ \t]+)(?=[^\s\-])")
_ESCAPED = re.compile(r"[%!?]")
_ASSIGNED = re.compile(r"([\w.\[\], \t]*[\w\]][ \t]*=[ \t]*)[%!][ \t]*\S")
_QUESTION = re.compile(r"[%\w.*\[\]]+\?{1,2}[ \t]*(?:\n|\Z)")
_AUTOMATIC = re.compile(
    r"(?:pip3?|conda|mamba)[ \t]+(?:install|uninstall|list|freeze|show|update)\b|(?:cd|ls)[ \t]+[\w./~-]"
)

# Strings, comments, brackets and newlines: what it takes to see where a statement ends.
_SHAPE = re.compile(
    r"""\"\"\"[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*\"\"\"
      | '''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''
      | "[^"\\\n]*(?:\\.[^"\\\n]*)*"?
      | '[^'\\\n]*(?:\\.[^'\\\n]*)*'?
      | \#[^\n]*
      | \\\n
      | [()\[\]{}\n]""",
    re.VERBOSE | re.DOTALL,
)
_UNKNOWN = "get_ipython()"
"""What stands for a value that IPython gives: a call of a name that no code defines."""


DISPLAYED = "_ipython_display_"
"""The method by which IPython shows a value: it stands behind what a cell shows at its end."""


def shown(code: str) -> str:
    """The code of a cell, in the same lines, with a call of `DISPLAYED` behind its last expression, which is shown."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            last = ast.parse(code).body[-1]
    except (SyntaxError, ValueError, IndexError, RecursionError, MemoryError):
        return code
    if not isinstance(last, ast.Expr) or not isinstance(last.value, (ast.Call, ast.Name, ast.Subscript, ast.Await)):
        return code
    assert last.end_lineno is not None and last.end_col_offset is not None
    lines = code.split("\n")
    line = lines[last.end_lineno - 1].encode()
    before, after = line[: last.end_col_offset].decode(), line[last.end_col_offset :].decode()
    if after.lstrip().startswith(";"):  # which keeps it from being shown
        return code
    if isinstance(last.value, ast.Await):
        lines[last.end_lineno - 1] = f"{before} or None{after}"
    else:
        lines[last.end_lineno - 1] = f"{before}.{DISPLAYED}(){after}"
    return "\n".join(lines)


def as_python(cell: str) -> str | None:
    """The code of a cell, with as many lines; None for a cell in another language."""
    cell = cell.replace("\r\n", "\n")
    if _OTHER_LANGUAGE.match(cell):
        return None
    pieces: list[str] = []
    at = 0
    magic = _CELL_MAGIC.match(cell)
    if magic:
        if magic[1] not in _PYTHON_CELLS:
            return None
        end = _end_of_command(cell, magic.end())
        pieces.append("\n" * cell.count("\n", 0, end))
        at = end
    while at < len(cell):
        start = at + len(cell[at:]) - len(cell[at:].lstrip(" \t"))
        pieces.append(cell[at:start])
        code, at = _statement(cell, start)
        pieces.append(code)
    return "".join(pieces)


def _statement(cell: str, start: int) -> tuple[str, int]:
    """The code of the statement that starts at an offset, and where the next line starts."""
    timed = _TIMED.match(cell, start)
    if timed:  # what follows is run: a header as wide as the magic stands for it
        end = _end_of_statement(cell, timed.end())
        return "if 1:".ljust(len(timed[0])) + cell[timed.end() : end], end
    assigned = _ASSIGNED.match(cell, start)
    if assigned:
        end = _end_of_command(cell, start)
        return assigned[1] + _UNKNOWN + _newlines(cell, start, end), end
    if _ESCAPED.match(cell, start) or _AUTOMATIC.match(cell, start) or _QUESTION.match(cell, start):
        end = _end_of_command(cell, start)
        return "pass" + _newlines(cell, start, end), end
    end = _end_of_statement(cell, start)
    return cell[start:end], end


def _newlines(cell: str, start: int, end: int) -> str:
    return "\n" * cell.count("\n", start, end)


def _end_of_command(cell: str, start: int) -> int:
    """Behind the line in which a command starts, and those in which a backslash continues it."""
    while True:
        end = cell.find("\n", start)
        if end < 0:
            return len(cell)
        if end == 0 or cell[end - 1] != "\\":
            return end + 1
        start = end + 1


def _end_of_statement(cell: str, start: int) -> int:
    """Behind the newline that ends the statement."""
    depth = 0
    for found in _SHAPE.finditer(cell, start):
        mark = found[0]
        if mark in ("(", "[", "{"):
            depth += 1
        elif mark in (")", "]", "}"):
            depth -= 1
        elif mark == "\n" and depth <= 0:
            return found.end()
    return len(cell)
