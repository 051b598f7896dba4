"""Comprehensions: a scope of their own, run once over what their sources may yield."""

from __future__ import annotations

import libcst as cst

from invocation_lint.source.walk import walk
from invocation_lint.values import assign, conditions, expressions, iteration, loops, queries
from invocation_lint.values.domain import NEVER, Value, const, constants, unknown
from invocation_lint.values.events import LoopInfo
from invocation_lint.values.frame import Frame, LoopFrame
from invocation_lint.values.state import Obj

_Comprehension = cst.ListComp | cst.SetComp | cst.GeneratorExp | cst.DictComp


def evaluate_comprehension(frame: Frame, node: _Comprehension) -> Value:
    """The list, set, dict or generator that a comprehension makes; names bound in it do not leave it."""
    if frame.state is None:
        return NEVER
    names = dict(frame.state.env)
    items, info = _single_source(frame, node.for_in)
    place = frame.place(node)
    kind = {cst.ListComp: "list", cst.SetComp: "set", cst.GeneratorExp: "generator", cst.DictComp: "dict"}[type(node)]
    result = Obj(kind, made=place)
    frame.loops.append(LoopFrame(info))
    if items is not None:
        for item in items:
            assign.assign(frame, node.for_in.target, item)
            result = _add_element(frame, node, result, sure=True)
    else:
        first_event = len(frame.events)
        element = _bind_sources(frame, node.for_in)
        with queries.handling_rows(frame, element):
            result = _add_element(frame, node, result, sure=False)
        queries.note_loop(frame, element, node, first_event)
    frame.loops.pop()
    if frame.state is not None:
        bound = {name: frame.state.env[name] for name in _walrus_names(node) if name in frame.state.env}
        frame.state.env = {**names, **bound}
    return frame.allocate(node, result)


def _walrus_names(node: _Comprehension) -> list[str]:
    """The names that a walrus in the comprehension binds: they stay."""
    found = [inner.target for inner in walk(node) if isinstance(inner, cst.NamedExpr)]
    return [target.value for target in found if isinstance(target, cst.Name)]


def _single_source(frame: Frame, source: cst.CompFor) -> tuple[list[Value] | None, LoopInfo]:
    """The elements that are run one by one, where there is one source and all of it is known, and the loop."""
    if source.ifs or source.inner_for_in is not None or source.asynchronous is not None:
        return None, LoopInfo(None)
    iterable = expressions.evaluate(frame, source.iter)
    if frame.state is None:
        return None, LoopInfo(None)
    items = iteration.iteration_items(frame, iterable)
    info = loops.for_info(frame, source, iterable, items)
    return (items if items is not None and len(items) <= iteration.MAX_UNROLLED else None), info


def _bind_sources(frame: Frame, source: cst.CompFor | None) -> Value:
    """Bind the targets of all `for`; returns what the first one yields."""
    if source is None or not frame.is_reached():
        return NEVER
    iterable = expressions.evaluate(frame, source.iter)
    element = iteration.element_of(frame, iterable) if frame.is_reached() else NEVER
    assign.assign(frame, source.target, element if element.atoms else unknown("an element"))
    for condition in source.ifs:
        expressions.evaluate(frame, condition.test)
        if frame.is_reached():
            frame.state = conditions.refine(frame, frame.live.copy(), condition.test, True) or frame.state
    _bind_sources(frame, source.inner_for_in)
    return element


def _add_element(frame: Frame, node: _Comprehension, result: Obj, *, sure: bool) -> Obj:
    if isinstance(node, cst.DictComp):
        key = constants(expressions.evaluate(frame, node.key))
        value = expressions.evaluate(frame, node.value)
        if key is None or not sure:
            return result.opened("its keys come from a comprehension")
        for name in key:
            result = result.with_slot(name, value, frame.place(node), weak=len(key) > 1)
        return result
    value = expressions.evaluate(frame, node.elt)
    if sure:
        return Obj(result.kind, items=(*result.items, value), made=result.made)
    return Obj(result.kind, items=result.items, rest=value if value.atoms else unknown("an element"), made=result.made)


__all__ = ["const", "evaluate_comprehension"]
