"""`correct-action`: the action that is nearly spelled."""

from __future__ import annotations

import libcst as cst

from invocation_lint.fixes.editing.arguments import literal_arguments, replaced_text
from invocation_lint.fixes.editing.case import Case, Proposal
from invocation_lint.fixes.editing.code import DoesNotApply
from invocation_lint.fixes.editing.contents import text_of


def propose(case: Case) -> Proposal:
    """The literal, replaced by the action that the contract knows."""
    given, nearest = case.told.get("payload.action.value"), case.told.get("payload.action.nearest")
    if not given or not nearest:
        raise DoesNotApply("no action is near")
    return Proposal(f'write "{nearest}"', (replaced_text(case.code, _literal(case, given), nearest),))


def _literal(case: Case, given: str) -> cst.BaseExpression:
    if not case.is_direct:
        found = literal_arguments(case.call, given)
        if len(found) == 1:
            return found[0]
    value = case.code.expression_at(case.place)
    case.check_local(value)
    if text_of(value) != given:
        raise DoesNotApply("the action is not written here")
    return value
