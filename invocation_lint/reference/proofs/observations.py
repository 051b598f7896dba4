"""How each word is observed: a function from the evidence to what was seen, one sentence each; none is "not seen"."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable

from invocation_lint.reference.proofs.evidence import PROOF_FUNCTION, Evidence, Row
from invocation_lint.reference.proofs.words import WORDS, Word
from invocation_lint.reference.service.records import Execution, RequestRecord

WAITED_SECONDS = 10
RUNS_OF_A_FAILING_EVENT = 3
REQUESTS_OF_A_STORM = 10
MANY_EVENTS = 3
REPLY_SECONDS = 15
RUNS_OF_A_CHAIN = 10
HANDED_ON = frozenset({"event", "sqs", "sns", "s3"})  # the origins of runs that a run may have caused
DELIVERIES_WITHOUT_END = 6
Observer = Callable[[Evidence], list[str]]


def observe(word: Word, evidence: Evidence) -> list[str]:
    """What was seen of the word's harm, each sentence once; an empty list when it is absent."""
    return list(dict.fromkeys(OBSERVERS[word.name](evidence)))


def second_story(evidence: Evidence) -> list[str]:
    stories = evidence.rows("stories")
    return [f"{len(stories)} stories: {', '.join(map(_story, stories))}"] if len(stories) > 1 else []


def stuck_story(evidence: Evidence) -> list[str]:
    return [_story(row) for row in evidence.rows("stories", _is("generating"))]


def failed_story(evidence: Evidence) -> list[str]:
    return [_story(row) for row in evidence.rows("stories", _is("failed"))]


def stuck_job(evidence: Evidence) -> list[str]:
    return [_job(row) for row in evidence.rows("asset_generation_jobs", _is("generating"))]


def failed_job(evidence: Evidence) -> list[str]:
    return [_job(row) for row in evidence.rows("asset_generation_jobs", _is("failed"))]


def wrong_user_charged(evidence: Evidence) -> list[str]:
    creators = {row["id"]: row["creator_user_id"] for row in evidence.rows("stories")}
    return [
        f"{charge['user_id']} is charged for the story of {creators[charge['story_id']]}"
        for charge in evidence.rows("charges")
        if charge["story_id"] in creators and charge["user_id"] != creators[charge["story_id"]]
    ]


def upload_denied(evidence: Evidence) -> list[str]:
    return [
        _ended(run)
        for run in evidence.callee_executions
        if run.error_type == "PermissionError" or _answered_error(run).startswith("PermissionError")
    ]


def gateway_timeout(evidence: Evidence) -> list[str]:
    seen = []
    for request in evidence.front_requests:
        if request.status == 504 and request.ended is not None:
            answered = request.ended
            later = [run for run in evidence.executions if run.ended is not None and run.ended > answered]
            seen += [
                f"the front answered 504 after {answered - request.time:.0f} s, "
                f"{run.function} ended {(run.ended or answered) - answered:.0f} s later"
                for run in later
            ]
    return seen


def slow_reply(evidence: Evidence) -> list[str]:
    times = [it.ended - it.time for it in evidence.front_requests if it.ended is not None]
    return [f"the front answered after {seconds:.0f} s" for seconds in times if seconds > REPLY_SECONDS]


def bad_gateway(evidence: Evidence) -> list[str]:
    return [f"the front answered 502 to {it.method} {it.target}" for it in evidence.front_requests if it.status == 502]


def billed_for_waiting(evidence: Evidence) -> list[str]:
    return [
        f"{request.function} was waited for during {request.ended - request.time:.0f} s"
        for request in evidence.callee_requests
        if request.invocation_type == "RequestResponse"
        and request.ended is not None
        and request.ended - request.time >= WAITED_SECONDS
        and evidence.executions_of(request)
    ]


def stopped_while_waiting(evidence: Evidence) -> list[str]:
    waited_for = {it.request_id for it in evidence.callee_requests if it.invocation_type == "RequestResponse"}
    return [
        f"{outer.function} was stopped after {_end(outer) - outer.started:.0f} s, "
        f"{inner.function} ended {_end(inner) - _end(outer):.0f} s later"
        for outer in evidence.executions
        for inner in evidence.callee_executions
        if outer.outcome == "timeout"
        and inner.request_id in waited_for
        and outer.started < inner.started < _end(outer) < _end(inner)
    ]


def repeated_execution(evidence: Evidence) -> list[str]:
    calls: dict[str, list[RequestRecord]] = {}
    for request in evidence.requests:
        if request.sdk_invocation_id:
            calls.setdefault(request.sdk_invocation_id, []).append(request)
    seen = []
    for attempts in calls.values():
        runs = sum(len(evidence.executions_of(request)) for request in attempts)
        if len(attempts) > 1 and runs > 1:
            seen.append(f"one call was sent {len(attempts)} times and ran {attempts[0].function} {runs} times")
    return seen


def connection_each_time(evidence: Evidence) -> list[str]:
    requests = evidence.callee_requests
    peers = {request.peer for request in requests}
    if len(requests) < MANY_EVENTS or len(peers) < len(requests):
        return []
    return [f"{len(requests)} requests came over {len(peers)} connections"]


def waits_for_itself(evidence: Evidence) -> list[str]:
    waited_for = {it.request_id for it in evidence.requests if it.invocation_type == "RequestResponse"}
    seen = []
    for outer in evidence.executions:
        for inner in evidence.executions:
            is_nested = inner.function == outer.function and outer.started < inner.started < _end(outer)
            if is_nested and inner.request_id in waited_for:
                seen.append(f"{outer.function} was run again while it waited")
    return seen


def recursion_stopped(evidence: Evidence) -> list[str]:
    return [_refused(it) for it in evidence.requests if it.error == "RecursiveInvocationException"]


def runs_itself_on(evidence: Evidence) -> list[str]:
    runs = [run for run in evidence.executions if run.function == PROOF_FUNCTION and run.origin in HANDED_ON]
    first = [run for run in runs if run.attempt == 1]
    return [f"{PROOF_FUNCTION} was run {len(first)} times"] if len(first) >= RUNS_OF_A_CHAIN else []


def refused_mode(evidence: Evidence) -> list[str]:
    return _refusals(evidence, lambda it: it.error == "ValidationException" and b"invocationType" in it.response)


def refused_request(evidence: Evidence) -> list[str]:
    return _refusals(evidence, lambda it: it.error == "InvalidRequestContentException")


def refused_size(evidence: Evidence) -> list[str]:
    return _refusals(evidence, lambda it: it.status == 413)


def refused_parameter(evidence: Evidence) -> list[str]:
    return _refusals(evidence, lambda it: 400 <= (it.status or 0) < 500 and it.status not in (404, 413, 429))


def access_denied(evidence: Evidence) -> list[str]:
    refused = [request for request in evidence.requests if request.error == "AccessDeniedException"]
    return [_refused(request) for request in refused]


def asked_again(evidence: Evidence) -> list[str]:
    refused = Counter(it.function for it in evidence.callee_requests if it.status == 429)
    return [
        f"{function} refused {count} requests" for function, count in refused.items() if count >= REQUESTS_OF_A_STORM
    ]


def never_sent(evidence: Evidence) -> list[str]:
    return [] if evidence.callee_requests else ["no request reached the service"]


def program_failed(evidence: Evidence) -> list[str]:
    seen = [_ended(run) for run in evidence.executions if run.function == PROOF_FUNCTION and _failed(run)]
    return seen if evidence.exit_code == 0 else [*seen, f"its process ended with {evidence.exit_code}"]


def callee_failed(evidence: Evidence) -> list[str]:
    return [_ended(run) for run in evidence.callee_executions if _failed(run) or _answered_error(run)]


def repeated_event(evidence: Evidence) -> list[str]:
    runs: dict[tuple[str, str], int] = {}
    for run in evidence.executions:
        if run.origin == "event":
            runs[run.function, run.request_id] = runs.get((run.function, run.request_id), 0) + 1
    return [
        f"{function} was run {count} times for one event"
        for (function, _), count in runs.items()
        if count >= RUNS_OF_A_FAILING_EVENT
    ]


def repeated_delivery(evidence: Evidence) -> list[str]:
    deliveries: Counter[tuple[str, str]] = Counter()
    for run in evidence.executions:
        if run.origin == "sqs":
            deliveries.update((run.function, str(record["messageId"])) for record in json.loads(run.payload)["Records"])
    return [
        f"{function} was handed one message {count} times"
        for (function, _), count in deliveries.items()
        if count >= DELIVERIES_WITHOUT_END
    ]


def error_kept_as_content(evidence: Evidence) -> list[str]:
    kept = evidence.rows("stories", lambda row: "errorMessage" in (row["content"] or ""))
    return [f"{_story(row)} says {row['content']}" for row in kept]


def done_taken_for_failed(evidence: Evidence) -> list[str]:
    ended_well = evidence.callee_executions and not callee_failed(evidence)
    return failed_story(evidence) if ended_well else []


def failed_taken_for_done(evidence: Evidence) -> list[str]:
    ready = evidence.rows("stories", _is("ready"))
    return [_story(row) for row in ready] if callee_failed(evidence) else []


def oldest_job_waits(evidence: Evidence) -> list[str]:
    jobs = sorted(evidence.rows("asset_generation_jobs"), key=lambda row: str(row["created_at"]))
    taken = [row for row in jobs if row["status"] != "queued"]
    return [f"{_job(row)}, a younger one is {taken[-1]['status']}" for row in jobs[:1] if taken and row not in taken]


def job_started_twice(evidence: Evidence) -> list[str]:
    calls: dict[str, set[str]] = {}
    for request in evidence.callee_requests:
        job = _job_id(request.payload)
        if job is not None:
            calls.setdefault(job, set()).add(request.sdk_invocation_id or request.request_id)
    return [f"{len(made)} calls ask for job {job}" for job, made in calls.items() if len(made) > 1]


def job_never_started(evidence: Evidence) -> list[str]:
    asked = {_job_id(request.payload) for request in evidence.callee_requests}
    waiting = evidence.rows("asset_generation_jobs", _is("queued"))
    return [f"{_job(row)}, and nothing has asked for it" for row in waiting if asked and row["id"] not in asked]


def no_effect(evidence: Evidence) -> list[str]:
    statuses = [row["status"] for table in ("stories", "asset_generation_jobs") for row in evidence.rows(table)]
    statuses += [row["image_status"] for row in evidence.rows("characters")]
    done = {"ready", "failed"} & set(statuses) or evidence.rows("assets") or evidence.rows("charges")
    return [] if done else [_ended(run) for run in evidence.callee_executions if run.outcome == "success"]


OBSERVERS: dict[str, Observer] = {name: globals()[name.split("_when_", 1)[0]] for name in WORDS}


def _is(status: str) -> Callable[[Row], bool]:
    return lambda row: row["status"] == status


def _story(row: Row) -> str:
    return f"story {row['title']!r} is {row['status']}"


def _job(row: Row) -> str:
    return f"job {row['asset_type']!r} is {row['status']}"


def _failed(run: Execution) -> bool:
    return run.outcome not in ("success", "running")


def _job_id(payload: bytes) -> str | None:
    try:
        asked = json.loads(payload)
    except ValueError:
        return None
    job = asked.get("jobId") if isinstance(asked, dict) else None
    return job if isinstance(job, str) else None


def _end(run: Execution) -> float:
    return run.ended if run.ended is not None else float("inf")


def _ended(run: Execution) -> str:
    return f"{run.function} ended: {run.error_type or _answered_error(run) or run.outcome}"


def _answered_error(run: Execution) -> str:
    """The error of a function that answers a failure with `statusCode` 500 and a body; empty when it does not."""
    try:
        answer = json.loads(run.response or b"null")
        if not isinstance(answer, dict) or answer.get("statusCode") != 500:
            return ""
        return str(json.loads(answer["body"])["error"])
    except (ValueError, TypeError, KeyError):
        return ""


def _refused(request: RequestRecord) -> str:
    return f"{request.function} was not run: {request.status} {request.error}"


def _refusals(evidence: Evidence, is_refusal: Callable[[RequestRecord], bool]) -> list[str]:
    refused: Iterable[RequestRecord] = filter(is_refusal, evidence.callee_requests)
    return [_refused(request) for request in refused if not evidence.executions_of(request)]
