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
    machine: Text = fact_field("what the template calls the state machine")
    function: Text = fact_field("what the template calls the function, else its name or ARN")
    retried: Text = fact_field(
        "whether an error of Lambda itself is tried again: one of its names, or one that stands for all, is in a Retry",
        words=YES_NO,
    )
    misspelt: Text = fact_field(
        "a name in a Retry that no error has, and that nearly spells one of Lambda's or States'"
    )
    meant: Text = fact_field("the name that it nearly spells")
    why: Text = fact_field("why none is tried again, in words")
