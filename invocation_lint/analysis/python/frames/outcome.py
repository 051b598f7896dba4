"""What comes out of a function that is walked, and what is kept of its loops and returns on the way."""

from __future__ import annotations

from dataclasses import field

from invocation_lint.analysis.domain.atoms import Value
from invocation_lint.analysis.domain.events import Event, LoopInfo, Raised
from invocation_lint.analysis.domain.ids import ObjectId, SiteKey
from invocation_lint.analysis.domain.state import Obj, State
from invocation_lint.analysis.domain.waits import NO_WAIT, Waited
from invocation_lint.findings import Place
from invocation_lint.records import mutable, record


class BudgetExceeded(Exception):
    """A function costs more visits than it may; its outcome is unknown."""


class WayFound(Exception):
    """A walk that asks only whether something that is followed starts in it has come to such a thing."""


@mutable
class LoopFrame:
    """A loop being run: the states at its breaks and continues, and how often it runs."""

    info: LoopInfo
    breaks: list[State] = field(default_factory=list)
    continues: list[State] = field(default_factory=list)


@record
class WayOut:
    """One return of a function: its value, the invocations that have come back, those that have failed, and how long
    was surely slept before."""

    value: Value
    sent: frozenset[SiteKey]
    failed: frozenset[SiteKey]
    place: Place | None
    waited: Waited = NO_WAIT


@record
class Fork:
    """What each name is where the invocations have come back, and where a clause took their errors."""

    sites: frozenset[SiteKey]
    good: dict[str, Value]
    bad: dict[str, Value]


@record
class Failure:
    """A function tells by what it returns that an invocation failed: what, and where it does."""

    site: SiteKey
    value: str
    place: Place | None
    logged: bool = False


@record
class Outcome:
    """What a call does: its return value, the objects it leaves, its events, and the errors that escape."""

    value: Value
    heap: dict[ObjectId, Obj]
    events: tuple[Event, ...]
    raises: tuple[Raised, ...]
    returns: bool  # whether it can come back normally
    cost: int  # functions interpreted, this one included
    complete: bool  # False when what it shows depends on the stack or the budget left: not to be kept
    functions: frozenset[str]  # keys of the functions that were walked
    failures: tuple[Failure, ...] = ()
    given: tuple[ObjectId, ...] = ()  # the objects that the arguments lead to
    levels: int = 0  # of calls below it, those that were not followed included
    waited: Waited = NO_WAIT
    failing: frozenset[str] = frozenset()  # errors of Python that it surely raises; empty for any other
    trial: int = 0  # the number of the trial that notes what happens in it; 0 where there is nothing to note
    read: frozenset[SiteKey] = frozenset()  # the answers whose stream it has read wherever it comes back
