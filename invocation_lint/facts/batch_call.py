"""The fact `batch_call`: a call that sends, reads or removes several entries at once, and what is done about those that
failed.

Such a call succeeds though entries of it failed: AWS answers status 200 and names them in the answer (API references of
EventBridge, SQS, SNS, DynamoDB, Kinesis, Data Firehose, S3).
"""

from __future__ import annotations

from invocation_lint.facts.base import Number, Text, fact_field
from invocation_lint.records import record

YES_NO = ("yes", "no")


@record
class Caller:
    kind: Text = fact_field(
        "what kind of code the call is in", words=("lambda_handler", "view", "script", "library", "test", "task")
    )


@record
class BatchCall:
    """One call of a batch operation, as its function shows it. Absent is None, not known is `Unknown`."""

    service: Text = fact_field("the service, as boto3 names it")
    operation: Text = fact_field("the method of the client or resource")
    kind: Text = fact_field(
        "what the operation does with the entries: sends or writes them, reads them, or removes and sets up things",
        words=("send", "read", "manage"),
    )
    entries: Number = fact_field(
        "how many entries are sent, where the code shows all of them, or how many one slice of a longer list holds"
    )
    sizing: Text = fact_field("the entries, in words: their number, or that of a slice")
    limit: Number = fact_field("how many entries one call accepts")
    failed_in: Text = fact_field("the part of the response that shows which entries failed, or how many")
    failures: Text = fact_field(
        "what happens to that part, the strongest first: it is checked or looped over, it or the response is "
        "returned or passed to other code, it is only logged, nothing reads it",
        words=("tested", "returned", "handed_over", "logged", "unread"),
    )
    status: Text = fact_field(
        "whether the HTTP status of the response is read, which says nothing about entries", words=YES_NO
    )
    then_removed: Text = fact_field(
        "whether the function removes things after writing: what could not be written is lost", words=YES_NO
    )
    caller: Caller = fact_field("the code that calls", default=Caller())
