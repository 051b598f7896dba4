"""Operators and the making of text: what is known of `+`, `%`, f-strings and numbers."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    MAX_TEXT,
    NEVER,
    Const,
    Encoded,
    Struct,
    Text,
    Typed,
    Value,
    const,
    join2,
    join_values,
    unknown,
)
from invocation_lint.analysis.domain.cuts import Cut
from invocation_lint.analysis.domain.state import Obj, freeze
from invocation_lint.analysis.domain.values import source_of
from invocation_lint.analysis.python import iteration
from invocation_lint.analysis.python.frames.frame import Frame

MAX_PIECES = 400
"""Pieces of a text of which some are known; a template of a real program has some dozens."""


def make_text(frame: Frame, pieces: list[str | Value], type_name: str = "str") -> Value:
    """Text from pieces: a constant when all are known."""
    flat: list[str | Value] = []
    for piece in pieces:
        parts: tuple[str | Value, ...] = (piece,)
        if isinstance(piece, Value):
            atom = piece.single
            if isinstance(atom, Const) and atom.kind in {"str", "int", "bool", "NoneType"}:
                parts = (str(atom.value),)
            elif isinstance(atom, Text) and atom.type == "str":
                parts = atom.pieces
            else:
                parts = (as_text(frame, piece),)
        for part in parts:
            if isinstance(part, str) and flat and isinstance(flat[-1], str):
                flat[-1] += part
            elif part != "":
                flat.append(part)
    if all(isinstance(piece, str) for piece in flat):
        return const("".join(str(piece) for piece in flat))
    if len(flat) == 1 and isinstance(flat[0], Value):
        only = flat[0].single
        if isinstance(only, Encoded) and only.type == type_name:
            return flat[0]
    if len(flat) > MAX_PIECES:
        return Value((Typed(type_name),))
    return Value((Text(tuple(flat), type_name),))


def as_text(frame: Frame, value: Value) -> Value:
    """What stands for a value in a text: a container is written as its repr."""
    held = frozen(frame, value)
    atom = held.single
    if isinstance(atom, Struct) and atom.kind in {"dict", "list", "tuple", "set"}:
        return Value((Encoded("repr", held, "str", "repr"),))
    return held


def frozen(frame: Frame, value: Value) -> Value:
    return freeze(frame.live, value) if frame.state is not None else value


_CONVERSION = re.compile(r"%(?:\((\w+)\))?([-+ #0]*\d*(?:\.\d+)?)([sdif%])")


def percent_format(frame: Frame, template: str, argument: Value) -> Value:
    """`template % argument`: the known pieces, with a hole for each conversion."""
    if "%" in _CONVERSION.sub("", template):
        return Value((Typed("str"),))
    objects = [obj for _, obj in frame.live.deref(argument)]
    is_tuple = any(obj.kind == "tuple" for obj in objects)
    items = (iteration.iteration_items(frame, argument) if is_tuple else None) or [argument]
    named = objects[0].slots if len(objects) == 1 and objects[0].kind == "dict" else {}
    filled: list[str | Value] = []
    position = index = 0
    for match in _CONVERSION.finditer(template):
        filled.append(template[position : match.start()])
        position = match.end()
        name, form, kind = match.groups()
        if kind == "%":
            filled.append("%")
            continue
        if name:
            value = named[name].value if name in named else unknown("an argument", name)
        else:
            value = items[index] if index < len(items) else unknown("a missing argument")
            index += 1
        whole = kind == "s" or (kind in "di" and isinstance(value.single, Const) and value.single.kind == "int")
        filled.append(value if whole and not form else Value((Typed("str" if kind == "s" else "number"),)))
    filled.append(template[position:])
    return make_text(frame, [piece for piece in filled if piece != ""])


def add(frame: Frame, node: cst.CSTNode, left: Value, right: Value) -> Value:
    """`left + right`."""
    if frame.state is None:
        return NEVER
    one, other = left.single, right.single
    if isinstance(one, Const) and isinstance(other, Const):
        try:
            return const(one.value + other.value)
        except TypeError:
            return unknown("operands that do not add")
    lists = [obj for side in (left, right) for _, obj in frame.state.deref(side) if obj.kind in {"list", "tuple"}]
    if len(lists) == 2 and len(left.atoms) == len(right.atoms) == 1:
        first, second = lists
        if first.rest is None and len(first.items) + len(second.items) <= iteration.MAX_ITEMS:
            return frame.allocate(
                node, Obj(first.kind, items=(*first.items, *second.items), rest=second.rest, made=frame.place(node))
            )
        surely = [join_values([first.rest, *second.items])] * len(second.items) if first.rest is not None else []
        if first.rest is not None and len(first.items) + len(surely) <= iteration.MAX_UNROLLED:
            rest = join_values([first.rest, *second.elements()])
            items = (*first.items, *surely)
            return frame.allocate(node, Obj(first.kind, items=items, rest=rest, made=frame.place(node)))
    if lists:
        rest = join_values([value for obj in lists for value in obj.elements()] + [unknown("an element")])
        return frame.allocate(node, Obj("list", rest=rest, made=frame.place(node)))
    texts = [atom for value in (left, right) for atom in value.atoms if _is_text(atom)]
    if texts and len(left.atoms) == 1 and len(right.atoms) == 1:
        return make_text(frame, [left, right])
    return arithmetic(left, right)


def repeated(left: Value, right: Value) -> Value | None:
    """`text * number` of two constants; None for anything else, and where the text would be too long to be kept."""
    held = {atom.kind: atom.value for value in (left, right) if isinstance(atom := value.single, Const)}
    text, times = held.get("str", held.get("bytes")), held.get("int")
    if text is None or times is None or not isinstance(times, int) or len(text) * max(times, 0) > MAX_TEXT:
        return None
    return const(text * times)


def _is_text(atom: Any) -> bool:
    return (isinstance(atom, Const) and atom.kind == "str") or (
        isinstance(atom, (Text, Encoded, Typed, Cut)) and atom.type == "str"
    )


def arithmetic(left: Value, right: Value, operator: cst.CSTNode | None = None) -> Value:
    """The type of an arithmetic result, where both sides tell it."""
    kinds = {_number_kind(atom) for value in (left, right) for atom in value.atoms}
    if isinstance(operator, (cst.Subtract, cst.SubtractAssign)) and kinds in ({"datetime"}, {"date"}):
        return Value((Typed("timedelta"),))
    if kinds and kinds <= {"number"}:
        return Value((Typed("number"),))
    if kinds and kinds <= {"number", "Decimal"}:
        return Value((Typed("Decimal"),))
    if len(kinds) == 2 and "timedelta" in kinds and (kinds & {"datetime", "date"}):
        return Value((Typed((kinds - {"timedelta"}).pop()),))
    if kinds == {"timedelta"}:
        return Value((Typed("timedelta"),))
    return unknown("the result of an operation", source_of(join2(left, right)))


def _number_kind(atom: Any) -> str:
    if isinstance(atom, Const) and atom.kind in {"int", "float", "bool"}:
        return "number"
    if isinstance(atom, Typed):
        return "number" if atom.type in {"number", "int", "float", "bool"} else atom.type
    return "other"


_FILLED: dict[tuple[type[cst.BaseCompOp], int], bool] = {
    (cst.GreaterThan, 0): True,
    (cst.NotEqual, 0): True,
    (cst.GreaterThanEqual, 1): True,
    (cst.Equal, 0): False,
    (cst.LessThan, 1): False,
    (cst.LessThanEqual, 0): False,
}


def length_asked_of(
    left: cst.BaseExpression, operator: cst.BaseCompOp, right: Value
) -> tuple[cst.BaseExpression, bool] | None:
    """What `len(found) > 0` and its like ask of: the collection, and whether they hold for one that is not empty; None
    for any other comparison."""
    if not (isinstance(left, cst.Call) and isinstance(left.func, cst.Name) and left.func.value == "len"):
        return None
    number = right.single
    if len(left.args) != 1 or left.args[0].star or not isinstance(number, Const) or number.kind != "int":
        return None
    filled = _FILLED.get((type(operator), number.value))
    return None if filled is None else (left.args[0].value, filled)
