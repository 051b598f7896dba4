"""The fact `trigger`: a rule, a topic or a bucket that invokes a function of a template, and whether it may.

A service that pushes its events invokes a function by the function's resource-based policy. SAM, the Serverless
Framework and the CDK write that policy; resources of plain CloudFormation and Terraform need a permission of their own
(Lambda developer guide, resource-based policies). Schedules of EventBridge Scheduler and APIs may use a role instead,
and are not told here.
"""

from __future__ import annotations

from invocation_lint.facts.base import Text, fact_field
from invocation_lint.records import record

YES_NO = ("yes", "no")


@record
class Trigger:
    """One trigger. Absent is None, not known is `Unknown`."""

    source: Text = fact_field("what invokes the function", words=("rule", "topic", "bucket"))
    service: Text = fact_field("its service, as a permission names it")
    name: Text = fact_field("its name in the template")
    function: Text = fact_field("the name of the function in the template")
    enabled: Text = fact_field("whether it is enabled", words=YES_NO)
    permission: Text = fact_field(
        "whether a template gives the service a permission for that function", words=("found", "missing")
    )
    then: Text = fact_field("what happens when there is none, in words")
