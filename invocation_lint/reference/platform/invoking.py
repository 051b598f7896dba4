"""The platform's only way to start a function: an asynchronous invocation, whose outcome the caller looks at."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from mypy_boto3_lambda import LambdaClient

from invocation_lint.reference.platform.observing import logger
from invocation_lint.reference.service.limits import limit

MAX_PAYLOAD_BYTES = limit("async_request_bytes")
MAX_TRIES = 4
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 8.0
THROTTLED = frozenset({"TooManyRequestsException", "ThrottlingException"})


@dataclass(frozen=True, slots=True)
class Accepted:
    """Lambda has queued the event. Nothing is known yet of how it ends."""

    request_id: str
    tries: int


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """The event is not queued, or not known to be: `code` is AWS's error code or the class of the error."""

    code: str
    message: str
    tries: int

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


@cache
def lambda_client() -> LambdaClient:
    """One client a process. It does not retry by itself: `start` does, and knows when a second event would harm."""
    return boto3.client("lambda", config=Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 1}))


def start(function_name: str, payload: Mapping[str, Any]) -> Accepted | NotAccepted:
    """Invokes asynchronously. Only throttling is tried again: it alone says that surely nothing was queued.

    Raises TypeError for a payload that JSON cannot hold: a mistake of the program, not of the hour.
    """
    body = json.dumps(payload, allow_nan=False).encode("utf-8")
    logger.info("invoking", function=function_name, action=payload.get("action"), payload_bytes=len(body))
    if len(body) > MAX_PAYLOAD_BYTES:
        outcome: Accepted | NotAccepted = NotAccepted(
            "PayloadTooLarge", f"{len(body)} bytes, {MAX_PAYLOAD_BYTES} are the limit", 0
        )
    else:
        outcome = _send(function_name, body)
    if isinstance(outcome, NotAccepted):
        logger.error("not invoked", function=function_name, code=outcome.code, reason=outcome.message)
    return outcome


def _send(function_name: str, body: bytes) -> Accepted | NotAccepted:
    for attempt in range(1, MAX_TRIES + 1):
        try:
            response = lambda_client().invoke(FunctionName=function_name, InvocationType="Event", Payload=body)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code not in THROTTLED or attempt == MAX_TRIES:
                return NotAccepted(code, error.response["Error"]["Message"], attempt)
            logger.warning("throttled", function=function_name, attempt=attempt)
            time.sleep(backoff_seconds(attempt))
        except BotoCoreError as error:
            return NotAccepted(type(error).__name__, str(error), attempt)
        else:
            return Accepted(response["ResponseMetadata"]["RequestId"], attempt)
    raise AssertionError("the last attempt returns")


def backoff_seconds(attempt: int) -> float:
    """How long to wait after that attempt (1, 2, ..): a random share of a limit that doubles ("full jitter").

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    return random.uniform(0, min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2.0 ** (attempt - 1)))
