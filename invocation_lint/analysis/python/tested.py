"""Conditions in which parts of something that is followed stand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import ClassRef, Pending, Ref, SuperRef, Traced, Value, unknown
from invocation_lint.analysis.domain.imported import Imported, ModuleRef
from invocation_lint.analysis.domain.state import TOLD, State
from invocation_lint.analysis.program.model import own_nodes
from invocation_lint.analysis.python import conditions, iteration
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.kinds import Marks
from invocation_lint.analysis.python.traced import is_idle, kind_of
from invocation_lint.findings import Place


def note_condition(
    frame: Frame, node: cst.BaseExpression, *, where: cst.CSTNode | None = None, decides: bool = True
) -> list[Traced]:
    """A condition is asked: tell it the kinds of the parts in it, which are given. `where` is the construct of which
    it is the test; `decides` is no where more is asked before something is decided."""
    if is_idle(frame):
        return []
    parts = parts_in(frame, node)
    for name in dict.fromkeys(part.kind for part in parts):
        own = [part for part in parts if part.kind == name]
        frame.interpreter.kinds.by_name[name].tested(frame, own, node, where, decides=decides)
    return parts


def _bind(frame: Frame, target: cst.BaseExpression, value: Value) -> None:
    """Names, or a tuple of them, stand for a value."""
    if isinstance(target, cst.Name):
        frame.live.env[target.value] = value
    elif isinstance(target, (cst.Tuple, cst.List)):
        items = iteration.iteration_items(frame, value) or []
        for index, element in enumerate(target.elements):
            _bind(frame, element.value, items[index] if index < len(items) else unknown("an element"))


def branch_marks(frame: Frame, node: cst.If, parts: list[Traced]) -> tuple[frozenset[Any], frozenset[Any]]:
    """The marks of the then and the else branch of a condition in which these parts stand."""
    then: frozenset[Any] = frozenset()
    orelse: frozenset[Any] = frozenset()
    for name in dict.fromkeys(part.kind for part in parts):
        own = [part for part in parts if part.kind == name]
        one, other = frame.interpreter.kinds.by_name[name].branch_marks(frame, own, node)
        then, orelse = then | one, orelse | other
    return then, orelse


def after_branches(state: State, before: Marks, *, is_one: bool) -> None:
    """The branches of a condition have ended. Where only one of them goes on (`is_one`), what follows is its rest."""
    if TOLD not in {mark[0] for mark in state.marks - before}:
        return
    more = {mark for mark in state.marks - before if mark[0] == TOLD}
    rest = {(TOLD, mark[1], "after" if mark[2] == "in" else mark[2]) for mark in more if is_one or mark[2] != "in"}
    state.marks = (state.marks - more) | rest


def told_behind(node: cst.If, then: State | None, orelse: State | None) -> Marks:
    """What is told behind a condition of which both branches may go on, but one has returned in part: who has not, and
    comes from the other branch, is told there."""
    if then is None or orelse is None:
        return frozenset()
    return frozenset(
        (TOLD, mark[1], "after")
        for state, other, block in ((orelse, then, node.body), (then, orelse, node.orelse))
        for mark in state.marks - other.marks
        if mark[0] == TOLD and block is not None and any(_returns_something(part) for part in own_nodes(block))
    )


def _returns_something(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Return) and node.value is not None


def after_break(state: State) -> None:
    """A loop is left by `break`, as loops are: nothing is told by that."""
    if state.marks:
        state.marks = frozenset(mark for mark in state.marks if mark[0] != TOLD)


def after_rounds(state: State, last: State | None, loop: Place | None) -> None:
    """A loop has ended. Of a call that stands in it there is no answer where it never ran."""
    if last is None or loop is None:
        return
    for mark in last.marks - state.marks:
        if mark[0] == TOLD and mark[1] and mark[1][0].is_within(loop):
            state.marks |= {mark}


def note_statement(frame: Frame, node: cst.CSTNode, value: Value | None = None, marks: Marks | None = None) -> None:
    """A simple statement runs, or the end of the function is reached: tell those that ask what runs on a branch.
    `value` is what it returns; `marks` are those of the path before it."""
    known = marks if marks is not None else frame.state.marks if frame.state is not None else None
    if not known or frame.quiet:
        return
    for mark in known:
        if mark[0] == TOLD:
            for kind in frame.interpreter.kinds.judging:
                kind.statement_runs(frame, node, known, value)
            return


def element_question(node: cst.BaseExpression) -> cst.GeneratorExp | cst.ListComp | None:
    """What `all(.. for .. in ..)` and `any(..)` ask of each element; None for any other expression."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Name) or node.func.value not in {"all", "any"}:
        return None
    asked = node.args[0].value if len(node.args) == 1 else None
    return asked if isinstance(asked, (cst.GeneratorExp, cst.ListComp)) else None


def _is_question(node: cst.BaseExpression) -> bool:
    """Whether an expression gives True or False."""
    if isinstance(node, cst.BooleanOperation):
        return _is_question(node.left) and _is_question(node.right)
    if element_question(node) is not None:
        return True
    if isinstance(node, cst.Call):
        return isinstance(node.func, cst.Name) and node.func.value in {"isinstance", "bool"}
    return isinstance(node, cst.Comparison) or (
        isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not)
    )


def note_kept(frame: Frame, node: cst.BaseExpression, found: Value, where: cst.CSTNode) -> Value:
    """A statement keeps or returns the answer to a question; it may stand for what was asked."""
    if not isinstance(node, (cst.Comparison, cst.BooleanOperation, cst.UnaryOperation, cst.Call)) or is_idle(frame):
        return found
    if not _is_question(node):
        return found
    parts = note_condition(frame, node, where=where)
    for name in dict.fromkeys(part.kind for part in parts):
        own = [part for part in parts if part.kind == name]
        found = frame.interpreter.kinds.by_name[name].answered(frame, own, node, found)
    return found


def note_match(frame: Frame, subject: Value, case: cst.MatchCase) -> None:
    """A `case` looks at a subject."""
    for part in subject.of(Traced):
        kind_of(frame, part).matched(frame, part, case)


def case_marks(frame: Frame, subject: Value, case: cst.MatchCase) -> tuple[Marks, Marks]:
    """The marks of the body of a case, and of the cases behind it."""
    then: Marks = frozenset()
    rest: Marks = frozenset()
    parts = subject.of(Traced)
    for part in parts if len(parts) == len(subject.atoms) == 1 else ():
        one, other = kind_of(frame, part).case_marks(frame, part, case)
        then, rest = then | one, rest | other
    return then, rest


def is_asked_of(frame: Frame, node: cst.BaseExpression) -> bool:
    """Whether a part of something that is followed stands in a condition."""
    return not is_idle(frame) and bool(parts_in(frame, node))


def parts_in(frame: Frame, node: cst.BaseExpression) -> list[Traced]:
    """The parts that are operands of a condition."""
    found: dict[Traced, None] = {}
    for leaf in _operands(node):
        if leaf is not node and isinstance(leaf, (cst.GeneratorExp, cst.ListComp)):
            found.update(dict.fromkeys(_parts_of_each(frame, leaf)))
        elif not _holds_none(frame, leaf):
            for atom in conditions.quietly(frame, leaf).of(Traced):
                found.setdefault(atom)
    return list(found)


def _parts_of_each(frame: Frame, node: cst.GeneratorExp | cst.ListComp) -> list[Traced]:
    """The parts that are operands of what a comprehension asks of each element: `p.get("ok") for p in payloads`."""
    if frame.state is None:
        return []
    with bound_to_element(frame, node.for_in):
        return parts_in(frame, node.elt)


@contextmanager
def bound_to_element(frame: Frame, source: cst.CompFor, item: Value | None = None) -> Iterator[None]:
    """The targets of a comprehension stand for an element, by default for any, and nothing else changes."""
    saved = frame.live
    element = item if item is not None else iteration.element_of(frame, conditions.quietly(frame, source.iter))
    frame.state = saved.copy()
    try:
        _bind(frame, source.target, element if element.atoms else unknown("an element"))
        yield
    finally:
        frame.state = saved


def _operands(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
        return _operands(node.expression)
    if isinstance(node, cst.BooleanOperation):
        return [*_operands(node.left), *_operands(node.right)]
    if isinstance(node, cst.Comparison):
        sides = (node.left, *(target.comparator for target in node.comparisons))
        return [leaf for side in sides for leaf in _operands(converted(side))]
    if isinstance(node, cst.NamedExpr):
        return [node.value]
    if isinstance(node, cst.Call):
        return _operands_of_call(node)
    if isinstance(node, cst.IfExp):
        return [*_operands(node.test), *_operands(node.body), *_operands(node.orelse)]
    return [node]


def _operands_of_call(node: cst.Call) -> list[cst.BaseExpression]:
    """The call, what it is given, and what it is a method of; of `all(key in answer for key in ..)`, its question."""
    found: list[cst.BaseExpression] = [node, *(arg.value for arg in node.args)]
    receiver = node.func.value if isinstance(node.func, cst.Attribute) else None
    return found if receiver is None else [*found, *_operands(receiver)]


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
