"""What is awaited, and the errors that come with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    NEVER,
    AwsObject,
    Client,
    Pending,
    Traced,
    Unknown,
    Value,
    join_values,
    unknown,
)
from invocation_lint.analysis.domain.events import Caught
from invocation_lint.analysis.python import told, traced
from invocation_lint.analysis.python.frames.frame import Frame


def deliver(frame: Frame, found: tuple[Any, ...]) -> None:
    """The errors that an awaitable brings: raised here, or kept by it as values."""
    for outcome in found:
        if isinstance(outcome, Caught):
            frame.events.append(outcome)
        else:
            frame.raises.append(outcome)
            told.note_sent(frame, (outcome.site,))


def awaited(frame: Frame, value: Value, node: cst.CSTNode | None = None) -> Value:
    """What `await value` yields; errors of the invocations that it waits for are raised here. `node` is what awaits."""
    found: list[Value] = []
    for atom in value.atoms:
        if isinstance(atom, Pending):
            deliver(frame, atom.raises)
            if node is not None:
                told.note_delivered(frame, atom, node)
            found.append(atom.value)
        elif any(obj.kind == "dict" for _, obj in frame.live.deref(Value((atom,)))):
            found.append(Value((atom,)))  # an answer of a resource of aioboto3
        else:
            found.append(_awaited_atom(frame, atom))
    return join_values(found) if found else NEVER


def _awaited_atom(frame: Frame, atom: Any) -> Value:
    """What awaiting something that is no awaitable of the program yields."""
    if isinstance(atom, Client):
        return Value((replace(atom, pending=False),))
    if isinstance(atom, Traced):
        return traced.kind_of(frame, atom).awaited(frame, atom)
    if isinstance(atom, AwsObject):
        return Value((atom,))
    reason = "what an awaitable yields"
    if isinstance(atom, Unknown):
        return Value((replace(atom, reason=reason),))
    return unknown(reason, getattr(atom, "source", ""))
