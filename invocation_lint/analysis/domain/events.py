"""What the interpreter notes while it walks: invocations, what is done with their answers, and where their errors go.

Events hold frozen values and places only. Their site keys are relative to the frame that is walked; `prefixed` makes
them relative to its caller.
"""

from __future__ import annotations

from dataclasses import replace

from invocation_lint.analysis.domain.atoms import Client, Value
from invocation_lint.analysis.domain.ids import SiteKey
from invocation_lint.findings import Place
from invocation_lint.records import record


@record
class Event:
    """Something that is noted; `site` is what it is about. A kind of followed things may have events of its own."""

    site: SiteKey


@record
class Start(Event):
    """Something that is followed starts here: to callers of the function its site is another one at each call."""


@record
class Asking(Start):
    """What may be part of a query starts here: it tells something to a module that speaks of queries, and no other."""


@record
class Use(Event):
    """Something done with a part of what is followed; `path` is as in `Traced`."""

    path: tuple[str, ...]
    use: str
    place: Place


@record
class Argument:
    """One argument of an invocation; `presence` is "yes" or "maybe"."""

    name: str
    value: Value
    place: Place
    presence: str = "yes"


@record
class LoopInfo:
    """The innermost loop around a call; `times` is None when it is not known."""

    times: int | None
    concurrent: bool = False
    over: str = "items"  # or search, pages, constants, numbers, attempts, condition
    collection: str = ""  # pages, scan or rows: what the items come from, when nothing says how many there are
    in_order: str = ""  # why a round has to wait for the one before: carries, measures, changes


@record
class Visit(Start):
    """An invocation that is reached."""

    api: str
    client: Client | None  # None: the receiver is not known
    arguments: tuple[Argument, ...]
    positional: bool
    open: str | None  # why more arguments may be given
    function: str  # key of the function that holds the call
    is_async: bool
    loop: LoopInfo | None
    created: str  # where the client was made
    sent: str
    run_by: str = "statement"  # or executor, a thread included; awaited: one that the statement waits for
    threads: int = 0  # of that executor, where its number is known and they share the client
    is_timed: bool = False  # whether its function measures how long it takes
    in_clause: str = ""  # what the except clause around it does: logs, reraises
    clause: Place | None = None  # that clause
    instead_of: Place | None = None  # the invocation whose error that clause takes
    runs_later: bool = False  # by something that a library does with what is made here: the task of a scheduler


@record
class Raised:
    """An error of an invocation on its way out of a frame."""

    site: SiteKey
    family: str  # service or transport
    seen: str = "no"  # yes, partly, no, unknown
    does: str | None = None  # what the clauses that took it did
    as_type: str = ""  # dotted name when it was replaced by another exception
    failing: bool = False  # sent from a clause that raises in the end: the caller gets an error with it or without
    clause: Place | None = None
    logged: bool = False  # a clause that raised it again has logged it, or told somebody


@record
class Caught(Event):
    """An error of an invocation that a clause took for good."""

    family: str
    does: str
    clause: Place
    seen: str = "yes"
    quiet: bool = False  # the clause does nothing about it but log, sleep, or return something
    logged: bool = False


@record
class ClauseSeen(Event):
    """An except clause around an invocation."""

    name: str
    kind: str
    covers: str
    reads_response: str
    place: Place
    other_source: str = "yes"  # whether something else in the guarded statements may raise it
    taken_alike: str = "no"  # whether what it waits for meets the same clause by another type, or a like one below


@record
class CodeSeen(Event):
    """An error code that such a clause compares."""

    code: str
    place: Place
    other_source: str = "yes"


@record
class Lost(Event):
    """An awaitable of an invocation that this frame drops, with or without an error of the invocation
    in it that nobody has logged."""

    via: str
    place: Place
    with_error: bool = True
    waited_for: bool = False  # whether the frame waits for the end of what it handed away
    replaced: bool = False  # by that of the next round of a loop: only the last is looked at


@record
class CalledFirst(Event):
    """What an invocation gives is handed where a function is expected that would be called later; `place` is where."""

    place: Place


@record
class FailureTold(Event):
    """A call gives back a value that tells that the invocation failed; `use` is what becomes of it in this frame."""

    value: str
    use: str  # dropped, unread, read
    returned: Place | None
    place: Place
    logged: bool = False  # by the clause that took the error


@record
class LoopLeft(Event):
    """An error of an invocation ends a loop over items; `place` is what the loop runs over.

    `excuse` says why the items after it may be none of its business; empty where nothing says so.
    """

    place: Place
    excuse: str = ""
    together: bool = False  # whether a later step needs what all rounds get
    returned: bool = False  # whether that is only the answer of the function itself, which holds them as they are
    records: bool = False  # whether it is over the records of an event


@record
class RetryLoop(Event):
    """A loop that sends an invocation again when it has failed."""

    place: Place
    pause: str  # none, fixed, growing, unknown
    bounded: bool | None


def prefixed(event: Event, call: Place) -> Event:
    """The event as the caller at `call` sees it."""
    return replace(event, site=(call, *event.site))
