"""What the rounds of a loop get and a function only returns: each stands in its answer as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import libcst as cst

from invocation_lint.analysis.program.acts import is_log_line
from invocation_lint.analysis.program.model import own_nodes
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.loops.gathering import names_kept
from invocation_lint.findings import Place

_ANSWERING = re.compile(
    r"(?i)^(?:dumps|jsonify|len|str|list|dict|tuple|encode|\w*(?:response|answer|reply|json|success|ok))$"
)
"""What puts values into an answer, or says how many there are, by the last part of its name."""

_MOST = 3
"""Names that a value goes through on its way: a list, a dict that holds it, its text."""


def are_only_returned(frame: Frame, loop: cst.For | cst.While, call: Place) -> bool:
    """Whether all that the function does with what the rounds of a loop have got is to return it."""
    names = names_kept(frame, loop, call)
    inside = {loop, *own_nodes(loop)}
    return bool(names) and all(_is_only_returned(frame, name, inside) for name in names)


def is_only_returned(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether all that the function does with what an expression gives is to return it."""
    body = _body(frame)
    if body is None:
        return False
    for statement in own_nodes(body):
        if isinstance(statement, (cst.Return, cst.Assign)) and statement.value is not None:
            if not any(part is node for part in _carried(statement.value)):
                continue
            if isinstance(statement, cst.Return):
                return True
            name = _target(statement)
            return name != "" and _is_only_returned(frame, name, {statement, *own_nodes(statement)})
    return False


def _is_only_returned(frame: Frame, name: str, passed: set[cst.CSTNode], left: int = _MOST) -> bool:
    """Whether a name is read in what is returned, and nowhere else but in log lines and where it is filled."""
    body = _body(frame)
    if body is None or left == 0:
        return False
    fine = set(passed)
    is_returned = False
    for node in own_nodes(body):
        if isinstance(node, (cst.AssignTarget, cst.AnnAssign)) or (isinstance(node, cst.Call) and is_log_line(node)):
            fine.update((node.target, *own_nodes(node)) if not isinstance(node, cst.Call) else own_nodes(node))
        elif isinstance(node, (cst.Return, cst.Assign)) and node.value is not None:
            carried = [part for part in _carried(node.value) if isinstance(part, cst.Name) and part.value == name]
            target = _target(node) if isinstance(node, cst.Assign) else ""
            if not carried or (isinstance(node, cst.Assign) and target in {"", name}):
                continue
            if isinstance(node, cst.Assign) and not _is_only_returned(frame, target, passed, left - 1):
                return False
            fine.update(carried)
            is_returned = True
    return is_returned and not any(
        isinstance(node, cst.Name) and node.value == name and node not in fine for node in own_nodes(body)
    )


def _target(node: cst.Assign) -> str:
    target = node.targets[0].target
    return target.value if len(node.targets) == 1 and isinstance(target, cst.Name) else ""


@lru_cache(maxsize=1024)
def _carried(node: cst.BaseExpression) -> tuple[cst.CSTNode, ...]:
    """The expressions that an expression carries as they are: an item, a value, what an encoder is given."""
    return tuple(_carried_by(node))


def _carried_by(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.Dict):
        for element in node.elements:
            yield from _carried_by(element.value)
    elif isinstance(node, (cst.List, cst.Tuple)):
        for item in node.elements:
            yield from _carried_by(item.value)
    elif isinstance(node, cst.Call) and _ANSWERING.match(dotted(node.func).rpartition(".")[2]):
        for arg in node.args:
            yield from _carried_by(arg.value)
    else:
        yield node


def _body(frame: Frame) -> cst.CSTNode | None:
    return frame.function.node if frame.function is not None else None


__all__ = ["are_only_returned", "is_only_returned"]
