"""Conditions on the answer of an invocation: what they tell of a crash, of FunctionError and of the status."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    ClassRef,
    Imported,
    ModuleRef,
    Pending,
    Ref,
    Response,
    SiteKey,
    SuperRef,
    Value,
)
from invocation_lint.analysis.domain.events import PayloadTest, StatusTest
from invocation_lint.analysis.program.acts import strongest_act
from invocation_lint.analysis.program.model import own_nodes
from invocation_lint.analysis.python import conditions
from invocation_lint.analysis.python.frame import Frame
from invocation_lint.analysis.tracing.answer_tests import (
    MissingKey,
    converted,
    crash_view,
    decide,
    healthy_view,
    status_view,
)
from invocation_lint.analysis.tracing.answers import is_decoded, note, note_error_look


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


_NO_PART = (cst.SimpleString, cst.Integer, cst.Float, cst.ConcatenatedString, cst.Ellipsis)
"""Operands that are never a part of an answer."""

_MAY_HOLD = (Ref, Response, Pending, Imported, ModuleRef, ClassRef, SuperRef)
"""What a part of an answer may be, or be an attribute or item of."""


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
    """Whether an operand is surely no part of an answer, seen without evaluating it."""
    if type(node) in _NO_PART:
        return True
    name = _root(node)
    value = frame.live.env.get(name) if name is not None else None
    return value is not None and not any(isinstance(atom, _MAY_HOLD) for atom in value.atoms)


def _parts_in(frame: Frame, node: cst.BaseExpression) -> list[Response]:
    found: dict[Response, None] = {}
    for leaf in _operands(node):
        if _holds_none(frame, leaf):
            continue
        for atom in conditions.quietly(frame, leaf).of(Response):
            found.setdefault(atom)
    return list(found)


def speaks_of_answer(frame: Frame, node: cst.BaseExpression) -> bool:
    """Whether a part of an invocation's answer stands in a condition."""
    return frame.state is not None and bool(frame.interpreter.sdks) and bool(_parts_in(frame, node))


def note_condition(
    frame: Frame, node: cst.BaseExpression, *, branches: cst.If | None = None, decides: bool = True
) -> None:
    """A condition on parts of an answer: note what it tells a crash, or a status, from success."""
    if frame.state is None or not frame.interpreter.sdks:
        return
    parts = _parts_in(frame, node)
    place = frame.place(node)
    for part in parts:
        note(frame, part, "tested", node)
    for site in dict.fromkeys(part.site for part in parts if is_decoded(part.path)):
        crash = _taken_by_crash(frame, node, site, branches)
        guards = branches is not None and crash is False and _only_guards(branches)
        frame.events.append(PayloadTest(site, crash == "as healthy", place, guards))
    for part in parts:
        if part.path and part.path[-1] in {"StatusCode", "HTTPStatusCode"} and not is_decoded(part.path):
            accepted = _accepted(frame, node, part)
            decides = decides and (branches is None or _does_more_than_log(branches))
            frame.events.append(
                StatusTest(part.site, part.path[-1], None if accepted is None else accepted[1], decides, place)
            )


def _taken_by_crash(
    frame: Frame, node: cst.BaseExpression, site: SiteKey, branches: cst.If | None = None
) -> bool | str | None:
    """The outcome of a condition on the payload when the function crashed; None when it cannot be told.

    "as healthy" when a healthy answer has the same, or when the condition never gets as far as an answer. A condition
    that lets one value pass and raises for all others means to raise: its KeyError is an error, too.
    """
    try:
        crash = decide(frame, node, crash_view(site))
    except MissingKey:
        return None if branches is not None and _raises_for_all_others(branches) else "as healthy"
    return "as healthy" if crash is not None and crash == decide(frame, node, healthy_view(site)) else crash


def _only_guards(node: cst.If) -> bool:
    """Whether nothing happens where the condition does not hold, and what follows is run either way."""
    return node.orelse is None and not _ends(node.body)


def _raises_for_all_others(node: cst.If) -> bool:
    """`if value != good: raise` or `if value == good: .. else: raise`."""
    if not isinstance(node.test, cst.Comparison) or len(node.test.comparisons) != 1:
        return False
    operator = node.test.comparisons[0].operator
    if isinstance(operator, (cst.NotEqual, cst.NotIn, cst.IsNot)):
        return isinstance(_last(node.body), cst.Raise)
    is_good = isinstance(operator, (cst.Equal, cst.In, cst.Is)) and isinstance(node.orelse, cst.Else)
    return is_good and isinstance(_last(node.orelse.body), cst.Raise)  # type: ignore[union-attr]


def _ends(block: cst.BaseSuite) -> bool:
    return isinstance(_last(block), (cst.Raise, cst.Return, cst.Break, cst.Continue))


def _last(block: cst.BaseSuite) -> cst.CSTNode | None:
    statement = block.body[-1] if block.body else None
    return statement.body[-1] if isinstance(statement, cst.SimpleStatementLine) else statement


def _does_more_than_log(node: cst.If) -> bool:
    blocks = [node.body, *([node.orelse] if node.orelse is not None else [])]
    return any(strongest_act(block) not in {"drops", "logs"} or _leaves(block) for block in blocks)


def _leaves(block: cst.CSTNode) -> bool:
    return any(isinstance(inner, (cst.Break, cst.Continue)) for inner in own_nodes(block))


_FAILS_WHEN_TRUE = (cst.NotEqual, cst.NotIn, cst.GreaterThan, cst.GreaterThanEqual, cst.IsNot)


def _accepted(frame: Frame, node: cst.BaseExpression, part: Response) -> tuple[bool, frozenset[int]] | None:
    """The outcome of a condition that stands for success as far as this status goes, and the codes that have it.

    `== 200` and `< 300` stand for success, `!= 200` and `>= 300` for failure.
    """
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
        inner = _accepted(frame, node.expression, part)
        return None if inner is None else (not inner[0], inner[1])
    if isinstance(node, cst.BooleanOperation):
        return _accepted(frame, node.left, part) or _accepted(frame, node.right, part)
    if not isinstance(node, cst.Comparison) or part not in _parts_in(frame, node):
        return None
    sides: dict[bool, set[int]] = {True: set(), False: set()}
    for code in (200, 202, 204):
        outcome = decide(frame, node, status_view(part, code))
        if outcome is None:
            return None
        sides[outcome].add(code)
    success = not isinstance(node.comparisons[0].operator, _FAILS_WHEN_TRUE)
    if not sides[success]:  # `== 500`: no mode's own status is told apart
        success = not success
    return success, frozenset(sides[success])


def status_branches(frame: Frame, node: cst.BaseExpression) -> tuple[frozenset[Any], frozenset[Any]]:
    """The marks of the then and the else branch: on which of them a status is surely not success."""
    if frame.state is None or not frame.interpreter.sdks:
        return frozenset(), frozenset()
    marks: dict[bool, set[Any]] = {True: set(), False: set()}
    for part in _parts_in(frame, node):
        if part.path and part.path[-1] in {"StatusCode", "HTTPStatusCode"} and not is_decoded(part.path):
            accepted = _accepted(frame, node, part)
            if accepted is not None:
                marks[not accepted[0]].add(("bad_status", part.site))
    return frozenset(marks[True]), frozenset(marks[False])


def guarded_sites(frame: Frame, node: cst.If) -> frozenset[Any]:
    """The marks of the then branch: of whose call sites the payload of a crash does not come here."""
    if frame.state is None or not frame.interpreter.sdks:
        return frozenset()
    parts = _parts_in(frame, node.test)
    sites = dict.fromkeys(part.site for part in parts if is_decoded(part.path))
    return frozenset(("guarded", site) for site in sites if _taken_by_crash(frame, node.test, site) is False)


def note_match(frame: Frame, subject: Value, case: cst.MatchCase) -> None:
    """A case that looks for keys of an answer."""
    parts = subject.of(Response)
    if not parts:
        return
    keys = [
        element.key.raw_value
        for pattern in [case.pattern, *case.pattern.children]
        if isinstance(pattern, cst.MatchMapping)
        for element in pattern.elements
        if isinstance(element.key, cst.SimpleString)
    ]
    for part in parts:
        note(frame, part, "tested", case.pattern)
        if "FunctionError" in keys and part.path == ():
            note_error_look(frame, part.site, case.pattern)
        if is_decoded(part.path):
            frame.events.append(PayloadTest(part.site, False, frame.place(case.pattern)))
