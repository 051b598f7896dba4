"""Expressions of which a condition decides what is evaluated: `a if b else c`, and chains of `and` or `or`."""

from __future__ import annotations

from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import NEVER, NONE, EnvVar, Traced, Value, const, join2, join_values
from invocation_lint.analysis.domain.state import ASKED, State, join_states
from invocation_lint.analysis.domain.values import text_constant
from invocation_lint.analysis.python import conditions, operators
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.tested import is_asked_of, note_condition


def evaluate_conditional(frame: Frame, node: cst.IfExp) -> Value:
    """`a if test else b`."""
    frame.evaluate(node.test)
    if frame.state is None:
        return NEVER
    parts = note_condition(frame, node.test, where=node)
    before = frame.state
    frame.state = _asked(conditions.refine(frame, before.copy(), node.test, True), parts)
    then = frame.evaluate(node.body)
    after_then = frame.state
    frame.state = _asked(conditions.refine(frame, before.copy(), node.test, False), parts)
    orelse = frame.evaluate(node.orelse)
    frame.state = join_states(after_then, frame.state)
    if parts and frame.state is not None:
        frame.state.marks = frozenset(mark for mark in frame.state.marks if mark[0] != ASKED) | _asks(before)
    return join2(then, orelse)


def _asked(state: State | None, parts: list[Traced]) -> State | None:
    """The state of a branch of a condition that asks for these parts of what is followed."""
    if state is not None and parts:
        state.marks |= {(ASKED, part.origin) for part in parts}
    return state


def _asks(state: State) -> frozenset[Any]:
    return frozenset(mark for mark in state.marks if mark[0] == ASKED)


def evaluate_boolean(frame: Frame, node: cst.BooleanOperation) -> Value:
    """The terms of a chain one after another, each in the state that the terms before it leave."""
    is_and = isinstance(node.operator, cst.And)
    *before_last, last = conditions.terms(node)
    beginnings = conditions.beginnings(node)
    ended: State | None = None
    found: list[Value] = []
    asks = _asks(frame.state) if frame.state is not None else frozenset()
    for term, beginning in zip(before_last, beginnings, strict=False):
        value = frame.evaluate(term)
        if frame.state is None:
            break
        asked: list[Traced] = []
        if is_asked_of(frame, term):
            asked = note_condition(frame, beginning, where=node, decides=False)
        found.append(Value(tuple(atom for atom in value.atoms if conditions.atom_truth(frame, atom) is not is_and)))
        before = frame.state
        ended = join_states(ended, conditions.refine(frame, before.copy(), term, not is_and))
        frame.state = _asked(conditions.refine(frame, before.copy(), term, is_and), asked)
        if frame.state is None:
            break
    found.append(frame.evaluate(last))
    frame.state = join_states(frame.state, ended)
    if frame.state is not None and frame.state.marks:
        frame.state.marks = frozenset(mark for mark in frame.state.marks if mark[0] != ASKED) | asks
    return join_values(found) if is_and else _with_default(frame, found, last)


def _with_default(frame: Frame, found: list[Value], node: cst.BaseExpression) -> Value:
    """`os.getenv("NAME") or default`: a variable with that default."""
    *before, last = found
    atoms = [atom for value in before for atom in value.atoms]
    if frame.state is None or len(atoms) != 1 or not isinstance(atoms[0], EnvVar):
        return join_values(found)
    if atoms[0].default not in {None, NONE, const("")} or last.is_unknown or not last.atoms:
        return join_values(found)
    place = frame.place(node) if text_constant(last) is not None else None
    return Value((EnvVar(atoms[0].name, operators.frozen(frame, last), place),))
