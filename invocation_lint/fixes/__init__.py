"""Fixes: text edits that mend a finding, on the text that was read. Comments and layout stay as they are.

A fix is a module with `propose(case) -> Proposal`, in `registry.FIXES` under the name that rules ask for. It sees the
finding, what the rule told, and the file's own tree; where it is not certain it raises `DoesNotApply`. Edits are made
while the tree is at hand and travel with the finding; `applying` makes texts of them, `writing` files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from invocation_lint.findings import Confidence, Edit, Finding, FixRequest
from invocation_lint.fixes.registry import FIXES

if TYPE_CHECKING:
    from invocation_lint.fixes.editing.code import Code
    from invocation_lint.source.parsing.tree import SourceFile


def with_edits(findings: Sequence[Finding], source: SourceFile) -> list[Finding]:
    """The findings of a file, those that can be mended with their edits. Nothing can be where `source.fixable` is
    false."""
    if not any(_is_asked_for(finding) for finding in findings) or not source.fixable:
        return list(findings)
    from invocation_lint.fixes.editing.code import Code

    code = Code(source)
    return [
        replace(finding, fix=_answered(finding, finding.fix, code))
        if finding.fix is not None and _is_asked_for(finding)
        else finding
        for finding in findings
    ]


def with_edits_in_template(findings: Sequence[Finding], text: str) -> list[Finding]:
    """The findings of a template, those that can be mended with their edits. They are made on its text."""
    from invocation_lint.fixes.item_failures import NAME

    return [
        _mended(one, one.fix, text) if one.fix is not None and one.fix.name == NAME and _is_asked_for(one) else one
        for one in findings
    ]


def _mended(finding: Finding, request: FixRequest, text: str) -> Finding:
    from invocation_lint.fixes.item_failures import edits_in

    title, edits = edits_in(text, request.place)
    return replace(finding, fix=replace(request, title=title, edits=edits))


def _is_asked_for(finding: Finding) -> bool:
    asked = finding.fix is not None and finding.fix.name in FIXES
    return asked and finding.confidence is Confidence.CERTAIN and finding.suppressed_by is None


def _answered(finding: Finding, request: FixRequest, code: Code) -> FixRequest:
    """The request with the edits of its fix; as it is, without edits, where the fix does not apply."""
    from invocation_lint.fixes.editing.case import Case
    from invocation_lint.fixes.editing.code import DoesNotApply

    try:
        proposal = import_module(f"invocation_lint.fixes.{FIXES[request.name]}").propose(Case(code, finding, request))
    except DoesNotApply:
        return request
    edits = tuple(Edit(code.source.place_of(start, end), text) for start, end, text in sorted(proposal.changes))
    safety = "unsafe" if request.safety == "unsafe" or not proposal.is_safe else "safe"
    return replace(request, safety=safety, title=proposal.title, edits=edits)


__all__ = ["with_edits", "with_edits_in_template"]
