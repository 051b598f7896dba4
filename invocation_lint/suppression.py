"""Applies the suppressing comments of a file to its findings, and tells of those that do nothing (INV002, INV003)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from invocation_lint.data.tool_texts import NO_SUCH_RULE, NOT_SUPPRESSIBLE, UNUSED
from invocation_lint.findings import Finding, Suppression
from invocation_lint.settings.selection import Selectable, exactness, no_rule
from invocation_lint.source.comments.suppressions import covered_lines, names_rules, read_suppressions
from invocation_lint.tool_findings import INVALID_SUPPRESSION, NOT_ANALYSED, UNUSED_SUPPRESSION

if TYPE_CHECKING:
    from invocation_lint.project import RuleSet
    from invocation_lint.source.comments.kinds import Commented

Lines = tuple[int, int]  # first and last


def suppress(
    findings: Sequence[Finding], source: Commented, rules: RuleSet, with_possible: Callable[[], Sequence[Finding]]
) -> list[Finding]:
    """The findings, each with the comment that suppresses it if there is one, and those about comments.

    `covered_lines` says which lines a comment covers. `with_possible` gives the
    findings with those that cannot be told: a comment that suppresses one of them is not unused.
    """
    if not findings and not names_rules(source.text):
        return []
    suppressions, malformed = read_suppressions(source)
    if not suppressions and not malformed:
        return list(findings)
    comments = _Comments(suppressions, source)
    marked = [replace(finding, suppressed_by=comments.over(finding)) for finding in findings]
    told = [INVALID_SUPPRESSION.at(one.place, one.message, one.help) for one in malformed]
    words = _Words(rules.known)
    told += [finding for one in suppressions for finding in _invalid(one, words)]
    if UNUSED_SUPPRESSION.id in rules.tool:
        told += _unused(suppressions, findings, comments, words, rules, with_possible)
    return marked + [finding for finding in told if finding.id in rules.tool]


class _Comments:
    """The comments of a file by the statements that they cover: no statement shares a line with another one."""

    def __init__(self, suppressions: Sequence[Suppression], source: Commented) -> None:
        self._on: dict[Lines, list[Suppression]] = defaultdict(list)
        self._of: dict[int, Lines] = {}  # the lines by the place in the order of comments
        for index, one in enumerate(suppressions):
            self._of[index] = covered_lines(one, source)
            self._on[self._of[index]].append(one)
        self._around = {line: lines for lines in self._on for line in range(lines[0], lines[1] + 1)}
        self._over: dict[tuple[Lines, str], Suppression | None] = {}

    def over(self, finding: Finding) -> Suppression | None:
        """The comment that suppresses a finding: one that names it before a bare one."""
        lines = self._around.get(finding.place.line)
        if lines is None:
            return None
        key = (lines, finding.id)
        if key not in self._over:
            covering = self._on[lines]
            named = (one for one in covering if any(_means(code, finding) for code in one.codes))
            bare = (one for one in covering if not one.codes)
            self._over[key] = next(named, None) or next(bare, None)
        return self._over[key]

    def found_under(self, findings: Sequence[Finding]) -> Callable[[int], Sequence[Finding]]:
        """For the place of a comment in their order: the findings on its lines, one of each rule."""
        found: dict[Lines, dict[str, Finding]] = defaultdict(dict)
        for finding in findings:
            lines = self._around.get(finding.place.line)
            if lines is not None:
                found[lines].setdefault(finding.id, finding)
        return lambda index: tuple(found.get(self._of[index], {}).values())


class _Words:
    """The rules that a word of a comment means, each word looked up once."""

    def __init__(self, known: Sequence[Selectable]) -> None:
        self.known = known
        self._meant: dict[str, frozenset[str]] = {}

    def meant(self, code: str) -> frozenset[str]:
        """The ids of the rules."""
        if code not in self._meant:
            self._meant[code] = frozenset(rule.id for rule in self.known if _means(code, rule))
        return self._meant[code]


def _means(code: str, rule: Selectable) -> bool:
    return code.lower() != "all" and exactness(code, rule) > 0


def _invalid(suppression: Suppression, words: _Words) -> list[Finding]:
    """INV003 for each code that means no rule, or one that cannot be suppressed."""
    told = []
    for code in suppression.codes:
        meant = words.meant(code)
        if not meant:
            _, mark, near = no_rule(code, words.known).partition("; ")
            text = NO_SUCH_RULE.filled(code=code, meant=mark + near)
            told.append(INVALID_SUPPRESSION.at(suppression.place, *text))
        elif meant <= NOT_ANALYSED:
            told.append(INVALID_SUPPRESSION.at(suppression.place, *NOT_SUPPRESSIBLE.filled(code=code)))
    return told


def _unused(
    suppressions: Sequence[Suppression],
    findings: Sequence[Finding],
    comments: _Comments,
    words: _Words,
    rules: RuleSet,
    with_possible: Callable[[], Sequence[Finding]],
) -> list[Finding]:
    """INV002 for each code that suppresses nothing, if every rule that it means has run."""
    running = {*rules.tool, *(rule.id for rule in rules.rules)}
    told = []
    certain = comments.found_under(findings)
    every: Callable[[int], Sequence[Finding]] | None = None
    for index, one in enumerate(suppressions):
        for code in one.codes:
            meant = words.meant(code)
            if not meant or not meant <= running or meant <= NOT_ANALYSED or _is_used(code, certain(index)):
                continue
            every = every or comments.found_under(with_possible())
            if not _is_used(code, every(index)):
                told.append(UNUSED_SUPPRESSION.at(one.place, *UNUSED.filled(code=code)))
    return told


def _is_used(code: str, findings: Sequence[Finding]) -> bool:
    return any(_means(code, finding) for finding in findings)
