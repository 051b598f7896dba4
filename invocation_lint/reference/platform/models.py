"""The platform's tables. Ids are uuid4 texts; times are aware and in UTC."""

from __future__ import annotations

import time
import uuid
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, String, TypeDecorator, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


def now() -> datetime:
    """The time in UTC, by `time.time()`, the clock that the local service scales for its functions."""
    return datetime.fromtimestamp(time.time(), timezone.utc)


def new_id() -> str:
    """A fresh id."""
    return str(uuid.uuid4())


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time. SQLite keeps no time zone, so UTC is put back when a value is read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What is written: the time in UTC; a naive time is refused with ValueError."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without its zone")
        return None if value is None else value.astimezone(timezone.utc)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What is read: the same time, aware."""
        return value.replace(tzinfo=timezone.utc) if value is not None and value.tzinfo is None else value


class Base(DeclarativeBase):
    """Base of all tables."""


class User(Base):
    """Somebody who creates stories and pays for them by quota."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)


class Library(Base):
    """A shelf of stories. Its owner need not be the creator of what stands in it."""

    __tablename__ = "libraries"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner_user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))


class Story(Base):
    """A story. `status`: generating, ready, failed; `error` says why it failed."""

    __tablename__ = "stories"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    title: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(20), default="generating")
    content: Mapped[str | None]
    error: Mapped[str | None]
    creator_user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    library_id: Mapped[str] = mapped_column(ForeignKey("libraries.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)

    def as_payload(self) -> dict[str, Any]:
        """The story as the content agent wants it in a payload."""
        return {
            "id": self.id,
            "title": self.title,
            "content": self.content or "",
            "creatorUserId": self.creator_user_id,
        }


class AssetJob(Base):
    """An asset to be made. `status`: queued, generating, ready, failed; `attempts` counts how often it was claimed."""

    __tablename__ = "asset_generation_jobs"
    __table_args__ = (Index("ix_jobs_waiting", "status", "created_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    story_id: Mapped[str] = mapped_column(ForeignKey("stories.id"))
    asset_type: Mapped[str] = mapped_column(String(30))
    status: Mapped[str] = mapped_column(String(20), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    job_metadata: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    url: Mapped[str | None]
    error_message: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Asset(Base):
    """A picture, a recording or a file that was made; `job_id` is None when nobody said which job it is for."""

    __tablename__ = "assets"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    story_id: Mapped[str] = mapped_column(ForeignKey("stories.id"))
    job_id: Mapped[str | None] = mapped_column(ForeignKey("asset_generation_jobs.id"))
    asset_type: Mapped[str] = mapped_column(String(30))
    url: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Character(Base):
    """A hero. `image_status`: none, generating, ready, failed."""

    __tablename__ = "characters"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(100))
    traits: Mapped[list[str]] = mapped_column(JSON, default=list)
    images: Mapped[list[str]] = mapped_column(JSON, default=list)
    image_status: Mapped[str] = mapped_column(String(20), default="none")
    error: Mapped[str | None]
    creator_user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    library_id: Mapped[str] = mapped_column(ForeignKey("libraries.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Charge(Base):
    """One unit of a user's quota. `reference` names the work (a job, a story, a run): it is charged once."""

    __tablename__ = "charges"
    __table_args__ = (UniqueConstraint("reference", "kind"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(String(64))
    story_id: Mapped[str | None] = mapped_column(String(36))
    kind: Mapped[str] = mapped_column(String(30))
    reference: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
