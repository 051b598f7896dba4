"""What lies in an object that is turned into a mapping: `model_dump()` and `asdict` go through lists, mappings and the
objects in them (pydantic: serialization; Python: dataclasses.asdict)."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from invocation_lint.analysis.domain.atoms import Atom, Ref, Slot, Value, join_values, unknown
from invocation_lint.analysis.domain.state import Obj
from invocation_lint.analysis.libraries import encoding, fields
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame

Dump = Callable[[Obj], Obj | None]
"""Gives an instance as a mapping; None where it stays what it is."""

_LEVELS = 5
_CONTAINERS = frozenset({"dict", "list", "tuple", "set"})


def within(frame: Frame, value: Value, node: cst.CSTNode, dump: Dump, levels: int = _LEVELS) -> Value:
    """A value in which each instance is what `dump` gives for it, in lists and mappings as well."""
    return join_values(_atom(frame, atom, node, dump, levels) for atom in value.atoms)


def _atom(frame: Frame, atom: Atom, node: cst.CSTNode, dump: Dump, levels: int) -> Value:
    obj = frame.live.heap.get(atom.id) if isinstance(atom, Ref) else None
    own = Value((atom,))
    if obj is None or not isinstance(atom, Ref):
        return own
    if levels <= 0:
        return unknown("what lies deep in an object that is dumped")
    inner = dump(obj) if obj.kind == "instance" else obj
    if inner is None or inner.kind not in _CONTAINERS or type(inner.slots) is not dict:
        return own
    slots = {key: Slot(one.presence, within(frame, one.value, node, dump, levels - 1), one.place)
             for key, one in inner.slots.items()}  # fmt: skip
    items = tuple(within(frame, one, node, dump, levels - 1) for one in inner.items)
    rest = within(frame, inner.rest, node, dump, levels - 1) if inner.rest is not None else None
    if inner is obj and slots == obj.slots and items == obj.items and rest == obj.rest:
        return own
    made = Obj(inner.kind, slots, inner.open, items, rest, inner.made, inner.cls, obj.many)
    return frame.allocate_at((frame.place(node), "dumped", atom.id), made)


def as_dict(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`dataclasses.asdict(value)`."""
    if not arguments.args:
        return unknown()
    outer = encoding.as_mapping(frame, arguments.args[0], node)
    return within(frame, outer, node, lambda obj: of_dataclass(frame, obj))


def of_dataclass(frame: Frame, obj: Obj) -> Obj | None:
    """The fields of a dataclass as a mapping; None for any other object."""
    info = frame.interpreter.class_info(obj.cls)
    if info is None or not fields.is_dataclass(info):
        return None
    return Obj("dict", dict(obj.slots), obj.open, made=obj.made)


__all__ = ["as_dict", "of_dataclass", "within"]
