"""The fact `message`: one message to a queue, a topic or a bus, or the input of a state machine.

The body of a message is a text: MessageBody of SQS, Message of SNS, Detail of EventBridge, input of Step Functions. The
last two must be JSON, and Detail an object (API references of SQS, SNS, EventBridge, Step Functions).
"""

from __future__ import annotations

from invocation_lint.facts.base import Number, Text, fact_field
from invocation_lint.records import record

YES_NO = ("yes", "no")


@record
class Message:
    """One message, as the function that sends it shows it. Absent is None, not known is `Unknown`."""

    service: Text = fact_field("the service, as boto3 names it", words=("sqs", "sns", "events", "stepfunctions"))
    operation: Text = fact_field("the method of the client or resource")
    part: Text = fact_field("the parameter that holds the body", words=("MessageBody", "Message", "Detail", "input"))
    encoding: Text = fact_field(
        "how the body is written: as JSON, as JSON within JSON, as Python's text of an object, as that text with its"
        " quotes replaced, as the object itself, as another text",
        words=("json", "json_twice", "python", "quotes_replaced", "object", "text"),
    )
    garbled_by: Text = fact_field("why who receives the message cannot read it, or never receives it, in words")
    event_source: Text = fact_field("the Source of an event, where it is written")
    detail_type_length: Number = fact_field("how long the DetailType of an event is, in characters")
    fifo: Text = fact_field(
        "whether the queue or topic keeps the order: by its name, or by the template that deploys it", words=YES_NO
    )
    group: Text = fact_field("whether a MessageGroupId is given", words=YES_NO)
    deduplication: Text = fact_field("whether a MessageDeduplicationId is given", words=YES_NO)
    content_deduplication: Text = fact_field(
        "whether the queue or topic tells duplicates by their content, by the template that deploys it",
        words=("on", "off"),
    )
    refused_for: Text = fact_field(
        "why the queue or topic refuses the message, in words: what is missing for its order, or does not belong there"
    )
    taken: Text = fact_field(
        "whether a rule of the project takes the event, or a subscription the message; absent where no rule names its "
        "source or kind, for other stacks may listen",
        words=YES_NO,
    )
    not_taken_for: Text = fact_field("why none takes it, in words")
