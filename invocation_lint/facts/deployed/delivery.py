"""The fact `delivery`: a way on which a function gets events, by a template, and what becomes of those that fail.

A message that is received more often than a queue's redrive policy allows goes to a dead-letter queue; without one it
comes again until its retention is over, and is deleted then (SQS developer guide, dead-letter queues). A batch of a
stream whose retries are used up, or that is too old, goes to the destination of its mapping, and an asynchronous event
to that of the function, or to its dead-letter queue; without one it is dropped (Lambda developer guide, Kinesis and
DynamoDB streams, and asynchronous invocation).
"""

from __future__ import annotations

from invocation_lint.facts.base import Text, fact_field
from invocation_lint.records import record

YES_NO = ("yes", "no")


@record
class Delivery:
    """One queue, one mapping of a stream, or one function that is invoked asynchronously. Absent is None, not known is
    `Unknown`."""

    kind: Text = fact_field(
        "how events come: by a queue, by the mapping of a stream, or asynchronously by S3, SNS or EventBridge",
        words=("queue", "stream", "asynchronous"),
    )
    name: Text = fact_field(
        "the name in the template of the queue, of the table or stream that is read, or of what invokes the function"
    )
    consumer: Text = fact_field("the name in the template of a function that they are delivered to")
    kept: Text = fact_field(
        "whether failed events are kept: a dead-letter queue, or a failure destination", words=YES_NO
    )
    gives_up: Text = fact_field(
        "whether there is an end to it when the function fails: queues and asynchronous events have one, the mapping"
        " of a stream has one by a number of retries or an age",
        words=YES_NO,
    )
    may_fail: Text = fact_field(
        "whether the handler does work, and raises or reports errors; absent for a queue, where only the template"
        " is read",
        words=YES_NO,
    )
    takes_failures: Text = fact_field(
        "whether the queue is itself the place where something else puts failed events", words=YES_NO
    )
    lacks: Text = fact_field("what is missing when nothing is kept, in words")
    loss: Text = fact_field("what happens then to failed events, in words")
    remedy: Text = fact_field("what to add there, in words of the language that deploys it")
