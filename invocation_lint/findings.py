"""What a run reports: findings, their places and what suppressed them.

Everything behind the rules (reporters, fixes, faces) sees this module only; it imports nothing of the package.
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import NamedTuple

from invocation_lint.records import mutable, record


class Severity(str, Enum):
    """How bad it is. Error: the harm happens each time the line runs; warning: it needs a fault; advice: a practice."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"

    @property
    def rank(self) -> int:
        """0 for advice, 1 for a warning, 2 for an error."""
        return {"advice": 0, "warning": 1, "error": 2}[self.value]


class Confidence(str, Enum):
    """How sure it is. Only certain findings change the exit code."""

    CERTAIN = "certain"
    POSSIBLE = "possible"


class Place(NamedTuple):
    """A span of a file. Lines and columns count from 1, columns in characters; the end column is one past the last.

    In a notebook `cell` counts all its cells from 1, and lines count in the cell; elsewhere it is 0. A tuple, since
    places are hashed and compared more often than anything else.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    cell: int = 0

    @property
    def document(self) -> str:
        """What the lines count in, as reports show it: the file, or a cell of it."""
        return f"{self.path}:cell {self.cell}" if self.cell else self.path

    @property
    def short(self) -> str:
        """Where it starts, in short: `7:12`, or `cell 2:7:12`."""
        return f"cell {self.cell}:{self.line}:{self.column}" if self.cell else f"{self.line}:{self.column}"

    def is_within(self, outer: Place) -> bool:
        """Whether it lies in another place."""
        return (
            self.document == outer.document
            and (outer.line, outer.column) <= (self.line, self.column)
            and (self.end_line, self.end_column) <= (outer.end_line, outer.end_column)
        )


@record
class Label:
    """A place with a few words on it: a related place of a finding, or one step of its chain of calls."""

    place: Place
    text: str


@record
class Edit:
    """A stretch of the text that was read, and what stands there instead; an empty stretch is an insertion."""

    place: Place
    replacement: str


@record
class FixRequest:
    """A fix that a rule asks for by name; `place` is the expression to be changed, `arguments` what the rule knows.

    `title` says in a few words what the `edits` do. Without edits the fix does not apply.
    """

    name: str
    safety: str  # "safe" | "unsafe"
    place: Place
    arguments: tuple[tuple[str, str], ...] = ()
    title: str = ""
    edits: tuple[Edit, ...] = ()


@record
class Suppression:
    """What silences a finding: a comment on its statement, or that it was known before (baseline, base revision).

    `place` is the comment, the entry of the baseline, or, for a base revision, the finding itself.
    """

    place: Place
    kind: str  # "noqa" | "ignore" | "baseline" | "diff-base"
    codes: tuple[str, ...]  # ids or names; empty for a bare noqa
    reason: str = ""

    @property
    def is_external(self) -> bool:
        """Whether it stands outside of the code."""
        return self.kind in ("baseline", "diff-base")


@record
class Finding:
    """One thing that will hurt, at one place.

    `labels` are related places (client made here, payload built here); `chain` holds the calls that lead to the
    invocation, outermost first, when a caller's values make the finding, and `site` is then that invocation;
    `notes` are findings that this one supersedes.
    """

    id: str
    name: str
    severity: Severity
    message: str
    place: Place
    help: str = ""
    confidence: Confidence = Confidence.CERTAIN
    labels: tuple[Label, ...] = ()
    chain: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    fix: FixRequest | None = None
    function: str = ""
    suppressed_by: Suppression | None = None
    site: Place | None = None

    @property
    def is_fixable(self) -> bool:
        """Whether there are edits that mend it; what is only possible, or suppressed, is not touched."""
        edits = self.fix is not None and bool(self.fix.edits)
        return edits and self.confidence is Confidence.CERTAIN and self.suppressed_by is None

    @property
    def sort_key(self) -> tuple[str, int, int, int, str, str]:
        """Order of report: path, cell, line, column, id, message."""
        place = self.place
        return (place.path, place.cell, place.line, place.column, self.id, self.message)


class Skipped(NamedTuple):
    """What was passed over on the way to the files of a run: how many type stubs, and the names of packages that were
    installed among the files."""

    stubs: int = 0
    packages: tuple[str, ...] = ()


NOTHING_SKIPPED = Skipped()


@mutable
class Summary:
    """Counts of one run, for the closing line."""

    files_found: int = 0
    files_analysed: int = 0  # holding something to analyse, parsed and interpreted
    files_not_analysed: int = 0  # INV001 or INV000
    functions_too_large: tuple[str, ...] = ()  # over a budget: `path: function`
    functions_without_contract: tuple[str, ...] = ()
    whole_project: bool = False
    project_unknown: bool = False  # whether callers beyond the folders of files were not looked for
    files_too_large: tuple[str, ...] = ()  # to be analysed, and no invocation in their bytes
    skipped: Skipped = NOTHING_SKIPPED
    templates_filled_in: tuple[str, ...] = ()  # by another tool, before they are YAML; they were not read
    templates_left_out: tuple[str, ...] = ()  # by the CDK, and more than is read
    baseline_vanished: tuple[str, ...] = ()  # entries of the baseline that are no longer found, as shown to people
    templates_found: int = 0
    functions_inline: int = 0  # whose Python code stands in a template, and was not read
    found_elsewhere: dict[str, int] = field(default_factory=dict)  # about handlers of these files, by other files


@mutable
class Report:
    """The outcome of a run: findings in report order (suppressed ones included) and the summary."""

    findings: list[Finding] = field(default_factory=list)
    summary: Summary = field(default_factory=Summary)

    @property
    def active(self) -> list[Finding]:
        """The findings that nothing suppressed."""
        return [finding for finding in self.findings if finding.suppressed_by is None]
