"""What is surely known of a value: the constants, keys and text that it may be, and where it was read."""

from __future__ import annotations

from typing import Any

from invocation_lint.analysis.domain.atoms import Atom, Const, EnumMember, Param, Struct, Typed, Unknown, Value, const

OF_UNREADABLE = "a name of a module of the project that cannot be read"
"""Why something is not known: what its name stands for is of the project, and not a library's."""

INSTANCE_OF_UNREADABLE = "an object of a class of the project that cannot be read"
"""Why an object is not known that is none of a library's either."""


def constants(value: Value) -> list[Any] | None:
    """The Python constants that the value may be, or None when it may be something else."""
    if not value.atoms or not all(isinstance(atom, Const) for atom in value.atoms):
        return None
    return [atom.value for atom in value.atoms if isinstance(atom, Const)]


def keys_of(value: Value) -> list[Any] | None:
    """The keys that the value may be in a mapping: constants, or members of an enum. None when it may be more."""
    found: list[Any] = []
    for atom in value.atoms:
        mixed = atom.value.single if isinstance(atom, EnumMember) and atom.mixin else None
        if isinstance(atom, Const):
            found.append(atom.value)
        elif isinstance(mixed, Const):
            found.append(mixed.value)
        elif isinstance(atom, EnumMember):
            found.append(atom)
        else:
            return None
    return found or None


def key_value(key: Any) -> Value:
    """The value of a key as a mapping keeps it."""
    return Value((key,)) if isinstance(key, EnumMember) else const(key)


def text_constant(value: Value) -> str | None:
    """The str, when the value is surely that one."""
    atom = value.single
    return atom.value if isinstance(atom, Const) and atom.kind == "str" else None


def source_of(value: Value) -> str:
    """The path that the value was read from, when all its atoms agree on one."""
    sources = {getattr(atom, "source", "") or (atom.name if isinstance(atom, Param) else "") for atom in value.atoms}
    return sources.pop() if len(sources) == 1 else ""


def has_chain(atom: Any) -> bool:
    """Whether it comes from a module that queries something."""
    return (type(atom) is Unknown or type(atom) is Typed) and atom.chain is not None


def leading(value: Value) -> Atom | None:
    """The atom that tells what a value comes from: its only one, or of several one at the end of a chain."""
    return value.single if value.single is not None else next(filter(has_chain, value.atoms), None)


def held_by(struct: Struct) -> list[Value]:
    """The values in an object as an encoder saw it: of its keys, its items, and what further items may be."""
    rest = [struct.rest] if struct.rest is not None else []
    return [*(slot.value for _, slot in struct.slots), *struct.items, *rest]
