"""`correct-invocation-type`: a word that is nearly a mode, a member of a (str, Enum), None."""

from __future__ import annotations

import libcst as cst

from invocation_lint.fixes.editing.arguments import keyword, literal_arguments, removed, replaced_text
from invocation_lint.fixes.editing.case import Case, Proposal
from invocation_lint.fixes.editing.code import DoesNotApply
from invocation_lint.fixes.editing.contents import text_of
from invocation_lint.fixes.mode import mode_at

_MODES = {
    "invoke": ("Event", "RequestResponse", "DryRun"),
    "invoke_with_response_stream": ("RequestResponse", "DryRun"),
}
_ALSO_CALLED = {
    "async": "Event",
    "asynchronous": "Event",
    "sync": "RequestResponse",
    "synchronous": "RequestResponse",
    "request": "RequestResponse",
}
"""Words that people write for a mode. What they mean is plain, and still theirs to say."""


def propose(case: Case) -> Proposal:
    """The right word, `.value` behind the member, or the argument left out."""
    given = case.told.get("invocation_type_refused", "")
    if not case.is_direct:
        found = literal_arguments(case.call, given)
        if len(found) != 1:
            raise DoesNotApply("the caller's argument that decides is not known")
        return _word(case, found[0], given)
    value = mode_at(case)
    if given == "none":
        return _left_out(case, value)
    if isinstance(value, cst.Attribute) and case.told.get("invocation_type_source") == "enum_member":
        if case.code.text[slice(*case.code.span(value))].rpartition(".")[2] != given.rpartition(".")[2]:
            raise DoesNotApply("the member is named elsewhere")
        end = case.code.span(value)[1]
        return Proposal("send the member's value", ((end, end, ".value"),))
    return _word(case, value, given)


def _word(case: Case, value: cst.BaseExpression, given: str) -> Proposal:
    if text_of(value) != given:
        raise DoesNotApply("the word is not written here")
    modes = _MODES.get(case.told.get("api", ""), ())
    near = case.told.get("nearest_mode")
    mode = near or _ALSO_CALLED.get(given.lower().replace("_", "").replace("-", ""))
    if mode not in modes:
        raise DoesNotApply("no mode is near")
    return Proposal(f'write "{mode}"', (replaced_text(case.code, value, mode),), is_safe=near is not None)


def _left_out(case: Case, value: cst.BaseExpression) -> Proposal:
    argument = keyword(case.call, "InvocationType")
    if argument is None or argument.value is not value or not isinstance(value, cst.Name) or value.value != "None":
        raise DoesNotApply("None is given elsewhere")
    return Proposal("leave the argument out", (removed(case.code, case.call, argument),), is_safe=False)
