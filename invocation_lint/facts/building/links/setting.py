"""Variables of the environment that code sets by itself: then they are not what a template sets them to."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache

from invocation_lint.source.files.project_files import ProjectFiles
from invocation_lint.source.files.test_paths import is_test_of
from invocation_lint.source.record import Pattern

MAX_MODULES = 400
"""Modules that are looked at to see what runs with a handler: of more, it may be any."""

_SETS = Pattern(
    r"\benviron\s*(?:\[[^\]\n]*\]\s*=(?!=)|\.\s*update\s*\(|\|=)|\bputenv\s*\(|\bload_dotenv\s*\([^)]*\boverride\s*=\s*True",
    ("environ", "putenv", "load_dotenv"),
)


def is_set_by_code(files: ProjectFiles, asker: str, variables: frozenset[str], entries: Iterable[str]) -> bool:
    """Whether code sets one of these variables that runs with a module or with the handlers in these modules: it is in
    one of them, or is imported by one, however far. Tests do not count."""
    setting = {
        key
        for key in files.holding(asker, _SETS)
        if not is_test_of(files, key, asker) and _sets_one(files.read(key) or b"", variables)
    }
    waiting = list(dict.fromkeys((asker, *entries))) if setting else []
    seen = set(waiting)
    while waiting:
        key = waiting.pop()
        if key in setting or len(seen) > MAX_MODULES:
            return True
        new = [one for one in files.imports(key) if one not in seen]
        seen.update(new)
        waiting.extend(new)
    return False


def _sets_one(data: bytes, variables: frozenset[str]) -> bool:
    found = _set_in(data)
    return None in found or not variables.isdisjoint(found)


@lru_cache(maxsize=MAX_MODULES)  # a few modules set variables, and are looked at for each caller and its variables
def _set_in(data: bytes) -> frozenset[str | None]:
    """The variables that a module sets, but where it is run as a script; None among them where that is not told."""
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    found: set[str | None] = set()
    for statement in tree.body:
        if isinstance(statement, ast.If) and any(
            isinstance(one, ast.Name) and one.id == "__name__" for one in ast.walk(statement.test)
        ):
            continue
        for node in ast.walk(statement):
            found.update(_set_by(node))
    return frozenset(found)


def _set_by(node: ast.AST) -> Iterator[str | None]:
    """The variables that a statement or a call sets; None for one whose name is not told."""
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            if isinstance(target, ast.Subscript) and _is_environ(target.value):
                name = _text(target.slice)
                if not _reads(node.value, name):  # it stays what it was, where it is set
                    yield name
            elif _is_environ(target) and isinstance(node, ast.AugAssign):
                yield from _names_in(node.value)
    elif isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name == "update" and isinstance(node.func, ast.Attribute) and _is_environ(node.func.value):
            for given in node.args:
                yield from _names_in(given)
            yield from (keyword.arg for keyword in node.keywords)
        elif name == "putenv" and node.args:
            yield _text(node.args[0])
        elif name == "load_dotenv" and any(
            keyword.arg == "override" and isinstance(keyword.value, ast.Constant) and keyword.value.value is True
            for keyword in node.keywords
        ):
            yield None


def _names_in(given: ast.expr) -> Iterator[str | None]:
    if isinstance(given, ast.Dict):
        yield from (_text(key) if key is not None else None for key in given.keys)
    else:
        yield None


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_environ(node: ast.expr) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "environ") or (
        isinstance(node, ast.Name) and node.id == "environ"
    )


def _reads(value: ast.expr | None, name: str | None) -> bool:
    """Whether a value is made of the variable itself, as a default for it is."""
    return (
        value is not None
        and name is not None
        and any(_text(one) == name for one in ast.walk(value) if isinstance(one, ast.expr))
    )
