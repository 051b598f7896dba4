"""`decode-object-key`: the key of a notification is decoded where it is read, or by the decoder that knows `+`, too."""

from __future__ import annotations

import libcst as cst

from invocation_lint.fixes.editing.case import Case, Proposal
from invocation_lint.fixes.editing.code import DoesNotApply
from invocation_lint.fixes.editing.imported import decoder_name


def propose(case: Case) -> Proposal:
    """`urllib.parse.unquote_plus(..)` around the expression that reads the key, or instead of `unquote`; none where a
    caller of the function uses it."""
    decoder = case.told.get("decoder")
    if decoder is not None:
        return _instead(case, decoder)
    case.check_local(case.code.expression_at(case.place))  # others may call the function that returns the key
    read = case.code.expression_at(case.finding.place)
    name, imports = decoder_name(case.code, read)
    start, end = case.code.span(read)
    return Proposal("decode the key", (*imports, (start, start, f"{name}("), (end, end, ")")))


def _instead(case: Case, decoder: str) -> Proposal:
    """DoesNotApply for a decoder that gives bytes, or that stands in a helper, which may serve other texts."""
    if decoder != "unquote":
        raise DoesNotApply("it gives bytes")
    call = case.code.at(case.place, cst.Call)
    case.check_local(call)
    name, imports = decoder_name(case.code, call)
    return Proposal("decode `+` as well", (*imports, (*case.code.span(call.func), name)))
