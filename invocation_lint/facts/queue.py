"""The fact `queue`: a queue of SQS that a template makes.

A message that is received more often than a queue's redrive policy allows goes to a dead-letter queue; without one it
comes again until its retention is over, and is deleted then (SQS developer guide, dead-letter queues).
"""

from __future__ import annotations

from invocation_lint.facts.base import Text, fact_field
from invocation_lint.records import record

YES_NO = ("yes", "no")


@record
class Queue:
    """One queue. Absent is None, not known is `Unknown`."""

    name: Text = fact_field("what the template calls it")
    consumer: Text = fact_field("what the template calls a function to which its messages are handed")
    redrive: Text = fact_field("whether messages that fail go to a dead-letter queue", words=YES_NO)
    takes_failures: Text = fact_field("whether it is itself where something else puts what has failed", words=YES_NO)
