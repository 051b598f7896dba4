"""All rules of a run, and what only shows when they are seen together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from invocation_lint.documents.nodes import nearest
from invocation_lint.errors import UsageError
from invocation_lint.records import record
from invocation_lint.rulebook.model import Rule


@record
class Rulebook:
    """Rules in the order of their ids; `texts` holds each one's README."""

    rules: tuple[Rule, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, rules: Iterable[Rule], texts: Mapping[str, str], complete: bool = True) -> Rulebook:
        """The book of these rules. UsageError for an id or name used twice and for rules that supersede in a circle.

        `complete` says that a rule of a user which supersedes none of these rules is a mistake.
        """
        ordered = tuple(sorted(rules, key=lambda rule: rule.id))
        _check_unique(ordered)
        _check_circles(ordered)
        if complete:
            _check_superseded(ordered)
        return cls(ordered, dict(texts))

    def get(self, id_or_name: str) -> Rule | None:
        """The rule of that id or name."""
        return next((rule for rule in self.rules if id_or_name in (rule.id, rule.name)), None)

    def joined(self, other: Rulebook) -> Rulebook:
        """Both books as one, checked together."""
        return Rulebook.of((*self.rules, *other.rules), {**self.texts, **other.texts})


def _check_unique(rules: Iterable[Rule]) -> None:
    seen: dict[str, Rule] = {}
    for rule in rules:
        for what, word in (("id", rule.id), ("name", rule.name)):
            if word in seen:
                raise UsageError(f'{rule.path}: the {what} "{word}" is taken by {seen[word].path}')
            seen[word] = rule


def _check_circles(rules: tuple[Rule, ...]) -> None:
    after = {rule.id: [other for other in rules if rule.comes_before(other.id)] for rule in rules}
    done: set[str] = set()

    def visit(rule: Rule, way: tuple[Rule, ...]) -> None:
        if rule in way:
            circle = " > ".join(step.id for step in (*way[way.index(rule) :], rule))
            raise UsageError(f"{rule.path}: rules supersede each other in a circle: {circle}")
        if rule.id in done:
            return
        for other in after[rule.id]:
            visit(other, (*way, rule))
        done.add(rule.id)

    for rule in rules:
        visit(rule, ())


def _check_superseded(rules: tuple[Rule, ...]) -> None:
    """A user's rule must supersede something. Shipped rules may name ids that ship later: ids are for good."""
    ids = [rule.id for rule in rules]
    for rule in rules:
        if not rule.id.startswith("INX"):
            continue
        for pattern in rule.supersedes:
            start = pattern.removesuffix("xx")
            if pattern != "all" and not any(id_.startswith(start) for id_ in ids):
                near = nearest(pattern, ids)
                meant = f"; did you mean {near}?" if near else ""
                raise UsageError(f"{rule.path}: supersedes {pattern}, which is not a rule{meant}")
