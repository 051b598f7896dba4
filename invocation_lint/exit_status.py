"""The exit status that findings mean."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from invocation_lint.findings import Confidence, Finding
from invocation_lint.project import Project
from invocation_lint.run import Run
from invocation_lint.settings.keys import Settings
from invocation_lint.tool_findings import NOT_ANALYSED

_FAILING = {"error": 2, "warning": 1, "advice": 0, "never": 3}  # the least rank of a severity that fails a run


def status_of(findings: Iterable[Finding], settings: Settings) -> int:
    """2 when the file was not analysed, 1 when a certain finding reaches `fail-on`, else 0."""
    status = 0
    for finding in findings:
        if finding.id in NOT_ANALYSED:
            return 2
        certain = finding.confidence is Confidence.CERTAIN and finding.suppressed_by is None
        if certain and finding.severity.rank >= _FAILING[settings.fail_on]:
            status = 1
    return status


def status_of_run(run: Run, project: Project) -> int:
    """The exit status that a run's findings mean, after some were marked as known before."""
    return max(
        (status_of([finding], project.settings(Path(finding.place.path))) for finding in run.report.findings),
        default=0,
    )


__all__ = ["status_of", "status_of_run"]
