"""Expressions: what each may stand for."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    NEVER,
    Const,
    Encoded,
    EnvVar,
    FunctionRef,
    Typed,
    Unknown,
    Value,
    const,
    join2,
    join_values,
    unknown,
)
from invocation_lint.analysis.domain.cuts import Cut
from invocation_lint.analysis.domain.state import Obj, State
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.analysis.python import (
    background,
    choices,
    conditions,
    iteration,
    literals,
    lookup,
    operators,
    sleeping,
    traced,
    trials,
)
from invocation_lint.analysis.python.awaiting import awaited
from invocation_lint.analysis.python.calls import callees
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.loops import comprehensions


def _literal(frame: Frame, node: Any) -> Value:
    return _constant(node.value)


@lru_cache(maxsize=4096)
def _constant(text: str) -> Value:
    try:
        return const(ast.literal_eval(text))
    except (ValueError, SyntaxError, MemoryError):
        return unknown("a literal")


def _name(frame: Frame, node: cst.Name) -> Value:
    return lookup.name(frame, node.value)


def _concatenated(frame: Frame, node: cst.ConcatenatedString) -> Value:
    return operators.add(frame, node, frame.evaluate(node.left), frame.evaluate(node.right))


def _formatted(frame: Frame, node: cst.FormattedString) -> Value:
    pieces: list[str | Value] = []
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            pieces.append(_unescaped(part.value, node.prefix))
            continue
        assert isinstance(part, cst.FormattedStringExpression)
        value = frame.evaluate(part.expression)
        traced.note_formatted(frame, value, part.expression)
        if part.format_spec:
            value = unknown("a formatted value")
        elif part.conversion == "r":
            value = Value((Encoded("repr", operators.frozen(frame, value), "str", "repr"),))
        pieces.append(value)
    return operators.make_text(frame, pieces)


def _unescaped(text: str, prefix: str) -> str:
    text = text.replace("{{", "{").replace("}}", "}")
    if "r" in prefix.lower() or "\\" not in text:
        return text
    try:
        return str(ast.literal_eval('"""' + text.replace('"', '\\"') + '"""'))
    except (ValueError, SyntaxError):
        return text


def _attribute(frame: Frame, node: cst.Attribute) -> Value:
    receiver = frame.evaluate(node.value)
    if frame.state is None:
        return NEVER
    return lookup.attribute(frame, receiver, node.attr.value, node)


def _subscript(frame: Frame, node: cst.Subscript) -> Value:
    receiver = frame.evaluate(node.value)
    if isinstance(node.slice[0].slice, cst.Slice) and traced.is_sliced(frame, receiver):
        return _sliced(frame, receiver, node.slice[0].slice, node)
    key = lookup.subscript_key(frame, node)
    if frame.state is None:
        return NEVER
    variable = receiver.single
    if isinstance(variable, EnvVar) and isinstance(part := node.slice[0].slice, cst.Slice):
        is_half = (part.lower is None) is not (part.upper is None) and part.step is None
        return Value((Cut(variable.name, part.upper is None),)) if is_half else Value((Typed("str"),))
    found = lookup.item(frame, receiver, key, node)
    traced.note_operation(frame, (key,), (found,), node)
    return traced.item(frame, receiver, key, found)


def _sliced(frame: Frame, receiver: Value, part: cst.Slice, node: cst.Subscript) -> Value:
    lower = frame.evaluate(part.lower) if part.lower is not None else None
    upper = frame.evaluate(part.upper) if part.upper is not None else None
    if frame.state is None:
        return NEVER
    return traced.sliced(frame, receiver, (lower, upper), node)


def _mapping(frame: Frame, node: cst.Dict) -> Value:
    return literals.mapping(frame, node)


def _sequence(frame: Frame, node: cst.List | cst.Tuple | cst.Set) -> Value:
    return literals.sequence(frame, node)


def _lambda(frame: Frame, node: cst.Lambda) -> Value:
    info = frame.module.defined_by(node)
    assert isinstance(info, FunctionInfo)
    frame.interpreter.definitions.note_defaults(frame, info)
    frame.note_definition(info.key)
    return Value((FunctionRef(info.key),))


def _unary(frame: Frame, node: cst.UnaryOperation) -> Value:
    value = frame.evaluate(node.expression)
    if isinstance(node.operator, cst.Not):
        truths = {conditions.atom_truth(frame, atom) for atom in value.atoms}
        if truths <= {True, False} and len(truths) == 1:
            return const(not truths.pop())
        return Value((Typed("bool"),))
    atom = value.single
    if isinstance(node.operator, cst.Minus) and isinstance(atom, Const) and atom.kind in {"int", "float"}:
        return const(-atom.value)
    traced.note_operation(frame, (value,), (), node)
    return traced.unary(frame, value, Value((Typed("number"),)), node)


def _comparison(frame: Frame, node: cst.Comparison) -> Value:
    first = left = frame.evaluate(node.left)
    for target in node.comparisons:
        right = frame.evaluate(target.comparator)
        traced.note_comparison(frame, left, target.operator, right, node)
        if trials.refuses_operation(frame, target.operator, left, right):
            return frame.fail()
        left = right
    truth = conditions.truth(frame, node)
    found = Value((Typed("bool"),)) if truth is None else const(truth)
    return traced.comparison(frame, first, left, found, node)


def _binary(frame: Frame, node: cst.BinaryOperation) -> Value:
    left, right = frame.evaluate(node.left), frame.evaluate(node.right)
    if frame.state is None:
        return NEVER
    if trials.refuses_operation(frame, node.operator, left, right):
        return frame.fail()
    found = _operated(frame, node, left, right, frame.state)
    traced.note_operation(frame, (left, right), (found,), node)
    return found


def _operated(frame: Frame, node: cst.BinaryOperation, left: Value, right: Value, state: State) -> Value:
    tried = frame.interpreter.libraries.operated(frame, node, left, right)
    if tried is not None:
        return tried
    if isinstance(node.operator, cst.Add):
        return operators.add(frame, node, left, right)
    if isinstance(node.operator, cst.BitOr):
        kinds = [obj.kind for side in (left, right) for _, obj in state.deref(side)]
        if "dict" in kinds:
            base = literals.merged(frame, Obj("dict", made=frame.place(node)), left)
            return frame.allocate(node, literals.merged(frame, base, right))
    if isinstance(node.operator, (cst.BitAnd, cst.BitOr)) and left.of(Unknown):
        return traced.binary(frame, left, right, unknown("the result of an operation"), node)
    if isinstance(node.operator, cst.Modulo) and isinstance(left.single, Const) and left.single.kind == "str":
        return operators.percent_format(frame, left.single.value, right)
    if isinstance(node.operator, cst.Multiply):
        lists = [obj for _, obj in state.deref(left) if obj.kind == "list"]
        if lists:
            rest = join_values([*(one for obj in lists for one in obj.elements()), unknown("a repeated element")])
            return frame.allocate(node, Obj("list", rest=rest, made=frame.place(node)))
        text = operators.repeated(left, right)
        if text is not None:
            return text
    return traced.binary(frame, left, right, operators.arithmetic(left, right, node.operator), node)


def _await(frame: Frame, node: cst.Await) -> Value:
    since = len(frame.events)
    value = frame.evaluate(node.expression)
    background.wait_for(frame, value, since)
    sleeping.awaited(frame, node)
    return awaited(frame, value, node) if frame.state is not None else NEVER


def _named(frame: Frame, node: cst.NamedExpr) -> Value:
    value = frame.evaluate(node.value)
    if frame.state is not None and isinstance(node.target, cst.Name):
        frame.state.env[node.target.value] = value
    return value


def _yield(frame: Frame, node: cst.Yield) -> Value:
    if isinstance(node.value, cst.From):
        source = frame.evaluate(node.value.item)
        traced.note_escape(frame, source, "returned", node)
        if frame.state is not None:
            frame.returned = join2(frame.returned, iteration.element_of(frame, source))
    elif node.value is not None:
        value = frame.evaluate(node.value)
        frame.returned = join2(frame.returned, value)
        traced.note_escape(frame, value, "returned", node)
    return unknown("what is sent to the generator")


def _starred(frame: Frame, node: cst.StarredElement) -> Value:
    return frame.evaluate(node.value)


def _call(frame: Frame, node: cst.Call) -> Value:
    return callees.call(frame, node)


HANDLERS: dict[type[cst.CSTNode], Callable[[Frame, Any], Value]] = {
    cst.Integer: _literal,
    cst.Float: _literal,
    cst.Imaginary: _literal,
    cst.SimpleString: _literal,
    cst.ConcatenatedString: _concatenated,
    cst.FormattedString: _formatted,
    cst.Ellipsis: lambda frame, node: const(...),
    cst.Name: _name,
    cst.Attribute: _attribute,
    cst.Subscript: _subscript,
    cst.Dict: _mapping,
    cst.List: _sequence,
    cst.Tuple: _sequence,
    cst.Set: _sequence,
    cst.Lambda: _lambda,
    cst.IfExp: choices.evaluate_conditional,
    cst.BooleanOperation: choices.evaluate_boolean,
    cst.UnaryOperation: _unary,
    cst.Comparison: _comparison,
    cst.BinaryOperation: _binary,
    cst.Await: _await,
    cst.NamedExpr: _named,
    cst.Yield: _yield,
    cst.StarredElement: _starred,
    cst.Call: _call,
    cst.ListComp: comprehensions.evaluate_comprehension,
    cst.SetComp: comprehensions.evaluate_comprehension,
    cst.GeneratorExp: comprehensions.evaluate_comprehension,
    cst.DictComp: comprehensions.evaluate_comprehension,
}
