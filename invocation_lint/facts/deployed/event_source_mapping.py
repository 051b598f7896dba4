"""The fact `event_source_mapping`: a queue or a stream that Lambda polls for a function, by a template.

What Lambda does with a batch that fails: messages of a queue come again when their visibility timeout is over; a batch
of a stream is tried again, and nothing behind it in its shard is read, until it succeeds, its retries are used up, or
its records are older than the mapping allows or the stream keeps them (Lambda developer guide, Kinesis and DynamoDB
streams, error handling; API reference, CreateEventSourceMapping).
"""

from __future__ import annotations

from invocation_lint.facts.base import Number, Text, fact_field
from invocation_lint.records import record

YES_NO = ("yes", "no")
LIMITS = ("unlimited", "limited")


@record
class Invoked:
    name: Text = fact_field("the name in the template of the function that gets the batches")
    timeout_seconds: Number = fact_field("its timeout; 3 if the template sets none")


@record
class Image:
    name: Text = fact_field("the key that is read", words=("NewImage", "OldImage"), default="")


@record
class Handling:
    name: Text = fact_field("the handler, as its module defines it")
    record_failure: Text = fact_field(
        "what happens to the failure of one record: it leaves the handler, is reported as a batch item failure, "
        "stored, or swallowed",
        words=("escapes", "reported", "kept", "swallowed"),
    )
    reports: Text = fact_field("whether it returns which records have failed (`batchItemFailures`)", words=YES_NO)
    images: tuple[Image, ...] = fact_field(
        "the images of a table's record that it reads without checking that they are present", default=()
    )
    does: Text = fact_field(
        "what the handler does with its records: work that may fail, or nothing but decoding and logging them",
        words=("work", "log"),
    )


@record
class PolledQueue:
    name: Text = fact_field("the name of the queue in the template")
    visibility_seconds: Number = fact_field("its visibility timeout; 30 if the template sets none")
    advised_seconds: Number = fact_field(
        "six times the function's timeout plus the batching window, the visibility timeout that AWS recommends"
    )
    then: Text = fact_field("what happens, or what AWS recommends, when a visibility timeout is shorter than that")


@record
class EventSourceMapping:
    """One mapping. Absent is None, not known is `Unknown`."""

    source: Text = fact_field("what is polled", words=("queue", "dynamodb", "kinesis", "kafka", "documentdb", "broker"))
    source_name: Text = fact_field("its name in the template")
    enabled: Text = fact_field("whether it is enabled", words=YES_NO)
    attempts: Text = fact_field(
        "whether a failing batch of a stream is retried without a limit, or a number of times", words=LIMITS
    )
    age: Text = fact_field("whether records of a stream are retried at any age, or only up to a maximum", words=LIMITS)
    report_switch: Text = fact_field("whether it enables batch item failures", words=("on", "off"))
    report_remedy: Text = fact_field("what to write for it to enable them, in the language that deploys it")
    function: Invoked | None = fact_field("the function that gets the batches")
    handler: Handling | None = fact_field("what that function's handler does, if the project contains it")
    window_seconds: Number = fact_field("how long a batch is gathered")
    stream_view: Text = fact_field(
        "what the records of a table's stream contain",
        words=("NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"),
    )
    queue: PolledQueue | None = fact_field("the queue, if a template of the project creates it")
