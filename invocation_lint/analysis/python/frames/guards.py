"""What takes errors: the types of a clause, and what stands around the call of a decorated function."""

from __future__ import annotations

import libcst as cst

from invocation_lint.findings import Place
from invocation_lint.records import record


@record
class CaughtType:
    """One exception of a clause; `service` and `transport` say yes, partly, no or unknown."""

    name: str
    kind: str
    service: str
    transport: str


@record
class Guard:
    """A clause or manager around the call of the decorated function; `how` is drops, raises (again) or maybe."""

    how: str
    node: cst.CSTNode
    place: Place
    types: tuple[CaughtType, ...] = ()
    does: str = "drops"
    as_type: str = ""  # what it raises instead


@record
class Again:
    """A loop of a wrapper that calls what it decorates again when that has failed, in the words of `RetryLoop`."""

    place: Place
    pause: str
    bounded: bool | None


@record
class Wrapping:
    """What the decorators of a function, all of them followed, do around a call: the guards, innermost first."""

    names: frozenset[str] = frozenset()  # of the decorators of the program
    guards: tuple[Guard, ...] = ()
    gives_value: bool = True  # whether the caller gets what the function returns
    again: tuple[Again, ...] = ()  # the loops around the call


PLAIN = Wrapping()
