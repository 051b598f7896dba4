"""Refusals of the Invoke API, as they were recorded from AWS."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

NOT_JSON = "InvalidRequestContentException"
"""The code for a body that is not one JSON document."""


@dataclass(frozen=True)
class Refusal(Exception):
    """A request that the service answers with an error; the function does not run.

    `body` are the members of the JSON body beside the message. `message_key` is `message` or `Message`: AWS writes
    both, by error (recorded: ResourceNotFoundException has `Message`, TooManyRequestsException `message`).
    """

    status: int
    code: str
    message: str
    body: dict[str, str] = field(default_factory=dict)
    message_key: str = "message"

    def payload(self) -> bytes:
        """The JSON body."""
        return json.dumps({**self.body, self.message_key: self.message}).encode()


def function_not_found(arn: str) -> Refusal:
    """404; the ARN ends in the qualifier (recorded 2025-11-24: `:$LATEST` when none was given)."""
    return Refusal(404, "ResourceNotFoundException", f"Function not found: {arn}", {"Type": "User"}, "Message")


def throttled(reason: str) -> Refusal:
    """429 as recorded (test_lambda_concurrency_block, 2025-11-24): Reason and Type stand beside the message."""
    return Refusal(429, "TooManyRequestsException", "Rate Exceeded.", {"Reason": reason, "Type": "User"})


def not_json(reason: str) -> Refusal:
    """400 for a body that is not JSON (recorded: test_lambda_invoke_payload_encoding_error, 2025-11-24)."""
    text = f"Could not parse request body into json: Could not parse payload into json: {reason}"
    return Refusal(400, NOT_JSON, text, {"Type": "User"})


def bad_client_context() -> Refusal:
    """400 for a ClientContext that is not base64 of JSON. The exact text of AWS is not verified."""
    text = "Client context must be a valid Base64-encoded JSON object."
    return Refusal(400, "InvalidRequestContentException", text, {"Type": "User"})


def request_too_large(size: int, limit: int, *, event: bool) -> Refusal:
    """413; the code is not in botocore's model, so that clients see a plain ClientError (recorded 2024)."""
    text = (
        f"{size} byte payload is too large for the Event invocation type (limit {limit} bytes)"
        if event
        else f"Request must be smaller than {limit} bytes for the InvokeFunction operation"
    )
    return Refusal(413, "RequestEntityTooLargeException", text, {"Type": "User"})


def bad_value(value: str, member: str, constraint: str) -> Refusal:
    """400 ValidationException (recorded for `invocationType`, ex-aws/ex_aws pull request 442)."""
    text = f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"
    return Refusal(400, "ValidationException", text)


def access_denied(arn: str) -> Refusal:
    """403; not modelled for Invoke, so that clients see a plain ClientError."""
    text = (
        "User: arn:aws:iam::123456789012:user/local is not authorized to perform: lambda:InvokeFunction on resource: "
        f"{arn} because no identity-based policy allows the lambda:InvokeFunction action"
    )
    return Refusal(403, "AccessDeniedException", text, message_key="Message")


def recursive_invocation() -> Refusal:
    """400 when loop detection stops a chain; the SDK does not retry it. The exact text of AWS is not verified."""
    text = "Lambda has detected your function being invoked in a recursive loop, and has stopped the invocation."
    return Refusal(400, "RecursiveInvocationException", text, {"Type": "User"}, "Message")
