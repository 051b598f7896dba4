"""What the answer of a function means for its batch.

Without ReportBatchItemFailures the answer is not looked at. With it (recorded: tests/reference/observed, groups sqs,
dynamodb_streams and kinesis): nothing, an empty object or an empty list of failures is a success; an identifier that is
empty, null, missing or of no record fails the whole batch.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence


def failed_items(body: bytes, identifiers: Sequence[str]) -> tuple[str, ...]:
    """Which of `identifiers` the answer `body` reports as failed, in the order of the batch; all when it is wrong."""
    try:
        answer = json.loads(body) if body else None
    except ValueError:
        return tuple(identifiers)
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    if not failures:
        return ()
    if not isinstance(failures, list):
        return tuple(identifiers)
    known = set(identifiers)
    named: set[str] = set()
    for each in failures:
        identifier = each.get("itemIdentifier") if isinstance(each, dict) else None
        if not isinstance(identifier, str) or identifier not in known:
            return tuple(identifiers)
        named.add(identifier)
    return tuple(each for each in identifiers if each in named)
