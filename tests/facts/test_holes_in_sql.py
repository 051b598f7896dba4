"""SQL in f-strings: a hole is a value that is not known, or a piece of the statement that nobody can read."""

from __future__ import annotations

from typing import Any

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Unknown
from invocation_lint.facts.job_query import JobQuery
from invocation_lint.source.parsing.tree import parse


def query(statement: str) -> JobQuery:
    code = f"def read(db, value, n, table):\n    return db.execute(f{statement!r}).fetchall()\n"
    (fact,) = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions()).facts
    assert isinstance(fact.data, JobQuery)
    return fact.data


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("id = {value}", ("id", "equals", "key", None)),
        ("id IN ({value})", ("id", "in", "key", None)),
        ("status = 'queued'", ("status", "equals", "status", "yes")),
        ("status = '{value}'", ("status", "equals", "status", Unknown("the status is not known"))),
        ("story_id = '{value}'", ("story_id", "equals", "parent", None)),
    ],
)
def test_a_hole_that_is_a_value(where: str, found: tuple[Any, ...]) -> None:
    made = query(f"SELECT * FROM jobs WHERE {where}")
    assert isinstance(made.conditions, tuple)
    assert [(one.name, one.operator, one.role, one.waiting) for one in made.conditions] == [found]
    assert made.limited_by is None


def test_a_hole_that_is_the_limit() -> None:
    made = query("SELECT * FROM jobs WHERE status = 'queued' ORDER BY created_at LIMIT {n}")
    assert (made.limited_by, made.order) == ("limit", "oldest_first")


@pytest.mark.parametrize("rest", ["{value}", "WHERE {value}", "WHERE {table} = 1", "WHERE status = 'queued' {value}"])
def test_a_hole_that_is_a_piece_of_the_statement(rest: str) -> None:
    code = f'def read(db, value, table):\n    return db.execute(f"SELECT * FROM jobs {rest}").fetchall()\n'
    found = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions()).facts
    assert all(isinstance(fact.data.conditions, Unknown) for fact in found)
