"""The fact `object_key`: the key of an object, as an event of S3 gives it, and what is done with it.

S3 notifications encode the key as a form does (a space is `+`); events of S3 by EventBridge do not. Powertools' record
gives it as it came (S3 user guide, event message structure).
"""

from __future__ import annotations

from invocation_lint.facts.base import Text, fact_field
from invocation_lint.records import record


@record
class Caller:
    kind: Text = fact_field(
        "what kind of code the read is in", words=("lambda_handler", "view", "script", "library", "test", "task")
    )


@record
class ObjectKey:
    """One read of a key. Absent is None, not known is `Unknown`."""

    event: Text = fact_field("the event that it is read from", words=("notification", "eventbridge"))
    decoded: Text = fact_field(
        "whether the function, or a helper that receives the key, decodes it; percent: only the percent escapes, "
        "which leaves `+` for a space in the name",
        words=("yes", "percent", "no"),
    )
    decoder: Text = fact_field("the function that decodes these escapes alone; absent where none does")
    form: Text = fact_field("the form in which it is used, in words")
    used: Text = fact_field(
        "what happens to it before it is decoded, the strongest first: it is an argument of a call or a part of "
        "what is sent, it is only returned or passed to another module, it is only compared, cut or logged",
        words=("used", "handed_over", "looked_at", "logged"),
    )
    caller: Caller = fact_field("the code that reads", default=Caller())
