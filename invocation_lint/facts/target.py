"""The parts of the fact `invocation` that are about the function that is invoked."""

from __future__ import annotations

from invocation_lint.facts.arguments import YES_NO, Named
from invocation_lint.facts.base import Number, Text, Unknown, fact_field
from invocation_lint.records import record


@record
class Function:
    name: Text = fact_field("the function's plain name: region, account and qualifier cut off")
    environment_variable: Text = fact_field("the environment variable that names it")
    pattern: Text = fact_field("the name, with * for unknown parts")
    self: Text = fact_field("whether the function names itself", words=YES_NO)
    variable_set: Text = fact_field(
        "whether the template of the handler sets that variable; no: it does not, and no other file of the "
        "project mentions it; absent when it has another default, or the call is not reached from a handler",
        words=YES_NO,
    )
    near_variable: Text = fact_field("a variable with a similar name that the template sets")
    reader: Text = fact_field("the function whose handler reads the variable, as its template calls it")
    then: Text = fact_field("what happens when a variable that is not set is read, in words")


@record
class Target:
    name: Text = fact_field(
        "the name of the function in its contract, or else in the template that deploys it, if certain"
    )
    contract: Text = fact_field("the contract that describes the invoked function; absent when none does")
    duration_seconds: Number = fact_field(
        "how long the action takes, in seconds; up to the timeout when only that is known"
    )
    duration_from: Text = fact_field(
        "where the duration comes from: the contract, what the handler certainly waits for, the timeout in the "
        "contract, or the timeout in the template",
        words=("contract", "handler", "timeout", "deployed"),
    )
    timeout_seconds: Number = fact_field("the function's timeout, in seconds")
    inner_timeout_seconds: Number = fact_field(
        "the longest that its handler lets one thing take by a timeout of its own, in seconds; at the most its timeout"
    )
    inner_wait: Text = fact_field(
        "what may take so long, in words",
        words=("a request", "a waiter", "a process", "a coroutine", "a loop that polls"),
    )
    actions: tuple[Named, ...] | Unknown | None = fact_field("the actions that the function handles")
    other_actions: Text = fact_field("what the contract says happens to an action that the function does not know")
    decodes: Text = fact_field("where it looks for its payload", words=("event", "body", "both"))
    idempotent: Text = fact_field("whether running it twice does no harm", words=YES_NO)
    answer_form: Text = fact_field(
        "in which form its handler answers, where each of its answers has it: proxy, an object with `statusCode` and a"
        " `body` of JSON text; text, JSON text that Lambda encodes again",
        words=("proxy", "text"),
    )
    answers: Text = fact_field("that form in words")
    behind_http: Text = fact_field(
        "whether an API, a URL or a load balancer may invoke it as well: a template says so, or its handler reads keys"
        " of such events",
        words=YES_NO,
    )
    failure_answer: Text = fact_field("how it reports a failure", words=("raises", "status_code"))
    origin: Text = fact_field("where the contract comes from", words=("declared", "inferred", "deployed", "shipped"))
    handler: Text = fact_field("whether its handler is visible", words=YES_NO)
    template: Text = fact_field("whether the template that deploys it is visible", words=YES_NO)
