"""One finding to be mended, as fixes see it, and what a fix answers."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from invocation_lint.findings import Finding, FixRequest
from invocation_lint.fixes.editing.code import Code, DoesNotApply
from invocation_lint.records import record
from invocation_lint.source.parsing.walk import walk

Change = tuple[int, int, str]
"""Start and end in the text that was read, and what stands there instead."""


@record
class Proposal:
    """The edits of a fix, and what they do in a few words. `is_safe` is False where the author may have meant other."""

    title: str
    changes: tuple[Change, ...]
    is_safe: bool = True


class Case:
    """A finding with what its rule told. `call` is the call that the finding stands at: the invocation, or, when a
    caller's values make the finding, the outermost call on the way to it."""

    def __init__(self, code: Code, finding: Finding, request: FixRequest) -> None:
        self.code = code
        self.finding = finding
        self.place = request.place
        self.name = request.name
        self.told: Mapping[str, str] = dict(request.arguments)

    @property
    def is_direct(self) -> bool:
        """Whether the finding stands at the invocation itself."""
        return not self.finding.chain

    @property
    def call(self) -> cst.Call:
        """The call that the finding stands at."""
        return self.code.at(self.finding.place, cst.Call)

    @property
    def invocation(self) -> cst.Call:
        """The invocation itself, which a caller's values may lead to. DoesNotApply when it is in another file."""
        return self.code.at(self.finding.site or self.finding.place, cst.Call)

    @property
    def _stands_at(self) -> cst.BaseExpression:
        return self.code.expression_at(self.finding.place)

    def check_direct(self) -> None:
        """DoesNotApply for what a caller's values cause: the invocation serves other callers, too."""
        if not self.is_direct:
            raise DoesNotApply("a caller decides")

    def check_alone(self, node: cst.CSTNode) -> None:
        """DoesNotApply for what stands neither in the function of the call, nor in a constant of the module that only
        the call uses."""
        if self.code.function(node) is self.code.function(self._stands_at):
            return
        assign = self.code.around(node, cst.Assign)
        target = assign.targets[0].target if assign is not None and len(assign.targets) == 1 else None
        for name in walk(self._stands_at):
            if assign is None or not isinstance(name, cst.Name) or not isinstance(target, cst.Name):
                continue
            if name.value == target.value and self.code.bound(name) is assign.value:
                return
        raise DoesNotApply("it stands in another function")

    def check_local(self, node: cst.CSTNode) -> None:
        """DoesNotApply for what stands in another function than the call: others may use it, too."""
        if self.code.function(node) is not self.code.function(self._stands_at):
            raise DoesNotApply("it stands in another function")
