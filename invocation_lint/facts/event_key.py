"""The fact `event_key`: a key that a handler reads of its event, and that the event source spells otherwise or has not:
it is one of another source's."""

from __future__ import annotations

from invocation_lint.facts.base import Text, fact_field
from invocation_lint.records import record

YES_NO = ("yes", "no")


@record
class EventKey:
    """One read. Absent is None, not known is `Unknown`."""

    event_source: Text = fact_field("what invokes the handler, in words")
    path: Text = fact_field("the keys that lead to what is read, as written")
    key: Text = fact_field("the key that is read")
    instead: Text = fact_field("the key that the event has")
    raises: Text = fact_field("whether a missing key raises", words=YES_NO)
    both: Text = fact_field("whether the key that the event has is read as well", words=YES_NO)
