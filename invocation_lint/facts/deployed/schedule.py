"""The fact `schedule`: a rule or a schedule of EventBridge that invokes a function again and again.

Each event starts a run of its own, whether or not the one before has ended (Lambda developer guide, invoke Lambda on a
schedule; concurrency).
"""

from __future__ import annotations

from invocation_lint.facts.base import Number, Text, fact_field
from invocation_lint.records import record

YES_NO = ("yes", "no")


@record
class Invoked:
    name: Text = fact_field("the name of the function in the template")
    timeout_seconds: Number = fact_field("its timeout; 3 if the template sets none")
    one_at_a_time: Text = fact_field("whether its reserved concurrency is 1", words=YES_NO)


@record
class Schedule:
    """One schedule of one function. Absent is None, not known is `Unknown`."""

    expression: Text = fact_field("the expression, as the template has it")
    every_seconds: Number = fact_field("the time from one event to the next, the shortest of an expression `cron(..)`")
    enabled: Text = fact_field("whether it is enabled", words=YES_NO)
    function: Invoked | None = fact_field("the function that it invokes")
