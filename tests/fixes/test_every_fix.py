"""No fix without an example that says what it writes, and every rule's fix is one that there is."""

from __future__ import annotations

from invocation_lint.facts.kinds import KINDS
from invocation_lint.fixes.registry import FIXES
from invocation_lint.rulebook.requests import fixes_of
from tests.fixes import test_fixes, test_item_failures, test_job_queries, test_object_key, test_read_timeout
from tests.fixes.mending import RULES

WITH_FIX = {rule.id: rule.fix.name for rule in RULES.values() if rule.fix is not None}


AS_ANOTHER = {"INV103": "INV101"}
"""Rules whose fix writes what it writes for another one: their own examples need a template."""


def test_each_rule_with_a_fix_has_an_example_of_what_it_writes() -> None:
    shown = {rule for rule, *_ in (*test_fixes.CHANGES.values(), *test_job_queries.CHANGES.values())}
    shown |= {test_read_timeout.RULE, test_object_key.RULE, test_item_failures.RULE}
    assert {AS_ANOTHER.get(rule, rule) for rule in WITH_FIX} == shown
    assert all(WITH_FIX[rule] == WITH_FIX[other] for rule, other in AS_ANOTHER.items())


def test_rules_can_ask_for_the_fixes_that_there_are() -> None:
    assert {name for kind in KINDS for name in fixes_of(kind)} == set(FIXES)


def test_each_fix_is_asked_for() -> None:
    assert set(WITH_FIX.values()) == set(FIXES)
