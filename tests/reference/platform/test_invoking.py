"""The platform's way to start a function: what is tried again, what is not, and what the caller is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from invocation_lint.reference.platform import invoking
from invocation_lint.reference.platform.invoking import Accepted, NotAccepted, start


class Answers(ThreadingHTTPServer):
    """Answers Invoke with one scripted (status, code) after another, and keeps what it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[tuple[int, str]] = []
        self.bodies: list[bytes] = []
        self.modes: list[str | None] = []


class Handler(BaseHTTPRequestHandler):
    server: Answers

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.modes.append(self.headers["X-Amz-Invocation-Type"])
        status, code = self.server.script.pop(0)
        if status == 0:
            self.close_connection = True
            return
        body = b"" if status == 202 else json.dumps({"Type": "User", "message": "no"}).encode()
        self.send_response(status)
        self.send_header("x-amzn-RequestId", "request-1")
        if code:
            self.send_header("x-amzn-ErrorType", code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def lambda_answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    server = Answers()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_address[1]}")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    invoking.lambda_client.cache_clear()
    yield server
    invoking.lambda_client().close()
    invoking.lambda_client.cache_clear()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    kept: list[float] = []
    monkeypatch.setattr("time.sleep", kept.append)
    return kept


def test_an_accepted_event_is_sent_once_and_asynchronously(lambda_answers: Answers, waits: list[float]) -> None:
    lambda_answers.script = [(202, "")]
    assert start("agent", {"action": "health"}) == Accepted("request-1", 1)
    assert lambda_answers.bodies == [b'{"action": "health"}']
    assert lambda_answers.modes == ["Event"]
    assert waits == []


def test_throttling_is_tried_again_after_waits(lambda_answers: Answers, waits: list[float]) -> None:
    lambda_answers.script = [(429, "TooManyRequestsException")] * 2 + [(202, "")]
    assert start("agent", {}) == Accepted("request-1", 3)
    assert len(waits) == 2


def test_throttling_is_told_after_the_fourth_try(lambda_answers: Answers, waits: list[float]) -> None:
    lambda_answers.script = [(429, "TooManyRequestsException")] * 4
    assert start("agent", {}) == NotAccepted("TooManyRequestsException", "no", 4)
    assert len(waits) == 3


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "ResourceNotFoundException"), (403, "AccessDeniedException"), (500, "ServiceException")],
)
def test_another_error_is_told_at_once(lambda_answers: Answers, waits: list[float], status: int, code: str) -> None:
    lambda_answers.script = [(status, code)]
    assert start("agent", {}) == NotAccepted(code, "no", 1)
    assert waits == []


def test_a_lost_answer_is_not_tried_again_for_the_event_may_be_queued(
    lambda_answers: Answers, waits: list[float]
) -> None:
    lambda_answers.script = [(0, "")]
    outcome = start("agent", {})
    assert isinstance(outcome, NotAccepted)
    assert (outcome.code, outcome.tries) == ("ConnectionClosedError", 1)
    assert len(lambda_answers.bodies) == 1


def test_a_payload_over_the_limit_is_not_sent(lambda_answers: Answers) -> None:
    outcome = start("agent", {"text": "x" * invoking.MAX_PAYLOAD_BYTES})
    assert isinstance(outcome, NotAccepted)
    assert outcome.code == "PayloadTooLarge"
    assert lambda_answers.bodies == []


def test_what_json_cannot_hold_is_a_mistake_of_the_program() -> None:
    with pytest.raises(TypeError):
        start("agent", {"when": object()})


def test_waits_grow_and_are_bounded() -> None:
    longest = [max(invoking.backoff_seconds(attempt) for _ in range(200)) for attempt in (1, 2, 3, 9)]
    assert longest == sorted(longest)
    assert 0 <= longest[0] <= invoking.FIRST_DELAY_SECONDS
    assert invoking.LONGEST_DELAY_SECONDS / 2 < longest[-1] <= invoking.LONGEST_DELAY_SECONDS
