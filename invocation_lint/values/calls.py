"""Calls: of the program's functions, of the SDK, of what is known outside, and of what is not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import libcst as cst

from invocation_lint.findings import Place
from invocation_lint.values import classes, errors, expressions, lookup, responses
from invocation_lint.values.domain import (
    NEVER,
    AwsObject,
    ClassRef,
    Client,
    FunctionRef,
    Method,
    Param,
    Partial,
    Pending,
    Ref,
    Response,
    SdkSession,
    SuperRef,
    Symbol,
    Unknown,
    Value,
    constants,
    join2,
    join_values,
    unknown,
)
from invocation_lint.values.events import Argument, prefixed
from invocation_lint.values.frame import Frame, Outcome
from invocation_lint.values.imports import dotted
from invocation_lint.values.program import SITE_ATTRIBUTES, FunctionInfo, self_name
from invocation_lint.values.state import Obj, map_atoms, map_object_values


@dataclass(slots=True)
class Arguments:
    """The evaluated arguments of a call. `open` says why more may be given; `nodes` are the positional expressions."""

    args: list[Value] = field(default_factory=list)
    kwargs: dict[str, Argument] = field(default_factory=dict)
    open: str | None = None
    star: bool = False
    rest: Value = NEVER  # what further positional arguments may be
    nodes: list[cst.BaseExpression] = field(default_factory=list)
    place: Place | None = None

    def get(self, index: int, name: str) -> Value | None:
        """The argument by position or keyword, or None."""
        if name in self.kwargs:
            return self.kwargs[name].value
        return self.args[index] if index < len(self.args) else None

    def values(self) -> list[Value]:
        """All arguments."""
        return [*self.args, *(argument.value for argument in self.kwargs.values())]

    def plain(self) -> dict[str, Value]:
        """The keywords' values."""
        return {name: argument.value for name, argument in self.kwargs.items()}


def call(frame: Frame, node: cst.Call) -> Value:
    """The value of a call; its effects are applied to the frame's state."""
    if isinstance(node.func, cst.Name) and node.func.value == "super" and not node.args:
        return _super(frame)
    callee = expressions.evaluate(frame, node.func)
    arguments = evaluate_arguments(frame, node)
    if frame.state is None:
        return NEVER
    return call_value(frame, callee, arguments, node)


def _super(frame: Frame) -> Value:
    function = frame.function
    while function is not None and function.cls is None:
        function = function.parent
    if function is None or function.cls is None:
        return unknown("super() outside a method")
    receiver = lookup.name(frame, self_name(function))
    return Value((SuperRef(function.cls.key, receiver),))


def evaluate_arguments(frame: Frame, node: cst.Call) -> Arguments:
    """Evaluate all arguments in order; known mappings behind ** are spread into keywords."""
    result = Arguments(place=frame.place(node))
    for arg in node.args:
        value = expressions.evaluate(frame, arg.value)
        place = frame.place(arg.value)
        if arg.star == "*":
            _spread_sequence(frame, result, value)
        elif arg.star == "**":
            _spread_mapping(frame, result, value, place)
        elif arg.keyword is not None:
            result.kwargs[arg.keyword.value] = Argument(arg.keyword.value, value, place)
        else:
            result.args.append(value)
            result.nodes.append(arg.value)
    return result


def _spread_sequence(frame: Frame, result: Arguments, value: Value) -> None:
    from invocation_lint.values import statements

    items = statements.iteration_items(frame, value) if frame.state is not None else None
    if items is None:
        result.star = True
        result.rest = statements.element_of(frame, value) if frame.state is not None else NEVER
    else:
        result.args.extend(items)


def _spread_mapping(frame: Frame, result: Arguments, value: Value, place: Place) -> None:
    if frame.state is None:
        return
    objects = [obj for _, obj in frame.state.deref(value) if obj.kind == "dict"]
    if len(objects) != len(value.atoms) or not objects:
        result.open = "keywords that are not known are given with **"
        return
    merged = objects[0]
    for other in objects[1:]:
        from invocation_lint.values.state import join_objects

        merged = join_objects(merged, other)
    for name, slot in merged.slots.items():
        if isinstance(name, str):
            result.kwargs[name] = Argument(name, slot.value, slot.place or place, slot.presence)
    if merged.open:
        result.open = merged.open


def call_value(frame: Frame, callee: Value, arguments: Arguments, node: cst.CSTNode) -> Value:
    """Call each thing that the callee may be."""
    found = [call_atom(frame, atom, arguments, node) for atom in callee.atoms if frame.state is not None]
    return join_values(found) if found else NEVER


def call_atom(frame: Frame, atom: Any, arguments: Arguments, node: cst.CSTNode) -> Value:
    """Call one thing."""
    from invocation_lint.values.known import symbols

    if isinstance(atom, FunctionRef):
        info = frame.interpreter.function_info(atom.key)
        if info is not None:
            return call_project_function(frame, info, atom, arguments, node)
    elif isinstance(atom, ClassRef):
        info_class = frame.interpreter.class_info(atom.key)
        if info_class is not None:
            return classes.construct(frame, info_class, arguments.args, arguments.plain(), node)
    elif isinstance(atom, Symbol):
        return symbols.call_symbol(frame, atom.dotted, arguments, node)
    elif isinstance(atom, Method):
        found = [call_method(frame, inner, atom.name, arguments, node) for inner in atom.receiver.atoms]
        return join_values(found) if found else NEVER
    elif isinstance(atom, Partial):
        return call_value(frame, atom.target, merge_partial(atom, arguments), node)
    elif isinstance(atom, SdkSession):
        return Value((atom,))
    elif isinstance(atom, Ref) and atom.id in frame.live.heap:
        obj = frame.live.heap[atom.id]
        method = _call_operator(frame, obj)
        if method is not None:
            return call_project_function(frame, method, FunctionRef(method.key, Value((atom,))), arguments, node)
    source = getattr(atom, "source", "")
    called = call_unknown(frame, arguments, node, source=source, use="logged" if _is_logging(node, source) else "")
    mapping, _, last = source.rpartition(".")
    keys = constants(arguments.args[0]) if arguments.args and last in {"get", "pop"} else None
    if keys is not None and len(keys) == 1:
        return unknown("an item of a mapping that is not known", f"{mapping}.{keys[0]}")
    return called


def _is_logging(node: cst.CSTNode, source: str) -> bool:
    """Whether the call is of a method by which code logs, of something named like a logger."""
    from invocation_lint.values.known.tables import LOG_METHODS

    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        return False
    receiver = dotted(node.func.value) or source.rpartition(".")[0]
    return node.func.attr.value in LOG_METHODS and "log" in receiver.rpartition(".")[2].lower()


def _call_operator(frame: Frame, obj: Obj) -> FunctionInfo | None:
    info = frame.interpreter.class_info(obj.cls)
    return classes.find_method(frame, info, "__call__") if info is not None else None


def merge_partial(atom: Partial, arguments: Arguments) -> Arguments:
    """The arguments of a call of a partial."""
    place = arguments.place
    assert place is not None
    kwargs = {name: Argument(name, value, place) for name, value in atom.kwargs}
    return replace(arguments, args=[*atom.args, *arguments.args], kwargs={**kwargs, **arguments.kwargs})


def call_unknown(frame: Frame, arguments: Arguments, node: cst.CSTNode, *, source: str = "", use: str = "") -> Value:
    """A call of something not known: it may keep what it is given, and add keys to it."""
    _invoke_elsewhere(frame, arguments, node)
    for value in arguments.values():
        responses.note_escape(frame, value, use or "handed_over", node)
        if not use:
            open_objects(frame, value, "it is handed to code that is not followed")
    return unknown("what a function that is not followed returns", f"{source}()" if source else "")


def _invoke_elsewhere(frame: Frame, arguments: Arguments, node: cst.CSTNode) -> None:
    """`run(client.invoke, FunctionName=..)`: an invocation by code that is not followed, which gets the answer."""
    from invocation_lint.values.known.symbols import submitted

    for index, value in enumerate(arguments.args):
        handed = [atom for atom in value.of(Method) if atom.name in SITE_ATTRIBUTES]
        if handed:
            rest = replace(arguments, args=arguments.args[index + 1 :], nodes=arguments.nodes[index + 1 :])
            answer = submitted(frame, rest, [Value(tuple(handed))], node, "future")
            responses.note_escape(frame, answer, "handed_over", node)


def open_objects(frame: Frame, value: Value, reason: str) -> None:
    """Whoever gets the value may add keys to its mappings."""
    state = frame.live
    for object_id, obj in state.reachable([value]).items():
        if obj.kind in {"dict", "list"}:
            opened = obj.opened(reason)
            if obj.kind == "list" and obj.rest is None:
                opened = replace(opened, rest=unknown("an element added elsewhere"))
            state.heap[object_id] = opened


def call_method(frame: Frame, atom: Any, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`atom.name(..)` for something that is no object of the program."""
    from invocation_lint.values import sdk, sites
    from invocation_lint.values.known import containers, texts

    if name in SITE_ATTRIBUTES and isinstance(atom, (Client, Unknown, Param)):
        found = sites.invocation(frame, atom, name, arguments, node)
        if found is not None:
            return found
    if isinstance(atom, (Client, SdkSession)):
        return sdk.call_method(frame, atom, name, arguments, node)
    if isinstance(atom, AwsObject):
        return sdk.call_resource(frame, atom, name, arguments, node)
    if isinstance(atom, Response):
        return responses.call_method(frame, atom, name, arguments.args, node)
    if isinstance(atom, Ref) and atom.id in frame.live.heap:
        return containers.call_method(frame, atom, name, arguments, node)
    if isinstance(atom, Pending):
        return _call_pending(frame, atom, name, arguments, node)
    found_text = texts.call_method(frame, atom, name, arguments, node)
    if found_text is not None:
        return found_text
    return call_unknown(frame, arguments, node, source=name)


def _call_pending(frame: Frame, atom: Pending, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    if name == "result":
        errors.deliver(frame, atom.raises)
        return atom.value
    if name == "exception":
        return unknown("the exception of a future")
    return call_unknown(frame, arguments, node)


_TRANSPARENT_DECORATORS = frozenset(
    {"staticmethod", "classmethod", "property", "cached_property", "lru_cache", "cache", "abstractmethod", "override",
     "final", "contextmanager", "asynccontextmanager", "wraps", "fixture", "overload", "singledispatch", "command",
     "option", "argument", "group", "pass_context", "route", "get", "post", "put", "delete", "patch", "capture_method",
     "capture_lambda_handler", "inject_lambda_context", "log_metrics", "event_source", "capture", "retry",
     "on_exception", "shared_task", "task", "on_event", "api_view", "csrf_exempt", "login_required", "tool",
     "idempotent", "idempotent_function", "typechecked", "validate_call", "deprecated", "before_request", "setter"}
)  # fmt: skip


def is_transparent(info: FunctionInfo) -> bool:
    """Whether the decorators leave the function's calls what they are."""
    for item in info.decorators:
        name = dotted(item.func if isinstance(item, cst.Call) else item)
        if name.rpartition(".")[2] not in _TRANSPARENT_DECORATORS:
            return False
    return True


def call_project_function(
    frame: Frame, info: FunctionInfo, ref: FunctionRef, arguments: Arguments, node: cst.CSTNode
) -> Value:
    """Call a function of the program with evaluated arguments."""
    if arguments.star or not is_transparent(info):
        return call_unknown(frame, arguments, node, source=info.name)
    kwargs = {name: (argument.value, argument.presence) for name, argument in arguments.kwargs.items()}
    return _interpret_call(frame, info, ref, arguments.args, kwargs, node, arguments.open)


def call_function(
    frame: Frame, info: FunctionInfo, ref: FunctionRef, args: list[Value], kwargs: dict[str, Value], node: cst.CSTNode
) -> Value:
    """Call a function of the program with plain values."""
    if not is_transparent(info):
        return unknown("what a decorated function returns", info.name)
    given = {name: (value, "yes") for name, value in kwargs.items()}
    return _interpret_call(frame, info, ref, args, given, node, None)


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
    bound = bind_parameters(frame, info, all_args, all_kwargs, open_reason, node)
    if bound is None or frame.state is None:
        return unknown("a call that does not fit the function", info.name)
    outcome = frame.interpreter.interpret_call(frame, info, bound)
    if outcome is None:
        for value in bound.values():
            responses.note_escape(frame, value, "handed_over", node)
            open_objects(frame, value, "it is handed to code that is not followed")
        frame.complete = False
        return unknown("a call that is too deep to follow", info.name)
    return apply_outcome(frame, info, outcome, node)


def apply_outcome(frame: Frame, info: FunctionInfo, outcome: Outcome, node: cst.CSTNode) -> Value:
    """Bring what a call does into the caller: objects, events, errors, the return value."""
    place = frame.place(node)
    state = frame.live
    own = {event.site for event in outcome.events} | {raised.site for raised in outcome.raises}
    created = frame.interpreter.sites_made(outcome)

    def shift_site(site: Any) -> Any:
        return (place, *site) if site in created else site

    def change(atom: Any) -> Any:
        if isinstance(atom, Ref) and atom.id not in state.heap and atom.id[0] != "global":
            return Ref((place, *atom.id))
        if isinstance(atom, Response) and atom.site in created:
            return replace(atom, site=shift_site(atom.site))
        if isinstance(atom, Pending) and atom.raises:
            return replace(atom, raises=tuple(replace(raised, site=shift_site(raised.site)) for raised in atom.raises))
        return atom

    def shift(value: Value) -> Value:
        return map_atoms(value, change)

    moved = {
        (object_id if object_id in state.heap or object_id[0] == "global" else (place, *object_id)): map_object_values(
            obj, shift
        )
        for object_id, obj in outcome.heap.items()
    }
    state.heap.update(moved)
    del own
    frame.events.extend(prefixed(event, place) if event.site in created else event for event in outcome.events)
    raises = [replace(raised, site=shift_site(raised.site)) for raised in outcome.raises]
    frame.complete = frame.complete and outcome.complete
    value = shift(outcome.value)
    if info.is_async:
        return Value((Pending(value, tuple(raises)),))
    frame.raises.extend(raises)
    if not outcome.returns and not info.is_generator:
        frame.note_progress()
        frame.state = None
        return NEVER
    return value


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
