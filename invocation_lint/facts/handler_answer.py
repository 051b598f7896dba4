"""The fact `handler_answer`: what a handler returns on one of its paths, and what becomes of it.

Lambda encodes the result as JSON; what the encoder of Python's runtime does not take is Runtime.MarshalError. An API
takes the result for the response where it has the form of one (API Gateway developer guide, Lambda proxy integrations;
Lambda developer guide, function URLs).
"""

from __future__ import annotations

from invocation_lint.facts.base import Text, fact_field
from invocation_lint.records import record

YES_NO = ("yes", "no")


@record
class HandlerAnswer:
    """One `return` of a handler, or of a helper that it returns from. Absent is None, not known is `Unknown`."""

    front: Text = fact_field(
        "the API in front of the handler, by the template that deploys it",
        words=("rest_api", "http_api", "function_url", "load_balancer", "http"),
    )
    refused_for: Text = fact_field("why the API does not accept it as a response, in words")
    unserializable: Text = fact_field("what JSON cannot encode in the return value, in words")
    cors: Text = fact_field("whether it sets the header Access-Control-Allow-Origin", words=YES_NO)
    cors_set_elsewhere: Text = fact_field(
        "whether another response of the handler, which is behind an API, sets it", words=YES_NO
    )
    api_sets_cors: Text = fact_field("whether the API sets the CORS headers itself", words=YES_NO)
