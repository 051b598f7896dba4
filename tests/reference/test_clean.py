"""The linter finds nothing in the reference implementation itself."""

from __future__ import annotations

from pathlib import Path

import invocation_lint.reference
from invocation_lint.api import lint_paths
from invocation_lint.findings import Severity

REFERENCE = Path(invocation_lint.reference.__file__).parent


def test_nothing_is_found_in_the_reference_implementation() -> None:
    report = lint_paths([REFERENCE], isolated=True)
    assert report.summary.files_found > 20
    assert [finding for finding in report.findings if finding.severity is not Severity.ADVICE] == []


def test_it_is_looked_at() -> None:
    report = lint_paths([REFERENCE / "platform" / "invoking.py"], isolated=True)
    assert report.summary.files_analysed == 1
