"""From rules and facts to findings: the innermost frame, one finding per harm, one per place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from invocation_lint.facts.base import Fact
from invocation_lint.findings import Confidence, Finding, Label, Place
from invocation_lint.rulebook.evaluate import Match, PreparedRules
from invocation_lint.rulebook.joining import Told, by_call, callers_of, is_about_its_end, without_stand_ins
from invocation_lint.rulebook.model import Rule

_HAPPENS = {
    "invocation": "the function is invoked here",
    "job_query": "the jobs are read here",
    "list_read": "the page is read here",
    "event_loop": "the event loop runs here",
    "item_loop": "the loop is here",
}
WHOLE_PAYLOAD = "$"  # the element that stands for the payload itself
_ALL = (None, WHOLE_PAYLOAD)  # what speaks of all elements
_ANY = object()  # stands for any element in an index
_AS_CERTAIN = {"yes": ("yes",), "maybe": ("yes", "maybe")}  # the answers that are as certain as one


def findings_of(
    rules: Sequence[Rule],
    facts: Sequence[Fact],
    options: Mapping[str, Mapping[str, Any]] | None = None,
    possible: bool = False,
) -> list[Finding]:
    """The findings of the selected rules, as `findings_in` has them.

    `options` holds the values that the user set, by rule id and option name.
    """
    return findings_in(PreparedRules(rules, options).matches(facts), possible)


def findings_in(matches: Sequence[Match], possible: bool = False) -> list[Finding]:
    """The findings of a file's matches, in report order.

    With `possible`, what cannot be told is reported too, marked so; a rule never reports both for the same element of
    one call.
    """
    return _in_report_order(without_stand_ins(_told(matches, possible)))


class FindingsOfFiles:
    """The findings of many files, as `findings_in` has them. What is said of a site that several files lead to is found
    out once: the facts of a site are told apart by what they are, not by what they hold."""

    def __init__(self, rules: PreparedRules) -> None:
        self._rules = rules
        self._shared: dict[tuple[int, bool], tuple[tuple[Fact, ...], dict[str, list[Told]]]] = {}

    def of(self, path: str, sites: Iterable[tuple[Fact, ...]], possible: bool = False) -> list[Finding]:
        """Those that are shown in one file, of the facts of the sites that it leads to."""
        told = [one for facts in sites for one in self._at(facts, possible).get(path, ())]
        return _in_report_order(without_stand_ins(told))

    def _at(self, facts: tuple[Fact, ...], possible: bool) -> dict[str, list[Told]]:
        """The findings of one site by the files that show them."""
        key = (id(facts), possible)
        if key in self._shared:
            return self._shared[key][1]
        found: dict[str, list[Told]] = defaultdict(list)
        for told in _told(self._rules.matches(facts), possible):
            found[told.finding.place.path].append(told)
        if any(step.place.path != fact.site.path for fact in facts for step in fact.chain):
            self._shared[key] = facts, found
        return found


def _told(matches: Sequence[Match], possible: bool) -> list[Told]:
    frames = _Frames()
    kept, around = _innermost(matches, possible, frames)
    told = []
    for group in by_call(_superseded(kept, frames)):
        match, notes = min(group, key=_nearest)
        notes = sorted({note for _, more in group for note in more})
        finding = _finding(match, notes)
        callers = callers_of(around.get(id(match), ()) if len(group) == 1 else [one for one, _ in group])
        if len(group) > 1 and len(callers) > 1:
            finding = _at_the_call(finding, [one for one, _ in group])
        if callers and not finding.chain:
            finding = replace(finding, labels=(*finding.labels, *callers))
        told.append(Told(finding, match.fact.site, match.fact.instead_of))
    return told


def _nearest(told: tuple[Match, list[str]]) -> tuple[int, list[Place]]:
    """In order of the calls that lead to the call site: their number, then their places."""
    chain = told[0].fact.chain
    return len(chain), [step.place for step in chain]


def _at_the_call(finding: Finding, matches: Sequence[Match]) -> Finding:
    """The finding of one caller, said at the call itself for all of them."""
    fact = matches[0].fact
    labels = dict.fromkeys(label for match in matches for label in match.labels if label.place != fact.site)
    worst = max((match.severity for match in matches), key=lambda severity: severity.rank)
    return replace(
        finding,
        place=fact.site,
        severity=worst,
        labels=tuple(labels),
        chain=(),
        fix=matches[0].fix if all(match.fix == matches[0].fix for match in matches) else None,
        function=fact.home,
        site=None,
    )


def _in_report_order(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(_distinct(findings), key=lambda finding: finding.sort_key)


class _Frames:
    """The frames that chains of calls lead through, each a number. 0 is the function of the call site; the frame around
    another one is found by the call that leads from it. So chains that end alike share their frames."""

    def __init__(self) -> None:
        self._around: dict[tuple[int, Place], int] = {}
        self._inside: list[int] = [0]
        self._of: dict[int, int] = {}

    def of(self, match: Match) -> int:
        """The frame whose values make the match."""
        found = self._of.get(id(match))
        if found is None:
            found = 0
            for step in reversed(match.fact.chain):
                inside, found = found, self._around.setdefault((found, step.place), len(self._inside))
                if found == len(self._inside):
                    self._inside.append(inside)
            self._of[id(match)] = found
        return found

    def inside(self, frame: int) -> Iterator[int]:
        """The frames that the calls of a frame lead through, outermost first, without itself."""
        while frame:
            frame = self._inside[frame]
            yield frame


def _innermost(matches: Sequence[Match], possible: bool, frames: _Frames) -> tuple[list[Match], dict[int, list[Match]]]:
    """For each rule and element of one call: the certain answers, else the possible; of those, the innermost frames.
    And for the call's own function, by the identity of its match, the answers of the frames that call it."""
    groups: dict[tuple[str, Place, str | None], list[Match]] = defaultdict(list)
    for match in matches:
        groups[match.rule.id, match.fact.site, match.element].append(match)
    kept: list[Match] = []
    around: dict[int, list[Match]] = {}
    for group in groups.values():
        candidates = [match for match in group if match.answer == "yes"] or (group if possible else [])
        taken = {frames.of(match) for match in candidates}
        inner = [match for match in candidates if taken.isdisjoint(frames.inside(frames.of(match)))]
        kept += inner
        if len(inner) == 1 and not inner[0].fact.chain and is_about_its_end(inner[0].rule):
            around[id(inner[0])] = [match for match in candidates if match is not inner[0]]
    return kept, around


def _superseded(matches: Sequence[Match], frames: _Frames) -> list[tuple[Match, list[str]]]:
    """The matches that no other supersedes, each with those that it supersedes as notes."""
    by_site: dict[Place, list[int]] = defaultdict(list)
    for index, match in enumerate(matches):
        by_site[match.fact.site].append(index)
    above: dict[int, int] = {}
    for indexes in by_site.values():
        above.update(_above(matches, indexes, frames))
    notes: dict[int, list[str]] = defaultdict(list)
    for low, top in above.items():
        while top in above:  # ends: rules do not supersede in circles
            top = above[top]  # noqa: PLW2901
        notes[top].append(_as_note(matches[low]))
    return [(match, sorted(set(notes[i]))) for i, match in enumerate(matches) if i not in above]


def _above(matches: Sequence[Match], indexes: Sequence[int], frames: _Frames) -> Iterator[tuple[int, int]]:
    """Of the matches of one call site, each that is superseded and the first one that does so.

    That one is of a rule that comes before, speaks of the same element or of all, and is as certain. Its frame is the
    same, or the calls of one of the two lead through the other.
    """
    rules = {matches[index].rule.id: matches[index].rule for index in indexes}
    before = {low: [high.id for high in rules.values() if high.comes_before(low)] for low in rules}
    if not any(before.values()):
        return
    at: dict[tuple[str, str, object, int], int] = {}  # the first index by rule, answer, element and frame
    through: dict[tuple[str, str, object, int], int] = {}  # and by each frame that its calls lead through as well
    for index in indexes:
        match = matches[index]
        frame = frames.of(match)
        for element in (match.element, _ANY):
            key = (match.rule.id, match.answer, element)
            at.setdefault((*key, frame), index)
            for inner in (frame, *frames.inside(frame)):
                through.setdefault((*key, inner), index)
    for index in indexes:
        match = matches[index]
        frame = frames.of(match)
        elements = (_ANY,) if match.element in _ALL else (match.element, *_ALL)
        found = []
        for key in product(before[match.rule.id], _AS_CERTAIN[match.answer], elements):
            found.append(through.get((*key, frame)))
            found += [at.get((*key, inner)) for inner in frames.inside(frame)]
        over = min((one for one in found if one is not None), default=None)
        if over is not None:
            yield index, over


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
    notes: dict[tuple[str, Place, str], set[str]] = defaultdict(set)
    ranked = sorted(findings, key=lambda finding: (finding.confidence is Confidence.POSSIBLE, len(finding.chain)))
    for finding in ranked:
        key = (finding.id, finding.place, finding.message)
        best.setdefault(key, finding)
        notes[key].update(finding.notes)
    return [
        finding if len(notes[key]) == len(finding.notes) else replace(finding, notes=tuple(sorted(notes[key])))
        for key, finding in best.items()
    ]
