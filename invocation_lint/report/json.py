"""JSON for programs. The form is versioned: a new key keeps the version, any other change raises it.

{"version": 1,
 "tool": {"name": "invocation-lint", "version": "0.1.0"},
 "findings": [finding, ...],       in order of path, line, column, id
 "suppressed": [finding, ...],     the same with a `suppressed_by`
 "summary": {files_found, files_analysed, files_not_analysed, functions_too_large, functions_without_contract,
                 whole_project: true when more was linted than was given,
                 project_unknown: true when nothing tells where the project of a file begins, so that callers in other
                                  folders were not looked for,
                 files_too_large: [path of a file that was not analysed, and holds no invocation],
                 stubs_skipped: how many .pyi files were met,
                 packages_skipped: [name of a package that was installed among the files],
                 templates_left_out: [path of a template that the CDK made, where there are too many to read them all],
                 baseline_vanished: [entry of the baseline that is no longer found, in words],
                 templates_found: how many templates were looked at,
                 functions_inline: how many functions have inline code in Python, which is not read,
                 found_elsewhere: {path of a file that was not given: how many of its findings are about handlers of the
                                   given ones}}}

finding = {id, name, severity: error|warning|advice, confidence: certain|possible, message, help, function, place,
           labels: [{place, text}], chain: [{place, text}], notes: [text],
           fix: null | {name, safety, place, arguments, title, edits: [{place, replacement}]}; without edits it does
                not apply; place.path is that of the finding,
           suppressed_by: null | {kind, codes, reason, place}}
place = {path, line, column, end_line, end_column}   lines and columns count from 1, columns in characters,
                                                     end_column is one past the last; paths have forward slashes;
                                                     in a notebook also cell, counted from 1, in which lines count
"""

from __future__ import annotations

import json
from typing import Any

from invocation_lint.findings import Finding, Place, Report
from invocation_lint.report import Presentation

VERSION = 1


def render(report: Report, presentation: Presentation) -> str:
    """The document, indented by two."""
    summary = report.summary
    document = {
        "version": VERSION,
        "tool": {"name": "invocation-lint", "version": presentation.version},
        "findings": [_finding(finding) for finding in report.active],
        "suppressed": [_finding(finding) for finding in report.findings if finding.suppressed_by],
        "summary": {
            "files_found": summary.files_found,
            "files_analysed": summary.files_analysed,
            "files_not_analysed": summary.files_not_analysed,
            "functions_too_large": len(summary.functions_too_large),
            "functions_without_contract": sorted(summary.functions_without_contract),
            "whole_project": summary.whole_project,
            "project_unknown": summary.project_unknown,
            "files_too_large": list(summary.files_too_large),
            "stubs_skipped": summary.skipped.stubs,
            "packages_skipped": list(summary.skipped.packages),
            "templates_left_out": list(summary.templates_left_out),
            "baseline_vanished": list(summary.baseline_vanished),
            "templates_found": summary.templates_found,
            "functions_inline": summary.functions_inline,
            "found_elsewhere": dict(sorted(summary.found_elsewhere.items())),
        },
    }
    return json.dumps(document, indent=2) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    fix, suppressed_by = finding.fix, finding.suppressed_by
    return {
        "id": finding.id,
        "name": finding.name,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "message": finding.message,
        "help": finding.help,
        "function": finding.function,
        "place": _place(finding.place),
        "labels": [{"place": _place(label.place), "text": label.text} for label in finding.labels],
        "chain": [{"place": _place(step.place), "text": step.text} for step in finding.chain],
        "notes": list(finding.notes),
        "fix": fix
        and {
            "name": fix.name,
            "safety": fix.safety,
            "place": _place(fix.place),
            "arguments": dict(fix.arguments),
            "title": fix.title,
            "edits": [{"place": _place(edit.place), "replacement": edit.replacement} for edit in fix.edits],
        },
        "suppressed_by": suppressed_by
        and {
            "kind": suppressed_by.kind,
            "codes": list(suppressed_by.codes),
            "reason": suppressed_by.reason,
            "place": _place(suppressed_by.place),
        },
    }


def _place(place: Place) -> dict[str, Any]:
    told = {**place._asdict(), "path": place.path.replace("\\", "/")}
    if not place.cell:
        del told["cell"]
    return told
