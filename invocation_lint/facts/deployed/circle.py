"""The fact `circle`: deployed functions that invoke one another in a circle, by Invoke or by what hands on.

Lambda ends a circle that it can follow after about 16 runs, and drops the event: it follows invocations, queues, topics
and buckets, as long as each function is in the same region and uses a recent SDK; a stream it does not follow (Lambda
developer guide, recursive loop detection).
"""

from __future__ import annotations

from invocation_lint.facts.base import Number, Text, fact_field
from invocation_lint.records import record


@record
class Circle:
    """One circle, told at the first of its functions. Absent is None, not known is `Unknown`."""

    way: Text = fact_field("the cycle, in words")
    functions: Number = fact_field("how many functions are in it")
    guards: Number = fact_field("how many of its steps depend on a condition, a loop that may not run, or a filter")
    then: Text = fact_field("what happens to a cycle that nothing in the code ends, in words")
    leaves: Text = fact_field("what the first function does that leads to the next, in words")
    comes_back: Text = fact_field("what leads back to it, in words; absent when that is the same")
