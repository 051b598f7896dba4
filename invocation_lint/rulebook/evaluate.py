"""One rule against one fact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cached_property
from typing import Any

from invocation_lint.facts.base import Fact, Unknown
from invocation_lint.findings import FixRequest, Label, Severity
from invocation_lint.rulebook.conditions import Ask, Frame, question
from invocation_lint.rulebook.logic import NO, YES, follow, negated
from invocation_lint.rulebook.model import OptionName, Reference, Rule
from invocation_lint.rulebook.requests import request_of
from invocation_lint.rulebook.template import element_name, is_complete, render

MOST_REMEMBERED = 2000  # facts whose answers are kept; one holds a few kilobytes


class Prepared:
    """A rule and the values of its options, ready to be asked of many facts.

    Conditions become functions when a fact asks for them: most files have facts of few kinds.
    """

    def __init__(self, rule: Rule, options: Mapping[str, Any] | None = None) -> None:
        """`options` are the values that the user set, by name; the others keep the rule's defaults."""
        self.rule = rule
        self.options: Mapping[str, Any] = {**rule.defaults, **(options or {})}

    @cached_property
    def _when(self) -> Ask:
        return question(self.rule.when, self.options)

    @cached_property
    def _unless(self) -> Ask | None:
        return question(self.rule.unless, self.options) if self.rule.unless is not None else None

    @cached_property
    def _is_special(self) -> Ask | None:
        choice = self.rule.severity
        special = choice.when if choice.special is not None else None
        return question(special, self.options) if special is not None else None

    def answers(self, data: Any) -> list[tuple[str, Any]]:
        """What the rule answers for the data of a fact of its kind, where that is yes or maybe, each with the element
        of `each`: at most one without `each`, else at most one an element."""
        each = self.rule.each
        if each is None:
            answer = self._answer(Frame(data))
            return [(answer, None)] if answer else []
        elements = follow(data, each.parts)
        if not isinstance(elements, tuple):
            return []
        known = [element for element in elements if not isinstance(element, Unknown)]
        return [(answer, element) for element in known if (answer := self._answer(Frame(data, element)))]

    def _answer(self, frame: Frame) -> str:
        """yes, maybe, or nothing for no."""
        answer = self._when(frame)
        if answer != NO and self._unless is not None:
            answer = min(answer, negated(self._unless(frame)))
        return "" if answer == NO else "yes" if answer == YES else "maybe"

    def severities(self, data: Any) -> set[Severity]:
        """Those that a match may have for a fact's data of which not everything is known."""
        choice = self.rule.severity
        answer = self._is_special(Frame(data)) if self._is_special is not None else NO
        special = {choice.special} if choice.special is not None and answer != NO else set()
        return special if answer == YES else {*special, choice.otherwise}

    def severity(self, frame: Frame) -> Severity:
        """The severity of what matches."""
        choice = self.rule.severity
        if choice.special is not None and self._is_special is not None and self._is_special(frame) == YES:
            return choice.special
        return choice.otherwise


def known_in_part(kind: type, known: Mapping[str, Any]) -> Any:
    """The data of a fact of a kind of which only these fields are known."""
    return kind(**{one.name: known.get(one.name, Unknown()) for one in fields(kind)})


class Match:
    """A rule that answers yes or maybe for a fact, by its element `item` where the rule has `each`.

    What is said of it is worded when it is asked for: most matches are shown by another one, or not at all.
    """

    def __init__(self, prepared: Prepared, fact: Fact, answer: str, item: Any = None) -> None:
        self.prepared = prepared
        self.fact = fact
        self.answer = answer  # yes | maybe
        self.item = item

    @property
    def rule(self) -> Rule:
        return self.prepared.rule

    @cached_property
    def element(self) -> str | None:
        """The name of the element of `each`, None without it."""
        return element_name(self.item) if self.rule.each is not None else None

    @cached_property
    def severity(self) -> Severity:
        return self.prepared.severity(Frame(self.fact.data, self.item))

    @cached_property
    def message(self) -> str:
        return render(self.rule.message, self._value)

    @cached_property
    def help(self) -> str:
        """What to do, without the lines that lack a value."""
        return "\n".join(render(line, self._value) for line in self.rule.help if is_complete(line, self._value))

    @cached_property
    def labels(self) -> tuple[Label, ...]:
        """The places beside the call site, each with its words."""
        return tuple(
            Label(place, render(text, self._value))
            for reference, text in self.rule.labels
            if (place := self.fact.place_of(self._path(reference))) != self.fact.site
            and is_complete(text, self._value)
            and self._value(reference) != "no"  # what was not seen has no place
        )

    @cached_property
    def fix(self) -> FixRequest | None:
        """The fix that the rule asks for."""
        rule = self.rule
        if rule.fix is None:
            return None
        place = self.fact.place_of(f"{rule.each.text}[{self.element}]" if rule.each is not None else "")
        return request_of(rule.fix, self.fact, place, self.element, self.item, self.prepared.options)

    def _path(self, reference: Reference) -> str:
        """The path of a reference as `Fact.places` names it."""
        if reference.scope != "item" or self.rule.each is None:
            return reference.text
        return ".".join((f"{self.rule.each.text}[{self.element}]", *reference.parts))

    def _value(self, name: Reference | OptionName) -> Any:
        if isinstance(name, OptionName):
            return self.prepared.options[name.name]
        return follow(self.item if name.scope == "item" else self.fact.data, name.parts)


class PreparedRules:
    """The rules of a run, each with the `options` under its id, ready to be asked of the facts of many files."""

    def __init__(self, rules: Iterable[Rule], options: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self._by_kind: dict[str, list[Prepared]] = {}
        for form in (form for rule in rules for form in rule.forms):
            self._by_kind.setdefault(form.fact, []).append(Prepared(form, (options or {}).get(form.id)))
        self._answers: dict[tuple[str, Any], list[tuple[Prepared, str, Any]]] = {}  # by kind and data of a fact

    def matches(self, facts: Iterable[Fact]) -> list[Match]:
        """The matches of all rules in all facts: fact by fact, in the order of the rules.

        Rules are asked once of facts that hold the same: most callers of a helper add nothing to what is known of its
        calls, and files that share a helper share those.
        """
        return [Match(rule, fact, answer, item) for fact in facts for rule, answer, item in self._asked(fact)]

    def _asked(self, fact: Fact) -> list[tuple[Prepared, str, Any]]:
        key = (fact.kind, fact.data)
        found = self._answers.get(key)
        if found is None:
            if len(self._answers) >= MOST_REMEMBERED:
                self._answers.clear()
            asked = self._by_kind.get(fact.kind, ())
            found = [(rule, answer, item) for rule in asked for answer, item in rule.answers(fact.data)]
            self._answers[key] = found
        return found


def evaluate(rule: Rule, fact: Fact, options: Mapping[str, Any] | None = None) -> list[Match]:
    """The matches of one rule in one fact; `options` are the values that the user set, by name. A fact of another kind
    has none."""
    return PreparedRules([rule], {rule.id: options or {}}).matches([fact])
