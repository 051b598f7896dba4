"""What the tests of both kinds of streams share: a function, a destination, and how they are compared."""

from __future__ import annotations

import itertools
import json
from typing import Any

from tests.reference.observed.answers import assert_same, recorded

# What a handler returned or raised in the recorded scenarios.
FAILURES = {
    "item_identifier_not_present_failure": {"batchItemFailures": [{"itemIdentifier": 123}]},
    "empty_string_item_identifier_failure": {"batchItemFailures": [{"itemIdentifier": ""}]},
    "null_item_identifier_failure": {"batchItemFailures": [{"itemIdentifier": None}]},
    "invalid_key_foo_failure": {"batchItemFailures": [{"foo": 123}]},
    "invalid_key_foo_null_value_failure": {"batchItemFailures": [{"foo": None}]},
    "unhandled_exception_in_function": "raise",
}
SUCCESSES = {
    "empty_string_success": "",
    "empty_list_success": [],
    "null_success": None,
    "empty_dict_success": {},
    "empty_batch_item_failure_success": {"batchItemFailures": []},
    "null_batch_item_failure_success": {"batchItemFailures": None},
}
RAISES = "def handler(event, context):\n    raise Exception('x')\n"
_numbers = itertools.count(1)


def returning(result: Any) -> str:
    """A handler that answers `result`."""
    return RAISES if result == "raise" else f"def handler(event, context):\n    return {result!r}\n"


class Stage:
    """A function in the shared scene with a queue for what its mapping gives up."""

    def __init__(self, shared: Any, bench: Any, source: str) -> None:
        self.service, self.client = shared.service, shared.client
        self.number = next(_numbers)
        self.function = f"f{self.number}"
        self.service.add_function(bench.function(self.function, source, timeout=60))
        self.dead, self.dead_arn = shared.queue(f"dead{self.number}")

    def map(self, source: str, *, destination: str | None = None, **settings: Any) -> str:
        """Make a mapping from the first record on; its id."""
        answer = self.client().create_event_source_mapping(
            FunctionName=self.function,
            EventSourceArn=source,
            StartingPosition="TRIM_HORIZON",
            DestinationConfig={"OnFailure": {"Destination": destination or self.dead_arn}},
            **settings,
        )
        made: str = answer["UUID"]
        return made

    def events(self) -> list[Any]:
        """The events that the function got, when everything has settled."""
        assert self.service.wait_until_idle(900)
        return [json.loads(run.payload) for run in self.service.executions(self.function)]

    def dead_letters(self) -> dict[str, Any]:
        """What was given up, in the form of the recordings."""
        answer = self.client("sqs").receive_message(QueueUrl=self.dead, MaxNumberOfMessages=10)
        messages = [
            {"Body": json.loads(each["Body"]), "MessageId": each["MessageId"]} for each in answer.get("Messages", [])
        ]
        return {"Messages": messages, "ResponseMetadata": {"HTTPStatusCode": 200}}

    def notified(self, run: Any) -> dict[str, Any]:
        """What a topic sent on, in the form of the recordings; `run(source, destination)` makes it send."""
        topic = self.client("sns").create_topic(Name=f"failures{self.number}")["TopicArn"]
        self.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=self.dead_arn)
        run(topic)
        (message,) = self.dead_letters()["Messages"]
        body: dict[str, Any] = message["Body"]
        return {**body, "Message": json.loads(body["Message"])}

    def stored(self, run: Any) -> Any:
        """What a bucket got; `run(destination)` makes it be written."""
        bucket = f"failures{self.number}"
        self.client("s3").create_bucket(Bucket=bucket)
        run(f"arn:aws:s3:::{bucket}")
        (held,) = self.client("s3").list_objects_v2(Bucket=bucket)["Contents"]
        return json.loads(self.client("s3").get_object(Bucket=bucket, Key=held["Key"])["Body"].read())


def compare(group: str, test: str, answer: str, ours: Any, seen: dict[str, str]) -> None:
    """Hold `ours` against a recorded answer."""
    assert_same(recorded(group, test, answer), ours, where=answer, seen=seen)
