"""The platform at work on the local Lambda service: everything is seen in the service's log and in the database."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update

from invocation_lint.reference import Function, LambdaService, RestApi, Route
from invocation_lint.reference.platform import AssetJob, Story, finish_story, open_job, open_story, records
from invocation_lint.reference.platform.database import connect, transaction
from invocation_lint.reference.platform.models import Base, Library, User
from invocation_lint.reference.proofs.evidence import Database, read_database
from invocation_lint.reference.service.records import Execution, RequestRecord

ROOT = Path(__file__).parents[3]
PACKAGE = "invocation_lint.reference.platform"
AGENT, WORKER, REAPER, API = "content-agent", "asset-worker", "reaper", "stories-api"
ROUTES = [Route("POST", "/stories", API), Route("GET", "/stories/{id}", API), Route("POST", "/characters", API)]


def functions() -> list[Function]:
    return [
        Function(AGENT, f"{PACKAGE}.content_agent.handler", ROOT, timeout=300),
        Function(WORKER, f"{PACKAGE}.asset_worker.handler", ROOT, timeout=120),
        Function(REAPER, f"{PACKAGE}.reaper.handler", ROOT, timeout=60),
        Function(API, f"{PACKAGE}.stories_api.handler", ROOT, timeout=29),
    ]


@dataclass
class Platform:
    """A service with the platform on it; `requests` and `executions` are those of the running test."""

    service: LambdaService
    url: str
    requests_before: int = 0
    executions_before: int = 0

    @property
    def requests(self) -> tuple[RequestRecord, ...]:
        return self.service.requests()[self.requests_before :]

    @property
    def executions(self) -> tuple[Execution, ...]:
        return self.service.executions()[self.executions_before :]

    @property
    def database(self) -> Database:
        return read_database(self.url)

    def ask(self, method: str, path: str, body: Any = None, user: str | None = "user-mira") -> tuple[int, Any]:
        """Status and body that the HTTP front answers."""
        headers = {"Content-Type": "application/json", **({"X-User-Id": user} if user else {})}
        data = None if body is None else json.dumps(body).encode()
        address = self.service.rest_api_url("platform") + path
        request = urllib.request.Request(address, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    def invoke(self, function: str, event: Any = None) -> Any:
        """What the function answers."""
        response = self.service.client().invoke(FunctionName=function, Payload=json.dumps(event or {}))
        answer = json.loads(response["Payload"].read())
        assert "FunctionError" not in response, answer
        return answer

    def finish(self) -> None:
        """Waits until nothing is under way."""
        assert self.service.wait_until_idle(seconds=3600)


@pytest.fixture(scope="module")
def service_and_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LambdaService, str]]:
    url = f"sqlite:///{tmp_path_factory.mktemp('platform') / 'stories.db'}"
    with LambdaService(
        functions=functions(),
        rest_apis=[RestApi("platform", ROUTES)],
        clock_factor=25,
        environment={"DATABASE_URL": url, "CONTENT_AGENT_FUNCTION": AGENT},
    ) as service:
        for name in (AGENT, API, WORKER, REAPER):
            service.warm(name)
        yield service, url


@pytest.fixture
def platform(service_and_url: tuple[LambdaService, str], monkeypatch: pytest.MonkeyPatch) -> Platform:
    service, url = service_and_url
    monkeypatch.setenv("DATABASE_URL", url)
    service.faults.clear()
    with connect(url).begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(delete(table))
    with transaction() as session:
        session.add_all([User(id="user-mira"), User(id="user-otto")])
        session.flush()
        session.add(Library(id="library-north", owner_user_id="user-otto"))
    return Platform(service, url, len(service.requests()), len(service.executions()))


STORY = {"title": "The lost lantern", "libraryId": "library-north", "themes": ["courage"]}


def statuses(rows: tuple[Any, ...]) -> list[str]:
    return [row["status"] for row in rows]


def queued_jobs(count: int) -> list[AssetJob]:
    story = open_story()
    finish_story(story.id, "Once upon a time")
    return [open_job(story, f"scene_{number}", status="queued") for number in range(count)]


def test_a_story_is_answered_at_once_and_told_later(platform: Platform) -> None:
    status, answer = platform.ask("POST", "/stories", STORY)
    assert (status, answer["status"]) == (201, "generating")
    platform.finish()
    status, story = platform.ask("GET", f"/stories/{answer['id']}")
    assert (status, story["status"]) == (200, "ready")
    assert "courage" in story["content"]
    api, agent = (next(run for run in platform.executions if run.function == name) for name in (API, AGENT))
    assert agent.ended is not None
    assert api.ended is not None
    assert agent.ended - api.ended > 30
    assert [(charge["user_id"], charge["kind"]) for charge in platform.database["charges"]] == [("user-mira", "story")]
    assert statuses(platform.database["asset_generation_jobs"]) == ["queued"] * 4


def test_the_worker_has_every_asset_made_for_its_job_and_its_creator(platform: Platform) -> None:
    platform.ask("POST", "/stories", STORY)
    platform.finish()
    assert platform.invoke(WORKER) == {"claimed": 4, "started": 4, "failed": 0}
    platform.finish()
    database = platform.database
    assert statuses(database["asset_generation_jobs"]) == ["ready"] * 4
    assert {row["job_id"] for row in database["assets"]} == {row["id"] for row in database["asset_generation_jobs"]}
    assert {row["user_id"] for row in database["charges"]} == {"user-mira"}
    assert len(database["charges"]) == 5


def test_a_story_that_cannot_be_started_is_recorded_as_failed(platform: Platform) -> None:
    platform.service.faults.throttle(AGENT, times=100)
    status, answer = platform.ask("POST", "/stories", STORY)
    assert (status, answer["status"]) == (503, "failed")
    (story,) = platform.database["stories"]
    assert (story["id"], story["status"]) == (answer["id"], "failed")
    assert "TooManyRequestsException" in story["error"]
    assert statuses(platform.database["asset_generation_jobs"]) == ["failed"] * 4
    tries = [request for request in platform.requests if request.function == AGENT]
    assert [request.status for request in tries] == [429] * 4
    assert len({request.sdk_invocation_id for request in tries}) == 4
    assert all(request.attempt == 1 for request in tries)


def test_a_moment_of_throttling_is_waited_out(platform: Platform) -> None:
    platform.service.faults.throttle(AGENT, times=2)
    assert platform.ask("POST", "/stories", STORY)[0] == 201
    platform.finish()
    assert statuses(platform.database["stories"]) == ["ready"]


@pytest.mark.parametrize(
    ("request_line", "body", "user", "status"),
    [
        ("POST /stories", STORY, None, 401),
        ("POST /stories", {"title": "No library"}, "user-mira", 400),
        ("POST /characters", [1], "user-mira", 400),
        ("GET /stories/none-such", None, "user-mira", 404),
    ],
)
def test_a_bad_request_changes_nothing(
    platform: Platform, request_line: str, body: Any, user: str | None, status: int
) -> None:
    method, path = request_line.split()
    assert platform.ask(method, path, body, user)[0] == status
    assert platform.database["stories"] == platform.database["characters"] == ()


def test_a_character_is_usable_at_once_and_has_its_images_later(platform: Platform) -> None:
    status, answer = platform.ask("POST", "/characters", {"name": "Pip", "libraryId": "library-north"})
    assert (status, answer["imageStatus"]) == (201, "generating")
    platform.finish()
    (character,) = platform.database["characters"]
    assert character["image_status"] == "ready"
    assert len(json.loads(character["images"])) == 2


def test_a_character_without_images_asks_nobody(platform: Platform) -> None:
    body = {"name": "Pip", "libraryId": "library-north", "generateImages": False}
    assert platform.ask("POST", "/characters", body)[1]["imageStatus"] == "none"
    assert [request.function for request in platform.requests] == []


def test_one_failing_job_does_not_stop_the_batch(platform: Platform) -> None:
    queued_jobs(3)
    platform.service.faults.answer(AGENT, status=500, code="ServiceException", message="not today", times=1)
    assert platform.invoke(WORKER) == {"claimed": 3, "started": 2, "failed": 1}
    platform.finish()
    jobs = platform.database["asset_generation_jobs"]
    assert statuses(jobs) == ["failed", "ready", "ready"]
    assert "ServiceException" in jobs[0]["error_message"]


def test_two_workers_at_one_time_do_each_job_once(platform: Platform) -> None:
    jobs = queued_jobs(8)
    client = platform.service.client()
    for _ in range(2):
        client.invoke(FunctionName=WORKER, InvocationType="Event", Payload=b"{}")
    platform.finish()
    asked = [json.loads(request.payload)["jobId"] for request in platform.requests if request.function == AGENT]
    assert sorted(asked) == sorted(job.id for job in jobs)


def test_an_event_that_is_delivered_twice_is_done_and_charged_once(platform: Platform) -> None:
    platform.service.faults.duplicate(AGENT)
    platform.ask("POST", "/stories", STORY)
    platform.finish()
    assert len([run for run in platform.executions if run.function == AGENT]) == 2
    assert statuses(platform.database["stories"]) == ["ready"]
    assert len(platform.database["charges"]) == 1


def test_a_failing_asset_fails_its_job_and_not_its_story(platform: Platform) -> None:
    story = open_story()
    finish_story(story.id, "Once upon a time")
    job = open_job(story)
    payload = {
        "action": "generate_asset",
        "storyId": story.id,
        "jobId": job.id,
        "assetType": "cover",
        "story": story.id,
    }
    platform.service.client().invoke(FunctionName=AGENT, InvocationType="Event", Payload=json.dumps(payload))
    platform.finish()
    (row,) = platform.database["asset_generation_jobs"]
    assert row["status"] == "failed"
    assert row["error_message"].startswith("TypeError")
    assert statuses(platform.database["stories"]) == ["ready"]
    (run,) = platform.executions
    answer = json.loads(run.response)
    assert (run.attempt, run.outcome, answer["statusCode"]) == (1, "success", 500)
    assert json.loads(answer["body"])["error"].startswith("TypeError")


def test_an_unknown_action_is_ignored(platform: Platform) -> None:
    unknown = platform.invoke(AGENT, {"action": "generate_stories"})
    assert unknown["statusCode"] == 400
    assert json.loads(unknown["body"]) == {"status": "ignored", "action": "generate_stories"}
    assert platform.invoke(AGENT, {"action": "health"}) == {"statusCode": 200, "body": '{"status": "ok"}'}


def test_the_logs_of_one_request_are_joined_by_its_id(platform: Platform) -> None:
    platform.ask("POST", "/stories", STORY)
    platform.finish()
    ids = {}
    for run in platform.executions:
        lines = [json.loads(line) for line in run.log.splitlines() if line.startswith("{")]
        ids[run.function] = {line["correlation_id"] for line in lines if "level" in line}
    assert ids[API] == ids[AGENT]
    assert len(ids[API]) == 1


def test_the_worker_counts_its_jobs_as_metrics(platform: Platform) -> None:
    queued_jobs(2)
    platform.invoke(WORKER)
    (run,) = (run for run in platform.executions if run.function == WORKER)
    (metrics,) = (json.loads(line) for line in run.log.splitlines() if '"_aws"' in line)
    assert (metrics["JobsClaimed"], metrics["JobsStarted"], metrics["JobsFailed"]) == ([2.0], [2.0], [0.0])


def jobs_by_status(platform: Platform, status: str) -> set[str]:
    return {row["id"] for row in platform.database["asset_generation_jobs"] if row["status"] == status}


def wait_a_quarter_of_an_hour() -> None:
    """What is under way in the database began 16 minutes ago."""
    with transaction() as session:
        earlier = datetime.now(timezone.utc) - timedelta(minutes=16)
        session.execute(update(AssetJob).where(AssetJob.status == "generating").values(started_at=earlier))


def test_a_worker_that_is_killed_in_mid_batch_loses_no_job(platform: Platform) -> None:
    jobs = {job.id for job in queued_jobs(10)}
    platform.service.faults.throttle(AGENT, times=1000)
    platform.service.client().invoke(FunctionName=WORKER, InvocationType="Event", Payload=b"{}")
    assert platform.service.clock.wait_until(lambda: len(platform.requests) >= 6, 600)
    assert platform.service.faults.kill_worker(WORKER) == 1
    platform.service.faults.clear()
    platform.finish()
    assert [run.outcome for run in platform.executions if run.function == WORKER] == ["killed", "success"]
    lost, told = jobs_by_status(platform, "generating"), jobs_by_status(platform, "failed")
    assert lost
    assert lost | told == jobs
    wait_a_quarter_of_an_hour()
    assert platform.invoke(REAPER)["requeued"] == len(lost)
    platform.invoke(WORKER)
    platform.finish()
    assert jobs_by_status(platform, "ready") == lost


def test_the_reaper_leaves_work_alone_that_is_under_way(platform: Platform) -> None:
    story = open_story()
    job = open_job(story)
    now = datetime.fromtimestamp(platform.service.clock.time(), timezone.utc)
    with transaction() as session:
        session.execute(update(AssetJob).where(AssetJob.id == job.id).values(started_at=now - timedelta(minutes=5)))
        session.execute(update(Story).where(Story.id == story.id).values(updated_at=now - timedelta(minutes=5)))
    assert platform.invoke(REAPER) == {"requeued": 0, "failed": 0, "stories": 0}


def test_the_reaper_gives_a_story_up_after_fifteen_minutes(platform: Platform) -> None:
    story = open_story()
    with transaction() as session:
        quarter_ago = datetime.now(timezone.utc) - timedelta(minutes=16)
        session.execute(update(Story).where(Story.id == story.id).values(updated_at=quarter_ago))
    assert platform.invoke(REAPER)["stories"] == 1
    assert records.load_story(story.id).status == "failed"
