"""Calls of the program's own functions: binding of parameters, and what a call brings back into its caller."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import NEVER, FunctionRef, Pending, Ref, Traced, Value, join2, unknown
from invocation_lint.analysis.domain.events import Argument, Event, LoopInfo, Start, Visit, prefixed
from invocation_lint.analysis.domain.ids import ObjectId, id_of
from invocation_lint.analysis.domain.references import map_atoms, may_move
from invocation_lint.analysis.domain.state import Obj, map_object_values
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python import sleeping, told, traced, trials
from invocation_lint.analysis.python.calls import decorators
from invocation_lint.analysis.python.calls.unfollowed import call_unknown, open_objects
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.guards import PLAIN, Wrapping
from invocation_lint.analysis.python.frames.outcome import Outcome
from invocation_lint.analysis.python.loops import counting, pacing, repeating


def call_project_function(
    frame: Frame, info: FunctionInfo, ref: FunctionRef, arguments: Arguments, node: cst.CSTNode
) -> Value:
    """Call a function of the program with evaluated arguments."""
    wrapping = PLAIN if ref.bare else decorators.wrapping_of(frame.interpreter, info)
    is_walked = wrapping is None or not wrapping.gives_value  # what the wrapper makes of the value is in its body
    decorated = decorators.decorated(frame, info) if is_walked else None
    if decorated is not None:
        bound = [*([ref.receiver] if ref.receiver is not None else []), *ref.args, *arguments.args]
        more = {name: Argument(name, value, frame.place(node)) for name, value in ref.kwargs}
        return frame.call(decorated, replace(arguments, args=bound, kwargs=more | arguments.kwargs), node)
    if arguments.star or wrapping is None:
        return call_unknown(frame, arguments, node, source=info.name)
    kwargs = {name: (argument.value, argument.presence) for name, argument in arguments.kwargs.items()}
    return _wrapped_call(frame, wrapping, info, ref, arguments.args, kwargs, node, arguments.open)


def call_function(frame: Frame, info: FunctionInfo, receiver: Value, args: list[Value], node: cst.CSTNode) -> Value:
    """Call a method of the program that Python itself calls: a property, `__exit__`."""
    wrapping = decorators.wrapping_of(frame.interpreter, info)
    if wrapping is None:
        return unknown("what a decorated function returns", info.name)
    return _wrapped_call(frame, wrapping, info, FunctionRef(info.key, receiver), args, {}, node, None)


def _wrapped_call(
    frame: Frame,
    wrapping: Wrapping,
    info: FunctionInfo,
    ref: FunctionRef,
    args: list[Value],
    kwargs: dict[str, tuple[Value, str]],
    node: cst.CSTNode,
    open_reason: str | None,
) -> Value:
    """Call a function through the decorators of the program that are around it."""
    if not wrapping.names:
        return _interpret_call(frame, info, ref, args, kwargs, node, open_reason)
    before = frame.state.copy() if frame.state is not None else None
    mark = len(frame.raises)
    value = _interpret_call(frame, info, ref, args, kwargs, node, open_reason)
    raised = frame.raises[mark:]
    repeating.note_wrapped(frame, wrapping.again, raised)
    frame.raises[mark:] = decorators.guarded(frame, wrapping, raised)
    if before is not None and any(guard.how != "raises" for guard in wrapping.guards):
        if frame.state is None and any(guard.how == "drops" for guard in wrapping.guards):
            frame.state = before
        elif frame.state is not None:
            frame.state.waited = before.waited  # an error may have ended it before
    return decorators.guarded_value(frame, wrapping, value, node) if frame.state is not None else value


def _interpret_call(
    frame: Frame,
    info: FunctionInfo,
    ref: FunctionRef,
    args: list[Value],
    kwargs: dict[str, tuple[Value, str]],
    node: cst.CSTNode,
    open_reason: str | None,
) -> Value:
    receiver = [ref.receiver] if ref.receiver is not None else []
    all_args = [*receiver, *ref.args, *args]
    all_kwargs = {**{name: (value, "yes") for name, value in ref.kwargs}, **kwargs}
    if trials.refuses_call(frame, info, all_args, all_kwargs, open_reason):
        return frame.fail("TypeError")
    bound = bind_parameters(frame, info, all_args, all_kwargs, open_reason, node)
    if bound is None or frame.state is None:
        return unknown("a call that does not fit the function", info.name)
    outcome = frame.interpreter.interpret_call(frame, info, bound, ref.cells)
    if outcome is None:
        for value in bound.values():
            traced.note_escape(frame, value, "handed_over", node)
            open_objects(frame, value, "it is handed to code that is not followed")
        return unknown("a call that is too deep to follow", info.name)
    return apply_outcome(frame, info, outcome, node)


def apply_outcome(frame: Frame, info: FunctionInfo, outcome: Outcome, node: cst.CSTNode) -> Value:
    """Bring what a call does into the caller: objects, events, errors, the return value."""
    place = frame.place(node)
    state = frame.live
    created = {event.site for event in outcome.events if isinstance(event, Start)}

    def shift_site(site: Any) -> Any:
        return (place, *site) if site in created else site

    def change(atom: Any) -> Any:
        if isinstance(atom, Ref) and atom.id not in state.heap and atom.id.parts[0] != "global":
            return Ref(id_of(place, *atom.id.parts))
        if isinstance(atom, Traced) and atom.origin in created:
            return replace(atom, origin=shift_site(atom.origin))
        if isinstance(atom, Pending) and (atom.raises or atom.sites):
            raises = tuple(replace(raised, site=shift_site(raised.site)) for raised in atom.raises)
            shifted = tuple(replace(one, site=shift_site(one.site)) for one in atom.told)
            return replace(atom, raises=raises, sites=tuple(map(shift_site, atom.sites)), told=shifted)
        return atom

    def shift(value: Value) -> Value:
        return map_atoms(value, change) if may_move(value) else value

    moved: dict[ObjectId, Obj] = {}
    for own_id, obj in outcome.heap.items():
        known = state.heap.get(own_id)
        if known is obj:  # what is as it was refers to nothing that the call has made
            continue
        if known is not None and own_id.parts[1] == "shared" and own_id not in outcome.given:
            continue  # an attribute as the call found it by itself: what the caller did to it is not undone
        is_known = known is not None or own_id.parts[0] == "global"
        moved[own_id if is_known else id_of(place, *own_id.parts)] = map_object_values(obj, shift)
    state.heap.update(moved)
    loop = frame.loops[-1].info if frame.loops else None
    if info.is_async:
        loop = counting.run_beside(frame, node, loop)
    is_timed = any(type(event) is Visit for event in outcome.events) and pacing.times_itself(frame, place)
    frame.events.extend(
        prefixed(_in_loop(event, loop, is_timed), place) if event.site in created else event for event in outcome.events
    )
    raises = [replace(raised, site=shift_site(raised.site)) for raised in outcome.raises]
    value = shift(outcome.value)
    if info.is_generator and not _is_entered(info):
        rest = value if value.atoms else unknown("what a generator yields")
        value = frame.allocate(node, Obj("generator", rest=rest, made=place))
    failing = told.told_by(frame, outcome, node, shift_site)
    raised = None if outcome.returns or info.is_generator else frozenset(outcome.failing)
    sleeping.called(frame, outcome.waited, node, raised, is_async=info.is_async)
    if info.is_async:
        via = "decorated" if info.is_generator or info.decorators else "coroutine"
        sites = tuple(sorted(map(shift_site, frame.interpreter.sites_made(outcome))))
        return Value((Pending(value, tuple(raises), via, sites, failing),))
    told.note_use(frame, failing, node)
    frame.raises.extend(raises)
    if not outcome.returns and not info.is_generator:
        frame.note_progress()
        frame.failing |= outcome.failing or {""}
        frame.state = None
        return NEVER
    told.note_sent(frame, (raised.site for raised in raises))
    anew = {("read", shift_site(site)) for site in created}  # other answers than those of an earlier call at this place
    if not anew.isdisjoint(state.marks):
        state.marks -= anew
    if outcome.read and not info.is_generator and not _is_cached(info):
        for kind in frame.interpreter.kinds.by_name.values():
            kind.read_inside(frame, sorted(map(shift_site, outcome.read)), node)
    return value


def _is_cached(info: FunctionInfo) -> bool:
    """Whether a second call of a function may give what the first one has found."""
    return any("cache" in dotted(item.func if isinstance(item, cst.Call) else item) for item in info.decorators)


def _is_entered(info: FunctionInfo) -> bool:
    """Whether a decorator makes a generator something to be entered: what it yields is had without a loop."""
    names = {dotted(item.func if isinstance(item, cst.Call) else item).rpartition(".")[2] for item in info.decorators}
    return bool(names & {"contextmanager", "asynccontextmanager", "fixture", "inject", "yield_fixture"})


def _in_loop(event: Event, loop: LoopInfo | None, is_timed: bool) -> Event:
    """The event in the loop around the call; a loop nearer to the invocation stays, with the rounds of both."""
    if not isinstance(event, Visit):
        return event
    if is_timed:
        event = replace(event, is_timed=True)
    if loop is None:
        return event
    return replace(event, loop=loop if event.loop is None else counting.within(loop, event.loop))


def bind_parameters(
    frame: Frame,
    info: FunctionInfo,
    args: list[Value],
    kwargs: dict[str, tuple[Value, str]],
    open_reason: str | None,
    node: cst.CSTNode,
) -> dict[str, Value] | None:
    """Parameter names to values; None when the call does not fit."""
    params = info.node.params
    positional = [*params.posonly_params, *params.params]
    defaults = frame.interpreter.definitions.defaults_of(frame, info)
    bound: dict[str, Value] = {}
    left = dict(kwargs)
    for index, param in enumerate(positional):
        name = param.name.value
        if index < len(args):
            bound[name] = args[index]
        else:
            bound[name] = _keyword(left, name, defaults.get(name), open_reason)
    for param in params.kwonly_params:
        name = param.name.value
        bound[name] = _keyword(left, name, defaults.get(name), open_reason)
    if isinstance(params.star_arg, cst.Param):
        rest = tuple(args[len(positional) :])
        bound[params.star_arg.name.value] = frame.allocate(node, Obj("tuple", items=rest, made=frame.place(node)))
    elif len(args) > len(positional):
        return None
    if params.star_kwarg is not None:
        obj = Obj("dict", made=frame.place(node), open=open_reason)
        for name, (value, presence) in left.items():
            obj = obj.with_slot(name, value, frame.place(node), weak=presence != "yes")
        bound[params.star_kwarg.name.value] = frame.allocate(node, obj)
    elif left:
        return None
    return bound


def _keyword(left: dict[str, tuple[Value, str]], name: str, default: Value | None, open_reason: str | None) -> Value:
    if name in left:
        value, presence = left.pop(name)
        return value if presence == "yes" or default is None else join2(value, default)
    if open_reason is not None:
        given = unknown(open_reason, name)
        return given if default is None else join2(default, given)
    return default if default is not None else unknown("a parameter that is not given", name)
