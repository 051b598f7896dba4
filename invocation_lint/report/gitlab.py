"""GitLab's Code Quality report: a JSON list (GitLab: "Code Quality", "Code Quality report format").

GitLab shows only the first of several entries that have the same fingerprint, and takes a new one for a new finding: so
fingerprints tell equal code apart by an ordinal and hold no line numbers.
"""

from __future__ import annotations

import json
from typing import Any

from invocation_lint.findings import Confidence, Finding, Report, Severity
from invocation_lint.identity import Key, keys_of
from invocation_lint.report import Presentation
from invocation_lint.report.closing import fix_offered

_SEVERITY = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.ADVICE: "info"}


def render(report: Report, presentation: Presentation) -> str:
    """The list, indented by two; what is suppressed is not in it."""
    keys = keys_of(report.findings, presentation.lines_of, presentation.path_of)
    entries = [
        _entry(finding, key, presentation)
        for finding, key in zip(report.findings, keys, strict=True)
        if finding.suppressed_by is None
    ]
    return json.dumps(entries, indent=2) + "\n"


def _entry(finding: Finding, key: Key, presentation: Presentation) -> dict[str, Any]:
    possible = finding.confidence is Confidence.POSSIBLE
    mark = "possible: " if possible else ""
    place = finding.place
    mark = f"{place.short}: {mark}" if place.cell else mark
    offered = fix_offered(finding)
    return {
        "description": f"{finding.id} {finding.name}: {mark}{finding.message}{f' ({offered})' if offered else ''}",
        "check_name": finding.id,
        "fingerprint": key.fingerprint,
        "severity": "info" if possible else _SEVERITY[finding.severity],
        "location": {
            "path": key.path.removeprefix("./"),
            "lines": {
                "begin": presentation.line_in_file(place),
                "end": presentation.line_in_file(place._replace(line=place.end_line)),
            },
        },
    }
