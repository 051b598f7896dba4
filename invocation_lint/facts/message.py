"""The fact `message`: one message to a queue, a topic or a bus, or the input of a state machine.

The body of a message is a text: MessageBody of SQS, Message of SNS, Detail of EventBridge, input of Step Functions. The
last two must be JSON, and Detail an object (API references of SQS, SNS, EventBridge, Step Functions).
"""

from __future__ import annotations

from invocation_lint.facts.base import Number, Text, fact_field
from invocation_lint.records import record

YES_NO = ("yes", "no")


@record
class Sink:
    """What names the queue, topic, bus or machine that a handler sends to, and whether it may."""

    variable: Text = fact_field("the variable of the environment that names it")
    set: Text = fact_field(
        "whether the template of the function that runs the code sets that variable; absent where nothing tells, or "
        "where the code has a default",
        words=YES_NO,
    )
    near: Text = fact_field("a variable that the function has, and that is nearly called so")
    reader: Text = fact_field("the function that runs the code, by its name in the template")
    then: Text = fact_field("what happens when the variable is not set, in words")
    action: Text = fact_field("the action of IAM that is needed")
    granted: Text = fact_field("whether a statement of the function's role allows that action", words=YES_NO)


@record
class Message:
    """One message, as the function that sends it shows it. Absent is None, not known is `Unknown`."""

    service: Text = fact_field("the service, as boto3 names it", words=("sqs", "sns", "events", "stepfunctions"))
    operation: Text = fact_field("the method of the client or resource")
    part: Text = fact_field("the parameter that holds the body", words=("MessageBody", "Message", "Detail", "input"))
    encoding: Text = fact_field(
        "how the body is encoded: as JSON, as JSON within JSON, as the Python text of an object, as that text "
        "with its quotes replaced, as the object itself, as bytes, as other text",
        words=("json", "json_twice", "python", "quotes_replaced", "object", "bytes", "text"),
    )
    garbled_by: Text = fact_field("why the receiver cannot read the message, or never receives it, in words")
    event_source: Text = fact_field("the Source of an event, if written in the code")
    detail_type_length: Number = fact_field("how long the DetailType of an event is, in characters")
    fifo: Text = fact_field(
        "whether the queue or topic keeps the order: by its name, or by the template that deploys it", words=YES_NO
    )
    group: Text = fact_field("whether there is a MessageGroupId", words=YES_NO)
    deduplication: Text = fact_field("whether there is a MessageDeduplicationId", words=YES_NO)
    content_deduplication: Text = fact_field(
        "whether content-based deduplication is enabled, by the template that deploys the queue or topic",
        words=("on", "off"),
    )
    refused_for: Text = fact_field(
        "why the queue or topic rejects the message, in words: what its order requires, or what it does not accept"
    )
    taken: Text = fact_field(
        "whether a rule of the project matches the event, or a subscription the message; absent when no rule "
        "names its source or type, because other stacks may receive it",
        words=YES_NO,
    )
    not_taken_for: Text = fact_field("why none matches, in words")
    sink: Sink | None = fact_field("where a handler sends it; absent where no function of a template runs the code")
