"""Loops whose rounds have to wait for each other: one changes what the next one gets, or measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from invocation_lint.analysis.domain.events import Visit
from invocation_lint.analysis.program.acts import is_log_line
from invocation_lint.analysis.program.model import own_nodes
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.loops.gathering import is_carried_over
from invocation_lint.findings import Place

_CLOCKS = frozenset(
    {"time", "time_ns", "perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns", "process_time",
     "default_timer", "now", "utcnow"}
)  # fmt: skip
"""Functions that tell the time, by the last part of their name."""

_CHANGES = ("update_function_", "update_alias", "publish_version", "put_function_concurrency", "put_provisioned_",
            "delete_function_concurrency")  # fmt: skip
"""How methods of Lambda's client begin that change how a function runs."""


def note_order(frame: Frame, loop: cst.For | cst.While | None, first_event: int) -> None:
    """Mark the invocations since an index whose rounds have to wait for each other. A comprehension is no `loop`."""
    changes = loop is not None and any(_changes(node) for node in own_nodes(loop.body))
    for index in range(first_event, len(frame.events)):
        event = frame.events[index]
        if not isinstance(event, Visit) or event.loop is None or event.loop.in_order:
            continue
        why = "changes" if changes else "measures" if event.is_timed else ""
        if loop is not None and not why:
            if is_timed(frame, own_nodes(loop.body), event.site[0]):
                why = "measures"
            elif isinstance(loop, cst.For) and is_carried_over(frame, loop, event.site[0]):
                why = "carries"
        if why:
            frame.events[index] = replace(event, loop=replace(event.loop, in_order=why))


def _changes(node: cst.CSTNode) -> bool:
    func = node.func if isinstance(node, cst.Call) else None
    return isinstance(func, cst.Attribute) and func.attr.value.startswith(_CHANGES)


def times_itself(frame: Frame, call: Place) -> bool:
    """Whether a function measures how long a call in it takes, and does more than log that."""
    function = frame.function
    if function is None or frame.loops or not function.mentions & _CLOCKS:
        return False
    return is_timed(frame, own_nodes(function.node), call)


def is_timed(frame: Frame, nodes: Sequence[cst.CSTNode], call: Place) -> bool:
    """Whether statements take the time before a call and behind it, and use the difference for more than a log line."""
    started: set[str] = set()
    for node in nodes:
        if isinstance(node, cst.Assign) and _tells_time(node.value) and frame.place(node) < call:
            started.update(to.target.value for to in node.targets if isinstance(to.target, cst.Name))
    if not started:
        return False
    logged = {part for node in nodes if isinstance(node, cst.Call) and is_log_line(node) for part in own_nodes(node)}
    for node in nodes:
        if not _is_difference(node, started) or node in logged or frame.place(node) < call:
            continue
        held = next(
            (one for one in nodes if isinstance(one, cst.Assign) and node in (one.value, *own_nodes(one.value))), None
        )
        if held is None:
            return True
        names = {to.target for to in held.targets}
        kept = {name.value for name in names if isinstance(name, cst.Name)}
        if len(kept) < len(names) or any(
            isinstance(part, cst.Name) and part.value in kept and part not in logged and part not in names
            for part in nodes
        ):
            return True
    return False


def _tells_time(node: cst.CSTNode) -> bool:
    func = node.func if isinstance(node, cst.Call) else None
    name = func.attr if isinstance(func, cst.Attribute) else func
    return isinstance(name, cst.Name) and name.value in _CLOCKS


def _is_difference(node: cst.CSTNode, started: set[str]) -> bool:
    return (
        isinstance(node, cst.BinaryOperation)
        and isinstance(node.operator, cst.Subtract)
        and isinstance(node.right, cst.Name)
        and node.right.value in started
    )


__all__ = ["is_timed", "note_order", "times_itself"]
