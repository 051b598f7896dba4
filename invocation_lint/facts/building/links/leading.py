"""Whether a module that imports another one can come to a function of it: by the names that it imports, and what these
name in turn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo
from invocation_lint.source.files.project_files import ProjectFiles
from invocation_lint.source.import_lines import imports_in
from invocation_lint.source.parsing.walk import walk

_BY_TEXT = frozenset({"globals", "locals", "vars", "eval", "exec", "getattr", "import_module"})
"""Names by which any name of a module may be meant."""


def names_imported(files: ProjectFiles, importer: str, module: str) -> frozenset[str] | None:
    """The names that a module imports from another one; None where it imports that whole, or all that is in it."""
    found: set[str] = set()
    for dotted, level, names in imports_in(files.read(importer) or b""):
        base = files.locate(importer, dotted, level)
        if base is None:
            continue
        if base == module:
            if not names or "*" in names:
                return None
            found.update(names)
        elif any(files.child(base, name) == module for name in names) or (not names and module.startswith(f"{base}/")):
            return None
    return frozenset(found) or None


def may_lead(names: Iterable[str], function: FunctionInfo) -> bool:
    """Whether whoever has these names of a module may come to a function of it."""
    wanted = _outermost(function)
    edges = _edges(function.module)
    seen, waiting = set(names), list(names)
    while waiting:
        name = waiting.pop()
        if name == wanted or name in _BY_TEXT:
            return True
        new = edges.get(name, set()) - seen
        seen |= new
        waiting.extend(new)
    return False


def is_run_on_import(function: FunctionInfo) -> bool:
    """Whether the body of a module calls a function of it, or one that may come to it."""
    module, wanted = function.module, _outermost(function)
    edges: dict[str, set[str]] = {cls.name: set(cls.mentions | cls.bases) for cls in module.classes.values()}
    for one in module.functions.values():
        edges.setdefault(_outermost(one), set()).update(one.mentions)
    body = (one for one in module.source.module.body if not isinstance(one, (cst.FunctionDef, cst.ClassDef)))
    waiting = [name for statement in body for name in _called(statement)]
    seen = set(waiting)
    while waiting:
        name = waiting.pop()
        if name == wanted:
            return True
        new = edges.get(name, set()) - seen
        seen |= new
        waiting.extend(new)
    return False


def _called(statement: cst.CSTNode) -> set[str]:
    """The names that the calls of a statement begin with."""
    found: set[str] = set()
    for node in walk(statement):
        inner = node.func if isinstance(node, cst.Call) else None
        while isinstance(inner, (cst.Attribute, cst.Call, cst.Subscript)):
            inner = inner.func if isinstance(inner, cst.Call) else inner.value
        if isinstance(inner, cst.Name):
            found.add(inner.value)
    return found


def _outermost(function: FunctionInfo) -> str:
    """The name at the top of the module by which a function is come to."""
    while function.parent is not None:
        function = function.parent
    return function.cls.name if function.cls is not None else function.name


def _edges(module: ModuleInfo) -> dict[str, set[str]]:
    """The names of a module, each with those that stand in what it is: in the body of a function, in a class, in the
    value of a variable, and in the statements that do something with it, as decorators do."""
    edges: dict[str, set[str]] = defaultdict(set)
    for name, named in module.bindings.items():
        edges[name] |= named
    for cls in module.classes.values():
        edges[cls.name] |= cls.mentions | cls.bases
    for function in module.functions.values():
        top = _outermost(function)
        edges[top] |= function.mentions
        for decorator in function.decorators:
            for name in _names(decorator):
                edges[name].add(top)
    for statement in module.source.module.body:
        if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            continue
        if isinstance(statement, cst.SimpleStatementLine) and not any(
            isinstance(one, cst.Expr) for one in statement.body
        ):
            continue
        names = _names(statement)
        for name in names:
            edges[name] |= names
    return edges


def _names(node: cst.CSTNode) -> set[str]:
    """The names in a tree, without those of attributes and of keywords."""
    every = list(walk(node))
    parts = {id(one.attr) for one in every if isinstance(one, cst.Attribute)}
    parts |= {id(one.keyword) for one in every if isinstance(one, cst.Arg)}
    return {one.value for one in every if isinstance(one, cst.Name) and id(one) not in parts}
