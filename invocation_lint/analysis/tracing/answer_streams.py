"""Which streams have been read: each yields its data once."""

from __future__ import annotations

import libcst as cst

from invocation_lint.analysis.domain.atoms import Pending, Traced, Value
from invocation_lint.analysis.domain.events import Visit
from invocation_lint.analysis.domain.ids import SiteKey
from invocation_lint.analysis.domain.state import READ_AS, Obj
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.source.parsing.walk import walk

READING = frozenset({"read", "readlines", "readline", "iter_lines", "iter_chunks"})
"""Methods of a stream that read it (botocore.response.StreamingBody)."""


def read_stream(frame: Frame, site: SiteKey, node: cst.CSTNode | None = None) -> bool:
    """Note that the stream of an answer is read, by a node of this frame; returns whether it surely was read before.

    A call site stands for all the answers that it gives. Where these may be several, two readings are of one answer
    only if the same expression names it, and no name in it was bound in between.
    """
    state = frame.live
    same = ("read", site)
    by_text = _named(frame, site, node)
    again = same in state.marks
    if again and _is_one_of_several(frame, site):
        again = by_text in state.marks
    state.marks |= {same} if by_text is None else {same, by_text}
    return again


def _named(frame: Frame, site: SiteKey, node: cst.CSTNode | None) -> tuple[str, SiteKey, frozenset[str], str] | None:
    """The mark of the expression that a call reads; None where it does more than to name it."""
    if not isinstance(node, cst.Call):
        return None
    read = node.func.value if isinstance(node.func, cst.Attribute) and node.func.attr.value in READING else None
    if read is None:
        read = node.args[0].value if len(node.args) == 1 else None
    parts = list(walk(read)) if read is not None else []
    if read is None or any(isinstance(part, (cst.BaseComp, cst.NamedExpr)) or _may_change(part) for part in parts):
        return None
    names = frozenset(part.value for part in parts if isinstance(part, cst.Name))
    return (READ_AS, site, names, frame.module.source.code(read))


def _may_change(part: cst.CSTNode) -> bool:
    """Whether a part of an expression may stand for something else each time."""
    if not isinstance(part, cst.Call):
        return False
    return not (isinstance(part.func, cst.Attribute) and part.func.attr.value == "get")


def _is_one_of_several(frame: Frame, site: SiteKey) -> bool:
    """Whether an answer may be one of several of its call site: a loop that is over has got them, or they are held
    side by side."""
    running = [loop.info for loop in frame.loops]
    visits = (event for event in frame.events if isinstance(event, Visit) and event.site == site)
    if any(event.loop is not None and not any(event.loop is info for info in running) for event in visits):
        return True
    if any(_holds_several(obj, site) for obj in frame.live.heap.values()):
        return True
    given = frame.function.node.params.params if frame.function is not None else ()
    held = [frame.live.env.get(param.name.value) for param in given]
    return sum(value is not None and _holds(value, site) for value in held) > 1


def _holds_several(obj: Obj, site: SiteKey) -> bool:
    if obj.rest is not None and _holds(obj.rest, site):
        return True
    values = [*obj.items, *(slot.value for slot in obj.slots.values())]
    return sum(_holds(value, site) for value in values) > 1 or (obj.many and any(_holds(one, site) for one in values))


def _holds(value: Value, site: SiteKey) -> bool:
    """Whether a value is an answer of a call site, whole, or will be."""
    if any(part.origin == site and len(part.path) < 2 for part in value.of(Traced)):
        return True
    return any(_holds(one.value, site) for one in value.of(Pending))


__all__ = ["READING", "read_stream"]
