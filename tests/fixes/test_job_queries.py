"""What the fixes of job queries write: a bound, and the order where the column is in sight."""

from __future__ import annotations

import textwrap

import pytest

from tests.fixes.mending import found, mended

MODEL = """\
from sqlalchemy import desc, select
from sqlalchemy.orm import DeclarativeBase, Mapped


class Base(DeclarativeBase):
    pass


class AssetJob(Base):
    __tablename__ = "asset_jobs"
    status: Mapped[str]
    created_at: Mapped[str]


"""
DJANGO = """\
from django.db import models


class AssetJob(models.Model):
    status = models.CharField(max_length=20)
    created_at = models.DateTimeField(auto_now_add=True)


"""
PEEWEE = """\
from peewee import CharField, DateTimeField, Model


class PrintJob(Model):
    state = CharField()
    created_at = DateTimeField()


"""
WAITING = 'select(AssetJob).where(AssetJob.status == "queued")'
QUEUED = 'AssetJob.objects.filter(status="queued")'

CHANGES = {
    "supabase, the columns in sight": (
        "INV501",
        "",
        'def f(db):\n    return db.table("jobs").select("id, created_at").eq("status", "queued").execute()\n',
        '.execute()', '.order("created_at").limit(10).execute()',
    ),
    "supabase, a link on each line, with a comment": (
        "INV501",
        "",
        """
        def f(db):
            return (
                db.table("jobs")
                .select("*")
                .eq('status', 'queued')  # those that wait
                .execute()
            )
        """,
        ".execute()", ".limit(10)\n        .execute()",
    ),
    "supabase, lines that go on": (
        "INV501",
        "",
        """
        def f(db):
            return db.table("jobs").select("*") \\
                .eq("status", "queued") \\
                .execute()
        """,
        ".execute()", ".limit(10) \\\n        .execute()",
    ),
    "supabase, built in steps": (
        "INV501",
        "",
        """
        def f(db):
            query = db.table("jobs").select("*").eq("status", "queued").order("created_at")
            return query.execute()
        """,
        "query.execute()", "query.limit(10).execute()",
    ),
    "a statement": (
        "INV501", MODEL, f"def f(session):\n    return session.scalars({WAITING}).all()\n",
        '"queued"))', '"queued").order_by(AssetJob.created_at).limit(10))',
    ),
    "a statement over some lines": (
        "INV501",
        MODEL,
        """
        def f(session):
            return session.scalars(
                select(AssetJob)
                .where(AssetJob.status == "queued")
                .order_by(AssetJob.created_at)  # the oldest
            ).all()
        """,
        "  # the oldest", "  # the oldest\n        .limit(10)",
    ),
    "a query": (
        "INV501", MODEL, "def f(session):\n    return session.query(AssetJob).filter_by(status='queued').all()\n",
        ".all()", ".order_by(AssetJob.created_at).limit(10).all()",
    ),
    "a query that is iterated": (
        "INV501",
        MODEL,
        """
        def f(session, run):
            for job in session.query(AssetJob).filter_by(status="queued").order_by(AssetJob.created_at):
                run(job)
        """,
        "created_at):", "created_at).limit(10):",
    ),
    "a queryset": (
        "INV501", DJANGO, f"def f(run):\n    for job in {QUEUED}:\n        run(job)\n",
        '"queued"):', '"queued").order_by("created_at")[:10]:',
    ),
    "a queryset in a list": ("INV501", DJANGO, f"def f():\n    return list({QUEUED}.order_by('created_at'))\n",
        "'created_at')", "'created_at')[:10]"),
    "a cursor of PyMongo": (
        "INV501", "",
        "def f(db, run):\n    for job in db['jobs'].find({'status': 'queued'}).sort('created_at'):\n        run(job)\n",
        "'created_at')", "'created_at').limit(10)",
    ),
    "a cursor of Motor": (
        "INV501", "",
        "async def f(db):\n    return await db.jobs.find({'status': 'queued'}).sort('_id').to_list(None)\n",
        ".to_list", ".limit(10).to_list",
    ),
    "a query of peewee": (
        "INV501", PEEWEE, "def f():\n    return list(PrintJob.select().where(PrintJob.state == 'queued'))\n",
        "'queued')", "'queued').order_by(PrintJob.created_at).limit(10)",
    ),
    "an order, in front of the limit": (
        "INV502", MODEL, f"def f(session):\n    return session.scalars({WAITING}.limit(10)).all()\n",
        ".limit", ".order_by(AssetJob.created_at).limit",
    ),
    "an order, in front of a slice": (
        "INV502", DJANGO, f"def f():\n    return list({QUEUED}[:10])\n", "[:10]", '.order_by("created_at")[:10]',
    ),
    "an order, turned": (
        "INV502", "",
        """
        def f(db):
            query = db.table("jobs").select("*").eq("status", "queued")
            return query.order("created_at", desc=True).limit(10).execute()
        """,
        ", desc=True", "",
    ),
    "an order, turned by a method": (
        "INV502", MODEL,
        f"def f(session):\n    return session.scalars({WAITING}.order_by(AssetJob.created_at.desc()).limit(1)).all()\n",
        ".desc()", "",
    ),
    "an order, turned by a sign": (
        "INV502", DJANGO, f"def f():\n    return list({QUEUED}.order_by('-created_at')[:10])\n", "-created", "created",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_fix_changes_just_this(name: str) -> None:
    rule, head, body, old, new = CHANGES[name]
    text = head + textwrap.dedent(body).lstrip("\n")
    assert text.count(old) == 1
    after = mended(text, rule)
    assert after == text.replace(old, new)
    assert found(after, "INV501", "INV502") == [] or "limit" in new


STAYS_AWAY = {
    "SQL in a string": (
        "INV501",
        """
        def f(cursor):
            cursor.execute("SELECT id FROM jobs WHERE status = 'queued'")
            return cursor.fetchall()
        """,
    ),
    "rows that are cut afterwards": (
        "INV501",
        'def f(db):\n    return db.table("jobs").select("*").eq("status", "queued").execute().data[:5]\n',
    ),
    "a queryset that is used twice": (
        "INV501",
        """
        from jobs.models import AssetJob


        def f(run):
            waiting = AssetJob.objects.filter(status="queued")
            for job in waiting:
                run(job)
            waiting.update(status="running")
        """,
    ),
    "rows that are fetched in pieces": (
        "INV501",
        """
        from jobs.models import AssetJob


        def f(run):
            for job in AssetJob.objects.filter(status="queued").iterator():
                run(job)
        """,
    ),
    "a column that is not in sight": (
        "INV502",
        'def f(db):\n    return db.table("jobs").select("*").eq("status", "queued").limit(10).execute()\n',
    ),
    "an order of several columns": (
        "INV502",
        """
        from sqlalchemy import select

        from models import Job


        def f(session):
            waiting = select(Job).where(Job.status == "queued").order_by(Job.kind, Job.created_at.desc()).limit(10)
            return session.scalars(waiting).all()
        """,
    ),
    "a statement that serves others, too": (
        "INV502",
        """
        import boto3
        from sqlalchemy import select

        from models import Job

        NEWEST = select(Job).where(Job.status == "queued").order_by(Job.created_at.desc()).limit(10)


        def f(session):
            for job in session.scalars(NEWEST).all():
                boto3.client("lambda").invoke(FunctionName="worker", InvocationType="Event", Payload=job.body)


        def page(session):
            return NEWEST
        """,
    ),
}


@pytest.mark.parametrize("name", STAYS_AWAY)
def test_where_it_is_not_certain_there_is_no_fix(name: str) -> None:
    rule, body = STAYS_AWAY[name]
    text = textwrap.dedent(body).lstrip("\n")
    assert [finding.is_fixable for finding in found(text, rule)] == [False]
    assert mended(text, rule) == text
