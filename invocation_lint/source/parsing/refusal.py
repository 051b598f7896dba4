"""Where code stands that Python takes and libcst does not: libcst's own place may be that of the whole text."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator

import libcst as cst


def refused_line(text: str) -> int | None:
    """The line, from 1, of the innermost statement that libcst refuses by itself; None where there is none, or where
    Python refuses the text too."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return _innermost(tree.body, lines)


def _innermost(statements: Iterable[ast.stmt], lines: list[str]) -> int | None:
    for statement in statements:
        first = min((statement.lineno, *(one.lineno for one in getattr(statement, "decorator_list", ()))))
        code = lines[first - 1 : statement.end_lineno]
        is_elif = code[0].lstrip().startswith("elif")  # which is no statement by itself
        if is_elif or _is_refused(code):
            found = _innermost(_inside(statement), lines)
            if found is not None or not is_elif:
                return statement.lineno if found is None else found
    return None


def _inside(node: ast.AST) -> Iterator[ast.stmt]:
    for name in ("body", "handlers", "cases", "orelse", "finalbody"):
        for inner in getattr(node, name, ()):
            if isinstance(inner, ast.stmt):
                yield inner
            else:
                yield from _inside(inner)


def _is_refused(code: list[str]) -> bool:
    try:
        cst.parse_module("\n".join(["if 1:", *code, ""] if code[0][:1].isspace() else [*code, ""]))
    except (cst.ParserSyntaxError, cst.CSTValidationError, RecursionError):
        return True
    return False
