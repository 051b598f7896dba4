"""Payloads that are put into a dict: whether a condition behind that asks the dict for what tells of a failure."""

from __future__ import annotations

import libcst as cst

from invocation_lint.analysis.program.acts import called_name
from invocation_lint.analysis.program.model import own_nodes
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.tracing.answer_readings import TELLING


def is_asked_in_copy(frame: Frame) -> bool:
    """Whether the statement puts all that is in a payload into a dict, and a condition behind it asks for a failure in
    that: `result = {**fields, **payload}`, then `if "errorMessage" in result`."""
    name = _filled(frame.statement)
    if not name or frame.function is None or frame.statement is None:
        return False
    line = frame.place(frame.statement).line
    return any(
        frame.place(test).line > line and _asks(test, name)
        for node in own_nodes(frame.function.node)
        for test in [node.subject if isinstance(node, cst.Match) else getattr(node, "test", None)]
        if isinstance(test, cst.BaseExpression)
    )


def _asks(test: cst.BaseExpression, name: str) -> bool:
    """Whether a condition asks the dict of this name for an error, a status or a success."""
    inside = (test, *own_nodes(test))
    words = (part.raw_value.lower() for part in inside if isinstance(part, cst.SimpleString))
    return any(word in TELLING for word in words) and any(
        isinstance(part, cst.Name) and part.value == name for part in inside
    )


def _filled(node: cst.CSTNode | None) -> str:
    """The name of the dict that a statement makes of others, or puts one into."""
    target: cst.CSTNode | None = None
    if isinstance(node, (cst.Assign, cst.AnnAssign)) and _is_copy(node.value):
        target = node.targets[0].target if isinstance(node, cst.Assign) else node.target
    elif isinstance(node, cst.AugAssign) and isinstance(node.operator, cst.BitOrAssign):
        target = node.target
    elif isinstance(node, cst.Expr) and isinstance(node.value, cst.Call) and called_name(node.value) == "update":
        target = node.value.func.value if isinstance(node.value.func, cst.Attribute) else None
    return target.value if isinstance(target, cst.Name) else ""


def _is_copy(node: cst.BaseExpression | None) -> bool:
    if isinstance(node, cst.BinaryOperation):
        return isinstance(node.operator, cst.BitOr)
    return isinstance(node, cst.Dict) or (isinstance(node, cst.Call) and called_name(node) in {"dict", "deepcopy"})


__all__ = ["is_asked_in_copy"]
