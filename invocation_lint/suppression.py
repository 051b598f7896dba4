"""Applies the suppressing comments of a file to its findings, and tells of those that do nothing (INV002, INV003)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from invocation_lint.findings import Finding, Suppression
from invocation_lint.selection import Selectable, exactness, no_rule
from invocation_lint.source.suppressions import covered_lines, read_suppressions
from invocation_lint.tool_findings import INVALID_SUPPRESSION, NOT_ANALYSED, UNUSED_SUPPRESSION

if TYPE_CHECKING:
    from invocation_lint.project import RuleSet
    from invocation_lint.source.tree import SourceFile


def suppress(
    findings: Sequence[Finding], source: SourceFile, rules: RuleSet, with_possible: Callable[[], Sequence[Finding]]
) -> list[Finding]:
    """The findings, each with the comment that suppresses it if there is one, and those about comments.

    `covered_lines` says which lines a comment covers. `with_possible` gives the
    findings with those that cannot be told: a comment that suppresses one of them is not unused.
    """
    suppressions, malformed = read_suppressions(source)
    if not suppressions and not malformed:
        return list(findings)
    marked = [replace(finding, suppressed_by=_by(finding, suppressions, source, rules)) for finding in findings]
    told = [INVALID_SUPPRESSION.at(one.place, one.message, one.help) for one in malformed]
    told += [finding for one in suppressions for finding in _invalid(one, rules)]
    if UNUSED_SUPPRESSION.id in rules.tool:
        told += _unused(suppressions, findings, source, rules, with_possible)
    return marked + [finding for finding in told if finding.id in rules.tool]


def _by(
    finding: Finding, suppressions: Sequence[Suppression], source: SourceFile, rules: RuleSet
) -> Suppression | None:
    """The comment that suppresses a finding: one that names it before a bare one."""
    covering = [one for one in suppressions if _covers(one, finding, source)]
    named = [one for one in covering if any(_means(code, finding) for code in one.codes)]
    return next(iter([*named, *(one for one in covering if not one.codes)]), None)


def _covers(suppression: Suppression, finding: Finding, source: SourceFile) -> bool:
    first, last = covered_lines(suppression, source)
    return first <= finding.place.line <= last


def _means(code: str, rule: Selectable) -> bool:
    return code.lower() != "all" and exactness(code, rule) > 0


def _invalid(suppression: Suppression, rules: RuleSet) -> list[Finding]:
    """INV003 for each code that means no rule, or one that cannot be suppressed."""
    told = []
    for code in suppression.codes:
        meant = [rule.id for rule in rules.known if _means(code, rule)]
        if not meant:
            told.append(INVALID_SUPPRESSION.at(suppression.place, no_rule(code, rules.known)))
        elif set(meant) <= NOT_ANALYSED:
            help = "leave the file out by its path: exclude"
            told.append(INVALID_SUPPRESSION.at(suppression.place, f"{code} cannot be suppressed", help))
    return told


def _unused(
    suppressions: Sequence[Suppression],
    findings: Sequence[Finding],
    source: SourceFile,
    rules: RuleSet,
    with_possible: Callable[[], Sequence[Finding]],
) -> list[Finding]:
    """INV002 for each code that suppresses nothing, if every rule that it means has run."""
    running = {*rules.tool, *(rule.id for rule in rules.rules)}
    told = []
    every: Sequence[Finding] | None = None
    for one in suppressions:
        for code in one.codes:
            meant = {rule.id for rule in rules.known if _means(code, rule)}
            if not meant or not meant <= running or meant <= NOT_ANALYSED or _is_used(one, code, findings, source):
                continue
            every = with_possible() if every is None else every
            if not _is_used(one, code, every, source):
                message = f"{code} is suppressed here, but not found"
                told.append(UNUSED_SUPPRESSION.at(one.place, message, f"remove {code} from the comment"))
    return told


def _is_used(one: Suppression, code: str, findings: Sequence[Finding], source: SourceFile) -> bool:
    return any(_means(code, finding) and _covers(one, finding, source) for finding in findings)
