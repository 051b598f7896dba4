"""What a condition says of an answer when its payload is that of a crash, of a healthy call, or has a given status.

A crashed function answers {"errorMessage", "errorType"} and, as a rule, "requestId" and "stackTrace"
(Lambda developer guide, invocation of Python functions); a condition that gives the same answer for both is no test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeGuard

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    NONE,
    TRUE,
    Const,
    Slot,
    Struct,
    Traced,
    Typed,
    Value,
    const,
    join_values,
)
from invocation_lint.analysis.domain.ids import SiteKey
from invocation_lint.analysis.domain.values import constants
from invocation_lint.analysis.python import conditions
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.tested import converted
from invocation_lint.analysis.tracing.answer_parts import DECODED, NAME

View = Callable[[Traced], "Value | None"]

_SURE = frozenset({"errorMessage", "errorType"})
_USUAL = frozenset({"requestId", "stackTrace", "cause"})
_ERROR_WORDS = frozenset(
    {"error", "errors", "err", "iserror", "haserror", "failed", "failure", "exception", "errormessage", "errortype",
     "functionerror", "stacktrace", "error_message", "errorcode", "error_code", "errmsg"}
)  # fmt: skip


class MissingKey(Exception):
    """A condition reads a key by subscript that the payload does not have: it raises KeyError and decides nothing."""


def crash_view(site: SiteKey) -> View:
    """The payload of a crash in place of the parts of this site's answer. MissingKey for a key that it lacks."""

    def view(part: Traced) -> Value | None:
        if part.origin != site or part.path[:3] != DECODED:
            return None
        keys = part.path[3:]
        text = Value((Typed("str"),))
        if not keys:
            slots = tuple((key, Slot("yes", text)) for key in sorted(_SURE))
            return Value((Struct("dict", slots, None),))
        if keys[0] in _SURE and len(keys) == 1:
            return Value((Typed("text"),))
        if keys[0] in _SURE or keys[0] in _USUAL:
            return None
        if part.default is None:
            raise MissingKey(keys[0])
        return part.default

    return view


def healthy_view(site: SiteKey) -> View:
    """A payload without any sign of an error: every other key is there and true."""

    def view(part: Traced) -> Value | None:
        if part.origin != site or part.path[:3] != DECODED:
            return None
        keys = part.path[3:]
        if not keys:
            return Value((Struct("healthy"),))
        if len(keys) > 1:
            return None
        if keys[0].lower() in _ERROR_WORDS:
            return part.default if part.default is not None else NONE
        if keys[0].lower() in {"statuscode", "status_code"}:
            return const(200)
        if keys[0].lower() in {"status", "code", "state"}:
            return None  # a word or a number of the function's own
        return TRUE

    return view


def status_view(wanted: Traced, code: int) -> View:
    """A status code in place of one part of the answer."""

    def view(part: Traced) -> Value | None:
        return const(code) if (part.origin, part.path) == (wanted.origin, wanted.path) else None

    return view


def decide(frame: Frame, node: cst.BaseExpression, view: View) -> bool | None:
    """The outcome of a condition under a view; None when it cannot be told."""
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
        inner = decide(frame, node.expression, view)
        return None if inner is None else not inner
    if isinstance(node, cst.BooleanOperation):
        return _decide_boolean(frame, node, view)
    if isinstance(node, cst.Comparison):
        return _decide_chain(frame, node, view)
    return _truth(frame, _seen(frame, node, view))


def _decide_boolean(frame: Frame, node: cst.BooleanOperation, view: View) -> bool | None:
    decisive = not isinstance(node.operator, cst.And)
    left = decide(frame, node.left, view)
    if left is decisive:
        return decisive
    right = decide(frame, node.right, view)
    if right is decisive:
        return decisive
    return None if left is None or right is None else not decisive


def _is_part(atom: object) -> TypeGuard[Traced]:
    return isinstance(atom, Traced) and atom.kind == NAME


def _seen(frame: Frame, node: cst.BaseExpression, view: View) -> Value | None:
    viewed: list[Value] = []
    others: list[Value] = []
    known = True
    lacking: MissingKey | None = None
    for atom in conditions.quietly(frame, converted(node)).atoms:
        try:
            value = view(atom) if _is_part(atom) else None
        except MissingKey as missing:  # the way on which it is this part does not come here, if there is another one
            lacking = missing
            continue
        if value is not None:
            viewed.append(value)
        elif _is_part(atom):
            known = False
        else:
            others.append(Value((atom,)))
    if lacking is not None and not viewed:
        raise lacking
    if viewed:  # on the paths on which it is a part of the answer
        return join_values(viewed)
    return join_values(others) if others and known else None


def _truth(frame: Frame, value: Value | None) -> bool | None:
    if value is None or not value.atoms:
        return None
    answers: set[bool | None] = set()
    for atom in value.atoms:
        if (isinstance(atom, Typed) and atom.type == "text") or isinstance(atom, Struct):
            answers.add(True)
        else:
            answers.add(conditions.atom_truth(frame, atom))
    return answers.pop() if len(answers) == 1 else None


def _decide_chain(frame: Frame, node: cst.Comparison, view: View) -> bool | None:
    answers: list[bool | None] = []
    left = node.left
    for target in node.comparisons:
        answers.append(_decide_comparison(frame, left, target, view))
        left = target.comparator
    if False in answers:
        return False
    return None if None in answers else True


def _decide_comparison(
    frame: Frame, before: cst.BaseExpression, target: cst.ComparisonTarget, view: View
) -> bool | None:
    left, right = _seen(frame, before, view), _seen(frame, target.comparator, view)
    if left is None or right is None:
        return None
    operator = target.operator
    if isinstance(operator, (cst.In, cst.NotIn)):
        found = _contains(frame, right, left)
        return None if found is None else found is isinstance(operator, cst.In)
    one, other = constants(left), constants(right)
    if one is None or other is None or len(one) != 1 or len(other) != 1:
        if isinstance(operator, (cst.Is, cst.Equal, cst.IsNot, cst.NotEqual)) and other == [None] and one is None:
            differs = all(isinstance(atom, (Struct, Typed)) for atom in left.atoms)
            return isinstance(operator, (cst.IsNot, cst.NotEqual)) if differs else None
        return None
    return _compare(operator, one[0], other[0])


def _compare(operator: cst.BaseCompOp, one: Any, other: Any) -> bool | None:
    try:
        if isinstance(operator, (cst.Equal, cst.Is)):
            return bool(one == other)
        if isinstance(operator, (cst.NotEqual, cst.IsNot)):
            return bool(one != other)
        if isinstance(operator, cst.LessThan):
            return bool(one < other)
        if isinstance(operator, cst.LessThanEqual):
            return bool(one <= other)
        if isinstance(operator, cst.GreaterThan):
            return bool(one > other)
        return bool(one >= other) if isinstance(operator, cst.GreaterThanEqual) else None
    except TypeError:
        return None


def _contains(frame: Frame, container: Value, item: Value) -> bool | None:
    key = item.single
    if not isinstance(key, Const):
        return None
    atom = container.single
    if isinstance(atom, Struct):
        if atom.kind == "healthy":
            return str(key.value).lower() not in _ERROR_WORDS
        if str(key.value) in _USUAL:
            return None
        return any(name == key.value for name, _ in atom.slots)
    if frame.state is not None:
        for _, obj in frame.state.deref(container):
            values = [constants(element) for element in obj.items]
            if obj.rest is None and obj.kind in {"list", "tuple", "set"} and all(values):
                return any(key.value in (value or []) for value in values)
    return None
