"""The fact `wait_loop`: a loop of a handler that sleeps, asks whether something is done, and sleeps again."""

from __future__ import annotations

from invocation_lint.facts.base import Text, fact_field
from invocation_lint.records import record


@record
class WaitLoop:
    """One loop, in a handler or in a helper of its module."""

    end: Text = fact_field(
        "what ends it other than the response it waits for: nothing, a time that moves along, every state but those of "
        "work that goes on (settled), a time or a count",
        words=("nothing", "moving", "settled", "bounded"),
    )
    event_source: Text = fact_field("what invokes the handler, if known")
