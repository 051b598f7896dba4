"""`rename-parameter`: a keyword of the invocation that nearly spells a parameter."""

from __future__ import annotations

import libcst as cst

from invocation_lint.fixes.editing.arguments import keyword
from invocation_lint.fixes.editing.case import Case, Proposal
from invocation_lint.fixes.editing.code import DoesNotApply
from invocation_lint.fixes.editing.keys import key_at, renamed


def propose(case: Case) -> Proposal:
    """The keyword or the key of the spread dictionary, spelled right."""
    name, meant = case.told.get("name", ""), case.told.get("meant", "")
    if case.told.get("why") != "misspelled" or not meant:
        raise DoesNotApply("it is not a matter of spelling")
    key = key_at(case, name)
    around = case.code.parent(key)
    holder = case.code.parent(around) if around is not None else None
    if isinstance(holder, cst.Call) and keyword(holder, meant) is not None:
        raise DoesNotApply("the right one is given, too")
    return Proposal(f"spell it {meant}", (renamed(case, key, meant),))
