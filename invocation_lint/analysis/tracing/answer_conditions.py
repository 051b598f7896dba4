"""Conditions on the answer of an invocation: what they tell of a crash, of FunctionError and of the status."""

from __future__ import annotations

from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import Traced
from invocation_lint.analysis.domain.events import Event
from invocation_lint.analysis.domain.ids import SiteKey
from invocation_lint.analysis.program.acts import strongest_act
from invocation_lint.analysis.program.model import own_nodes
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.guards import CaughtType
from invocation_lint.analysis.python.frames.kinds import Marks
from invocation_lint.analysis.python.tested import parts_in
from invocation_lint.analysis.tracing.answer_notes import AnswerUse, PayloadTest, StatusTest
from invocation_lint.analysis.tracing.answer_parts import is_decoded, note, note_error_look
from invocation_lint.analysis.tracing.answer_tests import MissingKey, crash_view, decide, healthy_view, status_view


def note_condition(
    frame: Frame, parts: list[Traced], node: cst.BaseExpression, branches: cst.If | None, *, decides: bool
) -> None:
    """A condition on parts of an answer: note what it tells a crash, or a status, from success."""
    place = frame.place(node)
    for part in parts:
        note(frame, part, "tested", node)
    for site in dict.fromkeys(part.origin for part in parts if is_decoded(part.path)):
        crash = _taken_by_crash(frame, node, site, branches)
        guards = branches is not None and crash is False and _only_guards(branches)
        frame.events.append(PayloadTest(site, crash == "as healthy", place, guards))
    for part in filter(_is_status, parts):
        accepted = _accepted(frame, node, part)
        decides = decides and (branches is None or _does_more_than_log(branches))
        codes = None if accepted is None else accepted[1]
        frame.events.append(StatusTest(part.origin, part.path[-1], codes, decides, place))


def _is_status(part: Traced) -> bool:
    return bool(part.path) and part.path[-1] in {"StatusCode", "HTTPStatusCode"} and not is_decoded(part.path)


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


def _accepted(frame: Frame, node: cst.BaseExpression, part: Traced) -> tuple[bool, frozenset[int]] | None:
    """The outcome of a condition that stands for success as far as this status goes, and the codes that have it.

    `== 200` and `< 300` stand for success, `!= 200` and `>= 300` for failure.
    """
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
        inner = _accepted(frame, node.expression, part)
        return None if inner is None else (not inner[0], inner[1])
    if isinstance(node, cst.BooleanOperation):
        return _accepted(frame, node.left, part) or _accepted(frame, node.right, part)
    if not isinstance(node, cst.Comparison) or part not in parts_in(frame, node):
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


def branch_marks(frame: Frame, parts: list[Traced], node: cst.If) -> tuple[Marks, Marks]:
    """The marks of the then and the else branch: on which of them a status is surely not success, and to which of them
    the payload of a crash does not come."""
    marks: dict[bool, set[Any]] = {True: set(), False: set()}
    for part in filter(_is_status, parts):
        accepted = _accepted(frame, node.test, part)
        if accepted is not None:
            marks[not accepted[0]].add(("bad_status", part.origin))
    for site in dict.fromkeys(part.origin for part in parts if is_decoded(part.path)):
        if _taken_by_crash(frame, node.test, site) is False:
            marks[True].add(("guarded", site))
    return frozenset(marks[True]), frozenset(marks[False])


def note_match(frame: Frame, part: Traced, case: cst.MatchCase) -> None:
    """A case that looks for keys of an answer."""
    keys = [
        element.key.raw_value
        for pattern in [case.pattern, *case.pattern.children]
        if isinstance(pattern, cst.MatchMapping)
        for element in pattern.elements
        if isinstance(element.key, cst.SimpleString)
    ]
    note(frame, part, "compared" if isinstance(case.pattern, cst.MatchValue) else "tested", case.pattern)
    if "FunctionError" in keys and part.path == ():
        note_error_look(frame, part.origin, case.pattern)
    if is_decoded(part.path):
        frame.events.append(PayloadTest(part.origin, False, frame.place(case.pattern)))


# -- clauses that notice a crash -------------------------------------------------------------------------------------

_MISSING_KEY = frozenset({"KeyError", "LookupError"})
"""A clause for one of these is a test whether the payload has the key that the body reads."""

_FEW = 3
"""Statements: to decode the answer, to read a key of it, and a log line or a return."""


def note_clause(
    frame: Frame,
    node: cst.Try | cst.TryStar,
    handler: cst.ExceptHandler | cst.ExceptStarHandler,
    types: list[CaughtType],
    body: list[Event],
    raising: tuple[SiteKey, ...],
) -> None:
    """A clause may notice that a key is missing from the payload that the body reads."""
    tested = _tested_by(node, types, _payloads_read(body), raising)
    if tested and strongest_act(handler.body) != "drops":
        place = frame.place(handler)
        frame.events.extend(PayloadTest(site, False, place) for site in tested)


def _payloads_read(events: list[Event]) -> list[SiteKey]:
    """The call sites of whose decoded payload a key is read."""
    reads = (event for event in events if isinstance(event, AnswerUse) and event.use == "read")
    return list(dict.fromkeys(use.site for use in reads if is_decoded(use.path) and use.path[3:]))


def _tested_by(
    node: cst.Try | cst.TryStar, types: list[CaughtType], payloads_read: list[SiteKey], raising: tuple[SiteKey, ...]
) -> list[SiteKey]:
    """The call sites of whose payload a clause notices that a key is missing: it waits for just that, or it takes
    everything, and all that the body does is to read the answer of an invocation before it."""
    if any(caught.name in _MISSING_KEY and caught.kind == "builtin" for caught in types):
        return payloads_read
    is_plain = all(isinstance(line, cst.SimpleStatementLine) for line in node.body.body)
    if is_plain and len(node.body.body) <= _FEW and any(caught.kind == "generic" for caught in types):
        return [site for site in payloads_read if site not in raising]
    return []
