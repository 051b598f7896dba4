"""Conditions: which branch can be taken, and what a branch tells of the names in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    NEVER,
    ClassRef,
    Client,
    Const,
    Encoded,
    EnumMember,
    EnvVar,
    FunctionRef,
    Param,
    Ref,
    SdkSession,
    Slot,
    Struct,
    Symbol,
    Text,
    Traced,
    Typed,
    Unknown,
    Value,
    unknown,
)
from invocation_lint.analysis.domain.state import State, join_states
from invocation_lint.analysis.domain.values import constants
from invocation_lint.analysis.python import operators, trials
from invocation_lint.analysis.python.frames.frame import Frame

_TYPES = {
    "builtins.str": {"str"},
    "builtins.bytes": {"bytes"},
    "builtins.bytearray": {"bytearray"},
    "builtins.dict": {"dict"},
    "builtins.list": {"list"},
    "builtins.tuple": {"tuple"},
    "builtins.set": {"set"},
    "builtins.int": {"int", "bool"},
    "builtins.float": {"float"},
    "builtins.bool": {"bool"},
    "collections.abc.Mapping": {"dict"},
    "typing.Mapping": {"dict"},
}


_LITERALS = frozenset({cst.SimpleString, cst.Integer, cst.Float})
_SINGLETONS = frozenset({"None", "True", "False"})


def quietly(frame: Frame, node: cst.BaseExpression, state: State | None = None) -> Value:
    """The value of an expression without the effects of evaluating it."""
    if frame.state is None and state is None:
        return NEVER
    kind = type(node)
    if kind is cst.Name and frame.visits < frame.interpreter.max_visits:  # has no effects
        known = (state or frame.live).env.get(node.value)  # type: ignore[attr-defined]
        if known is not None:
            frame.visits += 1
            return known
    saved, events, raises = frame.state, len(frame.events), len(frame.raises)
    if kind in _LITERALS or (kind is cst.Name and node.value in _SINGLETONS):  # type: ignore[attr-defined]
        frame.state = state or frame.live  # nothing is done to it
    else:
        frame.state = (state or frame.live).copy()
    frame.quiet += 1
    try:
        return frame.evaluate(node)
    finally:
        frame.quiet -= 1
        frame.state = saved
        del frame.events[events:], frame.raises[raises:]


def python_type(frame: Frame, atom: Any) -> str | None:
    """The Python type of an atom where it is known."""
    return python_type_in(frame.state, atom)


def python_type_in(state: State | None, atom: Any) -> str | None:
    """The Python type of an atom in a state, where it is known."""
    if isinstance(atom, Const):
        return atom.kind
    if isinstance(atom, (Text, Encoded)):
        return atom.type
    if isinstance(atom, Typed):
        return atom.type if atom.type != "number" else None
    if isinstance(atom, Ref) and state is not None:
        obj = state.heap.get(atom.id)
        return obj.kind if obj else None
    if isinstance(atom, Struct):
        return atom.kind
    return None


def atom_truth(frame: Frame, atom: Any) -> bool | None:
    """Whether an atom is true; None when it cannot be told."""
    if type(atom) is Unknown or type(atom) is Param:
        return None
    if isinstance(atom, Const):
        return bool(atom.value)
    if isinstance(atom, (Symbol, FunctionRef, ClassRef, Client, SdkSession, EnumMember)):
        return True
    if isinstance(atom, Ref) and frame.state is not None and atom.id in frame.state.heap:
        obj = frame.state.heap[atom.id]
        if obj.kind == "instance":
            return True
        if obj.items or any(slot.presence == "yes" for slot in obj.slots.values()):
            return True
        return False if not obj.open and obj.rest is None and not obj.slots else None
    if isinstance(atom, Text):
        return True if any(isinstance(piece, str) and piece for piece in atom.pieces) else None
    if isinstance(atom, Encoded):
        return True if atom.how in {"json", "repr", "replaced"} else None
    if isinstance(atom, Typed):
        return True if atom.type in {"datetime", "date", "UUID", "Decimal-positive"} else None
    if isinstance(atom, Traced):
        return True if frame.interpreter.kinds.of(atom).is_there(atom) else None
    return None


def truth(frame: Frame, node: cst.BaseExpression) -> bool | None:
    """Whether a condition holds in the frame's state; None when it cannot be told."""
    if frame.state is None:
        return None
    can_be_true = refine(frame, frame.state.copy(), node, True) is not None
    can_be_false = refine(frame, frame.state.copy(), node, False) is not None
    if can_be_true == can_be_false:
        return None
    return can_be_true


def refine(frame: Frame, state: State | None, node: cst.BaseExpression, outcome: bool) -> State | None:
    """The state in which the condition has this outcome; None when it cannot."""
    if state is None:
        return None
    if type(node) is cst.UnaryOperation and type(node.operator) is cst.Not:
        return refine(frame, state, node.expression, not outcome)
    if type(node) is cst.BooleanOperation:
        return _refine_boolean(frame, state, node, outcome)
    if type(node) is cst.NamedExpr:
        return narrow(frame, state, node.target, lambda atom: _matches(frame, atom, outcome))
    if type(node) is cst.Comparison:
        if len(node.comparisons) == 1:
            return refine_comparison(frame, state, node.left, node.comparisons[0], outcome)
        return state
    if type(node) is cst.Call and type(node.func) is cst.Name and node.func.value == "isinstance":
        return _refine_isinstance(frame, state, node, outcome)
    return narrow(frame, state, node, lambda atom: _matches(frame, atom, outcome))


def _matches(frame: Frame, atom: Any, outcome: bool) -> bool:
    found = atom_truth(frame, atom)
    return found is None or found is outcome


def beginnings(node: cst.BooleanOperation) -> list[cst.BaseExpression]:
    """The beginnings of a chain of one operator, shortest first: `a`, `a and b`, `a and b and c`."""
    found: list[cst.BaseExpression] = [node]
    rest: cst.BaseExpression = node.left
    while isinstance(rest, cst.BooleanOperation) and type(rest.operator) is type(node.operator):
        found.append(rest)
        rest = rest.left
    return [rest, *reversed(found)]


def terms(node: cst.BooleanOperation) -> list[cst.BaseExpression]:
    """The operands of a chain of one operator, in the order in which they are evaluated."""
    first, *longer = beginnings(node)
    return [first, *(part.right for part in longer if isinstance(part, cst.BooleanOperation))]


def _refine_boolean(frame: Frame, state: State, node: cst.BooleanOperation, outcome: bool) -> State | None:
    """Each term is refined once, from what the terms before it leave: a chain may be long."""
    rest: State | None = state
    if isinstance(node.operator, cst.And) is outcome:
        for term in terms(node):
            rest = refine(frame, rest, term, outcome)
        return rest
    found: State | None = None
    for term in terms(node):
        if rest is None:
            break
        found = join_states(found, refine(frame, rest.copy(), term, outcome))
        rest = refine(frame, rest, term, not outcome)
    return found


def narrow(
    frame: Frame, state: State, node: cst.BaseExpression, keep: Callable[[Any], bool], replaced: Value | None = None
) -> State | None:
    """Keep the atoms of the expression that fit; names and attributes of known objects are narrowed."""
    value = quietly(frame, node, state)
    if not value.atoms:
        return state
    kept = Value(tuple(atom for atom in value.atoms if keep(atom)))
    if not kept.atoms:
        return None
    if replaced is not None:
        kept = Value(tuple(a for a in kept.atoms if not isinstance(a, (Param, Unknown))))
        kept = kept if kept.atoms and len(kept.atoms) == len(value.atoms) else replaced
    if kept == value:
        return state
    if isinstance(node, cst.Name) and node.value in state.env:
        state.env[node.value] = kept
    elif isinstance(node, cst.Attribute):
        receiver = quietly(frame, node.value, state)
        for object_id, obj in list(state.deref(receiver)):
            slot = obj.slots.get(node.attr.value)
            if slot is not None and len(receiver.atoms) == 1:
                slots = {**obj.slots, node.attr.value: Slot(slot.presence, kept, slot.place)}
                state.heap[object_id] = type(obj)(obj.kind, slots, obj.open, obj.items, obj.rest, obj.made, obj.cls)
    return state


def refine_comparison(
    frame: Frame, state: State, left: cst.BaseExpression, target: cst.ComparisonTarget, outcome: bool
) -> State | None:
    """The state in which a comparison with one operator has this outcome; None when it cannot."""
    operator = target.operator
    kind = type(operator)
    right = quietly(frame, target.comparator, state)
    length = operators.length_asked_of(left, operator, right)
    if length is not None:
        return refine(frame, state, length[0], outcome is length[1])
    if kind is cst.NotEqual or kind is cst.IsNot:
        outcome = not outcome
    if kind is cst.In or kind is cst.NotIn:
        return _refine_in(frame, state, left, target, right, outcome != (kind is cst.NotIn))
    if kind in _SAME:
        wanted = right.single
        if frame.interpreter.trial is not None:
            trials.note_compared(frame.interpreter.trial, quietly(frame, left, state), right)
        if isinstance(wanted, EnumMember):
            return narrow(frame, state, left, lambda atom: _same_member(atom, wanted, outcome))
        if not isinstance(wanted, Const):
            return state
        replaced = right if outcome else None
        return narrow(frame, state, left, lambda atom: _equals(frame, atom, wanted, outcome), replaced)
    return _refine_order(frame, state, left, operator, right, outcome)


_SAME = frozenset({cst.Equal, cst.Is, cst.NotEqual, cst.IsNot})


def _same_member(atom: Any, wanted: EnumMember, outcome: bool) -> bool:
    if isinstance(atom, EnumMember):
        return ((atom.cls, atom.name) == (wanted.cls, wanted.name)) is outcome
    return True


def _equals(frame: Frame, atom: Any, wanted: Const, outcome: bool) -> bool:
    """Whether the atom can stand in a comparison with the constant that has this outcome."""
    if isinstance(atom, Const):
        return (atom.value == wanted.value) is outcome
    if isinstance(atom, EnumMember) and atom.mixin in {"str", "StrEnum", "int"}:
        inner = constants(atom.value)
        return True if inner is None else (inner[0] == wanted.value) is outcome
    if wanted.value is None:
        never_none = isinstance(
            atom, (Text, Encoded, Ref, Struct, Symbol, FunctionRef, ClassRef, Client, SdkSession, EnumMember, Typed)
        ) or (isinstance(atom, Traced) and frame.interpreter.kinds.of(atom).is_there(atom))
        never_none = never_none or (isinstance(atom, EnvVar) and atom.default is None)
        return not (outcome and never_none)
    if isinstance(atom, (Ref, Client, FunctionRef, ClassRef)):
        return not outcome
    return True


def _refine_order(
    frame: Frame, state: State, left: cst.BaseExpression, operator: cst.BaseCompOp, right: Value, outcome: bool
) -> State | None:
    tests: dict[type, Callable[[Any, Any], bool]] = {
        cst.LessThan: lambda a, b: a < b,
        cst.LessThanEqual: lambda a, b: a <= b,
        cst.GreaterThan: lambda a, b: a > b,
        cst.GreaterThanEqual: lambda a, b: a >= b,
    }
    wanted = right.single
    test = tests.get(type(operator))
    if test is None or not isinstance(wanted, Const):
        return state

    def keep(atom: Any) -> bool:
        if not isinstance(atom, Const):
            return True
        try:
            return bool(test(atom.value, wanted.value)) is outcome
        except TypeError:
            return True

    return narrow(frame, state, left, keep)


def _refine_in(
    frame: Frame, state: State, left: cst.BaseExpression, target: cst.ComparisonTarget, right: Value, outcome: bool
) -> State | None:
    keys = constants(quietly(frame, left, state))
    if frame.interpreter.trial is not None:
        trials.note_looked_for(frame.interpreter.trial, quietly(frame, left, state), right, state)
    if keys is not None and len(keys) == 1 and len(right.atoms) == 1:
        key = keys[0]
        for object_id, obj in state.deref(right):
            if obj.kind == "dict":
                slot = obj.slots.get(key)
                if outcome:
                    if slot is None and not obj.open:
                        return None
                    held = slot.value if slot is not None else unknown("a key that is tested for", str(key))
                    state.heap[object_id] = obj.with_slot(key, held, slot.place if slot else None)
                else:
                    if slot is not None and slot.presence == "yes":
                        return None
                    state.heap[object_id] = obj.without_slot(key)
                return state
    choices: list[Any] | None = None
    for _, obj in state.deref(right):
        if obj.kind in {"list", "tuple", "set"} and obj.rest is None:
            choices = [value for item in obj.items for value in (constants(item) or [...])]
    if choices is None or ... in choices or len(right.atoms) != 1:
        return state
    known = choices
    return narrow(
        frame, state, left, lambda atom: not isinstance(atom, Const) or (_hashed_in(atom.value, known)) is outcome
    )


def _hashed_in(value: Any, choices: list[Any]) -> bool:
    return any(value == choice for choice in choices)


def _refine_isinstance(frame: Frame, state: State, node: cst.Call, outcome: bool) -> State | None:
    if len(node.args) != 2:
        return state
    wanted = types_named(frame, state, node.args[1].value)
    if wanted is None:
        return state

    def keep(atom: Any) -> bool:
        found = python_type(frame, atom)
        return found is None or (found in wanted) is outcome

    return narrow(frame, state, node.args[0].value, keep)


def types_named(frame: Frame, state: State, node: cst.BaseExpression) -> set[str] | None:
    """The built-in types that the second argument of `isinstance` names; None where it may name others."""
    types = quietly(frame, node, state)
    wanted: set[str] = set()
    for atom in types.atoms:
        symbols = [atom]
        if isinstance(atom, Ref):
            symbols = [inner for item in state.heap[atom.id].elements() for inner in item.atoms]
        for symbol in symbols:
            if not isinstance(symbol, Symbol) or symbol.dotted not in _TYPES:
                return None
            wanted |= _TYPES[symbol.dotted]
    return wanted


def types_of(symbol: Symbol) -> set[str] | None:
    """The built-in types of which an object of a class may be; None for a class that is not known."""
    return _TYPES.get(symbol.dotted)


__all__ = [
    "atom_truth",
    "narrow",
    "python_type",
    "python_type_in",
    "quietly",
    "refine",
    "refine_comparison",
    "truth",
    "types_named",
    "types_of",
]
