"""Methods of dicts, lists and sets."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import libcst as cst

from invocation_lint.analysis.domain.atoms import NONE, Const, Ref, Typed, Value, join2, join_values, unknown
from invocation_lint.analysis.domain.events import Argument
from invocation_lint.analysis.domain.state import VIEW, Obj
from invocation_lint.analysis.domain.values import key_value, keys_of
from invocation_lint.analysis.libraries import models
from invocation_lint.analysis.libraries.trials import marshmallow, trying
from invocation_lint.analysis.python import assign, literals, traced
from invocation_lint.analysis.python.calls.unfollowed import call_unknown
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.trial import Keys, source_of_item
from invocation_lint.analysis.python.lookup import item, object_item


def call_method(frame: Frame, atom: Ref, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`object.name(..)` for a dict, list, tuple or set of the heap."""
    obj = frame.live.heap[atom.id]
    receiver = Value((atom,))
    dumped = models.call_method(frame, atom, name, arguments, node) if obj.kind == "instance" else None
    if dumped is not None:
        return dumped
    tried = trying.call_method(frame, atom, name, arguments, node) or marshmallow.loaded(
        frame, atom, name, arguments, node
    )
    if tried is not None:
        return tried
    handler = {"dict": _DICT, "list": _LIST, "tuple": _LIST, "set": _LIST}.get(obj.kind, {}).get(name)
    if handler is None:
        if obj.kind in {"dict", "list", "set"}:
            frame.live.heap[atom.id] = obj.opened("a method that is not followed")
        return call_unknown(frame, arguments, node, source=name)
    return handler(frame, receiver, obj, arguments, node)


def _get(frame: Frame, receiver: Value, obj: Obj, arguments: Arguments, node: cst.CSTNode) -> Value:
    key = arguments.get(0, "key") or unknown()
    default = arguments.get(1, "default") or NONE
    if default == key:  # MODES.get(mode, mode): what the mapping has is not given back
        default = Value(tuple(atom for atom in key.atoms if not _is_held(obj, atom)))
    names = keys_of(key)
    if names is None:
        if frame.interpreter.trial is not None:
            frame.interpreter.trial.note_compared(key, obj.slots)
        return join2(object_item(obj, None), default)
    found: list[Value] = []
    for name in names:
        slot = obj.slots.get(name)
        if slot is not None:
            found.append(slot.value)
        if slot is None or slot.presence != "yes":
            found.append(default)
            if obj.open and slot is None:
                found.extend(obj.aside(1))
                found.append(unknown("an item of a mapping that is not known", source_of_item(obj.slots, name)))
    return join_values(found)


def _is_held(obj: Obj, key: object) -> bool:
    """Whether a mapping surely has a key."""
    slot = obj.slots.get(key.value) if isinstance(key, Const) else None
    return slot is not None and slot.presence == "yes"


def _pop(frame: Frame, receiver: Value, obj: Obj, arguments: Arguments, node: cst.CSTNode) -> Value:
    if len(arguments.args) > 1:
        value = _get(frame, receiver, obj, arguments, node)
    elif frame.interpreter.trial is not None and arguments.args:  # it may surely lack the item
        value = item(frame, receiver, arguments.args[0], node)
        if frame.state is None:
            return value
    else:
        value = object_item(obj, keys_of(arguments.args[0]) if arguments.args else None)
    assign.remove_key(frame, receiver, arguments.args[0] if arguments.args else unknown())
    return value


def _popitem(frame: Frame, receiver: Value, obj: Obj, arguments: Arguments, node: cst.CSTNode) -> Value:
    assign.remove_key(frame, receiver, unknown("the last key"))
    return unknown("an item")


def _setdefault(frame: Frame, receiver: Value, obj: Obj, arguments: Arguments, node: cst.CSTNode) -> Value:
    names = keys_of(arguments.args[0]) if arguments.args else None
    default = arguments.get(1, "default") or NONE
    if names is None or len(names) != 1:
        key = arguments.args[0] if arguments.args else unknown()
        frame.live.update(
            receiver, lambda o, weak: traced.set_aside(frame, o, key, default, "a key that is not known is set")
        )
        return join_values([*obj.aside(1), default, unknown("an item")])
    slot = obj.slots.get(names[0])
    if slot is not None and slot.presence == "yes":
        return slot.value
    value = default if slot is None else join2(slot.value, default)
    if slot is None and obj.open:
        value = join2(value, unknown("an item of a mapping that is not known", str(names[0])))
    frame.live.update(receiver, lambda o, weak: o.with_slot(names[0], value, frame.place(node), weak=weak))
    return value


def _update(frame: Frame, receiver: Value, obj: Obj, arguments: Arguments, node: cst.CSTNode) -> Value:
    for value in arguments.args:
        literals.merge_into(frame, receiver, value, node)
    for _name, argument in arguments.kwargs.items():
        frame.live.update(receiver, partial(_with_argument, argument))
    if arguments.open:
        frame.live.update(receiver, lambda o, weak: o.opened("keywords that are not known are merged into it"))
    return NONE


def _with_argument(argument: Argument, obj: Obj, weak: bool) -> Obj:
    return obj.with_slot(argument.name, argument.value, argument.place, weak=weak)


def _copy(frame: Frame, receiver: Value, obj: Obj, arguments: Arguments, node: cst.CSTNode) -> Value:
    return frame.allocate(node, replace(obj, made=obj.made, many=False))


def _clear(frame: Frame, receiver: Value, obj: Obj, arguments: Arguments, node: cst.CSTNode) -> Value:
    frame.live.update(receiver, lambda o, weak: o if weak else Obj(o.kind, made=o.made))
    return NONE


def _keys(frame: Frame, receiver: Value, obj: Obj, arguments: Arguments, node: cst.CSTNode) -> Value:
    items = tuple(key_value(key) for key in obj.slots)
    rest = join_values([*obj.aside(0), unknown("a key that is not known")]) if obj.open else None
    rest = join_values(items) if rest is None and _unsure(obj) else rest
    listed = Obj("list", items=() if rest else items, rest=_rest(items, rest), made=obj.made, cls=VIEW)
    if isinstance(obj.slots, Keys) and obj.open:
        listed = replace(listed, slots=obj.slots, open=obj.open)
    return frame.allocate(node, listed)


def _values(frame: Frame, receiver: Value, obj: Obj, arguments: Arguments, node: cst.CSTNode) -> Value:
    items = tuple(slot.value for slot in obj.slots.values())
    rest = join_values([*obj.aside(1), unknown("a value that is not known")]) if obj.open else None
    rest = join_values(items) if rest is None and _unsure(obj) else rest
    listed = Obj("list", items=() if rest else items, rest=_rest(items, rest), made=obj.made, cls=VIEW)
    return frame.allocate(node, listed)


def _items(frame: Frame, receiver: Value, obj: Obj, arguments: Arguments, node: cst.CSTNode) -> Value:
    pairs = []
    for index, (key, slot) in enumerate(obj.slots.items()):
        pair = Obj("tuple", items=(key_value(key), slot.value), made=obj.made)
        pairs.append(frame.allocate_at((frame.place(node), "pair", index), pair))
    if not obj.open and _unsure(obj):
        return frame.allocate(node, Obj("list", rest=join_values(pairs), made=obj.made, cls=VIEW))
    if obj.open:
        sides = (join_values([*obj.aside(index), unknown(word)]) for index, word in enumerate(("a key", "a value")))
        other = Obj("tuple", items=tuple(sides), made=obj.made)
        rest = frame.allocate_at((frame.place(node), "pair", "rest"), other)
        return frame.allocate(node, Obj("list", rest=join_values([*pairs, rest]), made=obj.made, cls=VIEW))
    return frame.allocate(node, Obj("list", items=tuple(pairs), made=obj.made, cls=VIEW))


def _unsure(obj: Obj) -> bool:
    return any(slot.presence != "yes" for slot in obj.slots.values())


def _rest(items: tuple[Value, ...], rest: Value | None) -> Value | None:
    return None if rest is None else join_values([*items, rest])


def _append(frame: Frame, receiver: Value, obj: Obj, arguments: Arguments, node: cst.CSTNode) -> Value:
    value = arguments.args[0] if arguments.args else unknown()
    in_loop = bool(frame.loops) and frame.loops[-1].info.times is None

    def change(o: Obj, weak: bool) -> Obj:
        if o.rest is None and not weak and not in_loop and len(o.items) < 64:
            return replace(o, items=(*o.items, value))
        rest = value if o.rest is None else join2(o.rest, value)
        is_one_more = not weak and not in_loop and o.kind == "list" and len(o.items) < 64
        return replace(o, items=(*o.items, rest) if is_one_more else o.items, rest=rest)

    frame.live.update(receiver, change)
    assign.note_kept(frame, receiver, value, node)
    return NONE


def _extend(frame: Frame, receiver: Value, obj: Obj, arguments: Arguments, node: cst.CSTNode) -> Value:
    assign.extend(frame, receiver, arguments.args[0] if arguments.args else unknown())
    return NONE


def _shuffle(frame: Frame, receiver: Value, obj: Obj, arguments: Arguments, node: cst.CSTNode) -> Value:
    elements = obj.elements()

    def change(o: Obj, weak: bool) -> Obj:
        return replace(o, items=(), rest=join_values([*elements, *arguments.args]) if elements else None)

    frame.live.update(receiver, change)
    return join_values(elements) if elements else unknown("an element")


def _count(frame: Frame, receiver: Value, obj: Obj, arguments: Arguments, node: cst.CSTNode) -> Value:
    return Value((Typed("int"),))


_DICT = {
    "get": _get,
    "pop": _pop,
    "popitem": _popitem,
    "setdefault": _setdefault,
    "update": _update,
    "copy": _copy,
    "clear": _clear,
    "keys": _keys,
    "values": _values,
    "items": _items,
}
_LIST = {
    "append": _append,
    "add": _append,
    "extend": _extend,
    "update": _extend,
    "copy": _copy,
    "clear": _clear,
    "insert": _shuffle,
    "pop": _shuffle,
    "remove": _shuffle,
    "discard": _shuffle,
    "sort": _shuffle,
    "reverse": _shuffle,
    "index": _count,
    "count": _count,
}
