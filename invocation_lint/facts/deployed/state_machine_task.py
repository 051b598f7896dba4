"""The fact `state_machine_task`: a state of a state machine that invokes a Lambda function.

A task whose call Lambda throttles or answers with an error of its own ends the execution, unless a Retry of the state
names that error (Step Functions developer guide, handling errors; best practices, handle transient Lambda service
exceptions).
"""

from __future__ import annotations

from invocation_lint.facts.base import Text, fact_field
from invocation_lint.records import record

YES_NO = ("yes", "no")


@record
class StateMachineTask:
    """One task. Absent is None, not known is `Unknown`."""

    name: Text = fact_field("the state, with those around it")
    machine: Text = fact_field("the name of the state machine in the template")
    function: Text = fact_field("the name of the function in the template, or else its name or ARN")
    retried: Text = fact_field(
        "whether an error of Lambda itself is retried: one of its names, or one that matches all, is in a Retry",
        words=YES_NO,
    )
    misspelt: Text = fact_field(
        "a name in a Retry that no error has, and that is similar to one of Lambda's or States'"
    )
    meant: Text = fact_field("the similar name")
    why: Text = fact_field("why none is retried, in words")
