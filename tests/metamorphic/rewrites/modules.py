"""Other modules for the same definitions: helpers, or clients, move to a module that the program imports."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import libcst as cst

from tests.metamorphic.rewrites.common import names_bound, names_read, walk
from tests.metamorphic.rewrites.frames import wrap_in_helper
from tests.metamorphic.rewrites.naming import ENTRY

Definition = cst.SimpleStatementLine | cst.BaseCompoundStatement
Moved = tuple[cst.Module, cst.Module]

MOVED = "moved"
"""The name of the module that the definitions move to."""

_MAKERS = frozenset({"client", "resource", "Session", "create_client", "get_session"})


def helpers_to_module(module: cst.Module) -> Moved | None:
    """The functions that other functions of the module call move out, with all that they need; None without any.

    Where there is no such function, each invocation becomes one first.
    """
    found = _moved(module, _is_helper_of(module))
    if found is not None:
        return found
    wrapped = wrap_in_helper(module)
    return None if wrapped is None else _moved(wrapped, _is_helper_of(wrapped))


def _is_helper_of(module: cst.Module) -> Callable[[cst.CSTNode], bool]:

    def is_helper(statement: cst.CSTNode) -> bool:
        if not isinstance(statement, cst.FunctionDef) or ENTRY.match(statement.name.value) or statement.decorators:
            return False
        others = (other for other in module.body if other is not statement)
        return any(
            isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == statement.name.value
            for other in others
            for node in walk(other)
        )

    return is_helper


def clients_to_module(module: cst.Module) -> Moved | None:
    """The module's own clients and sessions move out, with all that they need; None without any."""

    def makes_client(statement: cst.CSTNode) -> bool:
        if not isinstance(statement, cst.SimpleStatementLine) or not isinstance(statement.body[0], cst.Assign):
            return False
        calls = [node.func for node in walk(statement) if isinstance(node, cst.Call)]
        return any(isinstance(func, cst.Attribute) and func.attr.value in _MAKERS for func in calls)

    return _moved(module, makes_client)


def _moved(module: cst.Module, is_wanted: Callable[[cst.CSTNode], bool]) -> Moved | None:
    moving: list[cst.CSTNode] = []
    for statement in module.body:
        if is_wanted(statement):
            needed = _with_needs(module, statement)
            moving.extend(one for one in needed or () if one not in moving)
    if not moving or not any(is_wanted(statement) for statement in moving):
        return None
    names = {name for statement in moving for name in _binds(statement)}
    rebound = {item.name.value for node in walk(module) if isinstance(node, cst.Global) for item in node.names}
    if names & rebound:
        return None
    imports = [statement for statement in module.body if _is_import(statement)]
    staying = [statement for statement in module.body if statement not in moving]
    wanted = sorted(names & names_read(staying))
    if not wanted:
        return None
    line = cst.SimpleStatementLine(
        [cst.ImportFrom(cst.Name(MOVED), [cst.ImportAlias(cst.Name(name)) for name in wanted])]
    )
    last = max((index for index, statement in enumerate(staying) if _is_import(statement)), default=-1) + 1
    outside = [statement for statement in module.body if statement in moving]
    return (
        module.with_changes(body=[*staying[:last], line, *staying[last:]]),
        module.with_changes(body=[*imports, *outside], header=(), footer=()),
    )


def _with_needs(module: cst.Module, statement: cst.CSTNode) -> Sequence[cst.CSTNode] | None:
    """The statement and all statements of the module that bind a name that it needs; None where one cannot move."""
    found: list[cst.CSTNode] = []
    waiting = [statement]
    while waiting:
        current = waiting.pop()
        if current in found:
            continue
        if any(ENTRY.match(name) for name in _binds(current)):
            return None
        found.append(current)
        read = names_read([current])
        waiting.extend(other for other in module.body if not _is_import(other) and _binds(other) & read)
    return found


def _binds(statement: cst.CSTNode) -> set[str]:
    if isinstance(statement, cst.FunctionDef | cst.ClassDef):
        return {statement.name.value}
    return names_bound([statement])


def _is_import(statement: cst.CSTNode) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[0], cst.Import | cst.ImportFrom)
