"""What functions of libraries give, where that is known: paths, durations, references, resources made elsewhere."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.cdk_constructs.asking import asked
from invocation_lint.deployment.cdk_constructs.texts import as_json, joined
from invocation_lint.deployment.cdk_constructs.things import Choice, Lib, Obj, Scope, spread
from invocation_lint.deployment.cdk_typescript.natives import entries
from invocation_lint.deployment.values import Hole, Text

if TYPE_CHECKING:
    from tree_sitter import Node

    from invocation_lint.deployment.cdk_typescript.running import Run

_PATHS = frozenset({"path", "node:path", "path/posix"})


def called(run: Run, callee: Lib, arguments: list[Any], node: Node, scope: Scope) -> Any:
    """What a function of a library gives."""
    names = callee.names
    given = arguments[0] if arguments else None
    if names[0] in _PATHS or names[:2] == ("", "path"):
        return _path(run, callee.last, arguments, node)
    if names == ("require",) and isinstance(given, str):
        return run.program.imported(run.program.module_of(scope.path, given), given, "")
    if names == ("JSON", "stringify"):
        text = as_json(run.resolved(given))
        return run.unknown(node) if text is None else text
    if names[0] in {"Object", "Array", "String", "Number", "process"} and len(names) <= 2:
        return _builtin(run, names, arguments, node)
    return asked(run, callee, arguments, node, scope)


def _path(run: Run, name: str, given: list[Any], node: Node) -> Any:
    if not all(isinstance(one, str) for one in given):
        return (
            joined(given, "/")
            if name == "join" and not any(isinstance(o, Choice) for o in given)
            else (run.unknown(node))
        )
    if name == "join":
        return posixpath.normpath("/".join(one for one in given if one)) if given else "."
    if name == "resolve":
        found = posixpath.join(run.program.working_folder, *given)
        return posixpath.normpath(found)
    if name in {"dirname", "basename"} and given:
        return getattr(posixpath, name)(given[0])
    return run.unknown(node)


def _builtin(run: Run, names: tuple[str, ...], given: list[Any], node: Node) -> Any:
    first = given[0] if given else None
    if names == ("process", "cwd"):
        return run.program.working_folder
    if names in {("String",), ("Number",)}:
        return first if isinstance(first, (str, int, float, Text, Hole)) else run.unknown(node)
    if names[-1] in {"keys", "values", "entries"} and isinstance(first, Obj) and not first.open:
        return entries(first, names[-1])
    if names[-1] == "assign" and isinstance(first, Obj):
        for one in given[1:]:
            spread(first, one)
        return first
    if names[-1] == "fromEntries" and isinstance(first, list):
        pairs = [one for one in first if isinstance(one, list) and len(one) == 2 and isinstance(one[0], str)]
        return Obj({one[0]: one[1] for one in pairs}, "" if len(pairs) == len(first) else "a key is not known")
    if names[-1] in {"from", "freeze"} and isinstance(first, (list, Obj)):
        return first
    if names[-1] == "isArray":
        return isinstance(first, list) if not isinstance(first, (Hole, Choice)) else run.unknown(node)
    return run.unknown(node)
