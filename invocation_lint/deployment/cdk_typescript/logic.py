"""Operators with two sides, and conditions: what is chosen where one side is open."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.cdk_constructs.texts import joined
from invocation_lint.deployment.cdk_constructs.things import (
    Lib,
    Scope,
    cases_of,
    choice_of,
    each,
    is_nameless,
    truth,
)
from invocation_lint.deployment.cdk_typescript.statements import branches
from invocation_lint.deployment.values import Case, Hole, Text, both

if TYPE_CHECKING:
    from tree_sitter import Node

    from invocation_lint.deployment.cdk_typescript.running import Run

_LOGICAL = frozenset({"??", "||", "&&"})
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {"-": operator.sub, "*": operator.mul}


def joined_by(run: Run, node: Node, word: str, scope: Scope) -> Any:
    """What an operator makes of the two sides of a node."""
    left_node, right_node = node.child_by_field_name("left"), node.child_by_field_name("right")
    left = run.evaluate(left_node, scope)
    if word in _LOGICAL:
        return _logical(run, node, word, left, right_node, scope)
    right = run.evaluate(right_node, scope)
    if word == "+":
        return _sum(left, right)
    return each(left, lambda one: each(right, lambda other: _two(run, node, word, one, other)))


def _two(run: Run, node: Node, word: str, left: Any, right: Any) -> Any:
    if word in {"===", "==", "!==", "!="}:
        equal = _equal(left, right)
        return run.unknown(node) if equal is None else equal == (word[0] == "=")
    if word in {"instanceof", "in"}:
        return run.unknown(node)
    numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
    if word in _COMPARISONS and numbers:
        return _COMPARISONS[word](left, right)
    if word in _ARITHMETIC and numbers:
        return _ARITHMETIC[word](left, right)
    if word == "/" and numbers and right:
        found = left / right
        return int(found) if found == int(found) else found
    return run.unknown(node)


def _equal(left: Any, right: Any) -> bool | None:
    open_kinds = (Hole, Text)
    if isinstance(left, open_kinds) or isinstance(right, open_kinds):
        if left == right and not (isinstance(left, Hole) and is_nameless(left)):
            return True
        return False if {type(left), type(right)} == {Text, type(None)} else None
    scalars = (str, int, float, bool, type(None), Lib)
    if isinstance(left, scalars) and isinstance(right, scalars):
        return bool(left == right)
    if left is None or right is None:
        return False
    return left is right or None


def _sum(left: Any, right: Any) -> Any:
    def add(one: Any, other: Any) -> Any:
        if isinstance(one, (int, float)) and isinstance(other, (int, float)):
            return one + other
        return joined([one, other])

    return each(left, lambda one: each(right, lambda other: add(one, other)))


def _logical(run: Run, node: Node, word: str, left: Any, right: Node | None, scope: Scope) -> Any:
    found: list[Case] = []
    for case in cases_of(left):
        takes = _takes_right(word, case.content)
        if takes is False:
            found.append(case)
            continue
        with run.under(case.when) as possible:
            if not possible:
                continue
            if takes:
                found.append(Case(run.evaluate(right, scope), case.when))
                continue
            found += _either(run, node, word, case, right, scope)
    return choice_of(found)


def _takes_right(word: str, left: Any) -> bool | None:
    """Whether a logical expression is its right side."""
    if word == "??":
        return None if isinstance(left, Hole) else left is None
    holds = truth(left)
    if isinstance(left, Text):
        holds = True
    return None if holds is None else holds == (word == "&&")


def _either(run: Run, node: Node, word: str, case: Case, right: Node | None, scope: Scope) -> list[Case]:
    """The cases of an expression whose left side is open."""
    left = case.content
    test = node.child_by_field_name("left") or node
    yes, no = branches(run, test, left, scope)
    when = yes if word == "&&" else no
    with run.under(when) as possible:
        value = run.evaluate(right, scope) if possible else None
    if isinstance(left, Hole) and word != "&&" and isinstance(value, (str, int, float)) and not is_nameless(left):
        return [Case(replace(left, default=str(value)), case.when)]  # a setting with a default
    other = no if word == "&&" else yes
    first = False if word == "&&" else left
    return [
        Case(content, together)
        for content, own in ((value, when), (first, other))
        if (together := both(case.when, own)) is not None
    ]


def ternary(run: Run, node: Node, scope: Scope) -> Any:
    """One of two values, by a condition."""
    test = node.child_by_field_name("condition")
    value = run.evaluate(test, scope)
    then, other = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
    holds = truth(value)
    if isinstance(value, Text):
        holds = True
    if holds is not None:
        return run.evaluate(then if holds else other, scope)
    found: list[Case] = []
    for when, branch in zip(branches(run, test or node, value, scope), (then, other), strict=True):
        with run.under(when) as possible:
            if possible:
                found.append(Case(run.evaluate(branch, scope), when))
    return choice_of(found)
