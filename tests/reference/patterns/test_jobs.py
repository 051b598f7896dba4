"""Work that takes long: by a stream of records, behind a webhook, by a task service. Each is broken, and holds."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from sqlalchemy import create_engine, text

from tests.reference.patterns.conftest import SECRET, request


def submitted(jobs, question, **headers):
    status, body = jobs.ask("POST", "/queries", {"question": question}, **headers)
    assert status == 202
    return body["id"]


def statuses(jobs):
    return {item["question"]: item["status"] for item in jobs.items("Jobs")}


def charges(jobs, *ids):
    return sorted(ids.index(item["reference"]) for item in jobs.items("Charges") if item["reference"] in ids)


def test_a_job_is_answered_at_once_and_done_later(pattern):
    jobs = pattern("query_jobs")
    jobs.upstream.seconds = 30
    job = submitted(jobs, "sales of May")
    assert jobs.ask("GET", f"/queries/{job}")[1]["status"] in ("pending", "processing")
    jobs.settle()
    status, done = jobs.ask("GET", f"/queries/{job}")
    assert (status, done["status"], done["response"]) == (200, "complete", "about sales of May")
    submit, process = jobs.runs("Submit")[0], jobs.runs("Process")[0]
    assert process.ended - submit.ended > 20
    assert jobs.ask("GET", "/queries/none")[0] == 404


def test_a_job_outlives_the_death_of_its_processor(pattern):
    jobs = pattern("query_jobs")
    jobs.upstream.seconds = 40
    job = submitted(jobs, "sales of June")
    jobs.kill_when("Process", lambda: len(jobs.upstream.asked) == 1)
    jobs.settle()
    assert jobs.outcomes("Process") == ["killed", "success"]
    assert statuses(jobs)["sales of June"] == "complete"
    assert charges(jobs, job) == [0]


def test_a_job_that_is_sent_or_delivered_twice_is_charged_once(pattern):
    jobs = pattern("query_jobs")
    jobs.service.faults.duplicate("query_jobs-Process")
    job = submitted(jobs, "sales of July", Idempotency_Key="july")
    assert submitted(jobs, "sales of July", Idempotency_Key="july") == job == "july"
    jobs.settle()
    assert jobs.outcomes("Process") == ["success", "success"]
    assert len(jobs.upstream.asked) == 1
    assert charges(jobs, job) == [0]


def test_a_job_that_never_succeeds_ends_and_holds_up_nobody(pattern):
    jobs = pattern("query_jobs")
    jobs.upstream.fail("unlucky", *[503] * 10)
    jobs.upstream.fail("forbidden", 400)
    ids = [submitted(jobs, question) for question in ("an unlucky one", "a forbidden one", "a good one")]
    jobs.settle()
    found = statuses(jobs)
    assert [found[q] for q in ("an unlucky one", "a forbidden one", "a good one")] == ["error", "error", "complete"]
    asked = [each["question"] for each in jobs.upstream.asked]
    assert asked.count("an unlucky one") in (3, 4)  # once more when it was not alone at first: that does not count
    assert asked.count("a forbidden one") == 1
    assert charges(jobs, *ids) == [2]


def sent(hook, message_id, words="hello", *, secret=SECRET, age=0):
    """Status and body of a message as the sender of the webhook sends it."""
    body = json.dumps({"type": "event_callback", "event_id": message_id, "event": {"text": words}}).encode()
    moment = str(int(hook.service.clock.time()) - age)
    digest = hmac.new(secret.encode(), f"v0:{moment}:".encode() + body, hashlib.sha256).hexdigest()
    headers = {"X_Timestamp": moment, "X_Signature": f"v0={digest}"}
    return request("POST", hook.service.function_url("webhook-webhook"), body, headers)


def replies(hook):
    return {item["id"]: item["text"] for item in hook.items("Replies")}


def test_a_webhook_is_answered_before_the_work_and_the_work_is_done(pattern):
    hook = pattern("webhook")
    hook.service.warm(hook.full("webhook"), 2)
    hook.upstream.seconds = 30
    assert sent(hook, "m1") == (200, {"ok": True})
    assert "m1" not in replies(hook)
    hook.settle()
    assert replies(hook)["m1"] == "about hello"
    first, second = hook.runs("webhook")
    assert second.ended - first.ended > 20


def test_a_message_that_could_not_be_taken_is_sent_again_and_not_lost(pattern):
    hook = pattern("webhook")
    hook.service.faults.drop_connection(hook.full("webhook"), times=1)  # of the event for the work
    assert sent(hook, "m2", age=1)[0] in (502, 503)
    hook.service.faults.clear()
    assert sent(hook, "m2") == (200, {"ok": True})
    hook.settle()
    assert replies(hook)["m2"] == "about hello"


def test_a_message_that_is_delivered_twice_has_one_reply(pattern):
    hook = pattern("webhook")
    hook.service.faults.duplicate(hook.full("webhook"))
    sent(hook, "m3", "first words")
    hook.settle()
    sent(hook, "m3", "other words")
    hook.settle()
    assert len(hook.runs("webhook")) == 5
    assert replies(hook)["m3"] == "about first words"


def test_the_work_of_a_message_outlives_its_worker_and_errors_that_pass(pattern):
    hook = pattern("webhook")
    hook.upstream.seconds = 30
    hook.upstream.fail("patience", 503)
    sent(hook, "m4", "patience")
    hook.settle()
    assert [run.outcome for run in hook.runs("webhook")][1:] == ["error", "success"]
    hook.begin()
    hook.upstream.asked.clear()
    sent(hook, "m5", "endurance")
    hook.kill_when("webhook", lambda: len(hook.upstream.asked) == 1)
    hook.settle()
    assert [run.outcome for run in hook.runs("webhook")][1:] == ["killed", "success"]
    assert {"m4", "m5"} <= replies(hook).keys()


def test_who_does_not_know_the_secret_or_comes_late_starts_nothing(pattern):
    hook = pattern("webhook")
    assert sent(hook, "m6", secret="guessed")[0] == 401
    assert sent(hook, "m7", age=1000)[0] == 401
    hook.settle()
    assert not {"m6", "m7"} & replies(hook).keys()
    assert len(hook.runs("webhook")) == 2


@pytest.fixture
def tasks(pattern):
    return pattern("tasks")


def created(tasks, given="a picture"):
    return tasks.ask("POST", "/tasks", {"type": "draw", "input": given}, X_User_Id="mira")


def state(tasks, task_id):
    return tasks.ask("GET", f"/tasks/{task_id}")[1]


def test_a_task_is_pending_then_processing_then_completed(tasks):
    tasks.upstream.seconds = 20
    status, body = created(tasks)
    assert (status, body["status"]) == (201, "pending")
    assert tasks.service.clock.wait_until(lambda: bool(tasks.upstream.asked), 600)
    assert state(tasks, body["taskId"])["status"] == "processing"
    tasks.settle()
    assert state(tasks, body["taskId"]) == {
        "id": body["taskId"],
        "type": "draw",
        "status": "completed",
        "result": "about a picture",
        "error": None,
    }


def test_a_task_that_cannot_be_started_has_failed_and_says_so(tasks):
    tasks.service.faults.throttle(tasks.full("Process"), times=100)
    status, body = created(tasks)
    assert (status, body["status"]) == (503, "failed")
    assert "not started" in state(tasks, body["taskId"])["error"]


def test_a_task_outlives_its_worker_and_is_not_done_twice(tasks):
    tasks.upstream.seconds = 20
    tasks.service.faults.duplicate(tasks.full("Process"))
    _, body = created(tasks)
    tasks.settle()
    assert tasks.outcomes("Process") == ["success", "success"]
    assert tasks.upstream.done[body["taskId"]] == 1
    tasks.begin()
    tasks.upstream.reset()
    tasks.upstream.seconds = 20
    _, body = created(tasks)
    tasks.kill_when("Process", lambda: len(tasks.upstream.asked) == 1)
    tasks.settle()
    assert tasks.outcomes("Process") == ["killed", "success"]
    assert state(tasks, body["taskId"])["status"] == "completed"
    assert tasks.upstream.done[body["taskId"]] == 1


def test_a_task_that_never_succeeds_fails_in_the_end(tasks):
    tasks.upstream.fail("impossible", *[503] * 10)
    tasks.upstream.fail("forbidden", 422)
    (_, given_up), (_, refused) = created(tasks, "impossible"), created(tasks, "forbidden")
    tasks.settle()
    assert state(tasks, given_up["taskId"])["error"] == "given up: RetriesExhausted"
    assert state(tasks, refused["taskId"])["error"] == "answered 422"
    assert len(tasks.runs("Process")) == 3


def test_a_run_that_comes_late_does_not_change_a_state_that_is_final(tasks):
    _, body = created(tasks)
    tasks.settle()
    event = {"taskId": body["taskId"], "type": "draw", "input": "another picture"}
    tasks.invoke("Process", event)
    condition = {"requestContext": {"condition": "RetriesExhausted"}, "requestPayload": event}
    tasks.invoke("GiveUp", condition)
    assert state(tasks, body["taskId"])["result"] == "about a picture"


def schema(url):
    """The columns of the stories, and the migrations that are noted."""
    engine = create_engine(url)
    with engine.connect() as connection:
        columns = [row[1] for row in connection.execute(text("PRAGMA table_info(stories)"))]
        notes = [row[0] for row in connection.execute(text("SELECT name FROM migrations ORDER BY name"))]
    engine.dispose()
    return columns, notes


@pytest.fixture
def migration(pattern, tmp_path):
    """The pattern, with an empty database of its own."""
    found = pattern("migration")
    (registered,) = (each for each in found.service.functions() if each.function.name == found.full("Migrate"))
    url = f"sqlite:///{tmp_path / 'schema.db'}"
    found.client().update_function_configuration(
        FunctionName=registered.function.name, Environment={"Variables": {"DATABASE_URL": url}}
    )
    found.service.warm(registered.function.name)
    found.url = url
    return found


def deploy(migration, kind="Create", **more):
    """Send CloudFormation's event, as it does: it waits for no answer but that at its address."""
    event = {
        "RequestType": kind,
        "ResponseURL": migration.upstream.url,
        "StackId": "stack",
        "RequestId": f"request-{len(migration.upstream.asked)}",
        "LogicalResourceId": "Schema",
        **more,
    }
    migration.invoke("Migrate", event, later=True)


def answers(migration):
    return [(each["Status"], each["Reason"], each["PhysicalResourceId"]) for each in migration.upstream.asked]


ALL = ["001_stories", "002_status", "003_by_status"]


def test_migrations_are_applied_once_and_always_answered(migration):
    migration.service.faults.duplicate(migration.full("Migrate"))
    deploy(migration)
    migration.settle()
    deploy(migration, "Update", PhysicalResourceId="stories-schema")
    migration.settle()
    deploy(migration, "Delete", PhysicalResourceId="stories-schema")
    migration.settle()
    assert schema(migration.url) == (["id", "title", "status"], ALL)
    first, *others = sorted(answers(migration), key=lambda each: "001" not in each[1])
    assert first == ("SUCCESS", "applied: " + ", ".join(ALL), "stories-schema")
    assert others == [("SUCCESS", "applied: nothing", "stories-schema")] * 3


def test_a_migration_that_fails_is_undone_and_answered(migration):
    engine = create_engine(migration.url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE stories (id INTEGER)"))
    deploy(migration)
    migration.settle()
    ((status, reason, _),) = answers(migration)
    assert status == "FAILED"
    assert "already exists" in reason
    with engine.connect() as connection:
        tables = {row[0] for row in connection.execute(text("SELECT name FROM sqlite_master"))}
    engine.dispose()
    assert "migrations" not in tables


def test_migrations_outlive_the_death_of_their_worker(migration):
    """The first attempt cannot write, since another holds the database, and is killed; the second goes on."""
    engine = create_engine(migration.url)
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        deploy(migration)
        assert migration.service.clock.wait_until(lambda: any(run.sandbox for run in migration.runs("Migrate")), 600)
        migration.service.clock.sleep(5)
        assert migration.service.faults.kill_worker(migration.full("Migrate")) == 1
        connection.exec_driver_sql("ROLLBACK")
    engine.dispose()
    migration.settle()
    assert migration.outcomes("Migrate") == ["killed", "success"]
    assert schema(migration.url)[1] == ALL
    assert [status for status, *_ in answers(migration)] == ["SUCCESS"]
