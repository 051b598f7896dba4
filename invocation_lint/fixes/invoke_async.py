"""`invoke-instead-of-invoke-async`: the operation that is not deprecated, with the same arguments."""

from __future__ import annotations

import libcst as cst

from invocation_lint.fixes.editing.arguments import inserted, keyword, spreads
from invocation_lint.fixes.editing.case import Case, Proposal
from invocation_lint.fixes.editing.code import DoesNotApply


def propose(case: Case) -> Proposal:
    """`.invoke_async(InvokeArgs=..)` becomes `.invoke(InvocationType="Event", Payload=..)`.

    Its answer holds StatusCode where the old one held Status, so the answer must not be looked at.
    """
    case.check_direct()
    if "answer_dropped" not in case.told:
        raise DoesNotApply("the answer is used, and its keys differ")
    code, call = case.code, case.call
    payload = keyword(call, "InvokeArgs")
    if not isinstance(call.func, cst.Attribute) or call.func.attr.value != "invoke_async":
        raise DoesNotApply("the method is not named here")
    if payload is None or payload.keyword is None or spreads(call):
        raise DoesNotApply("the arguments are not written here")
    changes = (
        (*code.span(call.func.attr), "invoke"),
        inserted(code, call, f"InvocationType={code.quote(call)}Event{code.quote(call)}"),
        (*code.span(payload.keyword), "Payload"),
    )
    return Proposal('use invoke with InvocationType="Event"', _joined(changes))


def _joined(changes: tuple[tuple[int, int, str], ...]) -> tuple[tuple[int, int, str], ...]:
    """An insertion right in front of a replacement becomes one edit with it."""
    method, (start, end, added), (at, stop, name) = changes
    return (method, (at, stop, added + name)) if start == end == at else changes
