"""Whether code answers with the rows that it reads: views, handlers behind an API, handlers that return rows."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from invocation_lint.analysis.program.acts import is_log_line
from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo, own_nodes
from invocation_lint.deployment.kinds import REDELIVERING
from invocation_lint.facts.building.callers import Ending
from invocation_lint.findings import Place

_FILLING = frozenset({"append", "extend", "add", "update", "insert"})


def serves(module: ModuleInfo, function: FunctionInfo | None, ending: Ending, read: Place) -> bool:
    """Whether a function is there to answer with what it reads; `read` is the call in it that leads to the rows."""
    if ending.kind == "view" or (ending.kind == "lambda_handler" and ending.event_source == "http"):
        return True
    if ending.kind != "lambda_handler" or function is None or ending.event_source in REDELIVERING:
        return False
    return _is_returned(module, function, read)


def _is_returned(module: ModuleInfo, function: FunctionInfo, read: Place) -> bool:
    """Whether what a call gives is a part of what the function returns."""
    held: set[str] = set()

    def holds_itself(node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Name):
            return node.value in held
        return isinstance(node, cst.Call) and module.source.place(node) == read

    def holds(node: cst.CSTNode) -> bool:
        return any(holds_itself(part) for part in [node, *own_nodes(node)])

    nodes = own_nodes(function.node)
    for _ in range(2):
        for node in nodes:
            held.update(name for target, value in _flows(node) if holds(value) for name in _names(target))
    counted = {part for node in nodes if isinstance(node, cst.Call) and _counts(node) for part in own_nodes(node)}
    returned = (node.value for node in nodes if isinstance(node, cst.Return) and node.value is not None)
    return any(holds_itself(part) for value in returned for part in [value, *own_nodes(value)] if part not in counted)


def _counts(call: cst.Call) -> bool:
    """Whether a call tells how many there are, or logs."""
    return getattr(call.func, "value", "") in {"len", "bool", "sum", "any", "all"} or is_log_line(call)


def _flows(node: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, cst.CSTNode]]:
    """What a statement or call puts where: pairs of a target and a value."""
    if isinstance(node, cst.Assign):
        yield from ((target.target, node.value) for target in node.targets)
    elif isinstance(node, (cst.AnnAssign, cst.AugAssign)) and node.value is not None:
        yield node.target, node.value
    elif isinstance(node, (cst.For, cst.CompFor)):
        yield node.target, node.iter
    elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _FILLING:
        yield from ((node.func.value, arg.value) for arg in node.args)


def _names(target: cst.CSTNode) -> Iterator[str]:
    if isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            yield from _names(element.value)
    while isinstance(target, (cst.Subscript, cst.Attribute)):
        target = target.value
    if isinstance(target, cst.Name):
        yield target.value
