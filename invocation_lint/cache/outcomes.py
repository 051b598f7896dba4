"""The outcome of a file as plain data, and back: every field of everything that a finding holds."""

from __future__ import annotations

from typing import Any

from invocation_lint.findings import (
    Confidence,
    Edit,
    Finding,
    FixRequest,
    Label,
    Place,
    Severity,
    Suppression,
)
from invocation_lint.outcome import Outcome

NOTHING = 0
"""An outcome of a file that holds nothing to analyse, as most do."""


def plain(outcome: Outcome) -> Any:
    """An outcome as lists, texts and numbers. Its text is not among them: the file still holds it."""
    findings = [_plain_finding(finding) for finding in outcome.findings]
    too_large, without_contract = list(outcome.functions_too_large), list(outcome.without_contract)
    of_templates = [outcome.filled_in, list(outcome.left_out), outcome.inline]
    rest = [outcome.analysed, too_large, without_contract, outcome.too_large, *of_templates]
    return [findings, *rest] if findings or any(rest) else NOTHING


def outcome_of(told: Any) -> Outcome:
    """The outcome of what `plain` gave."""
    if told == NOTHING:
        return Outcome()
    findings, analysed, functions, without_contract, too_large, filled_in, left_out, inline = told
    found = [_finding(one) for one in findings]
    names = tuple(functions), tuple(without_contract), filled_in, tuple(left_out), inline
    return Outcome(found, analysed, *names, too_large)


def _plain_finding(finding: Finding) -> list[Any]:
    return [
        finding.id,
        finding.name,
        finding.severity.value,
        finding.message,
        _plain_place(finding.place),
        finding.help,
        finding.confidence.value,
        [[_plain_place(label.place), label.text] for label in finding.labels],
        [[_plain_place(label.place), label.text] for label in finding.chain],
        list(finding.notes),
        _plain_fix(finding.fix) if finding.fix is not None else None,
        finding.function,
        _plain_suppression(finding.suppressed_by) if finding.suppressed_by is not None else None,
        _plain_place(finding.site) if finding.site is not None else None,
    ]


def _finding(told: list[Any]) -> Finding:
    id, name, severity, message, place, help, confidence, *rest = told
    labels, chain, notes, fix, function, suppressed_by, site = rest
    return Finding(
        id=id,
        name=name,
        severity=Severity(severity),
        message=message,
        place=Place(*place),
        help=help,
        confidence=Confidence(confidence),
        labels=tuple(Label(Place(*at), text) for at, text in labels),
        chain=tuple(Label(Place(*at), text) for at, text in chain),
        notes=tuple(notes),
        fix=_fix(fix) if fix is not None else None,
        function=function,
        suppressed_by=_suppression(suppressed_by) if suppressed_by is not None else None,
        site=Place(*site) if site is not None else None,
    )


def _plain_place(place: Place) -> list[Any]:
    return list(place) if place.cell else list(place[:-1])


def _plain_fix(fix: FixRequest) -> list[Any]:
    edits = [[_plain_place(edit.place), edit.replacement] for edit in fix.edits]
    return [fix.name, fix.safety, _plain_place(fix.place), [list(one) for one in fix.arguments], fix.title, edits]


def _fix(told: list[Any]) -> FixRequest:
    name, safety, place, arguments, title, edits = told
    return FixRequest(
        name,
        safety,
        Place(*place),
        tuple((key, value) for key, value in arguments),
        title,
        tuple(Edit(Place(*at), replacement) for at, replacement in edits),
    )


def _plain_suppression(suppression: Suppression) -> list[Any]:
    return [_plain_place(suppression.place), suppression.kind, list(suppression.codes), suppression.reason]


def _suppression(told: list[Any]) -> Suppression:
    place, kind, codes, reason = told
    return Suppression(Place(*place), kind, tuple(codes), reason)
