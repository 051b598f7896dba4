"""Statements: the state after each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    NEVER,
    NONE,
    FunctionRef,
    Param,
    Traced,
    Unknown,
    Value,
    join2,
    unknown,
)
from invocation_lint.analysis.domain.state import State, join_states
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.analysis.python import (
    assign,
    background,
    classes,
    conditions,
    imports,
    told,
    traced,
    type_hints,
)
from invocation_lint.analysis.python.errors import ends, managers, tries
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.loops import rounds
from invocation_lint.analysis.python.matching import patterns
from invocation_lint.analysis.python.tested import (
    after_branches,
    after_break,
    branch_marks,
    case_marks,
    note_condition,
    note_kept,
    note_match,
    note_statement,
    told_behind,
)


def _run_expression(frame: Frame, node: cst.Expr) -> None:
    note_statement(frame, node)
    frame.dropped = node.value
    value = frame.evaluate(node.value)
    background.note_dropped(frame, value, node.value)
    background.note_filled(frame, node.value)


def _run_assign(frame: Frame, node: cst.Assign) -> None:
    note_statement(frame, node)
    value = frame.evaluate(node.value)
    if node is frame.end_of_try:
        frame.note_progress()
    value = note_kept(frame, node.value, value, node)
    for target in node.targets:
        assign.assign(frame, target.target, value)
    if len(node.targets) == 1:
        background.note_assigned(frame, node.targets[0].target, value, node.value)


def _run_ann_assign(frame: Frame, node: cst.AnnAssign) -> None:
    annotation = node.annotation.annotation
    if node.value is not None:
        note_statement(frame, node)
        value = note_kept(frame, node.value, frame.evaluate(node.value), node)
    elif frame.in_class and isinstance(node.target, cst.Name):
        value = type_hints.annotated(frame, annotation)
    else:
        value = type_hints.declared(frame, annotation, node)
    if not value.atoms:
        return
    if value.is_unknown and frame.state is not None:
        typed = type_hints.declared(frame, annotation, node)
        known = tuple(atom for atom in value.atoms if not isinstance(atom, (Param, Unknown)))
        value = join2(Value(known), typed) if typed.atoms else value
    assign.assign(frame, node.target, value)


def _run_aug_assign(frame: Frame, node: cst.AugAssign) -> None:
    note_statement(frame, node)
    assign.augment(frame, node)


def _run_return(frame: Frame, node: cst.Return) -> None:
    marks = frame.live.marks
    value = NONE if node.value is None else frame.evaluate(node.value)
    note_statement(frame, node, value, marks)
    if node.value is not None:
        value = note_kept(frame, node.value, value, node)
    if frame.function is not None and frame.function.is_generator:
        # It ends here, and a loop over it drops the value; `yield from` may look at it.
        traced.note_escape(frame, value, "handed_over", node)
        value = NEVER
    if frame.state is not None:
        name = node.value.value if isinstance(node.value, cst.Name) else ""
        told.note_return(frame, value, frame.place(node), name)
        for part in value.of(Traced):
            traced.kind_of(frame, part).returned(frame, part, node)
        for part, where in _claimed(frame, node.value):
            traced.kind_of(frame, part).claimed(frame, part, where)
        frame.note_return(value)
    frame.state = None


def _claimed(frame: Frame, answer: cst.BaseExpression | None) -> list[tuple[Traced, cst.CSTNode]]:
    """What goes into an answer that says that all went well: `{"success": True, "result": found}`, `True, found`."""
    claimed: list[cst.BaseExpression] = []
    if isinstance(answer, cst.Tuple) and answer.elements:
        first, *others = (one.value for one in answer.elements)
        claimed = others if isinstance(first, cst.Name) and first.value == "True" else []
    elif isinstance(answer, cst.Dict):
        pairs = [one for one in answer.elements if isinstance(one, cst.DictElement)]
        claimed = [one.value for one in pairs] if any(map(_says_success, pairs)) else []
    return [(part, one) for one in claimed for part in conditions.quietly(frame, one).of(Traced)]


def _says_success(pair: cst.DictElement) -> bool:
    key = pair.key.raw_value if isinstance(pair.key, cst.SimpleString) else ""
    if isinstance(pair.value, cst.SimpleString):
        return key in {"status", "result", "state"} and pair.value.raw_value.lower() in {"success", "succeeded", "ok"}
    return (
        key.lower() in {"success", "ok", "succeeded"}
        and isinstance(pair.value, cst.Name)
        and pair.value.value == "True"
    )


def _run_raise(frame: Frame, node: cst.Raise) -> None:
    note_statement(frame, node)
    tries.run_raise(frame, node)
    ends.note_raise(frame, node)
    frame.note_progress()
    frame.state = None


def _run_break(frame: Frame, node: cst.Break) -> None:
    if frame.loops and frame.state is not None:
        after_break(frame.state)
        frame.loops[-1].breaks.append(frame.state)
    frame.state = None


def _run_continue(frame: Frame, node: cst.Continue) -> None:
    if frame.loops and frame.state is not None:
        frame.loops[-1].continues.append(frame.state)
    frame.state = None


def _run_del(frame: Frame, node: cst.Del) -> None:
    targets = [e.value for e in node.target.elements] if isinstance(node.target, cst.Tuple) else [node.target]
    for target in targets:
        assign.delete(frame, target)


def _run_assert(frame: Frame, node: cst.Assert) -> None:
    frame.evaluate(node.test)
    note_condition(frame, node.test, where=node)
    frame.state = conditions.refine(frame, frame.state, node.test, True)


def _run_if(frame: Frame, node: cst.If) -> None:
    frame.evaluate(node.test)
    if frame.state is None:
        return
    orelse = node.orelse
    parts = note_condition(frame, node.test, where=node)
    before = frame.state
    marks = branch_marks(frame, node, parts)
    frame.state = conditions.refine(frame, before.copy(), node.test, True)
    if frame.state is not None:
        frame.state.marks |= marks[0]
        frame.run(node.body)
    after_then = frame.state
    frame.state = before  # where the branch has left every path, nothing could be told of its objects
    frame.state = conditions.refine(frame, before.copy(), node.test, False)
    if frame.state is not None:
        frame.state.marks |= marks[1]
    if frame.state is not None and orelse is not None:
        if isinstance(orelse, cst.If):
            frame.run_statement(orelse)
        else:
            frame.run(orelse.body)
    is_one = after_then is None or frame.state is None
    behind = told_behind(node, after_then, frame.state) if parts else frozenset()
    frame.state = join_states(after_then, frame.state)
    if parts and frame.state is not None:
        after_branches(frame.state, before.marks, is_one=is_one)
        frame.state.marks |= behind


def _run_while(frame: Frame, node: cst.While) -> None:
    rounds.run_while(frame, node)


def _run_for(frame: Frame, node: cst.For) -> None:
    rounds.run_for(frame, node)


def _run_with(frame: Frame, node: cst.With) -> None:
    managers.run_with(frame, node)


def _run_try(frame: Frame, node: cst.Try) -> None:
    tries.run_try(frame, node)


def _run_function(frame: Frame, node: cst.FunctionDef) -> None:
    info = frame.module.defined_by(node)
    assert isinstance(info, FunctionInfo)
    for decorator in info.decorators:
        frame.evaluate(decorator)
    frame.interpreter.definitions.note_defaults(frame, info)
    if frame.state is not None:
        frame.note_definition(info.key)
        frame.state.env[node.name.value] = Value((FunctionRef(info.key),))


def _run_class(frame: Frame, node: cst.ClassDef) -> None:
    classes.run_class(frame, node)


def _run_import(frame: Frame, node: cst.Import) -> None:
    imports.bind_import(frame, node)


def _run_import_from(frame: Frame, node: cst.ImportFrom) -> None:
    imports.bind_import_from(frame, node)


def _run_match(frame: Frame, node: cst.Match) -> None:
    subject = frame.evaluate(node.subject)
    if frame.state is None:
        return
    before, after = frame.state, None
    rest: State | None = before
    for case in node.cases:
        if rest is None:
            break
        note_match(frame, subject, case)
        marks = case_marks(frame, subject, case)
        frame.state = patterns.refine(frame, rest.copy(), (node.subject, subject), case, True)
        passed: State | None = None  # the pattern matches, but the guard does not hold
        if frame.state is not None:
            frame.state.marks |= marks[0]
            patterns.bind(frame, subject, case.pattern)
            if case.guard is not None and frame.state is not None:
                frame.evaluate(case.guard)
                note_condition(frame, case.guard, where=case)
                if frame.state is not None:
                    passed = conditions.refine(frame, frame.state.copy(), case.guard, False)
                    frame.state = conditions.refine(frame, frame.state, case.guard, True)
            frame.run(case.body)
            after = join_states(after, frame.state)
        frame.state = rest
        rest = patterns.refine(frame, rest.copy(), (node.subject, subject), case, False)
        if passed is not None:
            rest = join_states(rest, State(passed.env, passed.heap, before.marks, passed.waited))
        if rest is not None and marks[1]:
            rest = State(rest.env, rest.heap, rest.marks | marks[1], rest.waited)
    frame.state = join_states(after, rest)
    if frame.state is not None:
        after_branches(frame.state, before.marks, is_one=True)


def _run_type_alias(frame: Frame, node: cst.TypeAlias) -> None:
    frame.live.env[node.name.value] = unknown("a type")


HANDLERS: dict[type[cst.CSTNode], Callable[[Frame, Any], None]] = {
    cst.Expr: _run_expression,
    cst.Assign: _run_assign,
    cst.AnnAssign: _run_ann_assign,
    cst.AugAssign: _run_aug_assign,
    cst.Return: _run_return,
    cst.Raise: _run_raise,
    cst.Break: _run_break,
    cst.Continue: _run_continue,
    cst.Del: _run_del,
    cst.Assert: _run_assert,
    cst.If: _run_if,
    cst.While: _run_while,
    cst.For: _run_for,
    cst.With: _run_with,
    cst.Try: _run_try,
    cst.TryStar: _run_try,
    cst.FunctionDef: _run_function,
    cst.ClassDef: _run_class,
    cst.Import: _run_import,
    cst.ImportFrom: _run_import_from,
    cst.Match: _run_match,
    cst.TypeAlias: _run_type_alias,
}
