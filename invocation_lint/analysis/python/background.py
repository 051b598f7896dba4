"""Work that runs beside the statements that ask for it: what becomes of a coroutine, a task, a future or a thread.

A coroutine that nobody awaits never runs. A task or a future runs, and keeps its error until somebody looks at it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from invocation_lint.analysis.domain.atoms import NEVER, Const, Pending, Ref, Traced, Value
from invocation_lint.analysis.domain.events import CalledFirst, Lost, Raised, Visit
from invocation_lint.analysis.domain.ids import SiteKey
from invocation_lint.analysis.program.model import FunctionInfo, own_nodes
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.program.reads import FILLING, is_only_waited_for, is_read, is_replaced
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.findings import Place

_POOLS = ("Executor", "Pool", "TaskGroup", "create_task_group")
"""What a `with` statement opens that waits, at its end, for the work handed to it; by the end of the name."""

_WAITING = frozenset(
    {"shutdown", "join", "wait", "as_completed", "gather", "run_until_complete", "all_tasks", "result"}
)
"""Functions and methods that wait for work, by the last part of their name."""


def note_dropped(frame: Frame, value: Value, node: cst.CSTNode, *, replaced: bool = False) -> None:
    """Nobody will look at the value any more: note the invocations whose outcome goes with it. `replaced` is whether
    that is so of all rounds of a loop but the last."""
    place = frame.place(node)
    for pending in _pendings(frame, value):
        if pending.via in {"read", "decorated"}:
            continue
        with_error = {raised.site for raised in pending.raises if isinstance(raised, Raised) and not raised.logged}
        waited = _is_waited_for(frame)
        for site in _sites(pending):
            frame.events.append(Lost(site, pending.via, place, site in with_error, waited, replaced))


def note_assigned(frame: Frame, target: cst.BaseExpression, value: Value, node: cst.CSTNode) -> None:
    """A name is bound: what it stands for is dropped when the function never reads the name."""
    function = frame.function
    is_filled = isinstance(target, cst.Subscript) and isinstance(target.value, cst.Name)  # `futures[job] = ..`
    name = target.value if isinstance(target, cst.Subscript) and is_filled else target
    if function is None or not isinstance(name, cst.Name) or not any(_pendings(frame, value)):
        return
    if name.value in function.globals or (is_filled and not _is_made(function, name.value)):
        return
    if _is_unseen(function, name.value):
        note_dropped(frame, value, node)
    elif not is_filled and is_replaced(function, name):
        note_dropped(frame, value, node, replaced=True)


def _is_unseen(function: FunctionInfo, name: str) -> bool:
    return not is_read(function, name) or is_only_waited_for(function, name)


def note_filled(frame: Frame, node: cst.BaseExpression) -> None:
    """`futures.append(..)`, of a list that the function makes and never reads: what it holds is dropped."""
    func = node.func if isinstance(node, cst.Call) else None
    if not isinstance(func, cst.Attribute) or func.attr.value not in FILLING or not isinstance(func.value, cst.Name):
        return
    name, function = func.value.value, frame.function
    if function is None or frame.state is None or name in function.globals:
        return
    value = frame.state.env.get(name, NEVER)
    if any(_pendings(frame, value)) and _is_made(function, name) and _is_unseen(function, name):
        note_dropped(frame, value, node)


def note_called_first(frame: Frame, value: Value, argument: Place, node: cst.CSTNode) -> None:
    """`pool.submit(send(job))`: a call stands where the function is expected, and gives nothing that can be called."""
    if not value.atoms or not all(isinstance(atom, (Const, Ref, Traced)) for atom in value.atoms):
        return
    sites = [event.site for event in frame.events if isinstance(event, Visit) and event.site[0] == argument]
    frame.events.extend(CalledFirst(site, frame.place(node)) for site in dict.fromkeys(sites))


def run_elsewhere(frame: Frame, since: int) -> tuple[SiteKey, ...]:
    """Mark the invocations noted since an index as run by an executor or a thread; gives their sites."""
    found: dict[SiteKey, None] = {}
    for index in range(since, len(frame.events)):
        event = frame.events[index]
        if isinstance(event, Visit):
            frame.events[index] = replace(event, run_by="executor")
            found[event.site] = None
    return tuple(found)


def wait_for(frame: Frame, value: Value, since: int) -> None:
    """`await` of what a thread was given in the same expression: its invocations, noted since an index, are over when
    the statement is. Those of gathered work and of tasks run beside each other."""
    sites = {site for one in value.of(Pending) if one.via in {"coroutine", "future"} for site in one.sites}
    for index in range(since, len(frame.events)) if sites else ():
        event = frame.events[index]
        if isinstance(event, Visit) and event.run_by == "executor" and event.site in sites:
            frame.events[index] = replace(event, run_by="awaited")


def _pendings(frame: Frame, value: Value) -> Iterator[Pending]:
    if frame.state is None:
        return
    yield from value.of(Pending)
    for _, obj in frame.live.deref(value):
        held = obj.elements() if obj.kind in {"list", "tuple", "set"} else []
        if obj.kind == "dict":
            held = [*obj.aside(0), *obj.aside(1), *(slot.value for slot in obj.slots.values())]
        for element in held:
            yield from element.of(Pending)


def _sites(pending: Pending) -> list[SiteKey]:
    sites = dict.fromkeys(pending.sites)
    sites.update(dict.fromkeys(raised.site for raised in pending.raises if isinstance(raised, Raised)))
    return list(sites)


def _is_made(function: FunctionInfo, name: str) -> bool:
    """Whether the function binds a name to something of its own."""
    return any(
        isinstance(node, (cst.AssignTarget, cst.AnnAssign))
        and isinstance(node.target, cst.Name)
        and node.target.value == name
        for node in own_nodes(function.node)
    )


def _is_waited_for(frame: Frame) -> bool:
    """Whether the function waits for work that it has handed away, be it without a look at how it ended."""
    body = frame.function.node if frame.function is not None else frame.module.source.module
    for node in own_nodes(body):
        if isinstance(node, cst.WithItem):
            opened = node.item.func if isinstance(node.item, cst.Call) else node.item
            if dotted(opened).endswith(_POOLS):
                return True
        elif isinstance(node, cst.Call):
            name = node.func.attr.value if isinstance(node.func, cst.Attribute) else dotted(node.func)
            if name in _WAITING:
                return True
    return False


__all__ = ["note_assigned", "note_called_first", "note_dropped", "run_elsewhere", "wait_for"]
