"""Queries for the values that some columns of a job table have: they read no rows of jobs."""

from __future__ import annotations

import pytest

from tests.facts.test_job_queries import query

HEAD = """\
import sqlalchemy as sa
from sqlalchemy import distinct
from django.db.models import Count, F
from peewee import fn
"""


def fetched(expression: str) -> object:
    return query(f"{HEAD}\ndef read(session, cursor, supabase):\n    return {expression}\n").fetched


WHERE = '.where(AssetJob.status == "queued")'
FILTER = '.filter(AssetJob.status == "queued")'


@pytest.mark.parametrize(
    "expression",
    [
        f"session.execute(select(AssetJob.kind.distinct()){WHERE}).all()",
        f"set(session.execute(select(AssetJob.kind.distinct()){WHERE}).scalars())",
        f"session.scalars(select(AssetJob.kind){WHERE}.distinct()).all()",
        f"session.scalars(select(distinct(AssetJob.kind)){WHERE}).all()",
        f"session.scalars(select(sa.distinct(AssetJob.kind)){WHERE}).all()",
        f"session.scalars(select(func.distinct(AssetJob.kind)){WHERE}).all()",
        f"session.execute(select(AssetJob.kind, AssetJob.user_id).distinct(){WHERE}).all()",
        f"session.scalars(select(AssetJob).distinct(AssetJob.user_id){WHERE}).all()",
        f"session.query(AssetJob.kind).distinct(){FILTER}.all()",
        f"session.query(AssetJob.kind.distinct()){FILTER}.all()",
        f"session.query(distinct(AssetJob.kind)){FILTER}.all()",
        f"session.query(AssetJob){FILTER}.distinct(AssetJob.kind).all()",
        f"session.query(AssetJob.kind, func.count(AssetJob.id)){FILTER}.group_by(AssetJob.kind).all()",
        f"session.execute(select(AssetJob.kind){WHERE}.group_by(AssetJob.kind)).all()",
        "cursor.execute(\"SELECT DISTINCT kind FROM asset_jobs WHERE status = 'queued'\").fetchall()",
        "cursor.execute(\"SELECT DISTINCT j.user_id, j.kind FROM asset_jobs j WHERE j.status = 'queued'\").fetchall()",
        "cursor.execute(\"SELECT DISTINCT ON (story_id) * FROM asset_jobs WHERE status = 'queued'\").fetchall()",
        "cursor.execute(\"SELECT kind FROM asset_jobs WHERE status = 'queued' GROUP BY kind\").fetchall()",
        "cursor.execute(\"SELECT COUNT(DISTINCT kind) FROM asset_jobs WHERE status = 'queued'\").fetchall()",
        'list(AssetJob.objects.filter(status="queued").values_list("kind", flat=True).distinct())',
        'set(AssetJob.objects.filter(status="queued").values("kind").distinct())',
        'list(AssetJob.objects.filter(status="queued").distinct("user_id"))',
        'list(AssetJob.objects.filter(status="queued").values("kind").annotate(n=Count("id")))',
        f"list(AssetJob.select(AssetJob.kind){WHERE}.distinct())",
        f"list(AssetJob.select(fn.DISTINCT(AssetJob.kind)){WHERE})",
        f"list(AssetJob.select(AssetJob.kind, fn.COUNT(AssetJob.id)){WHERE}.group_by(AssetJob.kind))",
    ],
)
def test_values_are_no_rows_of_jobs(expression: str) -> None:
    assert fetched(expression) == "count"


@pytest.mark.parametrize(
    "expression",
    [
        f"session.scalars(select(AssetJob){WHERE}.distinct()).all()",
        f"session.scalars(select(AssetJob.id){WHERE}.distinct()).all()",
        f"session.scalars(select(AssetJob.id.distinct()){WHERE}).all()",
        f"session.execute(select(AssetJob.kind, AssetJob.id).distinct(){WHERE}).all()",
        f"session.execute(select(AssetJob.kind, AssetJob.created_at){WHERE}.distinct()).all()",
        f"session.scalars(select(AssetJob.kind){WHERE}).all()",
        f"session.scalars(select(AssetJob).distinct(AssetJob.id){WHERE}).all()",
        f"session.query(AssetJob){FILTER}.distinct().all()",
        "cursor.execute(\"SELECT DISTINCT id, kind FROM asset_jobs WHERE status = 'queued'\").fetchall()",
        "cursor.execute(\"SELECT DISTINCT * FROM asset_jobs WHERE status = 'queued'\").fetchall()",
        "cursor.execute(\"SELECT DISTINCT ON (id) * FROM asset_jobs WHERE status = 'queued'\").fetchall()",
        "cursor.execute(\"SELECT kind FROM asset_jobs WHERE status = 'queued'\").fetchall()",
        'list(AssetJob.objects.filter(status="queued").distinct())',
        'list(AssetJob.objects.filter(status="queued").values_list("id", flat=True).distinct())',
        'list(AssetJob.objects.filter(status="queued").annotate(n=Count("parts")))',
        'list(AssetJob.objects.filter(status="queued").values("kind").annotate(n=F("size")))',
        f"list(AssetJob.select(){WHERE}.distinct())",
        f"list(AssetJob.select(AssetJob.id){WHERE}.distinct())",
    ],
)
def test_rows_of_jobs_all_the_same(expression: str) -> None:
    assert fetched(expression) == "rows"
