"""One rule against one fact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from typing import Any

from invocation_lint.facts.base import Fact, OneOf, Unknown
from invocation_lint.findings import FixRequest, Label, Severity
from invocation_lint.records import record
from invocation_lint.rulebook.logic import MAYBE, NO, YES, agreed, all_of, any_of, follow, negated, passes
from invocation_lint.rulebook.model import Condition, OptionName, PathTest, Reference, Rule, When
from invocation_lint.rulebook.requests import request_of
from invocation_lint.rulebook.template import element_name, is_complete, render


@record
class Match:
    """A rule that answers yes or maybe for a fact; `element` names the element of `each`, None without it."""

    rule: Rule
    fact: Fact
    answer: str  # yes | maybe
    element: str | None
    severity: Severity
    message: str
    help: str
    labels: tuple[Label, ...]
    fix: FixRequest | None


def evaluate(rule: Rule, fact: Fact, options: Mapping[str, Any] | None = None) -> list[Match]:
    """The matches of a rule in a fact: at most one without `each`, else at most one an element.

    `options` are the values that the user set, by name; the others keep the rule's defaults. A fact of another kind
    has no match.
    """
    if fact.kind != rule.fact:
        return []
    values = {**rule.defaults, **(options or {})}
    if rule.each is None:
        found = _Frame(fact, values).match(rule)
        return [found] if found else []
    elements = follow(fact.data, rule.each.parts)
    if not isinstance(elements, tuple):
        return []
    frames = (_Frame(fact, values, element, rule.each.text) for element in elements if not isinstance(element, Unknown))
    return [found for frame in frames if (found := frame.match(rule))]


@record
class _Frame:
    """What the names of a rule stand for."""

    fact: Fact
    options: Mapping[str, Any]
    item: Any = None
    each: str = ""
    chosen: Mapping[Reference, Any] = field(default_factory=dict)  # one of several values, for a while

    def match(self, rule: Rule) -> Match | None:
        answer = self.when(rule.when)
        if answer != NO and rule.unless is not None:
            answer = all_of((answer, negated(self.when(rule.unless))))
        if answer == NO:
            return None
        element = element_name(self.item) if self.each else None
        help = "\n".join(render(line, self.value) for line in rule.help if is_complete(line, self.value))
        labels = tuple(
            Label(place, render(text, self.value))
            for reference, text in rule.labels
            if (place := self.fact.place_of(self._path(reference))) != self.fact.site
            and is_complete(text, self.value)
            and self.value(reference) != "no"  # what was not seen has no place
        )
        fix = None
        if rule.fix is not None:
            place = self.fact.place_of(f"{self.each}[{element}]" if self.each else "")
            fix = request_of(rule.fix, self.fact, place, element, self.item, self.options)
        return Match(
            rule=rule,
            fact=self.fact,
            answer="yes" if answer == YES else "maybe",
            element=element,
            severity=self._severity(rule),
            message=render(rule.message, self.value),
            help=help,
            labels=labels,
            fix=fix,
        )

    def _severity(self, rule: Rule) -> Severity:
        choice = rule.severity
        if choice.special is not None and choice.when is not None and self.when(choice.when) == YES:
            return choice.special
        return choice.otherwise

    def _path(self, reference: Reference) -> str:
        """The path of a reference as `Fact.places` names it."""
        if reference.scope != "item":
            return reference.text
        return ".".join((f"{self.each}[{element_name(self.item)}]", *reference.parts))

    def value(self, name: Reference | OptionName, element: Any = None) -> Any:
        if isinstance(name, OptionName):
            return self.options[name.name]
        if name in self.chosen:
            return self.chosen[name]
        root = {"fact": self.fact.data, "item": self.item, "element": element}[name.scope]
        return follow(root, name.parts)

    def when(self, when: When, element: Any = None) -> int:
        answers = [self._condition(condition, element) for condition in when.conditions]
        if when.any:
            answers.append(any_of(self.when(branch, element) for branch in when.any))
        return all_of(answers)

    def _condition(self, condition: Condition, element: Any) -> int:
        value = self.value(condition.reference, element)
        return all_of(self._test(one, value) for one in condition.tests)

    def _test(self, one: PathTest, value: Any) -> int:
        if one.when is not None:
            return self._quantified(one.operator, one.when, value)
        operands = tuple(
            self.value(operand) if isinstance(operand, (Reference, OptionName)) else operand for operand in one.operands
        )
        return passes(one.operator, value, operands)

    def _quantified(self, operator: str, when: When, value: Any) -> int:
        if value is None:
            return NO
        if not isinstance(value, tuple):
            return MAYBE
        for operand in _operands(when):
            several = self.value(operand)
            if isinstance(several, OneOf):  # whichever it is, it is the same one for all elements
                frames = (replace(self, chosen={**self.chosen, operand: one}) for one in several.values)
                return agreed(frame._quantified(operator, when, value) for frame in frames)
        some = any_of(self.when(when, element) for element in value)
        return some if operator == "some" else negated(some)


def _operands(when: When) -> Iterator[Reference]:
    """The fields of the fact or item that the tests of a some/none compare with."""
    for part in (when, *when.any):
        for condition in part.conditions:
            for one in condition.tests:
                yield from (name for name in one.operands if isinstance(name, Reference) and name.scope != "element")
