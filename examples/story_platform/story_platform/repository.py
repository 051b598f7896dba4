"""Everything the functions read from and write to the database. Rows leave this module as JSON-ready dictionaries."""

import os
import uuid
from datetime import datetime, timedelta, timezone

from sqlalchemy import JSON, Column, DateTime, MetaData, String, Table, create_engine, insert, select, update

metadata = MetaData()
stories = Table(
    "stories",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("title", String(200), nullable=False),
    Column("status", String(20), nullable=False),
    Column("content", String),
    Column("creator_user_id", String(36), nullable=False),
    Column("library_id", String(36), nullable=False),
    Column("error", String),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
characters = Table(
    "characters",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("traits", JSON, nullable=False),
    Column("creator_user_id", String(36), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
asset_jobs = Table(
    "asset_generation_jobs",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("story_id", String(36), nullable=False),
    Column("asset_type", String(30), nullable=False),
    Column("status", String(20), nullable=False),
    Column("error", String),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("started_at", DateTime(timezone=True)),
)

engine = create_engine(os.environ.get("DATABASE_URL", "sqlite:///stories.db"))


def _now():
    return datetime.now(timezone.utc)


def _plain(row):
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in row._mapping.items()}


def _add(table, **values):
    row = {"id": str(uuid.uuid4()), "created_at": _now(), **values}
    with engine.begin() as connection:
        connection.execute(insert(table).values(row))
        return _plain(connection.execute(select(table).where(table.c.id == row["id"])).one())


def _set(table, row_id, **values):
    with engine.begin() as connection:
        connection.execute(update(table).where(table.c.id == row_id).values(**values))


def create_story(title, creator_user_id, library_id, asset_types=()):
    story = _add(stories, title=title, status="generating", creator_user_id=creator_user_id, library_id=library_id)
    for asset_type in asset_types:
        _add(asset_jobs, story_id=story["id"], asset_type=asset_type, status="queued")
    return story


def get_story(story_id):
    with engine.connect() as connection:
        row = connection.execute(select(stories).where(stories.c.id == story_id)).first()
    return _plain(row) if row else None


def finish_story(story_id, content):
    _set(stories, story_id, status="ready", content=content)


def fail_story(story_id, reason):
    _set(stories, story_id, status="failed", error=reason)


def reopen_story(story_id):
    _set(stories, story_id, status="generating", error=None)


def create_character(name, traits, creator_user_id):
    return _add(characters, name=name, traits=traits, creator_user_id=creator_user_id)


def get_character(character_id):
    with engine.connect() as connection:
        row = connection.execute(select(characters).where(characters.c.id == character_id)).first()
    return _plain(row) if row else None


def queued_jobs(limit=10):
    oldest_first = (
        select(asset_jobs).where(asset_jobs.c.status == "queued").order_by(asset_jobs.c.created_at).limit(limit)
    )
    with engine.connect() as connection:
        return [_plain(row) for row in connection.execute(oldest_first)]


def claim_job(job_id):
    """True when this worker got the job, False when another one was faster."""
    claim = (
        update(asset_jobs)
        .where(asset_jobs.c.id == job_id, asset_jobs.c.status == "queued")
        .values(status="generating", started_at=_now())
    )
    with engine.begin() as connection:
        return connection.execute(claim).rowcount == 1


def finish_job(job_id):
    _set(asset_jobs, job_id, status="ready")


def fail_job(job_id, reason):
    _set(asset_jobs, job_id, status="failed", error=reason)


def stuck_jobs(minutes=15, limit=50):
    oldest_first = (
        select(asset_jobs)
        .where(asset_jobs.c.status == "generating", asset_jobs.c.started_at < _now() - timedelta(minutes=minutes))
        .order_by(asset_jobs.c.started_at)
        .limit(limit)
    )
    with engine.connect() as connection:
        return [_plain(row) for row in connection.execute(oldest_first)]
