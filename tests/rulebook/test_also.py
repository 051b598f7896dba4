"""A rule that sees the same harm in facts of other kinds, too."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from invocation_lint.errors import UsageError
from invocation_lint.facts.base import Fact
from invocation_lint.facts.invocation import Invocation
from invocation_lint.facts.job_query import JobQuery
from invocation_lint.findings import Place, Severity
from invocation_lint.rulebook.evaluate import evaluate
from invocation_lint.rulebook.model import Rule

LINES = """
severity: {error: {api: invoke_async}, otherwise: warning}
help: do {invocation_type} otherwise
also:
  - fact: job_query
    when: {dialect: sql}
    unless: {order: oldest_first}
    severity: advice
    message: 'rows of {dialect}'
    help: put them in order
"""
SEVERITY = """
severity: {error: {api: invoke}, otherwise: warning}
also: [{fact: job_query, when: {dialect: sql}, message: m}]
"""
PLACE = Place("app.py", 1, 1, 1, 9)


def fact(kind: str, data: object) -> Fact:
    return Fact(kind, data, PLACE, {})


def test_each_kind_has_its_own_words(rule: Callable[..., Rule]) -> None:
    both = rule(LINES)
    assert [form.fact for form in both.forms] == ["invocation", "job_query"]
    found = evaluate(both, fact("invocation", Invocation(api="invoke")))
    found += evaluate(both, fact("job_query", JobQuery(dialect="sql", order="unordered")))
    told = [(one.rule.id, one.answer, one.severity, one.message, one.help) for one in found]
    assert told == [
        ("INX001", "yes", Severity.WARNING, "a message", ""),
        ("INX001", "yes", Severity.ADVICE, "rows of sql", "put them in order"),
    ]
    assert evaluate(both, fact("job_query", JobQuery(dialect="sql", order="oldest_first"))) == []
    assert evaluate(both, fact("list_read", None)) == []


def test_level_and_help_are_those_of_the_rule(rule: Callable[..., Rule]) -> None:
    other = rule("help: mend it\nalso: [{fact: job_query, when: {dialect: sql}, message: rows}]").also[0]
    assert (other.severity.worst, other.help, other.labels, other.each) == (Severity.WARNING, (("mend it",),), (), None)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("also: [{fact: job_query, when: {api: invoke}, message: m}]", "field of the fact job_query:"),
        ("also: [{fact: invocation, when: {api: invoke}, message: m}]", "the fact of the rule itself"),
        ("also: [{fact: job_query, when: {dialect: sql}}]", "message"),
        ("also: [{fact: job_query, when: {dialect: sql}, message: m, severity: error}]", "no worse than the rule"),
        ("also: [{fact: job_query, when: {dialect: sql}, message: m, why: w}]", "why"),
        ("help: '{api}'\nalso: [{fact: job_query, when: {dialect: sql}, message: m}]", "names fields of its own fact"),
        (SEVERITY, "depends on its own fact"),
        ("also: [{fact: job_query, when: {dialect: {not_known_to_be: sql}}, message: m}]", "not_known_to_be"),
    ],
)
def test_mistakes(rule: Callable[..., Rule], lines: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        rule(lines)
    assert message in str(caught.value.message)
