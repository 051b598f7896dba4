"""The platform's records: what is written together, claimed once, released after 15 minutes, charged once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from invocation_lint.reference.platform import (
    Asset,
    AssetJob,
    Charge,
    Story,
    claim_jobs,
    fail_story,
    finish_story,
    load_job,
    load_story,
    open_job,
    open_story,
    records,
)
from invocation_lint.reference.platform.database import connect, transaction

QUARTER = timedelta(minutes=15)
pytestmark = pytest.mark.usefixtures("database_url")


def ready_story() -> Story:
    story = open_story()
    finish_story(story.id, "Once upon a time")
    return story


def age(job: AssetJob, minutes: float) -> None:
    with transaction() as session:
        started = datetime.now(timezone.utc) - timedelta(minutes=minutes)
        session.execute(update(AssetJob).where(AssetJob.id == job.id).values(started_at=started))


def test_a_story_and_its_jobs_are_written_together() -> None:
    story = open_story(asset_types=("cover", "audio"))
    with transaction() as session:
        jobs = session.scalars(select(AssetJob).where(AssetJob.story_id == story.id)).all()
    assert load_story(story.id).status == "generating"
    assert [(job.asset_type, job.status) for job in jobs] == [("cover", "queued"), ("audio", "queued")]


def test_a_story_without_a_valid_job_is_not_written_at_all() -> None:
    open_story()
    with pytest.raises(IntegrityError):
        open_story(asset_types=("cover", None))  # type: ignore[arg-type]
    with transaction() as session:
        assert len(session.scalars(select(Story)).all()) == 1


def test_times_are_aware_and_survive_the_database() -> None:
    story = load_story(open_story().id)
    assert story.created_at.tzinfo is not None
    assert abs(datetime.now(timezone.utc) - story.created_at) < timedelta(seconds=30)


def test_the_oldest_ten_queued_jobs_are_claimed() -> None:
    story = ready_story()
    jobs = [open_job(story, f"scene_{number}", status="queued") for number in range(12)]
    claimed = claim_jobs()
    assert [job.id for job in claimed] == [job.id for job in jobs[:10]]
    assert {(job.status, job.attempts) for job in claimed} == {("generating", 1)}
    assert [job.id for job in claim_jobs()] == [job.id for job in jobs[10:]]
    assert claim_jobs() == []


def test_only_queued_jobs_of_stories_with_their_text_are_claimed() -> None:
    story = ready_story()
    open_job(story, status="generating")
    open_job(open_story(), status="queued")
    waiting = open_job(story, status="queued")
    assert [job.id for job in claim_jobs()] == [waiting.id]


def claim_in_child(url: str, found: multiprocessing.Queue[list[str]]) -> None:
    os.environ["DATABASE_URL"] = url
    found.put([job.id for job in claim_jobs()])


def test_two_workers_never_claim_the_same_job(database_url: str) -> None:
    story = ready_story()
    jobs = {open_job(story, f"scene_{number}", status="queued").id for number in range(20)}
    context = multiprocessing.get_context("spawn")
    found: multiprocessing.Queue[list[str]] = context.Queue()
    workers = [context.Process(target=claim_in_child, args=(database_url, found)) for _ in range(2)]
    for worker in workers:
        worker.start()
    batches = [found.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join(timeout=60)
    assert sorted(len(batch) for batch in batches) == [10, 10]
    assert set(batches[0]) | set(batches[1]) == jobs


HOLDS_A_TRANSACTION = """
import sys, time
from sqlalchemy import update
from invocation_lint.reference.platform import AssetJob
from invocation_lint.reference.platform.database import transaction

with transaction() as session:
    session.execute(update(AssetJob).values(status="generating"))
    session.flush()
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_killed_process_that_held_a_transaction_loses_no_job(database_url: str) -> None:
    story = ready_story()
    jobs = [open_job(story, f"scene_{number}", status="queued") for number in range(3)]
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS_A_TRANSACTION], stdout=subprocess.PIPE, env=os.environ.copy()
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    holder.send_signal(signal.SIGKILL)
    holder.wait(timeout=30)
    holder.stdout.close()
    assert [job.id for job in claim_jobs()] == [job.id for job in jobs]


def test_a_stuck_job_is_queued_again_and_failed_after_its_third_attempt() -> None:
    story = ready_story()
    job = open_job(story, status="queued")
    for attempt in (1, 2, 3):
        assert [claimed.id for claimed in claim_jobs()] == [job.id]
        age(job, 16)
        counts = records.release_stuck(QUARTER)
        assert (counts["requeued"], counts["failed"]) == ((1, 0) if attempt < 3 else (0, 1))
    released = load_job(job.id)
    assert (released.status, released.error_message) == ("failed", "not finished within 15 minutes")


def test_a_job_of_14_minutes_is_left_alone() -> None:
    job = open_job(ready_story())
    age(job, 14)
    assert records.release_stuck(QUARTER) == {"requeued": 0, "failed": 0, "stories": 0}
    assert load_job(job.id).status == "generating"


def test_a_stuck_story_is_given_up() -> None:
    story = open_story()
    with transaction() as session:
        old = datetime.now(timezone.utc) - timedelta(minutes=16)
        session.execute(update(Story).where(Story.id == story.id).values(updated_at=old))
    assert records.release_stuck(QUARTER)["stories"] == 1
    assert load_story(story.id).status == "failed"


def test_a_failed_story_takes_its_waiting_jobs_with_it() -> None:
    story = open_story(asset_types=("cover",))
    running = open_job(story)
    fail_story(story.id, "not started: TooManyRequestsException")
    with transaction() as session:
        jobs = {job.asset_type + job.status for job in session.scalars(select(AssetJob)) if job.id != running.id}
    assert jobs == {"coverfailed"}
    assert load_job(running.id).status == "generating"
    assert load_story(story.id).error == "not started: TooManyRequestsException"


def test_a_story_is_completed_and_charged_once() -> None:
    story = open_story()
    for _ in range(2):
        records.complete_story(story.id, "Once upon a time", "user-mira")
    assert load_story(story.id).status == "ready"
    with transaction() as session:
        assert [charge.user_id for charge in session.scalars(select(Charge))] == ["user-mira"]


def cover(story: Story, job: AssetJob | None, url: str) -> Asset:
    return Asset(story_id=story.id, job_id=job and job.id, asset_type="cover", url=url)


def test_an_asset_is_kept_and_charged_once_for_its_job() -> None:
    story = ready_story()
    job = open_job(story)
    assert records.complete_asset(cover(story, job, "assets://1"), "user-mira", job.id)
    assert not records.complete_asset(cover(story, job, "assets://2"), "user-mira", job.id)
    assert (load_job(job.id).status, load_job(job.id).url) == ("ready", "assets://1")
    with transaction() as session:
        assert [asset.url for asset in session.scalars(select(Asset))] == ["assets://1"]
        assert [charge.reference for charge in session.scalars(select(Charge))] == [job.id]


def test_without_a_job_an_asset_is_kept_each_time() -> None:
    story = ready_story()
    assert records.complete_asset(cover(story, None, "assets://1"), "user-mira", "run-1")
    assert records.complete_asset(cover(story, None, "assets://2"), "user-mira", "run-2")


def test_a_job_is_not_ready_when_its_charge_cannot_be_written() -> None:
    story = ready_story()
    job = open_job(story)
    with pytest.raises(IntegrityError):
        records.complete_asset(cover(story, job, "assets://1"), None, job.id)  # type: ignore[arg-type]
    assert load_job(job.id).status == "generating"
    with transaction() as session:
        assert session.scalars(select(Asset)).all() == []


def test_the_address_is_read_when_it_is_used(database_url: str) -> None:
    assert str(connect().url) == database_url
