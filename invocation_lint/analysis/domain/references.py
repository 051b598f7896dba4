"""What a value names and holds: the objects that its atoms refer to, and the values that are bound in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from invocation_lint.analysis.domain.atoms import (
    Encoded,
    FunctionRef,
    Method,
    Partial,
    Pending,
    Ref,
    Slot,
    Struct,
    Text,
    Traced,
    Value,
    join_values,
)
from invocation_lint.analysis.domain.ids import ObjectId
from invocation_lint.analysis.domain.values import held_by


def references(value: Value) -> tuple[ObjectId, ...]:
    """Ids of the heap objects that the value's atoms name, directly or bound in them."""
    if value.ids is None:
        value.ids = tuple(_references(value)) if may_refer(value) else ()
    return value.ids


def _references(value: Value) -> list[ObjectId]:
    found: list[ObjectId] = []
    for atom in value.atoms:
        if isinstance(atom, Ref):
            found.append(atom.id)
        elif isinstance(atom, FunctionRef):
            bound = [*([atom.receiver] if atom.receiver else []), *atom.args]
            bound += [item for _, item in (*atom.kwargs, *atom.cells)]
            found.extend(object_id for item in bound for object_id in references(item))
        elif isinstance(atom, Partial):
            bound = [atom.target, *atom.args, *(item for _, item in atom.kwargs)]
            found.extend(object_id for item in bound for object_id in references(item))
        elif isinstance(atom, Method):
            found.extend(references(atom.receiver))
        elif isinstance(atom, Pending):
            found.extend(references(atom.value))
    return found


_HOLDERS = frozenset({FunctionRef, Partial, Method, Pending, Encoded, Text})
"""Atoms in which values stand that may name objects; `map_atoms` changes them."""

_CARRIERS = _HOLDERS | {Struct}
"""Those in which followed parts may stand as well: what an encoder saw names no objects."""

_MOVING = frozenset({Ref, Traced, Pending})
"""Atoms that another frame knows by another name."""


def _held(atom: Any) -> Iterator[Value]:
    """The values in one of `_CARRIERS`."""
    if isinstance(atom, FunctionRef):
        if atom.receiver:
            yield atom.receiver
        yield from atom.args
        yield from (item for _, item in (*atom.kwargs, *atom.cells))
    elif isinstance(atom, Partial):
        yield atom.target
        yield from atom.args
        yield from (item for _, item in atom.kwargs)
    elif isinstance(atom, Method):
        yield atom.receiver
    elif isinstance(atom, (Pending, Encoded)):
        yield atom.value
    elif isinstance(atom, Text):
        yield from (piece for piece in atom.pieces if isinstance(piece, Value))
    elif isinstance(atom, Struct):
        yield from held_by(atom)


def map_atoms(value: Value, change: Callable[[Any], Any]) -> Value:
    """The value with `change` applied to each atom and to the values bound in them."""

    def inner(item: Value) -> Value:
        return map_atoms(item, change)

    atoms: list[Any] = []
    same = True
    for atom in value.atoms:
        new = atom
        if isinstance(atom, FunctionRef) and (atom.receiver or atom.args or atom.kwargs or atom.cells):
            receiver = inner(atom.receiver) if atom.receiver else None
            kwargs = tuple((name, inner(item)) for name, item in atom.kwargs)
            cells = tuple((name, inner(item)) for name, item in atom.cells)
            new = replace(atom, receiver=receiver, args=tuple(map(inner, atom.args)), kwargs=kwargs, cells=cells)
        elif isinstance(atom, Partial):
            kwargs = tuple((name, inner(item)) for name, item in atom.kwargs)
            new = replace(atom, target=inner(atom.target), args=tuple(map(inner, atom.args)), kwargs=kwargs)
        elif isinstance(atom, Method):
            new = Method(inner(atom.receiver), atom.name)
        elif isinstance(atom, (Pending, Encoded)):
            new = replace(atom, value=inner(atom.value))
        elif isinstance(atom, Text):
            new = Text(tuple(p if isinstance(p, str) else inner(p) for p in atom.pieces), atom.type)
        elif isinstance(atom, Struct):
            new = _map_struct(atom, inner)
        new = change(new)
        same = same and new is atom
        atoms.append(new)
    if same:
        return value
    return Value((atoms[0],)) if len(atoms) == 1 else join_values([Value((atom,)) for atom in atoms])


def _map_struct(atom: Struct, inner: Callable[[Value], Value]) -> Struct:
    """What an encoder saw, with `inner` applied to the values that hold a followed part."""

    def changed(value: Value) -> Value:
        return inner(value) if may_move(value) else value

    if not any(map(may_move, held_by(atom))):
        return atom
    slots = tuple((key, Slot(one.presence, changed(one.value), one.place)) for key, one in atom.slots)
    rest = changed(atom.rest) if atom.rest is not None else None
    return Struct(atom.kind, slots, atom.open, tuple(map(changed, atom.items)), rest, atom.made, atom.cls)


def may_refer(value: Value) -> bool:
    """Whether a heap reference stands in the value."""
    if value.refers is None:
        kinds = [type(atom) for atom in value.atoms]
        value.refers = Ref in kinds or (
            not _HOLDERS.isdisjoint(kinds) and any(map(may_refer, (one for atom in value.atoms for one in _held(atom))))
        )
    return value.refers


def may_move(value: Value) -> bool:
    """Whether something stands in the value that another frame knows by another name."""
    if value.moves is None:
        kinds = [type(atom) for atom in value.atoms]
        value.moves = not _MOVING.isdisjoint(kinds) or (
            not _CARRIERS.isdisjoint(kinds) and any(map(may_move, (one for atom in value.atoms for one in _held(atom))))
        )
    return value.moves


def map_ids(value: Value, names: Mapping[ObjectId, ObjectId]) -> Value:
    """The value with its heap references renamed."""
    if not may_refer(value):
        return value

    def rename(atom: Any) -> Any:
        new = names.get(atom.id) if type(atom) is Ref else None
        return atom if new is None else Ref(new)

    return map_atoms(value, rename)
