"""`decode-object-key`: the key of a notification is decoded where it is read."""

from __future__ import annotations

from invocation_lint.fixes.case import Case, Proposal
from invocation_lint.fixes.imported import decoder_name


def propose(case: Case) -> Proposal:
    """`urllib.parse.unquote_plus(..)` around the expression that reads the key."""
    read = case.code.expression_at(case.finding.place)
    name, imports = decoder_name(case.code, read)
    start, end = case.code.span(read)
    return Proposal("decode the key", (*imports, (start, start, f"{name}("), (end, end, ")")))
