"""Conditions in which parts of something that is followed stand."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import ClassRef, Pending, Ref, SuperRef, Traced, Value
from invocation_lint.analysis.domain.imported import Imported, ModuleRef
from invocation_lint.analysis.python import conditions
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.traced import is_idle, kind_of


def note_condition(
    frame: Frame, node: cst.BaseExpression, *, branches: cst.If | None = None, decides: bool = True
) -> list[Traced]:
    """A condition is asked: tell it the kinds of the parts in it, which are given. `branches` is the statement of which
    it is the test; `decides` is no where more is asked before something is decided."""
    if is_idle(frame):
        return []
    parts = parts_in(frame, node)
    for name in dict.fromkeys(part.kind for part in parts):
        own = [part for part in parts if part.kind == name]
        frame.interpreter.kinds.by_name[name].tested(frame, own, node, branches, decides=decides)
    return parts


def branch_marks(frame: Frame, node: cst.If, parts: list[Traced]) -> tuple[frozenset[Any], frozenset[Any]]:
    """The marks of the then and the else branch of a condition in which these parts stand."""
    then: frozenset[Any] = frozenset()
    orelse: frozenset[Any] = frozenset()
    for name in dict.fromkeys(part.kind for part in parts):
        own = [part for part in parts if part.kind == name]
        one, other = frame.interpreter.kinds.by_name[name].branch_marks(frame, own, node)
        then, orelse = then | one, orelse | other
    return then, orelse


def note_match(frame: Frame, subject: Value, case: cst.MatchCase) -> None:
    """A `case` looks at a subject."""
    for part in subject.of(Traced):
        kind_of(frame, part).matched(frame, part, case)


def is_asked_of(frame: Frame, node: cst.BaseExpression) -> bool:
    """Whether a part of something that is followed stands in a condition."""
    return not is_idle(frame) and bool(parts_in(frame, node))


def parts_in(frame: Frame, node: cst.BaseExpression) -> list[Traced]:
    """The parts that are operands of a condition."""
    found: dict[Traced, None] = {}
    for leaf in _operands(node):
        if not _holds_none(frame, leaf):
            for atom in conditions.quietly(frame, leaf).of(Traced):
                found.setdefault(atom)
    return list(found)


def _operands(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
        return _operands(node.expression)
    if isinstance(node, cst.BooleanOperation):
        return [*_operands(node.left), *_operands(node.right)]
    if isinstance(node, cst.Comparison):
        return [converted(side) for side in (node.left, *(target.comparator for target in node.comparisons))]
    if isinstance(node, cst.NamedExpr):
        return [node.value]
    if isinstance(node, cst.Call):
        return [node, *(arg.value for arg in node.args)]
    return [node]


def converted(node: cst.BaseExpression) -> cst.BaseExpression:
    """What is compared in `int(value)` and `str(value)`: the value."""
    while (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Name)
        and node.func.value in {"int", "str", "float", "bool"}
        and len(node.args) == 1
        and not node.args[0].star
    ):
        node = node.args[0].value
    return node


_NO_PART = (cst.SimpleString, cst.Integer, cst.Float, cst.ConcatenatedString, cst.Ellipsis)
"""Operands that are never a part of anything."""

_MAY_HOLD = (Ref, Traced, Pending, Imported, ModuleRef, ClassRef, SuperRef)
"""What a part may be, or be an attribute or item of."""


@lru_cache(maxsize=4096)
def _root(node: cst.BaseExpression) -> str | None:
    """The name at which a chain of attributes and items with constant keys begins; None for any other expression."""
    while type(node) is cst.Attribute or type(node) is cst.Subscript:
        if isinstance(node, cst.Subscript):
            part = node.slice[0].slice if len(node.slice) == 1 else None
            if not isinstance(part, cst.Index) or type(part.value) not in _NO_PART:
                return None
        node = node.value
    return node.value if isinstance(node, cst.Name) else None


def _holds_none(frame: Frame, node: cst.BaseExpression) -> bool:
    """Whether an operand is surely no part, seen without evaluating it."""
    if type(node) in _NO_PART:
        return True
    name = _root(node)
    value = frame.live.env.get(name) if name is not None else None
    return value is not None and not any(isinstance(atom, _MAY_HOLD) for atom in value.atoms)
