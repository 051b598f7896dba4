"""Comprehensions: a scope of their own, run once over what their sources may yield."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from invocation_lint.analysis.domain.atoms import NEVER, Value, join_values, unknown
from invocation_lint.analysis.domain.events import LoopInfo
from invocation_lint.analysis.domain.state import Obj, join_states
from invocation_lint.analysis.domain.values import keys_of
from invocation_lint.analysis.python import assign, conditions, iteration, traced
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.outcome import LoopFrame
from invocation_lint.analysis.python.loops import counting, loop_ends, pacing
from invocation_lint.analysis.python.tested import note_condition
from invocation_lint.source.parsing.walk import walk

_Comprehension = cst.ListComp | cst.SetComp | cst.GeneratorExp | cst.DictComp


def evaluate_comprehension(frame: Frame, node: _Comprehension) -> Value:
    """The list, set, dict or generator that a comprehension makes; names bound in it do not leave it."""
    if frame.state is None:
        return NEVER
    names = dict(frame.state.env)
    iterable = frame.evaluate(node.for_in.iter)
    if not frame.is_reached():
        return NEVER
    items = iteration.iteration_items(frame, iterable)
    known = items is not None and len(items) <= iteration.MAX_UNROLLED and node.for_in.asynchronous is None
    is_plain = not node.for_in.ifs and node.for_in.inner_for_in is None and node.for_in.asynchronous is None
    info = counting.for_info(frame, node.for_in, iterable, items) if is_plain else LoopInfo(None)
    kind = {cst.ListComp: "list", cst.SetComp: "set", cst.GeneratorExp: "generator", cst.DictComp: "dict"}[type(node)]
    result = frame.allocate(node, Obj(kind, made=frame.place(node)))
    frame.loops.append(LoopFrame(info))
    before, first_raised, waited = len(frame.events), len(frame.raises), frame.live.waited
    if known:
        _run_each(frame, node, node.for_in, items or [], result, sure=True)
        if info.over == "constants" and len(items or []) > loop_ends.FEW:
            loop_ends.note_left_expression(frame, node, node.for_in.iter, (before, first_raised), node.for_in)
    else:
        first_event = len(frame.events)
        element = _bind_sources(frame, node.for_in, iterable)
        with traced.running_over(frame, element):
            _add_element(frame, node, result, sure=False)
        traced.note_loop(frame, element, node, first_event)
        if info.over == "items":
            loop_ends.note_left_expression(frame, node, node.for_in.iter, (before, first_raised), node.for_in)
        if frame.state is not None:
            frame.state.waited = waited  # there may be no element
    frame.loops.pop()
    pacing.note_order(frame, None, before)
    if frame.state is not None:
        if isinstance(node, cst.GeneratorExp):
            frame.state.waited = waited  # its elements are made later, as far as they are asked for
        bound = {name: frame.state.env[name] for name in _walrus_names(node) if name in frame.state.env}
        frame.state.env = {**names, **bound}
    return result


def _run_each(
    frame: Frame, node: _Comprehension, source: cst.CompFor, items: list[Value], result: Value, *, sure: bool
) -> None:
    """Run over known elements one by one; `sure` is False where some may be left out."""
    frame.live.env[_ELEMENTS] = frame.allocate(source, Obj("tuple", items=tuple(items)))
    for index in range(len(items)):
        if frame.state is None:
            return
        held = next(obj for _, obj in frame.state.deref(frame.state.env[_ELEMENTS]))
        kept = frame.state.env[_ELEMENTS]
        assign.assign(frame, source.target, held.items[index])
        before = frame.live.copy()
        taken = _is_taken(frame, source)
        if taken != "no" and frame.state is not None:
            _run_inner(frame, node, source, result, sure=sure and taken == "yes")
        frame.state = join_states(frame.state, before) if taken != "yes" else frame.state
        if frame.state is not None:
            frame.state.env[_ELEMENTS] = kept


_ELEMENTS = "<elements>"
"""The name under which the elements of a source are kept while it is run over: objects may get other ids."""


def _run_inner(frame: Frame, node: _Comprehension, source: cst.CompFor, result: Value, *, sure: bool) -> None:
    inner = source.inner_for_in
    if inner is None:
        _add_element(frame, node, result, sure=sure)
        return
    iterable = frame.evaluate(inner.iter)
    items = iteration.iteration_items(frame, iterable) if frame.is_reached() else None
    if items is not None and len(items) <= iteration.MAX_UNROLLED and inner.asynchronous is None:
        _run_each(frame, node, inner, items, result, sure=sure)
        return
    _bind_sources(frame, inner, iterable)
    _add_element(frame, node, result, sure=False)


def _is_taken(frame: Frame, source: cst.CompFor) -> str:
    """Whether the element that is bound passes the conditions: yes, no or maybe. The state is refined by them."""
    answer = "yes"
    for condition in source.ifs:
        frame.evaluate(condition.test)
        if not frame.is_reached():
            return "no"
        note_condition(frame, condition.test, where=condition)
        truth = conditions.truth(frame, condition.test)
        frame.state = conditions.refine(frame, frame.live.copy(), condition.test, True)
        if truth is False or frame.state is None:
            return "no"
        answer = answer if truth is True else "maybe"
    return answer


def _walrus_names(node: _Comprehension) -> list[str]:
    """The names that a walrus in the comprehension binds: they stay."""
    found = [inner.target for inner in walk(node) if isinstance(inner, cst.NamedExpr)]
    return [target.value for target in found if isinstance(target, cst.Name)]


def _bind_sources(frame: Frame, source: cst.CompFor, iterable: Value) -> Value:
    """Bind the targets of all `for`; returns what the first one yields."""
    if not frame.is_reached():
        return NEVER
    traced.note_iterated(frame, iterable, source.iter)
    element = iteration.element_of(frame, iterable) if frame.is_reached() else NEVER
    if not frame.is_reached():
        return NEVER
    assign.assign(frame, source.target, element if element.atoms else unknown("an element"))
    for condition in source.ifs:
        frame.evaluate(condition.test)
        if frame.is_reached():
            note_condition(frame, condition.test, where=condition)
            frame.state = conditions.refine(frame, frame.live.copy(), condition.test, True) or frame.state
    inner = source.inner_for_in
    if inner is not None and frame.is_reached():
        _bind_sources(frame, inner, frame.evaluate(inner.iter))
    return element


def _add_element(frame: Frame, node: _Comprehension, result: Value, *, sure: bool) -> None:
    if not frame.is_reached():
        return
    if isinstance(node, cst.DictComp):
        key = frame.evaluate(node.key)
        keys = keys_of(key)
        value = frame.evaluate(node.value)
        place = frame.place(node)

        def set_keys(obj: Obj, weak: bool) -> Obj:
            if keys is None:
                return traced.set_aside(frame, obj, key, value, "its keys come from a comprehension")
            for name in keys:
                obj = obj.with_slot(name, value, place, weak=weak or not sure or len(keys) > 1)
            return obj

        if frame.is_reached():
            frame.live.update(result, set_keys)
        return
    value = frame.evaluate(node.elt)

    def add(obj: Obj, weak: bool) -> Obj:
        if sure and obj.rest is None and not weak:
            return replace(obj, items=(*obj.items, value))
        more = value if value.atoms else unknown("an element")
        if weak:
            return replace(obj, items=(), rest=join_values([*obj.elements(), more]))
        rest = more if obj.rest is None else join_values([obj.rest, more])
        return replace(obj, items=(*obj.items, rest) if sure else obj.items, rest=rest)

    if frame.is_reached():
        frame.live.update(result, add)


__all__ = ["evaluate_comprehension"]
