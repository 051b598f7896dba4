"""Answers that an attribute or a name keeps: whether only parts of them are read where others see it."""

from __future__ import annotations

import libcst as cst

from invocation_lint.analysis.program.model import ClassInfo, FunctionInfo
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.source.parsing.walk import walk

_ERRORS = frozenset({"functionerror", "x-amz-function-error", "errormessage", "errortype"})  # in lower case


def is_held(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether an answer is put into `self.name`, of which the class reads parts, and none that tells of an error; or
    into a name of which the functions within, or those around whose name it is, read parts.

    Where the whole is handed on (returned by a property, given to a call), whoever gets it may look for the error.
    """
    if isinstance(node, cst.Name):
        return frame.function is not None and _is_read_in_parts_within(frame.function, node.value)
    if not isinstance(node, cst.Attribute) or not isinstance(node.value, cst.Name) or node.value.value != "self":
        return False
    function = frame.function
    cls = function.cls if function is not None else None
    return cls is not None and node.attr.value in _read_in_parts(cls)


def is_tested_later(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether a payload is put into `self.name`, of which a method reads a key and raises an error: `validate`."""
    if not isinstance(node, cst.Attribute) or not isinstance(node.value, cst.Name) or node.value.value != "self":
        return False
    cls = frame.function.cls if frame.function is not None else None
    return cls is not None and node.attr.value in _may_be_tested(cls)


def _is_read_in_parts_within(function: FunctionInfo, name: str) -> bool:
    """Whether those who see a name of a function read parts of what it keeps, and none that tells of an error."""
    readers = [info for info in function.module.functions.values() if info.parent is function and name in info.mentions]
    owner: FunctionInfo | None = function
    while owner is not None and name in owner.nonlocals:
        owner = owner.parent
        readers = [owner] if owner is not None else []
    nodes = [node for info in readers for node in walk(info.node)]
    if any(isinstance(node, cst.SimpleString) and node.raw_value.lower() in _ERRORS for node in nodes):
        return False
    seen = sum(isinstance(node, cst.Name) and node.value == name for node in nodes)
    parts = [_held(node) for node in nodes]
    return seen == sum(isinstance(part, cst.Name) and part.value == name for part in parts) > 0


def _read_in_parts(cls: ClassInfo) -> frozenset[str]:
    """The attributes of which nothing but parts is read."""
    seen: dict[str, int] = {}
    plain: dict[str, int] = {}
    for node in walk(cls.node):
        if isinstance(node, cst.SimpleString) and node.raw_value.lower() in _ERRORS:
            return frozenset()
        if isinstance(node, cst.Attribute) and _is_own(node):
            seen[node.attr.value] = seen.get(node.attr.value, 0) + 1
        part = _part_read(node)
        if part is not None:
            plain[part] = plain.get(part, 0) + 1
    return frozenset(name for name, times in seen.items() if plain.get(name) == times)


def _may_be_tested(cls: ClassInfo) -> frozenset[str]:
    """The attributes of which a method reads a key that itself raises an error: it may be the one that a crash lacks.
    That nothing was asked for yet (`if self.name is None: raise ..`) says nothing of a crash."""
    found: set[str] = set()
    for method in walk(cls.node):
        if not isinstance(method, cst.FunctionDef):
            continue
        inside = list(walk(method.body))
        early = {id(one) for node in inside if isinstance(node, cst.If) and _asks_only(node) for one in walk(node.body)}
        if any(isinstance(node, cst.Raise) and id(node) not in early for node in inside):
            parts = (_part_read(node) for node in inside if isinstance(node, (cst.Subscript, cst.Call)))
            found |= {part for part in parts if part is not None}
    return frozenset(found)


def _asks_only(node: cst.If) -> bool:
    """Whether a condition only asks whether the attribute is set."""
    return any(_part_read(one) is not None for one in (node, node.test))


def _is_own(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name) and node.value.value == "self"


def _part_read(node: cst.CSTNode) -> str | None:
    """The attribute of which `_held` tells."""
    held = _held(node)
    return held.attr.value if isinstance(held, cst.Attribute) and _is_own(held) else None


def _held(node: cst.CSTNode) -> cst.CSTNode | None:
    """What a node sets, asks for being there, or reads one key of."""
    held: cst.CSTNode | None = None
    if isinstance(node, cst.Subscript):
        index = node.slice[0].slice
        held = node.value if isinstance(index, cst.Index) and isinstance(index.value, cst.SimpleString) else None
    elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "get":
        is_text = bool(node.args) and isinstance(node.args[0].value, cst.SimpleString)
        held = node.func.value if is_text else None
    elif isinstance(node, (cst.AssignTarget, cst.AnnAssign)):
        held = node.target
    elif isinstance(node, (cst.If, cst.IfExp)):
        held = node.test
    elif isinstance(node, cst.UnaryOperation):
        held = node.expression
    elif isinstance(node, cst.NameItem):
        held = node.name
    elif isinstance(node, cst.Comparison) and all(
        isinstance(one.operator, (cst.Is, cst.IsNot)) for one in node.comparisons
    ):
        held = node.left
    return held
