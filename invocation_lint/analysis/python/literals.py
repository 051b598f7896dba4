"""Mappings and sequences written out, and mappings merged into another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import NEVER, Const, FunctionRef, Value, join2, unknown
from invocation_lint.analysis.domain.state import Obj
from invocation_lint.analysis.domain.values import keys_of, source_of
from invocation_lint.analysis.python import iteration, traced
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.trial import Keys
from invocation_lint.analysis.python.tested import note_kept

MAX_LITERAL = 400
"""Elements of one literal that are looked at; longer ones are tables of data."""


def mapping(frame: Frame, node: cst.Dict) -> Value:
    """`{..}`: the keys that are constants, open where others are set."""
    obj = Obj("dict", made=frame.place(node))
    if len(node.elements) > MAX_LITERAL:
        return frame.allocate(node, obj.opened("it is too long a literal"))
    for element in node.elements:
        if isinstance(element, cst.StarredDictElement):
            spread = frame.evaluate(element.value)
            traced.note_spread(frame, spread, element.value)
            obj = merged(frame, obj, spread)
            continue
        assert isinstance(element, cst.DictElement)
        key = frame.evaluate(element.key)
        value = note_kept(frame, element.value, frame.evaluate(element.value), element)
        traced.note_operation(frame, (key,), (), element)
        names = keys_of(key) or _pair(frame, key, value)
        if names is None or any(_unhashable(name) for name in names):
            obj = traced.set_aside(frame, obj, key, value, "a key that is not known is set")
            continue
        for name in names:
            obj = obj.with_slot(name, value, frame.place(element), weak=len(names) > 1)
    return frame.allocate(node, obj)


def _pair(frame: Frame, key: Value, value: Value) -> list[Any] | None:
    """The key of a function that a tuple of constants names: `("POST", "/jobs"): submit`."""
    if frame.state is None or not value.of(FunctionRef):
        return None
    held = [obj for _, obj in frame.state.deref(key)]
    if len(held) != 1 or held[0].kind != "tuple" or held[0].rest is not None:
        return None
    parts = [part for part in (item.single for item in held[0].items) if isinstance(part, Const)]
    return [tuple(part.value for part in parts)] if len(parts) == len(held[0].items) else None


def _unhashable(value: Any) -> bool:
    return isinstance(value, (list, dict, set))


def merged(frame: Frame, obj: Obj, other: Value) -> Obj:
    """The mapping after `{**obj, **other}`."""
    if frame.state is None:
        return obj
    atoms = other.atoms
    if not atoms:
        return obj
    for atom in atoms:
        targets = list(frame.state.deref(Value((atom,))))
        if not targets or targets[0][1].kind not in {"dict", "instance"}:
            if isinstance(atom, Const) and atom.value is None:
                continue
            if targets and targets[0][1].kind in {"list", "tuple", "generator"}:
                obj = with_pairs(frame, obj, targets[0][1], weak=len(atoms) > 1)
                continue
            obj = obj.opened(f"{source_of(Value((atom,))) or 'a mapping that is not known'} is merged into it")
            continue
        more = targets[0][1]
        if isinstance(more.slots, Keys) and not obj.slots:
            obj = replace(obj, slots=more.slots.copy())
        for key, slot in more.slots.items():
            obj = obj.with_slot(key, slot.value, slot.place, weak=len(atoms) > 1 or slot.presence != "yes")
        if more.open:
            obj = obj.opened(more.open)
        if more.kind == "dict" and more.items:
            obj = obj.with_aside(*more.items)
    return obj


def with_pairs(frame: Frame, obj: Obj, pairs: Obj, *, weak: bool = False) -> Obj:
    """The mapping after `obj.update(pairs)`."""
    for item in [*pairs.items, *(Value((atom,)) for atom in (pairs.rest.atoms if pairs.rest is not None else ()))]:
        inner = next((o for _, o in frame.live.deref(item)), None)
        names = keys_of(inner.items[0]) if inner is not None and len(inner.items) == 2 else None
        if inner is None or names is None or len(inner.items) != 2:
            pair = inner.items if inner is not None and len(inner.items) == 2 else (item, item)
            obj = traced.set_aside(frame, obj, *pair, "pairs that are not known are merged into it")
            continue
        unsure = weak or len(names) > 1 or not any(item is one for one in pairs.items)
        for name in names:
            obj = obj.with_slot(name, inner.items[1], pairs.made, weak=unsure)
    return obj


def merge_into(frame: Frame, receiver: Value, other: Value, node: cst.CSTNode) -> None:
    """`receiver.update(other)`."""

    def change(obj: Obj, weak: bool) -> Obj:
        result = merged(frame, obj, other)
        if not weak:
            return result
        for key, slot in result.slots.items():
            if key not in obj.slots:
                result = result.with_slot(key, slot.value, slot.place, weak=True).without_slot(key, weak=True)
        return result

    frame.live.update(receiver, change)


def sequence(frame: Frame, node: cst.List | cst.Tuple | cst.Set) -> Value:
    """`[..]`, `(..)`, `{..}`: the elements in order, up to a starred one that is not known."""
    kind = {cst.List: "list", cst.Tuple: "tuple", cst.Set: "set"}[type(node)]
    if len(node.elements) > MAX_LITERAL:
        return frame.allocate(node, Obj(kind, rest=unknown("a long literal"), made=frame.place(node)))
    items: list[Value] = []
    rest: Value | None = None
    for element in node.elements:
        value = frame.evaluate(element.value)
        if isinstance(element, cst.StarredElement):
            more = iteration.iteration_items(frame, value) if frame.state is not None else None
            if more is None or rest is not None:
                traced.note_iterated(frame, value, element.value)
                every = iteration.element_of(frame, value) if frame.state is not None else NEVER
                rest = every if rest is None else join2(rest, every)
            else:
                items.extend(more)
        elif rest is None:
            items.append(value)
        else:
            rest = join2(rest, value)
    return frame.allocate(node, Obj(kind, items=tuple(items), rest=rest, made=frame.place(node)))
