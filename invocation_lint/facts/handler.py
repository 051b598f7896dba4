"""The fact `handler`: a function that Lambda invokes, what its events are, and what becomes of a record that fails.

What a queue or a stream does with a failure: a handler that returns has handled the whole batch, one that raises has
handled none of it, and one that returns `batchItemFailures` names those that failed (Lambda developer guide, SQS and
Kinesis, reporting batch item failures).
"""

from __future__ import annotations

from invocation_lint.facts.base import Number, Text, fact_field
from invocation_lint.records import record

YES_NO = ("yes", "no")

SOURCES = (
    "queue", "stream", "s3", "sns", "eventbridge", "schedule", "event", "custom_resource", "cognito", "state_machine",
    "service", "http", "rest_api", "http_api", "function_url", "load_balancer", "direct",
)  # fmt: skip
"""Words for what invokes a handler; `event` is an asynchronous invocation of which no more is known."""


@record
class Made:
    name: str = fact_field("what is created: a client of a service, a connection, a secret that is read", default="")
    helper: Text = fact_field("the helper that creates it, if it is not the handler itself")
    always: Text = fact_field("whether each invocation creates it, whatever its event holds", words=YES_NO)


@record
class Dispatch:
    key: Text = fact_field("the key of the event that is compared with strings, dotted if nested")
    values: Text = fact_field("the strings that it is compared with, in words")
    otherwise: Text = fact_field(
        "what the handler does with an event whose value is none of them: nothing but log lines and a response "
        "that does not report it; or something, such as an `else`, an error, a response that reports it, or work",
        words=("nothing", "something"),
    )


@record
class LogGap:
    name: str = fact_field(
        "the first of the keys appended to the logger; `event` if the event is printed or logged as Python text",
        default="",
    )
    seen: Text = fact_field("what is seen, in words")
    then: Text = fact_field("what happens then, in words")


@record
class Repeat:
    kind: Text = fact_field(
        "it adds to a number; it writes an item under a key that it or the database makes up; or it sends something to "
        "a person",
        words=("adds", "inserts", "sends"),
        default="",
    )
    name: Text = fact_field(
        "the attribute or column that it adds to, or that holds the key that it makes up; the table; what is sent"
    )
    does: Text = fact_field("what it does each time, in words")
    then: Text = fact_field("what becomes of an event that is delivered twice, in words")


@record
class LeftRecord:
    status: Text = fact_field("the waiting state in which the record is left: processing, running and so on")
    closed_as: Text = fact_field("the state that the same function writes to it at the end of its work")
    way: Text = fact_field(
        "what ends the function in between: a call raises, and nothing that could write the record catches the "
        "error; or it returns",
        words=("raises", "returns"),
    )
    when: Text = fact_field("when that is, in words")


@record
class Handler:
    """One handler. Absent is None, not known is `Unknown`."""

    event_source: Text = fact_field("what invokes it", words=SOURCES)
    known_by: Text = fact_field(
        "how that is known: from a template, a type in its signature, what it reads from its event, or, of an API, "
        "only from what it returns",
        words=("template", "type", "shape", "answer"),
    )
    batch_size: Number = fact_field("how many records one event may hold, by the event source mapping in a template")
    one_record: Text = fact_field("whether there is a mapping that delivers one record at a time", words=YES_NO)
    report_switch: Text = fact_field(
        "whether the mapping in a template enables batch item failures", words=("on", "off")
    )
    records_read: Text = fact_field("which records of the event are read", words=("all", "first"))
    loop_left: Text = fact_field(
        "whether a return in the loop over the records leaves the later ones unread", words=YES_NO
    )
    item_failure: Text = fact_field(
        "what happens to the failure of one record: it is reported as a batch item failure, stored, leaves the "
        "handler, or is swallowed",
        words=("reported", "kept", "escapes", "swallowed"),
    )
    then: Text = fact_field("what the queue or stream does then with the records of the batch")
    failure_answer: Text = fact_field(
        "what the handler returns when it has caught an error and nothing is recorded: a response that says so",
        words=("error",),
    )
    answered_by: Text = fact_field("what builds that response", words=("clause", "choice", "decorator"))
    timeout_seconds: Number = fact_field("the timeout of the function, by the template that deploys it")
    least_seconds: Number = fact_field(
        "how long it certainly takes, in seconds: its sleeps and its waits for other functions and models, on "
        "every path"
    )
    longest_wait_seconds: Number = fact_field("how long it certainly waits for a single function, in seconds")
    front_seconds: Number = fact_field("how long the API in front of it waits, where only one does")
    outlasts: Text = fact_field(
        "how long it takes at least, or how long the function may run, where the API in front of it waits for less, in "
        "words"
    )
    inner_timeout_seconds: Number = fact_field(
        "the longest that it lets an HTTP request, a process, a coroutine, a waiter, a client of boto3 or a loop that"
        " polls take"
    )
    inner_wait: Text = fact_field(
        "what may take so long, in words",
        words=("a request", "a waiter", "a process", "a coroutine", "a loop that polls"),
    )
    image_read: Text = fact_field(
        "how it reads the new image of a DynamoDB record: a record without one raises, or is handled",
        words=("unguarded", "guarded"),
    )
    filtered: Text = fact_field("whether the mapping in a template filters its events", words=YES_NO)
    dispatch: Dispatch | None = fact_field("how a key of its event decides what it does; absent when none does")
    record_left: LeftRecord | None = fact_field(
        "a record that it marks as running and closes at the end of its work, but leaves as running on another "
        "path; absent when none is seen"
    )
    repeats: Repeat | None = fact_field(
        "what it does again when an event is delivered a second time, and nothing keeps it from that; absent where none"
        " is seen"
    )
    log_gaps: tuple[LogGap, ...] = fact_field(
        "what it leaves in its logs that is misleading or unreadable: keys of Powertools' logger that the log "
        "lines of the next event carry, or an event that is printed as Python text",
        default=(),
    )
    refuses_by: Text = fact_field(
        "the exception that it raises because of what the sender put into its event, which the event alone "
        "decides; absent when none is seen to leave it"
    )
    event_retries: Number = fact_field(
        "how often Lambda retries a failed asynchronous event, by the template; 2 if the template does not say"
    )
    failures_kept: Text = fact_field(
        "whether a dead-letter queue or a destination of the function receives failed asynchronous events, by the"
        " template",
        words=YES_NO,
    )
    kept_state: Text = fact_field(
        "what one event leaves for the next: a list or set of its module that it fills and reads, a global name or a"
        " key of a mapping that only some events set, a global number that it adds to, a default value, or a file"
        " under /tmp"
    )
    kept_how: Text = fact_field("how it is left for the next event, in words", default=None)
    defined_as: Text = fact_field("how it is defined: `async def` or `def`", words=("async", "plain"))
    wrapped: Text = fact_field("whether a decorator, or other code of its module, may call it", words=YES_NO)
    made: Text = fact_field(
        "what it creates or fetches for the event that it is given, in words; absent when nothing", default=None
    )
    made_when: Text = fact_field(
        "whether it does so for each event or for some of them", words=("on each invocation", "on some invocations")
    )
    makes: tuple[Made, ...] = fact_field(
        "each thing that it creates on each invocation, although one would do: nothing in it depends on the event",
        default=(),
    )
