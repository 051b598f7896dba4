"""Conditions on the status of an invocation's answer: which codes they take for success, and what they decide."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from invocation_lint.analysis.domain.atoms import Traced
from invocation_lint.analysis.domain.ids import SiteKey
from invocation_lint.analysis.program.acts import is_log_line, logs_failure, strongest_act
from invocation_lint.analysis.program.model import own_nodes
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.tested import bound_to_element, element_question, parts_in
from invocation_lint.analysis.tracing.answer_notes import StatusTest
from invocation_lint.analysis.tracing.answer_parts import is_decoded
from invocation_lint.analysis.tracing.answer_readings import Status
from invocation_lint.analysis.tracing.answer_tests import decide


def note_status(
    frame: Frame, parts: list[Traced], node: cst.BaseExpression, where: cst.CSTNode | None, *, decides: bool
) -> None:
    """A condition on parts of an answer: note which status it takes for success."""
    for part in filter(_is_status, parts):
        accepted = _accepted(frame, node, part)
        decides = decides and not _asks_to_wait(node) and _is_decided(frame, where)
        codes = None if accepted is None else accepted[1]
        logs = accepted is not None and isinstance(where, cst.If) and _calls_it_failed(where, accepted[0])
        frame.events.append(StatusTest(part.origin, part.path[-1], codes, decides, frame.place(node), logs))


def status_marks(frame: Frame, parts: list[Traced], node: cst.If) -> Iterator[tuple[SiteKey, bool]]:
    """The call sites whose status a condition asks, each with the outcome that stands for success."""
    for part in filter(_is_status, parts):
        accepted = _accepted(frame, node.test, part)
        if accepted is not None:
            yield part.origin, accepted[0]


def _is_status(part: Traced) -> bool:
    return bool(part.path) and part.path[-1] in {"StatusCode", "HTTPStatusCode"} and not is_decoded(part.path)


def _is_decided(frame: Frame, where: cst.CSTNode | None) -> bool:
    """Whether something other than a log line depends on a condition; of a kept answer, whether it is asked later."""
    if isinstance(where, cst.If):
        return _does_more_than_log(where)
    if isinstance(where, cst.DictElement):
        line = frame.statement
        return not (isinstance(line, cst.Expr) and isinstance(line.value, cst.Call) and is_log_line(line.value))
    target = where.targets[0].target if isinstance(where, cst.Assign) and len(where.targets) == 1 else None
    if not isinstance(target, cst.Name) or frame.function is None:
        return True
    return any(
        isinstance(name, cst.Name) and name.value == target.value
        for node in own_nodes(frame.function.node)
        for asked in _asked_by(node)
        for name in (asked, *own_nodes(asked))
    )


def _asked_by(node: cst.CSTNode) -> list[cst.CSTNode]:
    """What a statement or expression decides by, or gives to its caller."""
    if isinstance(node, (cst.If, cst.While, cst.Assert, cst.IfExp)):
        return [node.test]
    return [node.value] if isinstance(node, cst.Return) and node.value is not None else []


_WAITING = re.compile(r"408|425|429|502|503|504|TOO_MANY_REQUESTS|SERVICE_UNAVAILABLE", re.IGNORECASE)


def _asks_to_wait(node: cst.BaseExpression) -> bool:
    """Whether a condition looks for codes on which a request is sent again, and for no others."""
    if isinstance(node, cst.UnaryOperation):
        return _asks_to_wait(node.expression)
    if not isinstance(node, cst.Comparison) or len(node.comparisons) != 1:
        return False
    wanted = node.comparisons[0].comparator
    listed = wanted.elements if isinstance(wanted, (cst.Tuple, cst.List, cst.Set)) else []
    values = [one.value for one in listed] or [wanted]
    return all(_WAITING.fullmatch(_last_word(value)) for value in values)


def _last_word(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Attribute):
        return node.attr.value if node.attr.value != "value" else _last_word(node.value)
    return node.value if isinstance(node, (cst.Integer, cst.Name)) else ""


def _does_more_than_log(node: cst.If) -> bool:
    blocks = [node.body, *([node.orelse] if node.orelse is not None else [])]
    return any(strongest_act(block) not in {"drops", "logs"} or _leaves(block) for block in blocks)


def _calls_it_failed(node: cst.If, success: bool) -> bool:
    """Whether the branch of a status that does not stand for success says in a log line that something failed."""
    other = node.orelse if success else node.body
    return other is not None and not isinstance(other, cst.If) and logs_failure(other)


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
    asked = element_question(node)
    if asked is not None:
        with bound_to_element(frame, asked.for_in):
            return _accepted(frame, asked.elt, part)
    if not isinstance(node, cst.Comparison) or part not in parts_in(frame, node):
        return None
    sides: dict[bool, set[int]] = {True: set(), False: set()}
    for code in (200, 202, 204):
        outcome = decide(frame, node, Status(part, code))
        if outcome is None:
            return None
        sides[outcome].add(code)
    success = not isinstance(node.comparisons[0].operator, _FAILS_WHEN_TRUE)
    if not sides[success]:  # `== 500`: no mode's own status is told apart
        success = not success
    return success, frozenset(sides[success])
