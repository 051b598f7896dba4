"""The story platform and the patterns on PostgreSQL, where workers really work at one time."""

from __future__ import annotations

import importlib
import json
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, func, select, text, update

import invocation_lint
from invocation_lint.reference import Function, LambdaService
from invocation_lint.reference.patterns import migration
from invocation_lint.reference.platform import (
    Asset,
    AssetJob,
    Charge,
    Story,
    claim_jobs,
    complete_story,
    finish_story,
    load_story,
    open_job,
    open_story,
    records,
)
from invocation_lint.reference.platform.database import connect, make_tables, transaction

ROOT = Path(invocation_lint.__file__).parents[1]
PACKAGE = "invocation_lint.reference.platform"
AGENT, WORKER, REAPER = "content_agent", "asset_worker", "reaper"
WORKERS = 10


def at_once(work: Callable[[], Any], count: int = WORKERS) -> list[Any]:
    """What so many calls return that begin together, each in a thread of its own; the error of the first that fails."""
    gate = threading.Barrier(count)

    def begin() -> Any:
        gate.wait()
        return work()

    with ThreadPoolExecutor(count) as pool:
        return [each.result() for each in [pool.submit(begin) for _ in range(count)]]


def queued_jobs(count: int) -> list[AssetJob]:
    story = open_story()
    finish_story(story.id, "Once upon a time")
    return [open_job(story, f"scene_{number}", status="queued") for number in range(count)]


def test_tables_are_made_once_when_all_begin_together(database_url: str) -> None:
    engines = [create_engine(database_url) for _ in range(WORKERS)]
    left = list(engines)
    at_once(lambda: make_tables(left.pop()))
    for engine in engines:
        engine.dispose()
    assert open_story().status == "generating"


def test_ten_workers_claim_each_job_once(database_url: str) -> None:
    jobs = queued_jobs(150)
    with connect().begin() as connection:
        connection.execute(text("ANALYZE"))

    def work() -> list[list[str]]:
        claimed = []
        while batch := claim_jobs(7):
            claimed.append([job.id for job in batch])
        return claimed

    batches = [batch for worker in at_once(work) for batch in worker]
    counts = Counter(job for batch in batches for job in batch)
    assert counts == Counter({job.id: 1 for job in jobs})
    assert max(map(len, batches)) <= 7
    with transaction() as session:
        assert session.scalar(select(func.max(AssetJob.attempts))) == 1
        assert set(session.scalars(select(AssetJob.status))) == {"generating"}


def test_stories_that_are_opened_at_one_time_share_their_owners(database_url: str) -> None:
    stories = at_once(open_story)
    assert len({story.id for story in stories}) == WORKERS
    assert {story.library_id for story in stories} == {"library-north"}


def test_a_claim_passes_over_what_another_has_locked_and_does_not_wait(database_url: str) -> None:
    jobs = queued_jobs(6)
    with connect().begin() as other:
        oldest = select(AssetJob.id).order_by(AssetJob.created_at, AssetJob.id).limit(4).with_for_update()
        locked = list(other.scalars(oldest))
        claimed = [job.id for job in claim_jobs(10)]
    assert locked == [job.id for job in jobs[:4]]
    assert claimed == [job.id for job in jobs[4:]]
    assert [job.id for job in claim_jobs(10)] == locked


def test_a_claim_that_is_rolled_back_claims_nothing(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    queued_jobs(3)
    monkeypatch.setattr(records, "now", lambda: datetime(2026, 1, 1))  # naive: refused when it is written
    with pytest.raises(Exception, match="without its zone"):
        claim_jobs(10)
    monkeypatch.undo()
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert len(claim_jobs(10)) == 3


def test_work_that_is_done_twice_at_one_time_is_charged_once(database_url: str) -> None:
    story = open_story()
    at_once(lambda: complete_story(story.id, "Once upon a time", "user-mira"))
    job = open_job(story)

    def asset(job_id: str | None) -> Asset:
        return Asset(story_id=story.id, job_id=job_id, asset_type="cover", url="assets://cover")

    done = at_once(lambda: records.complete_asset(asset(job.id), "user-mira", job.id))
    assert done.count(True) == 1
    done = at_once(lambda: records.complete_asset(asset(None), "user-mira", "a-request"))
    assert done.count(True) == 1
    with transaction() as session:
        kinds = Counter((charge.kind, charge.reference) for charge in session.scalars(select(Charge)))
        assert len(session.scalars(select(Asset)).all()) == 2
    assert kinds == Counter({("story", story.id): 1, ("asset", job.id): 1, ("asset", "a-request"): 1})


def test_a_story_that_fails_while_its_jobs_are_claimed_leaves_none_open(database_url: str) -> None:
    queued_jobs(40)
    with transaction() as session:
        story_id = session.scalars(select(Story.id)).one()
    acts = ["claim", "fail"] * 5
    at_once(lambda: claim_jobs(3) if acts.pop() == "claim" else records.fail_story(story_id, "gone"))
    with transaction() as session:
        assert "queued" not in set(session.scalars(select(AssetJob.status)))


@pytest.fixture
def service(database_url: str) -> Any:
    functions = [
        Function(name, f"{PACKAGE}.{name}.handler", ROOT, timeout=timeout)
        for name, timeout in ((AGENT, 300), (WORKER, 120), (REAPER, 60))
    ]
    environment = {"DATABASE_URL": database_url, "CONTENT_AGENT_FUNCTION": AGENT}
    with LambdaService(functions, clock_factor=50, environment=environment) as running:
        yield running


def test_the_platform_does_each_job_once_though_its_worker_is_killed(service: LambdaService) -> None:
    jobs = {job.id for job in queued_jobs(12)}
    service.warm(WORKER, 3)
    client = service.client()
    for _ in range(3):
        client.invoke(FunctionName=WORKER, InvocationType="Event", Payload=b"{}")
    assert service.clock.wait_until(lambda: len(service.requests(AGENT)) >= 3, 600)
    service.faults.kill_worker(WORKER)
    assert service.wait_until_idle(3600)
    with transaction() as session:
        earlier = datetime.now(timezone.utc) - timedelta(minutes=16)
        session.execute(update(AssetJob).where(AssetJob.status == "generating").values(started_at=earlier))
    for function in (REAPER, WORKER):
        answer = client.invoke(FunctionName=function, Payload=b"{}")
        with answer["Payload"] as payload:
            assert "errorMessage" not in json.loads(payload.read())
        assert service.wait_until_idle(3600)
    client.close()
    with transaction() as session:
        assert {(job.id, job.status) for job in session.scalars(select(AssetJob))} == {(job, "ready") for job in jobs}
        assert sorted(charge.reference for charge in session.scalars(select(Charge))) == sorted(jobs)
    assert load_story(next(iter(story_ids()))).status == "ready"


def story_ids() -> list[str]:
    with transaction() as session:
        return list(session.scalars(select(Story.id)))


def test_a_task_changes_its_state_once(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    tasks = importlib.import_module("invocation_lint.reference.patterns.tasks")
    row = {"id": "t1", "user_id": "mira", "type": "draw", "status": "pending"}
    with tasks.database().begin() as connection:
        connection.execute(tasks.tasks.insert().values(**row, updated_at=datetime.now(timezone.utc)))
    assert at_once(lambda: tasks.change("t1", "processing", ("pending",))).count(True) == 1
    assert at_once(lambda: tasks.change("t1", "completed", tasks.OPEN_STATES, result="done")).count(True) == 1
    assert not tasks.change("t1", "failed", tasks.OPEN_STATES, error="late")
    tasks.database().dispose()
    tasks.database.cache_clear()


def test_migrations_that_run_at_one_time_are_applied_once(database_url: str) -> None:
    applied = [name for names in at_once(lambda: migration.migrate(database_url)) for name in names]
    assert sorted(applied) == list(migration.MIGRATIONS)
    broken = {**migration.MIGRATIONS, "004_broken": "ALTER TABLE stories ADD COLUMN status INTEGER"}
    with pytest.raises(Exception, match="already exists"):
        migration.migrate(database_url, broken)
    assert migration.migrate(database_url) == []
    engine = create_engine(database_url)
    with engine.connect() as connection:
        assert "004_broken" not in set(connection.scalars(text("SELECT name FROM migrations")))
    engine.dispose()
