"""Enums of the program: their members, and what a member's attributes and methods give."""

from __future__ import annotations

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    EnumMember,
    FunctionRef,
    Method,
    Symbol,
    Typed,
    Value,
    const,
    join_values,
    unknown,
)
from invocation_lint.analysis.domain.state import Obj, State, freeze
from invocation_lint.analysis.program.model import ClassInfo
from invocation_lint.analysis.python import classes, iteration
from invocation_lint.analysis.python.frames.copying import thaw
from invocation_lint.analysis.python.frames.frame import Frame

_BASES = {
    "enum.Enum": "",
    "enum.StrEnum": "StrEnum",
    "enum.IntEnum": "int",
    "enum.Flag": "",
    "enum.IntFlag": "int",
}


def mixin(frame: Frame, info: ClassInfo) -> str | None:
    """None for a class that is no enum; else "str", "StrEnum", "int" or empty."""
    outside = classes.lineage(frame, info)[1]
    kinds = [_BASES[base] for base in outside if base in _BASES]
    if not kinds:
        return None
    if "StrEnum" in kinds:
        return "StrEnum"
    return "str" if "builtins.str" in outside else kinds[0]


def member(frame: Frame, info: ClassInfo, name: str, body: State) -> Value | None:
    """The member of an enum class under that name of its body, or None when the class is no enum."""
    mixed = mixin(frame, info)
    if mixed is None or name.startswith("_"):
        return None
    value = body.env[name]
    if any(isinstance(atom, FunctionRef) for atom in value.atoms):
        return None
    if value == Value((Symbol("@enum.auto"),)):
        value = _automatic(info, name, mixed)
    if {"__str__", "__format__"} & set(info.methods):
        return unknown("an enum with its own __str__")
    return Value((EnumMember(info.key, name, freeze(State({}, body.heap), value), mixed),))


def _automatic(info: ClassInfo, name: str, mixed: str) -> Value:
    """What `auto()` gives: the name in small letters in a StrEnum, else a number."""
    if "_generate_next_value_" in info.methods or info.node.keywords:
        return unknown("a value made by auto()")
    return const(name.lower()) if mixed == "StrEnum" else Value((Typed("int"),))


def members(frame: Frame, key: str) -> list[EnumMember]:
    """All members of an enum class."""
    info = frame.interpreter.class_info(key)
    if info is None:
        return []
    found: list[EnumMember] = []
    body = frame.interpreter.definitions.class_body(info)
    for name in body.env:
        one = member(frame, info, name, body)
        if one is not None:
            found.extend(one.of(EnumMember))
    return found


def lookup_by_value(frame: Frame, info: ClassInfo, wanted: Value) -> Value:
    """`Enum(value)`: the member of that value, or any."""
    every = members(frame, info.key)
    if isinstance(wanted.single, EnumMember) and wanted.single.cls == info.key:
        return wanted
    matches = [one for one in every if one.value == wanted]
    return Value((matches[0],)) if matches else join_values(Value((one,)) for one in every)


def attribute(frame: Frame, atom: EnumMember, text: str, node: cst.CSTNode) -> Value:
    """`member.text`: its value or name, a property or method of its class, or what its constructor sets."""
    if text in {"value", "_value_"}:
        return thaw(frame, atom.value, frame.place(node))
    if text in {"name", "_name_"}:
        return const(atom.name)
    alone = Value((atom,))
    info = frame.interpreter.class_info(atom.cls)
    if info is None:
        return Value((Method(alone, text),))
    method = classes.find_method(frame, info, text)
    if method is not None:
        if classes.is_property(method):
            return frame.call_function(method, alone, [], node)
        return Value((FunctionRef(method.key, alone),))
    constructor = classes.find_method(frame, info, "__init__")
    if constructor is None:
        return Value((Method(alone, text),))
    instance = frame.allocate(node, Obj("instance", cls=info.key, made=frame.place(node)))
    value = thaw(frame, atom.value, frame.place(node))
    given = iteration.iteration_items(frame, value)
    frame.call_function(constructor, instance, given if given is not None else [value], node)
    made = next((obj for _, obj in frame.live.deref(instance)), None) if frame.state is not None else None
    slot = made.slots.get(text) if made is not None else None
    return slot.value if slot is not None else unknown("an attribute of an enum's member", text)


__all__ = ["attribute", "lookup_by_value", "member", "members", "mixin"]
