"""From rules and facts to findings: the innermost frame, one finding per harm, one per place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from invocation_lint.facts.base import Fact
from invocation_lint.findings import Confidence, Finding, Label, Place
from invocation_lint.rulebook.evaluate import Match, evaluate
from invocation_lint.rulebook.model import Rule

_HAPPENS = {
    "invocation": "the function is invoked here",
    "job_query": "the jobs are read here",
    "list_read": "the page is read here",
}
WHOLE_PAYLOAD = "$"  # the element that stands for the payload itself


def findings_of(
    rules: Sequence[Rule],
    facts: Sequence[Fact],
    options: Mapping[str, Mapping[str, Any]] | None = None,
    possible: bool = False,
) -> list[Finding]:
    """The findings of the selected rules, in report order.

    `options` holds the values that the user set, by rule id and option name. With `possible`, what cannot be told is
    reported too, marked so; a rule never reports both for the same element of one call.
    """
    options = options or {}
    matches = [match for fact in facts for rule in rules for match in evaluate(rule, fact, options.get(rule.id))]
    kept = _innermost(matches, possible)
    return sorted(_distinct(_superseded(kept)), key=lambda finding: finding.sort_key)


def _innermost(matches: Sequence[Match], possible: bool) -> list[Match]:
    """For each rule and element of one call: the certain answers, else the possible; of those, the innermost frames."""
    groups: dict[tuple[str, Place, str | None], list[Match]] = defaultdict(list)
    for match in matches:
        groups[match.rule.id, match.fact.site, match.element].append(match)
    kept: list[Match] = []
    for group in groups.values():
        certain = [match for match in group if match.answer == "yes"]
        candidates = certain or (group if possible else [])
        kept += [match for match in candidates if not any(_is_inside(other, match) for other in candidates)]
    return kept


def _steps(match: Match) -> tuple[Place, ...]:
    return tuple(step.place for step in match.fact.chain)


def _is_inside(inner: Match, outer: Match) -> bool:
    """Whether the frame of `inner` is one that the chain of `outer` leads through."""
    short, long = _steps(inner), _steps(outer)
    return len(short) < len(long) and long[len(long) - len(short) :] == short


def _superseded(matches: Sequence[Match]) -> list[Finding]:
    """The findings, with those that another supersedes turned into its notes."""
    by_site: dict[Place, list[int]] = defaultdict(list)
    for index, match in enumerate(matches):
        by_site[match.fact.site].append(index)
    above: dict[int, int] = {}
    for indexes in by_site.values():
        for low in indexes:
            over = next((high for high in indexes if _supersedes(matches[high], matches[low])), None)
            if over is not None:
                above[low] = over
    notes: dict[int, list[str]] = defaultdict(list)
    for low, top in above.items():
        while top in above:  # ends: rules do not supersede in circles
            top = above[top]  # noqa: PLW2901
        notes[top].append(_as_note(matches[low]))
    return [_finding(match, sorted(set(notes[i]))) for i, match in enumerate(matches) if i not in above]


def _supersedes(high: Match, low: Match) -> bool:
    if not high.rule.comes_before(low.rule.id) or (high.answer == "maybe" and low.answer == "yes"):
        return False
    same_element = high.element == low.element or {high.element, low.element} & {None, WHOLE_PAYLOAD}
    same_call = _steps(high) == _steps(low) or _is_inside(high, low) or _is_inside(low, high)
    return bool(same_element) and same_call


def _as_note(match: Match) -> str:
    return f"{match.rule.id} {match.rule.name}: {match.message}"


def _finding(match: Match, notes: list[str]) -> Finding:
    fact = match.fact
    place = fact.chain[0].place if fact.chain else fact.site
    labels = (*match.labels, Label(fact.site, _HAPPENS[fact.kind])) if fact.chain else match.labels
    return Finding(
        id=match.rule.id,
        name=match.rule.name,
        severity=match.severity,
        message=match.message,
        place=place,
        help=match.help,
        confidence=Confidence.CERTAIN if match.answer == "yes" else Confidence.POSSIBLE,
        labels=tuple(label for label in labels if label.place != place),
        chain=fact.chain,
        notes=tuple(notes),
        fix=match.fix,
        function=fact.function,
        site=fact.site if fact.chain else None,
    )


def _distinct(findings: Sequence[Finding]) -> list[Finding]:
    """One finding for the same rule, place and message: a certain one first, then the one with the shortest chain."""
    best: dict[tuple[str, Place, str], Finding] = {}
    ranked = sorted(findings, key=lambda finding: (finding.confidence is Confidence.POSSIBLE, len(finding.chain)))
    for finding in ranked:
        key = (finding.id, finding.place, finding.message)
        if key not in best:
            best[key] = finding
        elif finding.notes:
            notes = tuple(sorted({*best[key].notes, *finding.notes}))
            best[key] = replace(best[key], notes=notes)
    return list(best.values())
