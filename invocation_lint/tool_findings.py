"""The findings of the tool itself, INV000 to INV006: what it could not do, and comments that do nothing.

They are no rules: nothing in the code that is read makes them true or false but the tool's own work. Tables, `explain`
and the checks of ids are derived from here and from the texts in `data/tool_findings/`.
"""

from __future__ import annotations

from pathlib import Path

from invocation_lint.findings import Finding, Place, Severity
from invocation_lint.records import record


@record
class ToolFinding:
    """One kind of finding of the tool. One that is not `selectable` is always reported."""

    id: str
    name: str
    severity: Severity
    summary: str
    selectable: bool = True

    def at(self, place: Place, message: str, help: str = "") -> Finding:
        """A finding of this kind at a place."""
        return Finding(self.id, self.name, self.severity, message, place, help)

    def text(self) -> str:
        """Its documentation, Markdown."""
        return Path(__file__).with_name("data").joinpath("tool_findings", f"{self.id}.md").read_text("utf-8")


INTERNAL_ERROR = ToolFinding(
    "INV000", "internal-error", Severity.ERROR, "the analysis of a file failed with an internal error", False
)
UNREADABLE_FILE = ToolFinding(
    "INV001", "unreadable-file", Severity.ERROR, "a file cannot be read or parsed, so nothing in it was checked", False
)
UNUSED_SUPPRESSION = ToolFinding(
    "INV002", "unused-suppression", Severity.WARNING, "a comment suppresses a finding that is not reported"
)
INVALID_SUPPRESSION = ToolFinding(
    "INV003", "invalid-suppression", Severity.WARNING, "a suppression comment names a rule that does not exist"
)
AMBIGUOUS_CONTRACT = ToolFinding(
    "INV004", "ambiguous-contract", Severity.WARNING, "two contracts match the invoked function"
)
CONTRACT_DRIFT = ToolFinding(
    "INV005", "contract-drift", Severity.WARNING, "a declared contract and the function's handler contradict each other"
)
INVALID_TEMPLATE = ToolFinding(
    "INV006", "invalid-template", Severity.WARNING, "a template cannot be read, so what it deploys is unknown"
)
TOOL_FINDINGS = (
    INTERNAL_ERROR,
    UNREADABLE_FILE,
    UNUSED_SUPPRESSION,
    INVALID_SUPPRESSION,
    AMBIGUOUS_CONTRACT,
    CONTRACT_DRIFT,
    INVALID_TEMPLATE,
)
NOT_ANALYSED = frozenset({INTERNAL_ERROR.id, UNREADABLE_FILE.id})  # these make the exit code 2
