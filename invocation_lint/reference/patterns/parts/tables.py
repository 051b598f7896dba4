"""What programs that write to DynamoDB share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

CONDITION_FAILED = "ConditionalCheckFailedException"


class Refused:
    """Whether a conditional write was refused, since its condition did not hold."""

    def __init__(self) -> None:
        self._value = False

    def __bool__(self) -> bool:
        """Whether it was."""
        return self._value

    def note(self) -> None:
        """It was."""
        self._value = True


@contextmanager
def unless_refused() -> Iterator[Refused]:
    """Takes the refusal of a condition, alone or in a transaction, for an answer; other errors are raised."""
    refused = Refused()
    try:
        yield refused
    except ClientError as error:
        reasons = {each.get("Code") for each in error.response.get("CancellationReasons", ())}
        if error.response["Error"]["Code"] != CONDITION_FAILED and "ConditionalCheckFailed" not in reasons:
            raise
        refused.note()
