"""What the interpreter notes while it walks: invocations, what is done with their answers, and where their errors go.

Events hold frozen values and places only. Their site keys are relative to the frame that is walked; `prefixed` makes
them relative to its caller.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from invocation_lint.analysis.domain.atoms import Chain, Client, SiteKey, Value
from invocation_lint.findings import Place
from invocation_lint.records import record


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
    collection: str = ""  # pages or scan: what the items come from, when nothing says how many there are


@record
class Visit:
    """An invocation that is reached."""

    site: SiteKey
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
    run_by: str = "statement"  # or executor, a thread included


@record
class Use:
    """Something done with a part of an answer. `path` is as in `Response`."""

    site: SiteKey
    path: tuple[str, ...]
    use: str
    place: Place
    guarded: bool = False  # stands on a branch that the payload of a crash does not take
    required: bool = False  # a key that the payload of a crash lacks is read by subscript
    optional: bool = False  # a key is read by `.get(key)`, which gives None where it is not there


@record
class PayloadTest:
    """A condition on the decoded payload. `evaded` says whether the payload of a crash takes the healthy branch;
    `guards` that it takes the other one, on which nothing happens: what stands behind the condition is not tested."""

    site: SiteKey
    evaded: bool
    place: Place
    guards: bool = False


@record
class StatusTest:
    """A comparison of a status: which of the codes 200, 202 and 204 pass as success; None when it cannot be told."""

    site: SiteKey
    field: str  # StatusCode or HTTPStatusCode
    accepted: frozenset[int] | None
    decides: bool
    place: Place


@record
class ErrorLook:
    """FunctionError is looked at; `behind_status` when only on the branch of a status that is not success."""

    site: SiteKey
    place: Place
    behind_status: bool = False


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


@record
class Caught:
    """An error of an invocation that a clause took for good."""

    site: SiteKey
    family: str
    does: str
    clause: Place
    seen: str = "yes"
    quiet: bool = False  # the clause does nothing about it but log, sleep, or return something
    logged: bool = False


@record
class ClauseSeen:
    """An except clause around an invocation."""

    site: SiteKey
    name: str
    kind: str
    covers: str
    reads_response: str
    place: Place
    other_source: str = "yes"  # whether something else in the guarded statements may raise it


@record
class CodeSeen:
    """An error code that such a clause compares."""

    site: SiteKey
    code: str
    place: Place
    other_source: str = "yes"


@record
class Lost:
    """An awaitable of an invocation that this frame drops, with or without the invocation's error in it."""

    site: SiteKey
    via: str
    place: Place
    with_error: bool = True
    waited_for: bool = False  # whether the frame waits for the end of what it handed away


@record
class FailureTold:
    """A call gives back a value that tells that the invocation failed; `use` is what becomes of it in this frame."""

    site: SiteKey
    value: str
    use: str  # dropped, unread, read
    returned: Place | None
    place: Place
    logged: bool = False  # by the clause that took the error


@record
class ChainCall:
    """A call at the end of a chain."""

    site: SiteKey
    chain: Chain


@record
class Looped:
    """A loop over the rows of a chain, with the events of its body."""

    site: SiteKey
    chain: Chain
    body: tuple[Any, ...]


@record
class LoopLeft:
    """An error of an invocation ends a loop over items; `place` is what the loop runs over.

    `excuse` says why the items after it may be none of its business; empty where nothing says so.
    """

    site: SiteKey
    place: Place
    excuse: str = ""


@record
class RetryLoop:
    """A loop that sends an invocation again when it has failed."""

    site: SiteKey
    place: Place
    pause: str  # none, fixed, growing, unknown
    bounded: bool | None


Event = (
    Visit
    | Use
    | PayloadTest
    | StatusTest
    | ErrorLook
    | Caught
    | ClauseSeen
    | CodeSeen
    | Lost
    | FailureTold
    | LoopLeft
    | RetryLoop
    | ChainCall
    | Looped
)


def prefixed(event: Event, call: Place) -> Event:
    """The event as the caller at `call` sees it."""
    return replace(event, site=(call, *event.site))
