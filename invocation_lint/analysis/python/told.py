"""Functions that tell by what they return that an invocation failed, and what their callers do with it.

A state is marked ("sent", site) where the invocation has come back without an error, and ("failed", site) in a clause
that takes its error. What is returned under the one and under the other tells a success from a failure if it differs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    NONE,
    Const,
    Encoded,
    ErrorValue,
    Pending,
    Struct,
    Text,
    Typed,
    Value,
    join2,
)
from invocation_lint.analysis.domain.events import Caught, FailureTold
from invocation_lint.analysis.domain.ids import SiteKey
from invocation_lint.analysis.domain.state import State, freeze
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.program.reads import FILLING, is_only_counted, is_only_returned, is_read
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.outcome import Failure, Fork, Outcome, WayOut
from invocation_lint.findings import Place

_COLLECTING = frozenset({"list", "tuple", "set", "deque", "collections.deque"})


def note_sent(frame: Frame, sites: Iterable[SiteKey]) -> None:
    """The invocations have come back: an error of theirs would have left this path."""
    if frame.state is not None:
        frame.state.marks |= {("sent", site) for site in sites}


def note_fork(frame: Frame, failed: frozenset[SiteKey], ended: State | None, leaving: State | None) -> None:
    """A try statement is left by its end or by clauses that took the errors of invocations: what each name is then."""
    if failed and ended is not None and leaving is not None and not frame.building:
        frame.forks.append(Fork(failed, ended.env, leaving.env))


def note_return(frame: Frame, value: Value, place: Place | None, name: str = "") -> None:
    """A return is reached, or the end of the function (no place); `name` is the name that is returned, if it is one."""
    if frame.state is not None and not frame.building:
        for fork in frame.forks if name else ():
            good, bad = fork.good.get(name), fork.bad.get(name)
            if good is not None and bad is not None and good != bad and set(join2(good, bad).atoms) == set(value.atoms):
                waited = frame.state.waited
                frame.ways_out.append(WayOut(freeze(frame.state, good), fork.sites, frozenset(), place, waited))
                frame.ways_out.append(WayOut(freeze(frame.state, bad), frozenset(), fork.sites, place, waited))
                return
        marks = [mark for mark in frame.state.marks if isinstance(mark, tuple)]
        sent = frozenset(mark[1] for mark in marks if mark[0] == "sent")
        failed = frozenset(mark[1] for mark in marks if mark[0] == "failed")
        frame.ways_out.append(WayOut(freeze(frame.state, value), sent, failed, place, frame.state.waited))


def failures_of(frame: Frame, *, is_generator: bool) -> tuple[Failure, ...]:
    """The failures that a function tells by its return value, once it is walked."""
    if is_generator:
        return ()
    if frame.function is not None and isinstance(frame.function.node, cst.FunctionDef):
        note_return(frame, NONE, None)
    quiet: dict[SiteKey, bool] = {}
    logged: dict[SiteKey, bool] = {}
    for event in frame.events:
        if isinstance(event, Caught) and event.family == "service" and event.seen == "yes":
            quiet[event.site] = quiet.get(event.site, True) and event.quiet
            logged[event.site] = logged.get(event.site, True) and event.logged
    escaping = {raised.site for raised in frame.raises if raised.family == "service"}
    found = {failure.site: failure for failure in frame.handed_on}
    for site, is_quiet in quiet.items():
        if is_quiet and site not in escaping:
            told = _told(frame.ways_out, site)
            if told is not None:
                found[site] = replace(told, logged=logged[site])
    return tuple(found.values())


def _told(ways: list[WayOut], site: SiteKey) -> Failure | None:
    good = [way for way in ways if site in way.sent]
    bad = [way for way in ways if site in way.failed] or [way for way in ways if site not in way.sent]
    if not good or not bad:
        return None
    healthy = {atom for way in good for atom in way.value.atoms}
    if any(atom in healthy for way in bad for atom in way.value.atoms):
        return None
    words = [_word(atom) for way in bad for atom in way.value.atoms]
    if not words or None in words:
        return None
    place = next((way.place for way in bad if way.place is not None), None)
    return Failure(site, " or ".join(str(word) for word in dict.fromkeys(words)), place)


def _word(atom: Any) -> str | None:
    """What a failing function gives back, in words; None where it is not known."""
    if isinstance(atom, Const):
        if atom.kind in {"bool", "NoneType"}:
            return str(atom.value)
        return "a string" if atom.kind in {"str", "bytes"} else "a number"
    if isinstance(atom, (Text, Encoded)) or (isinstance(atom, Typed) and atom.type in {"str", "bytes"}):
        return "a string"
    if isinstance(atom, ErrorValue):
        return "an error"
    if isinstance(atom, Struct):
        return {"dict": "an object", "instance": "an object", "tuple": "a tuple"}.get(atom.kind, "a list")
    return None


def told_by(frame: Frame, outcome: Outcome, node: cst.CSTNode, key_of: Any) -> tuple[FailureTold, ...]:
    """The failures that a call tells by what it gives."""
    place = frame.place(node)
    return tuple(
        FailureTold(key_of(one.site), one.value, "read", one.place, place, one.logged) for one in outcome.failures
    )


def note_use(frame: Frame, told: Iterable[FailureTold], node: cst.CSTNode) -> None:
    """What the statement around a call does with the failures that the call tells."""
    use = use_of(frame, node) if told else "read"
    for one in told:
        if use == "returned":
            frame.handed_on.append(Failure(one.site, one.value, one.returned, one.logged))
        else:
            frame.events.append(replace(one, use=use, place=frame.place(node)))


def note_delivered(frame: Frame, pending: Pending, node: cst.CSTNode) -> None:
    """A value is delivered that may tell a failure: by `await`, or by the `.result()` of a future."""
    note_use(frame, pending.told, node)


def kept_for_later(frame: Frame, since: int, node: cst.CSTNode) -> tuple[FailureTold, ...]:
    """What a call that is run elsewhere tells, taken back: it is told where its result is asked for."""
    place = frame.place(node)
    later = [
        one for one in frame.events[since:] if isinstance(one, FailureTold) and (one.place, one.use) == (place, "read")
    ]
    frame.events[since:] = [one for one in frame.events[since:] if one not in later]
    return tuple(later)


def use_of(frame: Frame, node: cst.CSTNode) -> str:
    """dropped (the call is a statement), unread (of a name that is never read, or a list of which only the length is),
    returned, or read."""
    statement = frame.statement
    function = frame.function
    if function is not None and (held := _put_into(statement, node)):
        return "unread" if is_only_counted(function, held) else "read"
    if isinstance(statement, cst.Expr) and _is_it(statement.value, node):
        return "dropped"
    if isinstance(statement, cst.Return) and _is_it(statement.value, node):
        return "returned"
    if isinstance(statement, cst.Assign) and _is_it(statement.value, node) and len(statement.targets) == 1:
        target = statement.targets[0].target
        if isinstance(target, cst.Name) and function is not None and target.value not in function.globals:
            if is_only_returned(function, target.value):
                return "returned"
            deliberate = target.value.startswith("_")
            unread = not is_read(function, target.value) or is_only_counted(function, target.value)
            return "unread" if unread and not deliberate else "read"
    return "read"


def _put_into(statement: cst.CSTNode | None, node: cst.CSTNode) -> str:
    """The name of the list into which a statement puts what a call gives: `done.append(start(job))`."""
    call = statement.value if isinstance(statement, cst.Expr) else None
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute) or len(call.args) != 1:
        return ""
    held = call.func.value if call.func.attr.value in FILLING and _is_it(call.args[0].value, node) else None
    return held.value if isinstance(held, cst.Name) else ""


def _is_it(value: cst.BaseExpression | None, node: cst.CSTNode) -> bool:
    """Whether an expression is what a call gives, or all that it gives in a list of its own."""
    if value is node or value is None:
        return value is node
    if isinstance(value, cst.Await):
        return _is_it(value.expression, node)
    if isinstance(value, (cst.ListComp, cst.SetComp, cst.GeneratorExp)):
        return _is_it(value.elt, node)
    if isinstance(value, cst.Call) and dotted(value.func) in _COLLECTING and len(value.args) == 1:
        return _is_it(value.args[0].value, node)
    return False


__all__ = [
    "failures_of",
    "kept_for_later",
    "note_delivered",
    "note_fork",
    "note_return",
    "note_sent",
    "note_use",
    "told_by",
    "use_of",
]
