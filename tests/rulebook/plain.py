"""The rule language read plainly, as CONTRIBUTING.md tells it: slow, and right for what the package does faster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from invocation_lint.facts.base import Fact, OneOf, Unknown
from invocation_lint.findings import Place
from invocation_lint.rulebook.evaluate import Match
from invocation_lint.rulebook.logic import MAYBE, NO, YES, agreed, all_of, any_of, follow, negated, passes
from invocation_lint.rulebook.model import OptionName, PathTest, Reference, Rule, When

Values = Mapping[str, Any]
Chosen = Mapping[Reference, Any]


def answers(rule: Rule, fact: Fact, options: Values) -> list[tuple[str, Any]]:
    """The answers that are yes or maybe, each with its element."""
    if fact.kind != rule.fact:
        return []
    if rule.each is None:
        items: Any = (None,)
    else:
        items = follow(fact.data, rule.each.parts)
        items = [item for item in items if not isinstance(item, Unknown)] if isinstance(items, tuple) else ()
    found = []
    for item in items:
        names = Names(fact.data, item, {**rule.defaults, **options})
        answer = names.when(rule.when)
        if rule.unless is not None:
            answer = all_of((answer, negated(names.when(rule.unless))))
        if answer != NO:
            found.append(("yes" if answer == YES else "maybe", item))
    return found


class Names:
    """What the names of a rule stand for."""

    def __init__(self, data: Any, item: Any, options: Values, chosen: Chosen | None = None) -> None:
        self.data, self.item, self.options, self.chosen = data, item, options, chosen or {}

    def value(self, name: Any, element: Any = None) -> Any:
        if isinstance(name, OptionName):
            return self.options[name.name]
        if not isinstance(name, Reference):
            return name
        if name in self.chosen:
            return self.chosen[name]
        return follow({"fact": self.data, "item": self.item, "element": element}[name.scope], name.parts)

    def when(self, when: When, element: Any = None) -> int:
        found = [
            self.test(one, self.value(condition.reference, element))
            for condition in when.conditions
            for one in condition.tests
        ]
        if when.any:
            found.append(any_of([self.when(branch, element) for branch in when.any]))
        return all_of(found)

    def test(self, one: PathTest, value: Any) -> int:
        if one.when is None:
            return passes(one.operator, value, tuple(self.value(operand) for operand in one.operands))
        if value is None:
            return NO
        if not isinstance(value, tuple):
            return MAYBE
        for operand in operands(one.when):
            several = self.value(operand)
            if isinstance(several, OneOf):
                chosen = [{**self.chosen, operand: inner} for inner in several.values]
                return agreed([Names(self.data, self.item, self.options, way).test(one, value) for way in chosen])
        some = any_of([self.when(one.when, element) for element in value])
        return some if one.operator == "some" else negated(some)


def operands(when: When) -> list[Reference]:
    """The fields of the fact or item that the tests of a some/none compare with."""
    tests = [one for part in (when, *when.any) for condition in part.conditions for one in condition.tests]
    return [name for one in tests for name in one.operands if isinstance(name, Reference) and name.scope != "element"]


def shown(matches: Sequence[Match], possible: bool) -> list[tuple[Match, set[str]]]:
    """The matches that become findings, each with the messages of those that it supersedes."""
    kept = innermost(matches, possible)
    above = {}
    for low in kept:
        over = next((high for high in kept if supersedes(high, low)), None)
        if over is not None:
            above[id(low)] = over
    notes: dict[int, set[str]] = defaultdict(set)
    for low in kept:
        top = low
        while id(top) in above:
            top = above[id(top)]
        if top is not low:
            notes[id(top)].add(f"{low.rule.id} {low.rule.name}: {low.message}")
    return [(match, notes[id(match)]) for match in kept if id(match) not in above]


def innermost(matches: Sequence[Match], possible: bool) -> list[Match]:
    groups: dict[Any, list[Match]] = defaultdict(list)
    for match in matches:
        groups[match.rule.id, match.fact.site, match.element].append(match)
    kept: list[Match] = []
    for group in groups.values():
        candidates = [match for match in group if match.answer == "yes"] or (group if possible else [])
        kept += [match for match in candidates if not any(is_inside(other, match) for other in candidates)]
    return kept


def steps(match: Match) -> tuple[Place, ...]:
    return tuple(step.place for step in match.fact.chain)


def is_inside(inner: Match, outer: Match) -> bool:
    """Whether the frame of `inner` is one that the chain of `outer` leads through."""
    short, long = steps(inner), steps(outer)
    return len(short) < len(long) and long[len(long) - len(short) :] == short


def supersedes(high: Match, low: Match) -> bool:
    if high.fact.site != low.fact.site or not high.rule.comes_before(low.rule.id):
        return False
    if high.answer == "maybe" and low.answer == "yes":
        return False
    same_element = high.element == low.element or {high.element, low.element} & {None, "$"}
    same_call = steps(high) == steps(low) or is_inside(high, low) or is_inside(low, high)
    return bool(same_element) and same_call


def distinct(found: Iterable[tuple[Match, set[str]]]) -> dict[Any, tuple[Match, set[str]]]:
    """By rule, place and message: the certain one first, then the one with the shortest chain, with all notes."""
    best: dict[Any, tuple[Match, set[str]]] = {}
    for match, notes in sorted(found, key=lambda one: (one[0].answer == "maybe", len(one[0].fact.chain))):
        key = (match.rule.id, (*steps(match), match.fact.site)[0], match.message)
        if key in best:
            best[key][1].update(notes)
        else:
            best[key] = (match, set(notes))
    return best
