"""`invoke-event` and `invoke-request-response`: another InvocationType.

A call is sent as an event only where nothing depends on its answer: the answer of an event is empty.
"""

from __future__ import annotations

import libcst as cst

from invocation_lint.fixes.editing.arguments import (
    inserted,
    is_of_invoke,
    keyword,
    literal_arguments,
    replaced_text,
    spreads,
)
from invocation_lint.fixes.editing.case import Case, Change, Proposal
from invocation_lint.fixes.editing.code import DoesNotApply
from invocation_lint.fixes.editing.contents import text_of

_MODES = {"invoke-event": "Event", "invoke-request-response": "RequestResponse"}


def propose(case: Case) -> Proposal:
    """The literal that says the mode, replaced; where none is given, the argument added."""
    mode, given = _MODES[case.name], case.told.get("invocation_type", "")
    if case.told.get("api") != "invoke":
        raise DoesNotApply("the operation knows no other mode")
    if mode == "Event" and "answer_unread" not in case.told:
        raise DoesNotApply("the answer is used")
    if given not in _MODES.values():
        raise DoesNotApply("a dry run is wanted")
    title = f'send InvocationType="{mode}"'
    return Proposal(title, (_change(case, mode, given),), is_safe=False)


def _change(case: Case, mode: str, given: str) -> Change:
    code, call = case.code, case.call
    if not case.is_direct:
        found = literal_arguments(call, given)
        if len(found) != 1:
            raise DoesNotApply("the caller's argument that decides is not known")
        return replaced_text(code, found[0], mode)
    if case.told.get("invocation_type_source") == "default":
        if keyword(call, "InvocationType") is not None or len(spreads(call)) > 1 or not is_of_invoke(call):
            raise DoesNotApply("it is not known where the mode would be given")
        return inserted(code, call, f"InvocationType={code.quote(call)}{mode}{code.quote(call)}")
    value = mode_at(case)
    if text_of(value) != given:
        raise DoesNotApply("the mode is not written here")
    return replaced_text(code, value, mode)


def mode_at(case: Case) -> cst.BaseExpression:
    """The expression that is given as InvocationType, in this function."""
    value = case.code.expression_at(case.place)
    case.check_local(value)
    return value
