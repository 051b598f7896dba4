"""Whether a pattern of a `case` matches a value: surely, surely not, or it cannot be told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import Const, EnumMember, Ref, Struct, Symbol, Unknown, Value, unknown
from invocation_lint.analysis.domain.state import Obj, State
from invocation_lint.analysis.domain.values import constants
from invocation_lint.analysis.python import conditions, trials
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.trial import source_of_item


def verdict(frame: Frame, state: State, atom: Any, pattern: cst.MatchPattern) -> bool | None:
    """Whether a pattern surely matches, or surely does not; None where it cannot be told."""
    if isinstance(pattern, cst.MatchAs):
        return True if pattern.pattern is None else verdict(frame, state, atom, pattern.pattern)
    if isinstance(pattern, cst.MatchOr):
        return _any(verdict(frame, state, atom, one.pattern) for one in pattern.patterns)
    if isinstance(pattern, (cst.MatchValue, cst.MatchSingleton)):
        return _equals(frame, state, atom, pattern.value)
    if isinstance(pattern, cst.MatchMapping):
        return _has_keys(frame, state, atom, pattern)
    if isinstance(pattern, cst.MatchSequence):
        return _has_elements(frame, state, atom, pattern)
    if isinstance(pattern, cst.MatchClass):
        return _is_of_class(frame, state, atom, pattern)
    return None


def _of_value(frame: Frame, state: State, value: Value, pattern: cst.MatchPattern) -> bool | None:
    """The same of a value that may be one of several."""
    found = {verdict(frame, state, atom, pattern) for atom in value.atoms}
    return found.pop() if len(found) == 1 else None


def _equals(frame: Frame, state: State, atom: Any, node: cst.BaseExpression) -> bool | None:
    wanted = conditions.quietly(frame, node, state)
    if frame.interpreter.trial is not None:
        trials.note_compared(frame.interpreter.trial, Value((atom,)), wanted)
    one = wanted.single
    if isinstance(one, EnumMember):
        one = one.value.single if one.mixin else None
    if not isinstance(one, Const):
        return None
    if isinstance(atom, Const):
        return bool(atom.value == one.value)
    type_of_atom = conditions.python_type_in(state, atom)
    return False if type_of_atom in {"dict", "list", "tuple", "instance"} else None


def _has_keys(frame: Frame, state: State, atom: Any, pattern: cst.MatchMapping) -> bool | None:
    kind = conditions.python_type_in(state, atom)
    if kind not in {None, "dict", "instance"}:
        return False
    found: list[bool | None] = [True if kind == "dict" else None]
    for element in pattern.elements:
        keys = constants(conditions.quietly(frame, element.key, state))
        if keys is None or len(keys) != 1:
            found.append(None)
            continue
        is_there, value = item_of(frame, state, atom, keys[0])
        found.append(is_there)
        if is_there is not False:
            found.append(_of_value(frame, state, value, element.pattern))
    return _all(found)


def item_of(frame: Frame, state: State, atom: Any, key: Any) -> tuple[bool | None, Value]:
    """Whether something has a key, and what is under it."""
    obj = state.heap.get(atom.id) if isinstance(atom, Ref) else None
    if obj is not None and obj.kind == "dict":
        return _slot(obj, key)
    if isinstance(atom, Struct) and atom.kind == "dict":
        slot = dict(atom.slots).get(key)
        if slot is None:
            return (None if atom.open else False), unknown("an item")
        return (True if slot.presence == "yes" else None), slot.value
    source = f"{atom.source}.{key}" if isinstance(atom, Unknown) and atom.source else ""
    if source and frame.interpreter.trial is not None:
        frame.interpreter.trial.note_read(source)
    return None, unknown("an item of something not known", source)


def _slot(obj: Obj, key: Any) -> tuple[bool | None, Value]:
    slot = obj.slots.get(key)
    if slot is None:
        is_there = None if obj.open or obj.items else False
        return is_there, unknown("an item of a mapping that is not known", source_of_item(obj.slots, key))
    return (True if slot.presence == "yes" else None), slot.value


def _has_elements(frame: Frame, state: State, atom: Any, pattern: cst.MatchSequence) -> bool | None:
    kind = conditions.python_type_in(state, atom)
    if kind not in {None, "list", "tuple", "instance"}:
        return False
    obj = state.heap.get(atom.id) if isinstance(atom, Ref) else None
    if obj is None or obj.rest is not None or obj.open or kind == "instance":
        return None
    is_open = any(isinstance(one, cst.MatchStar) for one in pattern.patterns)
    least = len(pattern.patterns) - is_open
    if len(obj.items) < least or (len(obj.items) > least and not is_open):
        return False
    pairs = zip(obj.items, pattern.patterns, strict=False)
    if is_open:
        return True if least == 0 else None
    return _all([_of_value(frame, state, item, one.value) for item, one in pairs if not isinstance(one, cst.MatchStar)])


def _is_of_class(frame: Frame, state: State, atom: Any, pattern: cst.MatchClass) -> bool | None:
    symbol = conditions.quietly(frame, pattern.cls, state).single
    wanted = conditions.types_of(symbol) if isinstance(symbol, Symbol) else None
    kind = conditions.python_type_in(state, atom)
    if wanted is None or kind is None or kind == "instance":
        return None
    if kind not in wanted:
        return False
    inner = [one.value for one in pattern.patterns]
    if pattern.kwds or len(inner) > 1:
        return None
    return verdict(frame, state, atom, inner[0]) if inner else True


def _all(found: Iterable[bool | None]) -> bool | None:
    every = list(found)
    return False if False in every else None if None in every else True


def _any(found: Iterable[bool | None]) -> bool | None:
    every = list(found)
    return True if True in every else None if None in every else False


__all__ = ["item_of", "verdict"]
