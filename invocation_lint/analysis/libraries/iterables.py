"""Builtins that make iterables of others: zip, enumerate, map, filter."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    ClassRef,
    FunctionRef,
    Partial,
    Symbol,
    Typed,
    Value,
    const,
    join_values,
    unknown,
)
from invocation_lint.analysis.domain.state import Obj
from invocation_lint.analysis.python import iteration
from invocation_lint.analysis.python.calls.unfollowed import call_unknown
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.outcome import LoopFrame
from invocation_lint.analysis.python.loops.counting import mapped_info
from invocation_lint.analysis.python.loops.loop_ends import note_left_expression

_CALLED = (FunctionRef, ClassRef, Partial, Symbol)


def enumerated(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`enumerate(source)`."""
    if not arguments.args:
        return unknown()
    items = _items(frame, arguments.args[0])
    if items is not None and len(arguments.values()) == 1:
        return _tuples(frame, [[const(index), item] for index, item in enumerate(items)], node)
    return _any_tuple(frame, [Value((Typed("int"),)), _element(frame, arguments.args[0])], node)


def zipped(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`zip(*sources)`: as many tuples as the shortest source has elements."""
    sources = [_items(frame, value) for value in arguments.args]
    known = [items for items in sources if items is not None]
    if arguments.star or not known:
        return _any_tuple(frame, [_element(frame, value) for value in arguments.args], node)
    if len(known) == len(sources):
        return _tuples(frame, [list(row) for row in zip(*known, strict=False)], node)
    rows: list[list[Value]] = []
    for index in range(min(map(len, known))):
        pairs = zip(sources, arguments.args, strict=True)
        rows.append([_element(frame, value) if items is None else items[index] for items, value in pairs])
    made = _tuples(frame, rows, node)
    if frame.state is not None:  # another source may be shorter
        frame.state.update(made, lambda obj, weak: replace(obj, items=(), rest=join_values(obj.items)))
    return made


def filtered(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`filter(test, source)`: some of the elements."""
    if len(arguments.args) != 2:
        return unknown()
    items = _items(frame, arguments.args[1])
    rest = join_values(items) if items else _element(frame, arguments.args[1])
    if isinstance(arguments.args[0].single, FunctionRef):
        _called(frame, arguments.args[0], [rest], node)
    return frame.allocate(node, Obj("generator", rest=rest, made=frame.place(node)))


def mapped(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`map(function, source)`: what the function gives for each element."""
    target = arguments.args[0].single if arguments.args else None
    if len(arguments.args) != 2 or not isinstance(target, _CALLED):
        return call_unknown(frame, arguments, node, source="map")
    items = _items(frame, arguments.args[1])
    place, since = frame.place(node), (len(frame.events), len(frame.raises))
    source = node.args[1].value if isinstance(node, cst.Call) and len(node.args) == 2 else None
    frame.loops.append(LoopFrame(mapped_info(frame, source, arguments.args[1], items)))
    try:
        if items is not None and not isinstance(target, ClassRef) and len(items) == 1:
            made = (_called(frame, arguments.args[0], items, node),)
            return frame.allocate(node, Obj("generator", items=made, made=place))
        element = join_values(items) if items else _element(frame, arguments.args[1])
        rest = _called(frame, arguments.args[0], [element], node)
        if items is None and source is not None:
            note_left_expression(frame, node, source, since)
        return frame.allocate(node, Obj("generator", rest=rest if rest.atoms else unknown("a result"), made=place))
    finally:
        frame.loops.pop()


def _called(frame: Frame, target: Value, args: list[Value], node: cst.CSTNode) -> Value:
    return frame.call(target, Arguments(args, place=frame.place(node)), node)


def _items(frame: Frame, value: Value) -> list[Value] | None:
    items = iteration.iteration_items(frame, value) if frame.state is not None else None
    return items if items is not None and len(items) <= iteration.MAX_UNROLLED else None


def _element(frame: Frame, value: Value) -> Value:
    found = iteration.element_of(frame, value) if frame.state is not None else value
    return found if found.atoms else unknown("an element")


def _tuples(frame: Frame, rows: list[list[Value]], node: cst.CSTNode) -> Value:
    place = frame.place(node)
    made = [
        frame.allocate_at((place, "row", index), Obj("tuple", items=tuple(row), made=place))
        for index, row in enumerate(rows)
    ]
    return frame.allocate(node, Obj("generator", items=tuple(made), made=place))


def _any_tuple(frame: Frame, elements: list[Value], node: cst.CSTNode) -> Value:
    place = frame.place(node)
    pair = frame.allocate_at((place, "pair"), Obj("tuple", items=tuple(elements), made=place))
    return frame.allocate(node, Obj("generator", rest=pair, made=place))


__all__ = ["enumerated", "filtered", "mapped", "zipped"]
