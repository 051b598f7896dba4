"""What is written to and read from the database: each function is one transaction, its results are detached objects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, Select, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from invocation_lint.reference.platform.database import transaction
from invocation_lint.reference.platform.models import (
    Asset,
    AssetJob,
    Base,
    Character,
    Charge,
    Library,
    Story,
    User,
    new_id,
    now,
)

CREATOR = "user-mira"
LIBRARY = "library-north"
LIBRARY_OWNER = "user-otto"
MAX_ATTEMPTS = 3


def open_story(
    title: str = "The lost lantern",
    *,
    creator_user_id: str = CREATOR,
    library_id: str = LIBRARY,
    asset_types: Sequence[str] = (),
) -> Story:
    """Writes a story in status `generating`, with a queued job for each asset type, in one transaction."""
    with transaction() as session:
        _make_owners(session, creator_user_id, library_id)
        story = Story(
            id=new_id(), title=title, status="generating", creator_user_id=creator_user_id, library_id=library_id
        )
        session.add(story)
        session.flush()
        session.add_all(AssetJob(story_id=story.id, asset_type=asset_type) for asset_type in asset_types)
    return story


def open_job(story: Story, asset_type: str = "cover", *, status: str = "generating") -> AssetJob:
    """Writes a job of that story: `generating`, as after a claim, or `queued`."""
    job = AssetJob(story_id=story.id, asset_type=asset_type, status=status)
    if status == "generating":
        job.started_at, job.attempts = now(), 1
    with transaction() as session:
        session.add(job)
    return job


def open_character(
    name: str = "Pip",
    *,
    traits: Iterable[str] = ("brave",),
    creator_user_id: str = CREATOR,
    library_id: str = LIBRARY,
    with_images: bool = True,
) -> Character:
    """Writes a character; `with_images` marks its images as `generating`."""
    with transaction() as session:
        _make_owners(session, creator_user_id, library_id)
        character = Character(
            name=name,
            traits=list(traits),
            creator_user_id=creator_user_id,
            library_id=library_id,
            image_status="generating" if with_images else "none",
        )
        session.add(character)
    return character


def load_story(story_id: str) -> Story:
    """The story; sqlalchemy.exc.NoResultFound when there is none."""
    with transaction() as session:
        return session.get_one(Story, story_id)


def load_job(job_id: str) -> AssetJob:
    """The job; sqlalchemy.exc.NoResultFound when there is none."""
    with transaction() as session:
        return session.get_one(AssetJob, job_id)


def load_character(character_id: str) -> Character:
    """The character; sqlalchemy.exc.NoResultFound when there is none."""
    with transaction() as session:
        return session.get_one(Character, character_id)


def library_owner(library_id: str) -> str:
    """The id of the user who owns the library."""
    with transaction() as session:
        return session.get_one(Library, library_id).owner_user_id


def is_user(user_id: str | None) -> bool:
    """Whether there is a user of that id."""
    with transaction() as session:
        return user_id is not None and session.get(User, user_id) is not None


def finish_story(story_id: str, content: str) -> None:
    """Status `ready`, with its text."""
    with transaction() as session:
        session.execute(update(Story).where(Story.id == story_id).values(status="ready", content=content, error=None))


def fail_story(story_id: str, error: str) -> None:
    """Status `failed`, with the reason; jobs of it that still wait fail with it."""
    with transaction() as session:
        session.execute(update(Story).where(Story.id == story_id).values(status="failed", error=error))
        session.execute(
            update(AssetJob)
            .where(AssetJob.story_id == story_id, AssetJob.status == "queued")
            .values(status="failed", error_message=error, completed_at=now())
        )


def finish_job(job_id: str, url: str) -> None:
    """Status `ready`, with the address of what was made."""
    with transaction() as session:
        session.execute(
            update(AssetJob)
            .where(AssetJob.id == job_id)
            .values(status="ready", url=url, error_message=None, completed_at=now())
        )


def fail_job(job_id: str, error: str) -> None:
    """Status `failed`, with the reason."""
    with transaction() as session:
        session.execute(
            update(AssetJob)
            .where(AssetJob.id == job_id)
            .values(status="failed", error_message=error, completed_at=now())
        )


def fail_character(character_id: str, error: str) -> None:
    """Image status `failed`, with the reason; the character itself stays usable."""
    with transaction() as session:
        session.execute(
            update(Character).where(Character.id == character_id).values(image_status="failed", error=error)
        )


def claim_jobs(limit: int = 10) -> list[AssetJob]:
    """At most `limit` queued jobs of stories that have their text, oldest first, marked `generating`.

    They are locked as they are chosen, and those that another worker has locked are passed over: of workers at one
    time, each gets jobs that no other has, and none waits. SQLite has no such locks: there, one worker claims at a
    time.
    """
    waiting = (
        select(AssetJob.id)
        .join(Story, Story.id == AssetJob.story_id)
        .where(AssetJob.status == "queued", Story.status == "ready")
        .order_by(AssetJob.created_at, AssetJob.id)
        .limit(limit)
        .with_for_update(of=AssetJob, skip_locked=True)
    )
    with transaction() as session:
        claimed = session.scalars(waiting).all()
        session.execute(
            update(AssetJob)
            .where(AssetJob.id.in_(claimed))
            .values(status="generating", started_at=now(), attempts=AssetJob.attempts + 1)
        )
        oldest_first = select(AssetJob).where(AssetJob.id.in_(claimed)).order_by(AssetJob.created_at, AssetJob.id)
        return list(session.scalars(oldest_first))


def release_stuck(older_than: timedelta) -> dict[str, int]:
    """Jobs and stories `generating` for longer: a job is queued again until its third attempt, then failed.

    Returns how many there were: `requeued` and `failed` jobs, `stories` given up.
    """
    limit = now() - older_than
    stuck = (AssetJob.status == "generating", AssetJob.started_at < limit)
    reason = f"not finished within {older_than.total_seconds() / 60:.0f} minutes"
    with transaction() as session:
        return {
            "requeued": _count(
                session,
                update(AssetJob)
                .where(*stuck, AssetJob.attempts < MAX_ATTEMPTS)
                .values(status="queued", started_at=None),
            ),
            "failed": _count(
                session,
                update(AssetJob)
                .where(*stuck, AssetJob.attempts >= MAX_ATTEMPTS)
                .values(status="failed", error_message=reason, completed_at=now()),
            ),
            "stories": _count(
                session,
                update(Story)
                .where(Story.status == "generating", Story.updated_at < limit)
                .values(status="failed", error=reason),
            ),
        }


def complete_story(story_id: str, content: str, payer: str) -> None:
    """Status `ready` with its text, and the charge for it: both or neither."""
    with transaction() as session:
        session.execute(update(Story).where(Story.id == story_id).values(status="ready", content=content, error=None))
        _charge(session, payer, "story", story_id, story_id)


def complete_asset(asset: Asset, payer: str, reference: str) -> bool:
    """Writes the asset, marks its job `ready` if that is known, and charges `payer` for `reference`: all or nothing.

    False, and nothing is written, when another run has been faster: the job is ready or, where no job is named, the
    work is charged.
    """
    with transaction() as session:
        if asset.job_id is not None:
            finish = (
                update(AssetJob)
                .where(AssetJob.id == asset.job_id, AssetJob.status != "ready")
                .values(status="ready", url=asset.url, error_message=None, completed_at=now())
            )
            if _count(session, finish) == 0:
                return False
        charged = _charge(session, payer, "asset", reference, asset.story_id)
        if asset.job_id is None and not charged:
            return False
        session.add(asset)
    return True


def complete_character(character_id: str, images: Sequence[str], payer: str) -> None:
    """Image status `ready` with the addresses of the images, and the charge for them: both or neither."""
    with transaction() as session:
        session.execute(
            update(Character)
            .where(Character.id == character_id)
            .values(image_status="ready", images=list(images), error=None)
        )
        _charge(session, payer, "character", character_id, None)


def _charge(session: Session, user_id: str, kind: str, reference: str, story_id: str | None) -> bool:
    """Charges the user for a piece of work; False when that piece has been charged before."""
    before = select(Charge.id).where(Charge.reference == reference, Charge.kind == kind)
    return _is_added(session, Charge(user_id=user_id, kind=kind, reference=reference, story_id=story_id), before)


def _is_added(session: Session, row: Base, before: Select[Any]) -> bool:
    """Adds a row; False when `before` finds one in its place, though another transaction may write it just now."""
    if session.scalar(before) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        if session.scalar(before) is None:
            raise
        return False
    return True


def _make_owners(session: Session, creator_user_id: str, library_id: str) -> None:
    for user_id in (creator_user_id, LIBRARY_OWNER):
        _is_added(session, User(id=user_id), select(User.id).where(User.id == user_id))
    library = Library(id=library_id, owner_user_id=LIBRARY_OWNER)
    _is_added(session, library, select(Library.id).where(Library.id == library_id))


def _count(session: Session, statement: Any) -> int:
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount
