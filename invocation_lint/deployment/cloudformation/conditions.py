"""Conditions of a template: which are the same, which are opposites, and which hold whatever is deployed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from invocation_lint.deployment.documents.nodes import items, mapping, text
from invocation_lint.deployment.values import Conditions, Key
from invocation_lint.documents.nodes import Node
from invocation_lint.records import record


@record
class Condition:
    """What an expression of a condition is: it holds or not (`constant`), or as another does, or the opposite."""

    constant: bool | None = None
    key: Key | None = None
    is_opposite: bool = False


class Decisions:
    """The conditions of the template at a path, by name. `literal` gives the text of a constant, None for what a
    parameter or a lookup decides."""

    def __init__(self, path: str, conditions: Mapping[str, Node], literal: Callable[[Node], str | None]) -> None:
        self.path = path
        self.conditions = conditions
        self.literal = literal
        self._seen: dict[str, Condition] = {}
        self._tests: dict[str, Key] = {}

    def of(self, node: Node) -> Condition:
        """The condition that a node names, or is."""
        if not self._seen:  # in the order of the template, so that of equal conditions the first gives the name
            for name in self.conditions:
                self._named(name)
        return self._named(text(node)) if text(node) else self._expression(node)

    def _named(self, name: str) -> Condition:
        if name not in self._seen:
            self._seen[name] = Condition(key=Key(self.path, name))  # for one that refers to itself
            node = self.conditions.get(name)
            if node is not None:
                self._seen[name] = self._expression(node, name)
        return self._seen[name]

    def _expression(self, node: Node, name: str = "") -> Condition:
        inner = mapping(node)
        if "Condition" in inner:
            return self._named(text(inner["Condition"]))
        if "Fn::Not" in inner:
            negated = items(inner["Fn::Not"])
            one = self._expression(negated[0]) if len(negated) == 1 else Condition(key=Key(self.path, name))
            if one.constant is not None:
                return Condition(constant=not one.constant)
            return Condition(key=one.key, is_opposite=not one.is_opposite)
        if "Fn::Equals" in inner and len(items(inner["Fn::Equals"])) == 2:
            first, second = (self.literal(one) for one in items(inner["Fn::Equals"]))
            if first is not None and second is not None:
                return Condition(constant=first == second)
        for word, decides in (("Fn::And", False), ("Fn::Or", True)):
            parts = [self._expression(one) for one in items(inner.get(word))]
            if any(part.constant is decides for part in parts):
                return Condition(constant=decides)
            if parts and all(part.constant is (not decides) for part in parts):
                return Condition(constant=not decides)
        # What is written alike is one condition, whatever it is called.
        shown = json.dumps(node.plain(), sort_keys=True, default=str)
        return Condition(key=self._tests.setdefault(shown, Key(self.path, name or shown)))


def when_of(condition: Condition, holds: bool) -> Conditions | None:
    """The conditions under which one holds, or does not; None when that cannot be."""
    if condition.constant is not None:
        return () if condition.constant is holds else None
    return ((condition.key or Key("", ""), holds is not condition.is_opposite),)
