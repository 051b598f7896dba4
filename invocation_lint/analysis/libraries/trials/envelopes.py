"""Which fields that a handler reads are those of a payload, and which are those of events that AWS makes."""

from __future__ import annotations

from collections.abc import Iterable

from invocation_lint.analysis.python.frames.trial import FieldPath

_REQUEST = frozenset(
    {"requestContext", "headers", "multiValueHeaders", "httpMethod", "pathParameters", "queryStringParameters",
     "multiValueQueryStringParameters", "isBase64Encoded", "rawPath", "routeKey", "rawQueryString", "stageVariables"}
)  # fmt: skip
_OF_REQUESTS = frozenset({"path", "resource"})
"""Keys of requests by which much else is called, too."""

OF_REQUESTS = _REQUEST | _OF_REQUESTS | {"body"}
"""Keys of requests that an API sends to a function."""

RECORDS = "Records"
"""The key of an event of messages, of changes of a stream, or of objects of a bucket."""

ENVELOPE = _REQUEST | _OF_REQUESTS | {
    RECORDS, "detail-type", "ResourceProperties", "RequestType", "ResponseURL",
}  # fmt: skip
"""Keys of the events that AWS makes (AWS: Lambda developer guide; API Gateway developer guide, input of a Lambda
function for proxy integration)."""


def own_fields(read: Iterable[FieldPath]) -> list[FieldPath]:
    """The fields of what was read that an invoker has to send: without those of events that AWS makes, unless the
    handler reads nothing but a request or nothing but records, which who invokes it directly has to make then."""
    paths = list(read)
    names = {path[0] for path in paths}
    if names <= OF_REQUESTS or names == {RECORDS}:
        return paths
    others = ENVELOPE if names & (ENVELOPE - _OF_REQUESTS) else frozenset[str]()
    return [path for path in paths if path[0] not in others]


__all__ = ["ENVELOPE", "OF_REQUESTS", "RECORDS", "own_fields"]
