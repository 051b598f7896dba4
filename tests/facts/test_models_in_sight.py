"""ORM classes whose body is in sight: a column is a column, also where its class binds it to `Column(..)`."""

from __future__ import annotations

from textwrap import dedent

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.job_query import JobQuery
from invocation_lint.source.parsing.tree import parse


@pytest.mark.parametrize(
    "fields",
    [
        "status = Column(String)\n    created_at = Column(DateTime)",
        "status: Mapped[str] = mapped_column()\n    created_at: Mapped[str] = mapped_column()",
        "status: Mapped[str]\n    created_at: Mapped[str]",
    ],
)
def test_conditions_and_order_on_columns_of_a_class_in_the_same_file(fields: str) -> None:
    code = f"""\
from base import Base
from sqlalchemy import Column, DateTime, String, select
from sqlalchemy.orm import Mapped, mapped_column


class Work(Base):
    __tablename__ = "asset_jobs"
    {fields}


def waiting(session):
    statement = select(Work).where(Work.status == "queued").order_by(Work.created_at.desc()).limit(5)
    return session.scalars(statement).all()
"""
    found = facts_of(parse(dedent(code).encode(), "app.py"), ContractBook(), AnalysisOptions()).facts
    (made,) = [fact.data for fact in found if isinstance(fact.data, JobQuery)]
    assert isinstance(made.conditions, tuple)
    assert [(one.name, one.waiting) for one in made.conditions] == [("status", "yes")]
    assert (made.limit, made.order) == (5, "newest_first")


def test_a_status_code_is_a_status() -> None:
    code = "def waiting(db):\n    return list(db.asset_jobs.find({'status_code': 'PENDING'}))\n"
    found = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions()).facts
    (made,) = [fact.data for fact in found if isinstance(fact.data, JobQuery)]
    assert isinstance(made.conditions, tuple)
    assert [(one.role, one.waiting) for one in made.conditions] == [("status", "yes")]
