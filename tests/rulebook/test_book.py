"""What only shows when rules are seen together."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from invocation_lint.errors import UsageError
from invocation_lint.rulebook.book import Rulebook
from invocation_lint.rulebook.model import Rule

Make = Callable[..., Rule]


def test_ids_and_names_are_used_once(rule: Make) -> None:
    with pytest.raises(UsageError, match=r'the id "INX001" is taken by rule\.yaml'):
        Rulebook.of([rule("name: a"), rule("name: b")], {})
    with pytest.raises(UsageError, match='the name "a" is taken'):
        Rulebook.of([rule("name: a"), rule("name: a", id="INX002")], {})


def test_rules_do_not_supersede_in_circles(rule: Make) -> None:
    first = rule("supersedes: [INX002]", "INX001")
    second = rule("supersedes: [INX0xx]", "INX002")
    with pytest.raises(UsageError, match="in a circle: INX001 > INX002 > INX001"):
        Rulebook.of([first, second], {})
    third = rule("supersedes: [all]", "INX003")
    assert Rulebook.of([first, third, rule("", "INX002")], {}).rules[2] is third
    with pytest.raises(UsageError, match="in a circle"):
        Rulebook.of([third, rule("supersedes: [all]", "INX004")], {})


def test_patterns_of_supersedes(rule: Make) -> None:
    family = rule("supersedes: [INX2xx]", "INX207")
    assert family.comes_before("INX201")
    assert not family.comes_before("INX207"), "not itself"
    assert not family.comes_before("INX301")
    assert rule("supersedes: [all]").comes_before("INV302")


def test_a_rule_of_a_user_must_supersede_something(rule: Make) -> None:
    shipped = Rulebook.of([rule("", "INX301")], {})
    user = Rulebook.of([rule("supersedes: [INX310]")], {}, complete=False)
    with pytest.raises(UsageError, match="supersedes INX310, which is not a rule; did you mean INX301"):
        shipped.joined(user)
    fine = Rulebook.of([rule("supersedes: [INX3xx, all]")], {}, complete=False)
    assert len(shipped.joined(fine).rules) == 2


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        ("", {"api"}),
        ("when: {any: [{api: invoke}, {payload.layers: {over: 1}}]}", {"api", "payload"}),
        ("when: {target.actions: {none: {name: =payload.action.value}}}", {"target", "payload"}),
        ("unless: {function.name: a}", {"api", "function"}),
        ("each: payload.missing\nwhen: {item.name: a}", {"payload"}),
        ("severity: {error: {payload.layers: 2}, otherwise: warning}", {"api", "payload"}),
        ("message: of {function.name}", {"api", "function"}),
        ("help: of {function.name}", {"api", "function"}),
        ("labels: {client.created: made here}", {"api", "client"}),
    ],
)
def test_the_fields_that_a_rule_asks_about_or_shows(rule: Make, lines: str, fields: set[str]) -> None:
    assert rule(lines).fields == fields
