"""Where a handler answers an error that it has caught, without noting it anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from invocation_lint.data.event_shapes import keys_at
from invocation_lint.deployment.kinds import REDELIVERING
from invocation_lint.facts.building.handling import failing
from invocation_lint.facts.building.handling.handler_answers import is_own_answer
from invocation_lint.facts.building.handling.subjects import Subject, subjects
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.facts.building.messaging.resolving import values_of
from invocation_lint.facts.building.scopes import Scope
from invocation_lint.findings import Place

if TYPE_CHECKING:
    from invocation_lint.analysis.interpreter import Interpreter
    from invocation_lint.analysis.program.model import FunctionInfo
    from invocation_lint.analysis.project import Program


def error_answer(subject: Subject, interpreter: Interpreter) -> tuple[Place, str] | None:
    """The place of the answer, and what makes it: a word of the fact's `answered_by`. None where somebody waits for
    what the handler returns, or may do so."""
    if subject.event_source not in REDELIVERING or "cf" in subject.scope.texts:
        return None
    found = _of_clauses(subject) or _of_choices(subject) or _of_decorators(subject.info, interpreter)
    return None if found is None or (subject.known_by == "shape" and _is_mixed(subject)) else found


def answers_nobody(code: Code, program: Program | None) -> frozenset[str]:
    """The keys of the handlers of a module whose answers nothing reads: all that invokes them only asks whether they
    raise."""
    return frozenset(
        one.info.key
        for one in subjects(code, program)
        if one.event_source in REDELIVERING
        and not (one.known_by == "shape" and _is_mixed(one))
        and is_own_answer(one.info)
        and not code.module.is_mentioned_outside(one.info)
    )


def _is_mixed(subject: Subject) -> bool:
    """Whether a handler reads of its event what its source does not send: somebody else may invoke it, and wait."""
    source = subject.event_source
    known = keys_at(source, ()) if source is not None else None
    return known is not None and any(read.path[0] not in known for read in subject.reads if read.path)


def _of_clauses(subject: Subject) -> tuple[Place, str] | None:
    scope = subject.scope
    counted = failing.counted_lists(scope)
    for node in scope.parents:
        if isinstance(node, cst.ExceptHandler) and not failing.raises(node.body) and not _is_in_function(node, scope):
            returned = failing.error_answer(node.body, scope) or _constant_answer(node.body, subject)
            if returned is not None and not failing.notes(node.body, counted):
                return subject.code.module.source.place(returned), "clause"
    return None


def _constant_answer(body: cst.CSTNode, subject: Subject) -> cst.Return | None:
    """The return of a constant of the module that says error: `return FAILURE`."""
    module = subject.code.scope_of(None)
    for one in failing.statements(body):
        if not isinstance(one, cst.Return) or not isinstance(one.value, cst.Name):
            continue
        name = one.value.value
        given = [] if any(True for _ in values_of(name, subject.scope)) else list(values_of(name, module))
        if len(given) == 1 and isinstance(given[0], cst.Dict) and failing.answers_error(given[0], module):
            return one
    return None


def _of_choices(subject: Subject) -> tuple[Place, str] | None:
    """The return of `200 if success else 500`, by a name after which the handler does not raise."""
    scope = subject.scope
    if "batchItemFailures" in scope.texts:
        return None
    raised = failing.raised_for(scope)
    for node in scope.parents:
        if isinstance(node, cst.Return) and not _is_in_function(node, scope):
            asked = failing.chosen_by(node.value, scope)
            if asked is not None and asked not in raised:
                return subject.code.module.source.place(node), "choice"
    return None


def _is_in_function(node: cst.CSTNode, scope: Scope) -> bool:
    """Whether a node stands in a function inside the one that is read."""
    inner = next((one for one in scope.around(node) if isinstance(one, cst.FunctionDef)), None)
    return inner is not None and inner is not scope.root


def _of_decorators(info: FunctionInfo, interpreter: Interpreter) -> tuple[Place, str] | None:
    """The clause of a decorator of the program that turns what the handler raises into an answer that says error."""
    from invocation_lint.analysis.python.calls.decorators import guards_around

    if not info.decorators:
        return None
    interpreter.adopt(info.module)
    for guard in guards_around(interpreter, info):
        if isinstance(guard.node, cst.ExceptHandler) and guard.how == "drops":
            body = guard.node.body
            if not failing.notes(body) and failing.error_answer(body, Scope(guard.node)) is not None:
                return guard.place, "decorator"
    return None


__all__ = ["answers_nobody", "error_answer"]
