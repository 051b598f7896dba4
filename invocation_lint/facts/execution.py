"""The fact `execution`: a call that starts an execution of a state machine, or asks how one ended.

`start_sync_execution` and `describe_execution` answer status 200 when the execution failed, too: `status` tells, and
`output` is there only when it succeeded (Step Functions API reference).
"""

from __future__ import annotations

from invocation_lint.facts.base import Text, fact_field
from invocation_lint.records import record

YES_NO = ("yes", "no")


@record
class Execution:
    """One call. Absent is None, not known is `Unknown`."""

    operation: Text = fact_field(
        "the method of the client", words=("start_execution", "start_sync_execution", "describe_execution")
    )
    output: Text = fact_field(
        "what happens to the output in the response: it is read, or the response goes to code that is not followed",
        words=("read", "unread", "handed_over"),
    )
    status: Text = fact_field(
        "whether the status in the response is read, or something else that shows a failure", words=("read", "unread")
    )
    named: Text = fact_field(
        "whether the execution has a name, and whether that is made anew each time: random, or of the clock",
        words=("yes", "no", "anew"),
    )
    lacks: Text = fact_field("why a second execution is not rejected, in words")
    machine: Text = fact_field(
        "the kind of state machine, by the template that deploys it", words=("STANDARD", "EXPRESS")
    )
    event_source: Text = fact_field("what invokes the handler that makes the call, if it is one")
