"""Which names a function reads."""

from __future__ import annotations

from functools import lru_cache

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.source.parsing.walk import walk

FILLING = frozenset({"append", "add"})
"""Methods that put something into a list or a set."""


def is_read(function: FunctionInfo, name: str) -> bool:
    """Whether the function, or one inside it, reads a name other than to put something into the list that it is."""
    return name in _names_read(function)


def is_only_returned(function: FunctionInfo, name: str) -> bool:
    """Whether a name is bound once, and all that the function does with it is to return it."""
    nodes = [node for node in walk(function.node.body) if isinstance(node, cst.Name) and node.value == name]
    returned = {
        node.value
        for node in walk(function.node.body)
        if isinstance(node, cst.Return) and isinstance(node.value, cst.Name)
    }
    return len([node for node in nodes if node not in returned]) == 1 < len(nodes)


def is_only_counted(function: FunctionInfo, name: str) -> bool:
    """Whether the function makes a list under a name, and asks of it no more than how long it is."""
    counted: set[cst.CSTNode] = set()
    filled: set[cst.CSTNode] = set()
    for node in walk(function.node.body):
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "len":
            counted.update(arg.value for arg in node.args)
        elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in FILLING:
            filled.add(node.func.value)
        elif isinstance(node, (cst.AssignTarget, cst.AnnAssign)):
            filled.add(node.target)
    names = [node for node in walk(function.node) if isinstance(node, cst.Name) and node.value == name]
    return not counted.isdisjoint(names) and all(node in counted or node in filled for node in names)


@lru_cache(maxsize=256)
def _names_read(function: FunctionInfo) -> frozenset[str]:
    filled: set[cst.CSTNode] = set()
    names: list[cst.Name] = []
    for node in walk(function.node.body):
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in FILLING:
            filled.add(node.func.value)
        elif isinstance(node, cst.AssignTarget):
            filled.add(node.target)
        elif isinstance(node, (cst.AnnAssign, cst.AugAssign, cst.Param)):
            filled.add(node.name if isinstance(node, cst.Param) else node.target)
        elif isinstance(node, cst.Name):
            names.append(node)
    return frozenset(node.value for node in names if node not in filled)
