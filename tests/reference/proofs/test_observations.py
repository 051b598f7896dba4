"""Each word on the smallest evidence that shows its harm, and on evidence that nearly does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from invocation_lint.reference.proofs import WORDS
from invocation_lint.reference.proofs.evidence import Evidence
from invocation_lint.reference.proofs.observations import OBSERVERS, observe
from invocation_lint.reference.service.records import Execution, FrontRecord, RequestRecord

AGENT = "storytailor-content-agent-local"


def request(number: int = 1, function: str = AGENT, mode: str = "Event", **values: Any) -> RequestRecord:
    values = {
        "payload": b"{}",
        "status": 202,
        "ended": number + 0.1,
        "sdk_invocation_id": f"call-{number}",
        "attempt": 1,
        **values,
    }
    return RequestRecord(
        sequence=number,
        time=float(number),
        operation="Invoke",
        function=function,
        qualifier=None,
        invocation_type=mode,
        headers={},
        request_id=f"run-{number}",
        **values,
    )


def run(number: int = 1, function: str = AGENT, **values: Any) -> Execution:
    values = {"attempt": 1, "origin": "event", "ended": number + 1.0, "outcome": "success", "payload": b"{}", **values}
    started = values.pop("started", float(number))
    return Execution(function=function, version="$LATEST", request_id=f"run-{number}", started=started, **values)


def delivery(number: int, message: str) -> Execution:
    """A run with a batch of one message."""
    return run(number, origin="sqs", payload=json.dumps({"Records": [{"messageId": message}]}).encode())


def front(status: int, ended: float) -> FrontRecord:
    return FrontRecord(
        time=0.0,
        kind="rest",
        method="POST",
        target="/",
        payload=b"",
        function="proof",
        request_id="run-1",
        status=status,
        ended=ended,
    )


def story(status: str = "ready", **values: Any) -> dict[str, Any]:
    return {"id": "s1", "title": "T", "status": status, "content": "x", "creator_user_id": "mira", **values}


def charge(user: str) -> dict[str, Any]:
    return {"user_id": user, "story_id": "s1"}


def evidence(*records: Any, exit_code: int | None = 0, **tables: Any) -> Evidence:
    kinds = {RequestRecord: [], Execution: [], FrontRecord: []}  # type: dict[type, list[Any]]
    for record in records:
        kinds[type(record)].append(record)
    tables = {"asset_generation_jobs" if name == "jobs" else name: tuple(rows) for name, rows in tables.items()}
    return Evidence(exit_code, tuple(kinds[RequestRecord]), tuple(kinds[Execution]), tuple(kinds[FrontRecord]), tables)


def job(status: str, created: int) -> dict[str, Any]:
    return {"asset_type": "cover", "status": status, "created_at": f"2026-01-0{created}"}


JOB = {"asset_type": "cover"}
CRASH = {"outcome": "error", "error_type": "KeyError"}
SEEN = {
    "second_story": evidence(stories=[story(), story("generating", id="s2")]),
    "stuck_story": evidence(stories=[story("generating")]),
    "stuck_story_when_throttled": evidence(stories=[story("generating")]),
    "stuck_story_when_guarded": evidence(stories=[story("generating")]),
    "failed_story": evidence(stories=[story("failed")]),
    "stuck_job": evidence(jobs=[{**JOB, "status": "generating"}]),
    "failed_job": evidence(jobs=[{**JOB, "status": "failed"}]),
    "wrong_user_charged": evidence(stories=[story()], charges=[charge("otto")]),
    "upload_denied": evidence(run(outcome="error", error_type="PermissionError")),
    "gateway_timeout": evidence(front(504, 29.0), run(ended=45.0)),
    "bad_gateway": evidence(front(502, 1.0)),
    "bad_gateway_when_throttled": evidence(front(502, 1.0)),
    "billed_for_waiting": evidence(request(mode="RequestResponse", ended=41.0), run(ended=41.0)),
    "repeated_execution": evidence(
        request(1, sdk_invocation_id="call"), request(2, sdk_invocation_id="call", attempt=2), run(1), run(2)
    ),
    "repeated_execution_when_disconnected": evidence(
        request(1, sdk_invocation_id="call", status=None),
        request(2, sdk_invocation_id="call", attempt=2),
        run(1),
        run(2),
    ),
    "connection_each_time": evidence(*(request(number, peer=f"127.0.0.1:{5000 + number}") for number in range(3))),
    "waits_for_itself": evidence(
        request(1, "proof", "RequestResponse"),
        request(2, "proof", "RequestResponse"),
        run(1, "proof", ended=9.0),
        run(2, "proof", ended=8.0),
    ),
    "recursion_stopped": evidence(request(status=400, error="RecursiveInvocationException")),
    "runs_itself_on": evidence(*(run(number, "proof") for number in range(10))),
    "slow_reply": evidence(front(200, 20.0)),
    "stopped_while_waiting": evidence(
        request(2, mode="RequestResponse", ended=9.0),
        run(1, "proof", started=1.0, ended=4.0, outcome="timeout"),
        run(2, started=2.0, ended=9.0),
    ),
    "refused_mode": evidence(request(status=400, error="ValidationException", response=b"at 'invocationType'")),
    "refused_request": evidence(request(status=400, error="InvalidRequestContentException")),
    "refused_size": evidence(request(status=413, error="RequestEntityTooLargeException")),
    "access_denied_when_guarded": evidence(request(function="proof", status=403, error="AccessDeniedException")),
    "refused_parameter": evidence(request(status=400, error="InvalidParameterValueException")),
    "never_sent": evidence(request(function="proof")),
    "asked_again_when_throttled": evidence(*(request(number, status=429) for number in range(10))),
    "program_failed": evidence(run(function="proof", **CRASH)),
    "program_failed_when_throttled": evidence(exit_code=1),
    "program_failed_when_guarded": evidence(run(function="proof", **CRASH)),
    "callee_failed": evidence(run(response=b'{"statusCode": 500, "body": "{\\"error\\": \\"KeyError: 1\\"}"}')),
    "repeated_event": evidence(*(run(attempt=attempt, **CRASH) for attempt in (1, 2, 3))),
    "repeated_delivery": evidence(*(delivery(number, "m-1") for number in range(6))),
    "error_kept_as_content": evidence(stories=[story(content='{"errorMessage": "boom"}')]),
    "done_taken_for_failed": evidence(run(), stories=[story("failed")]),
    "failed_taken_for_done": evidence(run(**CRASH), stories=[story()]),
    "oldest_job_waits": evidence(jobs=[job("queued", 1), job("ready", 2)]),
    "job_started_twice": evidence(request(1, payload=b'{"jobId": "j1"}'), request(2, payload=b'{"jobId": "j1"}')),
    "job_never_started": evidence(request(payload=b'{"jobId": "j1"}'), jobs=[{"id": "j2", **job("queued", 1)}]),
    "no_effect": evidence(run(), stories=[story("generating")]),
}
NOT_SEEN = {
    "second_story": evidence(stories=[story("generating")]),
    "stuck_story": evidence(stories=[story("failed")]),
    "wrong_user_charged": evidence(stories=[story()], charges=[charge("mira"), {"user_id": "o", "story_id": None}]),
    "upload_denied": evidence(run(function="proof", outcome="error", error_type="PermissionError"), run(**CRASH)),
    "gateway_timeout": evidence(front(504, 29.0), run(ended=20.0)),
    "bad_gateway": evidence(front(504, 29.0)),
    "billed_for_waiting": evidence(
        request(1, mode="Event", ended=41.0),
        run(1),
        request(2, "proof", "RequestResponse", ended=60.0),
        run(2, "proof"),
    ),
    "repeated_execution": evidence(
        request(1, sdk_invocation_id="call", status=429), request(2, sdk_invocation_id="call", attempt=2), run(2)
    ),
    "connection_each_time": evidence(*(request(number, peer="127.0.0.1:5000") for number in range(3))),
    "waits_for_itself": evidence(
        request(1, "proof", "RequestResponse"), request(2, "proof"), run(1, "proof", ended=9.0), run(2, "proof")
    ),
    "runs_itself_on": evidence(*(run(number, "proof") for number in range(9)), run(9, "other")),
    "slow_reply": evidence(front(200, 12.0)),
    "stopped_while_waiting": evidence(
        request(2, mode="RequestResponse", ended=9.0),
        run(1, "proof", started=1.0, ended=9.5),
        run(2, started=2.0, ended=9.0),
    ),
    "refused_mode": evidence(request(status=400, error="ValidationException", response=b"at 'logType'")),
    "refused_request": evidence(request()),
    "access_denied_when_guarded": evidence(request(), request(status=400, error="InvalidParameterValueException")),
    "refused_parameter": evidence(request(status=429, error="TooManyRequestsException")),
    "asked_again_when_throttled": evidence(*(request(number, status=429) for number in range(9)), request(9)),
    "never_sent": evidence(request()),
    "program_failed": evidence(run(**CRASH)),
    "callee_failed": evidence(
        run(function="proof", **CRASH),
        run(outcome="running", ended=None),
        run(response=b'{"statusCode": 200, "body": "{}"}'),
        run(response=b'{"statusCode": 500, "body": "oh"}', function="proof"),
        run(response=b"[1]"),
    ),
    "repeated_event": evidence(*(run(attempt=attempt, **CRASH) for attempt in (1, 2))),
    "repeated_delivery": evidence(*(delivery(number, f"m-{number % 2}") for number in range(10))),
    "error_kept_as_content": evidence(stories=[story(content=None)]),
    "done_taken_for_failed": evidence(run(**CRASH), stories=[story("failed")]),
    "failed_taken_for_done": evidence(run(), stories=[story()]),
    "oldest_job_waits": evidence(jobs=[job("ready", 1), job("queued", 2)]),
    "job_started_twice": evidence(
        request(1, payload=b'{"jobId": "j1"}'), request(2, payload=b'{"jobId": "j2"}'), request(3), request(4)
    ),
    "job_never_started": evidence(
        request(payload=b'{"jobId": "j1"}'), jobs=[{"id": "j1", **job("queued", 1)}, {"id": "j2", **job("ready", 2)}]
    ),
    "no_effect": evidence(run(), stories=[story()]),
}


def test_every_word_has_an_observer_and_an_example() -> None:
    assert set(OBSERVERS) == set(WORDS) == set(SEEN)


@pytest.mark.parametrize("word", sorted(SEEN))
def test_the_harm_is_seen(word: str) -> None:
    seen = observe(WORDS[word], SEEN[word])
    assert seen
    assert all(isinstance(sentence, str) and sentence for sentence in seen)


@pytest.mark.parametrize("word", sorted(NOT_SEEN))
def test_what_only_resembles_the_harm_is_not_seen(word: str) -> None:
    assert observe(WORDS[word], NOT_SEEN[word]) == []
