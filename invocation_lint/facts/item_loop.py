"""The fact `item_loop`: a loop that works on jobs or records one after the other, and what becomes of an error of one.

It stands beside `invocation`, which tells of the loops that invoke a function for each item.
"""

from __future__ import annotations

from invocation_lint.facts.base import Text, fact_field
from invocation_lint.facts.handler import SOURCES
from invocation_lint.records import record

YES_NO = ("yes", "no")


@record
class Caller:
    kind: Text = fact_field(
        "what runs the loop: a function that Lambda invokes, or one that goes on without an end",
        words=("lambda_handler", "worker"),
    )
    event_source: Text = fact_field("what invokes the handler; absent where nothing tells", words=SOURCES)
    reads_event: Text = fact_field(
        "whether the handler looks at its event, log lines aside; settings: only for what has a default",
        words=(*YES_NO, "settings"),
    )


@record
class ItemLoop:
    """One loop over items that the code has read or was given. Absent is None, not known is `Unknown`."""

    items: Text = fact_field(
        "what the items are: rows of a query, items of a DynamoDB table, objects of a bucket, messages that the code"
        " has received, resources of the account (instances, volumes, users), what was fetched over HTTP, rows of a"
        " file, what the environment lists, or entries of an event that are no records of a batch",
        words=(
            "rows", "table_items", "objects", "messages", "resources", "fetched", "lines", "configured", "entries"
        ),
    )  # fmt: skip
    read_by: Text = fact_field("what the items are, in words", default=None)
    work: Text = fact_field(
        "what is done for each item and may fail: several steps, something is sent, started, requested or stored; or it"
        " is only written to, or deleted from, a table",
        words=("steps", "sends", "starts", "requests", "stores", "writes"),
    )
    item_failure: Text = fact_field(
        "whether an error of one item leaves the loop, or a statement in the loop or in what works on the item catches"
        " errors",
        words=("escapes", "caught"),
    )
    left_by: Text = fact_field(
        "how the loop itself leaves the others aside: it raises or returns, or a break follows the work on an item; "
        "absent when it does none of these",
        words=("raise", "return", "break"),
    )
    results: Text = fact_field(
        "whether later code works on what all rounds together give, or all of it is one transaction",
        words=("together", "each"),
        default="each",
    )
    purpose: Text = fact_field(
        "whether the names of the code say that it sets something up, migrates it or tries it out, which somebody"
        " watches",
        words=("sets_up", "works"),
        default="works",
    )
    caller: Caller = fact_field("what runs the loop", default=Caller())
    loss: Text = fact_field("what becomes of the items after the one that failed, in words", default=None)
