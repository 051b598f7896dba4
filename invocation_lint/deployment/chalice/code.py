"""The code of an application of Chalice: its decorated functions, and those of the blueprints that it registers.

AWS: Chalice documentation, blueprints (Chalice.register_blueprint, name_prefix, url_prefix).
"""

from __future__ import annotations

import ast
import posixpath
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from invocation_lint.deployment.values import Hole
from invocation_lint.findings import Place
from invocation_lint.records import record


@record
class Decorated:
    """A function of the application, by one of its decorators."""

    function: str  # in the code
    word: str
    given: dict[str, Any]
    place: Place
    module: str = "app"  # as a handler names it
    prefix: str = ""  # of the name, and
    path: str = ""  # of the path, as the blueprint is registered


def parsed(data: bytes) -> ast.Module | None:
    """The tree of a module; None where it is no Python, which `check` reports."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(data)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def decorated_in(
    tree: ast.Module, variable: str, path: str, read: Callable[[str], bytes | None]
) -> Iterator[Decorated]:
    """The functions of the application in a module, and those of its blueprints."""
    yield from _decorated(tree, variable, path)
    folder = posixpath.dirname(path)
    for call, blueprint in _registered(tree, variable):
        found = _blueprint(tree, blueprint, folder, path, read)
        if found is None:
            continue
        inner, name, file = found
        given = {word.arg: _literal(word.value) for word in call.keywords if word.arg is not None}
        given.update({str(index): _literal(value) for index, value in enumerate(call.args)})
        prefixes = (given.get("name_prefix", given.get("1")), given.get("url_prefix", given.get("2")))
        if any(isinstance(one, Hole) for one in prefixes):
            continue  # what its functions are called is not known
        own = (
            "app"
            if file == path
            else file[len(folder) + 1 :].removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        )
        for one in _decorated(inner, name, file):
            yield replace(one, module=own, prefix=str(prefixes[0] or ""), path=str(prefixes[1] or ""))


def _registered(tree: ast.Module, variable: str) -> Iterator[tuple[ast.Call, str]]:
    """The calls of `register_blueprint`, with what they register, as the code names it."""
    for statement in tree.body:
        calls = [one for one in ast.walk(statement) if isinstance(one, ast.Call)]
        for call in calls:
            if ast.unparse(call.func) != f"{variable}.register_blueprint":
                continue
            given = [*call.args[:1], *(word.value for word in call.keywords if word.arg == "blueprint")]
            name = ast.unparse(given[0]) if given else ""
            if isinstance(statement, ast.For) and name == ast.unparse(statement.target):
                each = statement.iter.elts if isinstance(statement.iter, (ast.Tuple, ast.List)) else []
                yield from ((call, ast.unparse(one)) for one in each)
            elif not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                yield call, name


def _blueprint(
    tree: ast.Module, name: str, folder: str, path: str, read: Callable[[str], bytes | None], levels: int = 3
) -> tuple[ast.Module, str, str] | None:
    """The module that makes a blueprint, the variable there, and the file; None where that is not in sight."""
    for one in tree.body:
        if isinstance(one, ast.Assign) and [ast.unparse(target) for target in one.targets] == [name]:
            made = isinstance(one.value, ast.Call) and ast.unparse(one.value.func).rpartition(".")[2] == "Blueprint"
            return (tree, name, path) if made else None
    for module, member in _imports(tree, name, folder, path) if levels else ():
        for file in (f"{module}.py", f"{module}/__init__.py"):
            data = read(file)
            inner = parsed(data) if data is not None else None
            found = _blueprint(inner, member, folder, file, read, levels - 1) if inner is not None else None
            if found is not None:
                return found
    return None


def _imports(tree: ast.Module, name: str, folder: str, path: str) -> Iterator[tuple[str, str]]:
    """The paths, without an ending, of the modules that a name may be from, and the name there."""
    first, _, rest = name.rpartition(".")
    for one in tree.body:
        if isinstance(one, ast.ImportFrom):
            base = folder
            if one.level:
                base = posixpath.dirname(path)
                for _ in range(one.level - 1):
                    base = posixpath.dirname(base)
            base = posixpath.join(base, *(one.module or "").split(".")) if one.module else base
            for alias in one.names:
                bound = alias.asname or alias.name
                if bound == name:
                    yield base, alias.name
                elif bound == first:
                    yield f"{base}/{alias.name}", rest
        elif isinstance(one, ast.Import):
            for alias in one.names:
                if first and (alias.asname or alias.name) == first:
                    yield posixpath.join(folder, *alias.name.split(".")), rest


def _decorated(tree: ast.Module, variable: str, path: str) -> Iterator[Decorated]:
    for node in tree.body:
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        for one in node.decorator_list:
            function = one.func if isinstance(one, ast.Call) else one
            if not isinstance(function, ast.Attribute) or ast.unparse(function.value) != variable:
                continue
            given: dict[str, Any] = {}
            if isinstance(one, ast.Call):
                given = {word.arg: _literal(word.value) for word in one.keywords if word.arg is not None}
                given.update({str(index): _literal(value) for index, value in enumerate(one.args)})
            place = Place(path, node.lineno, node.col_offset + 1, node.lineno, node.col_offset + 5 + len(node.name))
            yield Decorated(node.name, function.attr, given, place)


def _literal(node: ast.expr) -> Any:
    """What an argument is, as far as it is written out; a text of the code where it is not."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return Hole(ast.unparse(node), "", "it is worked out when the application is deployed")
