"""The fact `custom_resource`: a handler that CloudFormation calls to create, update and delete something.

A raw handler answers by a PUT to the event's ResponseURL; under the CDK's provider framework it returns its answer, and
raises where it fails. When the physical id that Update answers is another one, CloudFormation sends a Delete for the
old one (CloudFormation user guide, custom resources; CDK API reference, custom-resources Provider).
"""

from __future__ import annotations

from invocation_lint.facts.base import Text, fact_field
from invocation_lint.records import record

YES_NO = ("yes", "no")


@record
class CustomResource:
    """One handler of a custom resource. Absent is None."""

    framework: Text = fact_field(
        "what responds to CloudFormation: the handler itself, or the CDK's provider framework",
        words=("raw", "provider"),
    )
    work: Text = fact_field("the first call that may fail: to AWS, a database, or the network")
    error_answered: Text = fact_field("whether an error on the way also gets a response", words=YES_NO)
    unanswered: Text = fact_field("the types of request that come to the end of the handler without a response")
    hangs: Text = fact_field("when CloudFormation gets no response, in words")
    id_on_update: Text = fact_field(
        "the physical id that Update returns: the one in the event, that of the log stream (the default of "
        "cfnresponse), a new one, or another",
        words=("kept", "log_stream", "new", "other"),
    )
    delete_does: Text = fact_field("what Delete does: it undoes something, or nothing", words=("undoes", "nothing"))
    outcome: Text = fact_field(
        "where the provider framework does not learn of a failure or of the response: an error is swallowed, a "
        "status is returned that it does not read, or the result of a helper is dropped",
        words=("swallowed", "status_failed", "dropped"),
    )
    told: Text = fact_field("the same in words")
