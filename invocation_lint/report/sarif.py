"""SARIF 2.1.0, as GitHub's code scanning takes it (GitHub: "SARIF support for code scanning").

One run. Paths are relative to the root of the repository; columns count characters; each result has a fingerprint that
does not change when lines move. What could not be analysed is a result and a notification, and the run is no success.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from invocation_lint.findings import Confidence, Finding, FixRequest, Label, Place, Report, Severity
from invocation_lint.identity import Key, keys_of
from invocation_lint.report import Presentation, RuleText
from invocation_lint.tool_findings import NOT_ANALYSED

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS = 25_000  # GitHub refuses a run that has more (GitHub: "SARIF results exceed one or more limits")
ROOT = "%SRCROOT%"

_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "note"}
_PROBLEM = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "recommendation"}
_FAMILIES = {
    "INV0": "tool",
    "INV1": "mode-and-time-budget",
    "INV2": "payload-contract",
    "INV3": "errors",
    "INV4": "encoding",
    "INV5": "job-queries",
    "INV6": "function-hygiene",
    "INV7": "handlers",
    "INV8": "messaging",
    "INV9": "templates",
}


_TEMPLATES = (".yaml", ".yml", ".json", ".template", ".tf", ".ts")
"""What is reported there stands at a resource, and no function of code."""


def render(report: Report, presentation: Presentation) -> str:
    """The document, indented by two."""
    rules = presentation.rules()
    known = {rule.id: index for index, rule in enumerate(rules)}
    keys = keys_of(report.findings, presentation.lines_of, presentation.path_of)
    chosen, left_out = _worst(list(zip(report.findings, keys, strict=True)))
    run = {
        "tool": {
            "driver": {
                "name": "invocation-lint",
                "semanticVersion": presentation.version,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "automationDetails": {"id": f"{presentation.category.rstrip('/')}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [_invocation(report, left_out, presentation)],
        "results": [_result(finding, key, known, presentation) for finding, key in chosen],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _worst(results: Sequence[tuple[Finding, Key]]) -> tuple[Sequence[tuple[Finding, Key]], int]:
    """As many results as are accepted, the worst ones, in their order; and how many that leaves out."""
    if len(results) <= MOST_RESULTS:
        return results, 0

    def importance(index: int) -> tuple[bool, bool, int, int]:
        finding = results[index][0]
        return finding.suppressed_by is not None, _is_possible(finding), -finding.severity.rank, index

    kept = sorted(sorted(range(len(results)), key=importance)[:MOST_RESULTS])
    return [results[index] for index in kept], len(results) - MOST_RESULTS


def _is_possible(finding: Finding) -> bool:
    return finding.confidence is Confidence.POSSIBLE


def _rule(rule: RuleText) -> dict[str, Any]:
    family = _FAMILIES.get(rule.id[:4], "own-rules")
    # Findings are certain unless they say otherwise, and most harms are shown by a program; advice is a practice.
    precision = "very-high" if rule.proven else "high" if rule.severity is not Severity.ADVICE else "medium"
    return {
        "id": rule.id,
        "name": "".join(part.capitalize() for part in rule.name.split("-")),
        "shortDescription": {"text": f"{rule.name}: {rule.summary}"},
        "fullDescription": {"text": rule.summary},
        "help": {"text": rule.summary, "markdown": rule.help or rule.summary},
        "defaultConfiguration": {"level": _LEVEL[rule.severity]},
        "properties": {
            "tags": ["aws-lambda", "correctness", family],
            "precision": precision,
            "problem.severity": _PROBLEM[rule.severity],
        },
    }


def _invocation(report: Report, left_out: int, presentation: Presentation) -> dict[str, Any]:
    notifications = [
        {
            "level": "error",
            "descriptor": {"id": finding.id},
            "message": {"text": finding.message},
            "locations": [_location(finding.place, presentation)],
        }
        for finding in report.findings
        if finding.id in NOT_ANALYSED
    ]
    successful = not notifications
    notifications += [
        {
            "level": "note",
            "message": {"text": "the file is too large to analyse, and holds no invocation"},
            "locations": [{"physicalLocation": {"artifactLocation": _artifact(name, presentation)}}],
        }
        for name in report.summary.files_too_large
    ]
    if left_out:
        text = f"{left_out} more results are omitted: a run can hold {MOST_RESULTS}"
        notifications.append({"level": "warning", "message": {"text": text}})
    return {"executionSuccessful": successful, "toolExecutionNotifications": notifications}


def _result(finding: Finding, key: Key, known: dict[str, int], presentation: Presentation) -> dict[str, Any]:
    possible = _is_possible(finding)
    result: dict[str, Any] = {
        "ruleId": finding.id,
        "level": "note" if possible else _LEVEL[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [_location(finding.place, presentation, function=finding.function)],
        "partialFingerprints": {"primaryLocationLineHash": f"{key._replace(ordinal=0).fingerprint[:16]}:{key.ordinal}"},
        "properties": {"confidence": finding.confidence.value},
    }
    if finding.id in known:
        result["ruleIndex"] = known[finding.id]
    if finding.labels:
        result["relatedLocations"] = [
            _location(label.place, presentation, label.text, number) for number, label in enumerate(finding.labels, 1)
        ]
    if finding.chain:
        steps = [*finding.chain, *([Label(finding.site, "the invocation")] if finding.site else [])]
        flow = [{"location": _location(step.place, presentation, step.text)} for step in steps]
        result["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
    if finding.is_fixable and finding.fix is not None:
        result["fixes"] = [_fix(finding.fix, presentation)]
    if finding.suppressed_by:
        by = finding.suppressed_by
        kind = "external" if by.is_external else "inSource"
        suppression: dict[str, Any] = {"kind": kind, "location": _location(by.place, presentation)}
        result["suppressions"] = [suppression | ({"justification": by.reason} if by.reason else {})]
    return result


def _fix(fix: FixRequest, presentation: Presentation) -> dict[str, Any]:
    """The edits of one file, in its own order."""
    replacements = [
        {"deletedRegion": region_of(edit.place), "insertedContent": {"text": edit.replacement}} for edit in fix.edits
    ]
    artifact = _artifact(fix.edits[0].place.path, presentation)
    return {
        "description": {"text": f"{fix.title} ({fix.safety})"},
        "artifactChanges": [{"artifactLocation": artifact, "replacements": replacements}],
    }


def _message(finding: Finding) -> str:
    """The message with what supersedes and helps, in plain text."""
    mark = "possible: " if _is_possible(finding) else ""
    mark = f"{finding.place.short}: {mark}" if finding.place.cell else mark
    return "\n".join([mark + finding.message, *(f"note: {note}" for note in finding.notes), *_lines(finding.help)])


def _lines(help: str) -> Iterable[str]:
    return (f"help: {line}" for line in help.split("\n") if line.strip())


def _location(
    place: Place, presentation: Presentation, text: str = "", number: int = 0, function: str = ""
) -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": _artifact(place.path, presentation),
            "region": _region_in_file(place, presentation),
        }
    }
    if place.cell:
        location["properties"] = {"cell": place.cell, "line": place.line, "column": place.column}
    if number:
        location["id"] = number
    if text:
        location["message"] = {"text": text}
    if function:  # in a template, and by its path in a program of the CDK, it is a resource
        kind = "resource" if place.path.endswith(_TEMPLATES) or "/" in function else "function"
        location["logicalLocations"] = [{"fullyQualifiedName": function, "kind": kind}]
    return location


def _artifact(name: str, presentation: Presentation) -> dict[str, str]:
    path = presentation.path_of(name).replace("\\", "/")
    uri = quote(path.encode("utf-8", "surrogateescape"), safe="/")
    if path.startswith("/"):  # a file outside of the repository
        return {"uri": f"file://{uri}"}
    return {"uri": uri, "uriBaseId": ROOT}


def _region_in_file(place: Place, presentation: Presentation) -> dict[str, int]:
    """The region of a place; of one in a notebook the lines of the file, which holds the cell as text in JSON."""
    if not place.cell:
        return region_of(place)
    start = presentation.line_in_file(place)
    return {"startLine": start, "endLine": max(start, presentation.line_in_file(place._replace(line=place.end_line)))}


def region_of(place: Place) -> dict[str, int]:
    """A place as SARIF has it: everything counts from 1, the end column is one past the last."""
    line, column = max(place.line, 1), max(place.column, 1)
    end_line = max(place.end_line, line)
    end_column = max(place.end_column, column if end_line == line else 1)
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}
