"""Decorators of the program: what a wrapper does with the errors and the value of the function that it calls.

A decorator is followed when the function that it gives back calls the decorated one with just the arguments that it
gets itself. All others may do anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    ClassRef,
    FunctionRef,
    Pending,
    Ref,
    Symbol,
    Value,
    join_values,
    unknown,
)
from invocation_lint.analysis.domain.events import Raised
from invocation_lint.analysis.domain.state import State
from invocation_lint.analysis.program.acts import block_end, strongest_act
from invocation_lint.analysis.program.model import FunctionInfo, own_nodes
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.python import conditions, traced
from invocation_lint.analysis.python.errors import clauses, tries
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.copying import bring
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.guards import PLAIN, CaughtType, Guard, Wrapping
from invocation_lint.analysis.python.frames.protocol import Walk
from invocation_lint.analysis.python.loops import repeating
from invocation_lint.source.parsing.walk import children

_TRANSPARENT = frozenset(
    {"staticmethod", "classmethod", "property", "cached_property", "lru_cache", "cache", "abstractmethod", "override",
     "final", "contextmanager", "asynccontextmanager", "wraps", "fixture", "overload", "singledispatch", "command",
     "option", "argument", "group", "pass_context", "route", "get", "post", "put", "delete", "patch", "capture_method",
     "capture_lambda_handler", "inject_lambda_context", "log_metrics", "event_source", "capture", "retry",
     "on_exception", "shared_task", "task", "on_event", "api_view", "csrf_exempt", "login_required", "tool",
     "idempotent", "idempotent_function", "typechecked", "validate_call", "deprecated", "before_request", "setter"}
)  # fmt: skip
"""Decorators that leave the function's calls what they are, by the last part of their name."""


def wrapping_of(interpreter: Walk[Frame], info: FunctionInfo) -> Wrapping | None:
    """What happens around a call of a function; None when a decorator cannot be followed."""
    if not info.decorators:
        return PLAIN
    if info.key not in interpreter.wrappings:
        found = _wrapping(interpreter, info)
        if interpreter.modules.is_running:  # the decorator may be bound later
            return found
        interpreter.wrappings[info.key] = found
    return interpreter.wrappings[info.key]


def _wrapping(interpreter: Walk[Frame], info: FunctionInfo) -> Wrapping | None:
    found = PLAIN
    for item in reversed(info.decorators):
        if info.is_task and _task_of(interpreter, info, item):
            return None
        name = dotted(item.func if isinstance(item, cst.Call) else item)
        if _is_transparent(interpreter, info, item):
            giving_up = _giving_up(info, item, name.rpartition(".")[2])
            if giving_up is not None:
                found = replace(found, names=found.names | {name}, guards=(*found.guards, giving_up))
            continue
        one = _own(interpreter, info, item, name)
        if one is None:
            return None
        gives_value = found.gives_value and one.gives_value
        again = (*found.again, *one.again)
        found = Wrapping(found.names | one.names, (*found.guards, *one.guards), gives_value, again)
    return found


def decorated(frame: Frame, info: FunctionInfo) -> Value | None:
    """What the decorators of the program make of a function, when each gives back something that is followed."""
    interpreter = frame.interpreter
    if info.parent is not None or interpreter.modules.is_running:
        return None
    if info.key not in interpreter.decorated:
        interpreter.decorated[info.key] = None  # a decorator that calls what it decorates
        interpreter.decorated[info.key] = _decorated(interpreter, info)
    found = interpreter.decorated[info.key]
    return None if found is None else bring(frame, found[0], found[1].heap)


def _decorated(interpreter: Walk[Frame], info: FunctionInfo) -> tuple[Value, State] | None:
    home = Frame(interpreter, info.module, None, State(), in_class=info.cls.key if info.cls else "*")
    value = Value((FunctionRef(info.key, bare=True),))
    for item in reversed(info.decorators):
        is_task = info.is_task and _task_of(interpreter, info, item)
        if not is_task and _is_transparent(interpreter, info, item):
            continue
        with interpreter.own_budget():
            decorator = home.evaluate(item)
            if home.state is None or not decorator.atoms or not (is_task or all(map(_is_followed, decorator.atoms))):
                return None
            given = Arguments([value], place=home.place(item))
            value = home.call(decorator, given, item)
        if not home.is_reached() or not value.atoms:
            return None
        if not is_task and not all(isinstance(a, (FunctionRef, Ref)) for a in value.atoms):
            return None
    return value, home.live


def _task_of(interpreter: Walk[Frame], info: FunctionInfo, item: cst.BaseExpression) -> bool:
    """Whether a decorator makes a task of a function, which is sent to Lambda when it is called."""
    home = Frame(interpreter, info.module, None, State(), in_class="*")
    atom = conditions.quietly(home, item.func if isinstance(item, cst.Call) else item).single
    return isinstance(atom, Symbol) and interpreter.libraries.makes_task(atom.dotted)


def _is_followed(atom: object) -> bool:
    return isinstance(atom, (FunctionRef, ClassRef, Ref))


_OFTEN_OWN = frozenset({"retry", "on_exception", "capture", "tool", "idempotent", "validate_call", "trace"})
"""Names of such decorators that projects give to their own as well."""


def _is_transparent(interpreter: Walk[Frame], info: FunctionInfo, item: cst.BaseExpression) -> bool:
    """Whether a decorator leaves the function's calls what they are."""
    last = dotted(item.func if isinstance(item, cst.Call) else item).rpartition(".")[2]
    return last in _TRANSPARENT and not (last in _OFTEN_OWN and _decorator(interpreter, info, item) is not None)


def _giving_up(info: FunctionInfo, item: cst.BaseExpression, last: str) -> Guard | None:
    """What tenacity's `retry` or backoff's `on_exception` does after the last attempt, if it does not raise."""
    given = {arg.keyword.value: arg.value for arg in item.args if arg.keyword} if isinstance(item, cst.Call) else {}
    if last == "retry" and not _is_none(given.get("retry_error_callback")):
        does = "returns"
    elif last == "on_exception" and dotted(given.get("raise_on_giveup")) == "False":
        does = "logs"  # backoff logs that it gives up
    else:
        return None
    every_error = (CaughtType("", "generic", "yes", "yes"),)
    return Guard("drops", item, info.module.source.place(item), every_error, does)


def _is_none(node: cst.BaseExpression | None) -> bool:
    return node is None or dotted(node) == "None"


def _decorator(interpreter: Walk[Frame], info: FunctionInfo, item: cst.BaseExpression) -> FunctionInfo | None:
    """The function of the program that a decorator is, or that makes it."""
    if info.parent is not None:
        return None
    home = Frame(interpreter, info.module, None, State(), in_class=info.cls.key if info.cls else "*")
    atom = conditions.quietly(home, item.func if isinstance(item, cst.Call) else item).single
    return interpreter.function_info(atom.key) if isinstance(atom, FunctionRef) else None


def guards_around(interpreter: Walk[Frame], info: FunctionInfo) -> Iterator[Guard]:
    """What the decorators of a function do with its errors, as far as they are followed, innermost first."""
    for item in reversed(info.decorators):
        if not _is_transparent(interpreter, info, item):
            found = _own(interpreter, info, item, dotted(item.func if isinstance(item, cst.Call) else item))
            yield from found.guards if found is not None else ()


def _own(interpreter: Walk[Frame], info: FunctionInfo, item: cst.BaseExpression, name: str) -> Wrapping | None:
    """What a decorator of the program does; None for any other."""
    decorator, wrapper = _parts(interpreter, info, item)
    if decorator is None or wrapper is None or not isinstance(wrapper.node, cst.FunctionDef):
        return None
    params = _positional(decorator)
    if len(params) != 1:
        return None
    decorated = params[0]
    calls = [
        node
        for node in own_nodes(wrapper.node.body)
        if isinstance(node, cst.Call) and getattr(node.func, "value", "") == decorated
    ]
    mentions = [node for node in own_nodes(wrapper.node.body) if isinstance(node, cst.Name) and node.value == decorated]
    if len(calls) != 1 or len([node for node in mentions if node is not calls[0].func]) > _as_label(wrapper, decorated):
        return None
    if _given(calls[0]) != _taken(wrapper):
        return None
    inside = Frame(interpreter, wrapper.module, wrapper, State(), outer=interpreter.definers.get(wrapper.key))
    guards = tuple(_around(inside, wrapper.node.body, calls[0], repeated=False))
    again = repeating.wrapped_again(inside, wrapper, calls[0])
    return Wrapping(frozenset({name}), guards, _gives_value(wrapper.node, calls[0]), again)


def gives_another_first(interpreter: Walk[Frame], info: FunctionInfo) -> bool:
    """Whether a decorator of the program hands the function something else than its wrapper was given for its first
    argument, or changes that before."""
    for item in info.decorators:
        decorator, wrapper = _parts(interpreter, info, item)
        params = _positional(decorator) if decorator is not None else []
        if wrapper is not None and params and _changes_first(wrapper, params[0]):
            return True
    return False


def _parts(
    interpreter: Walk[Frame], info: FunctionInfo, item: cst.BaseExpression
) -> tuple[FunctionInfo | None, FunctionInfo | None]:
    """The function of the program that is given the decorated one, and what it returns in place of that."""
    decorator = _decorator(interpreter, info, item)
    if decorator is not None and isinstance(item, cst.Call):
        decorator = _returned(decorator)
    return decorator, _returned(decorator) if decorator is not None else None


def _positional(info: FunctionInfo) -> list[str]:
    return [one.name.value for one in (*info.node.params.posonly_params, *info.node.params.params)]


def _changes_first(wrapper: FunctionInfo, decorated: str) -> bool:
    first = next(iter(_positional(wrapper)), "")
    for node in own_nodes(wrapper.node.body):
        if isinstance(node, cst.Call) and getattr(node.func, "value", "") == decorated:
            given = node.args[0] if node.args else None
            if given is not None and not given.star and dotted(given.value) != first:
                return True
        elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            if dotted(node.func.value) == first and node.func.attr.value in _CHANGING:
                return True
        elif isinstance(node, cst.AssignTarget):
            target = node.target.value if isinstance(node.target, cst.Subscript) else node.target
            if first and dotted(target) == first:
                return True
    return False


_CHANGING = frozenset({"setdefault", "update", "pop", "__setitem__"})


def _returned(info: FunctionInfo) -> FunctionInfo | None:
    """The function made inside another one that it always returns."""
    inner = {
        node.name.value: found
        for node in own_nodes(info.node.body)
        if isinstance(node, cst.FunctionDef) and isinstance(found := info.module.defined_by(node), FunctionInfo)
    }
    values = [node.value for node in own_nodes(info.node.body) if isinstance(node, cst.Return)]
    names = {value.value if isinstance(value, cst.Name) else "" for value in values}
    return inner.get(names.pop()) if len(names) == 1 else None


def _as_label(wrapper: FunctionInfo, name: str) -> int:
    """How often a wrapper reads only an attribute of the decorated function, such as its `__name__`."""
    nodes = own_nodes(wrapper.node.body)
    return sum(
        isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name) and node.value.value == name
        for node in nodes
    )


def _given(call: cst.Call) -> list[str]:
    return [f"{arg.star}{dotted(arg.value)}" for arg in call.args if arg.keyword is None or _is_same(arg)]


def _is_same(arg: cst.Arg) -> bool:
    return isinstance(arg.value, cst.Name) and arg.keyword is not None and arg.keyword.value == arg.value.value


def _taken(wrapper: FunctionInfo) -> list[str]:
    params = wrapper.node.params
    star = [f"*{params.star_arg.name.value}"] if isinstance(params.star_arg, cst.Param) else []
    keywords = [param.name.value for param in params.kwonly_params]
    rest = [f"**{params.star_kwarg.name.value}"] if params.star_kwarg is not None else []
    return [*_positional(wrapper), *star, *keywords, *rest]


def _gives_value(wrapper: cst.FunctionDef, call: cst.Call) -> bool:
    """Whether a wrapper returns what the function gives it, where it takes no error."""
    results: set[str] = set()
    in_clauses: set[cst.CSTNode] = set()
    returns: list[cst.Return] = []
    for node in own_nodes(wrapper.body):
        if isinstance(node, cst.Assign) and _unawaited(node.value) is call:
            results |= {target.target.value for target in node.targets if isinstance(target.target, cst.Name)}
        elif isinstance(node, cst.ExceptHandler):
            in_clauses.update(own_nodes(node.body))
        elif isinstance(node, cst.Return):
            returns.append(node)
    values = [node.value for node in returns if node not in in_clauses]
    return bool(values) and all(
        value is not None and (_unawaited(value) is call or getattr(value, "value", "") in results) for value in values
    )


def _unawaited(node: cst.BaseExpression) -> cst.BaseExpression:
    return node.expression if isinstance(node, cst.Await) else node


def _around(home: Frame, node: cst.CSTNode, call: cst.Call, *, repeated: bool) -> Iterator[Guard]:
    """The clauses and managers around the call, innermost first. In a loop a clause may try again, and raise later."""
    for child in children(node):
        if isinstance(child, (cst.FunctionDef, cst.ClassDef, cst.Lambda)) or not _holds(child, call):
            continue
        yield from _around(home, child, call, repeated=repeated or isinstance(child, (cst.For, cst.While)))
        if isinstance(child, cst.Try) and _holds(child.body, call):
            for handler in child.handlers:
                if block_end(handler) == "raise":
                    types = tuple(clauses.caught_types(home, handler))
                    as_type = clauses.raised_type(handler)
                    yield Guard("raises", handler, home.place(handler), types, "reraises", as_type)
                    continue
                act = strongest_act(handler.body)
                how = "maybe" if repeated or act == "reraises" else "drops"
                yield Guard(how, handler, home.place(handler), tuple(clauses.caught_types(home, handler)), act)
        elif isinstance(child, cst.With) and _holds(child.body, call):
            yield from (Guard("maybe", item, home.place(item.item)) for item in child.items)


def _holds(node: cst.CSTNode, call: cst.Call) -> bool:
    return node is call or any(inner is call for inner in own_nodes(node))


# --- what a call brings -----------------------------------------------------------------------------------------------


def guarded(frame: Frame, wrapping: Wrapping, raised: list[Raised]) -> list[Raised]:
    """The errors that leave the wrapper, of those that leave the function; what is taken is noted in the frame."""
    for guard in wrapping.guards:
        if guard.how == "maybe":
            raised = [replace(one, seen="unknown") if one.seen == "no" else one for one in raised]
            continue
        if guard.how == "raises":
            raised = [tries.raised_again(one, list(guard.types), guard.place, guard.as_type) for one in raised]
            continue
        raised = tries.distribute(frame, raised, list(guard.types), guard.does, guard.place, guard.node)
    return raised


def guarded_value(frame: Frame, wrapping: Wrapping, value: Value, node: cst.CSTNode) -> Value:
    """What the caller of a wrapper gets; the errors of a coroutine that the wrapper takes are taken."""
    if not wrapping.gives_value:
        traced.note_escape(frame, value, "handed_over", node)
        return unknown("what a decorator returns")
    atoms = tuple(
        replace(atom, raises=tuple(guarded(frame, wrapping, list(atom.raises)))) if isinstance(atom, Pending) else atom
        for atom in value.atoms
    )
    if any(guard.how == "drops" for guard in wrapping.guards):
        return join_values([Value(atoms), unknown("what a decorator returns instead")])
    return Value(atoms)


__all__ = ["decorated", "gives_another_first", "guarded", "guarded_value", "guards_around", "wrapping_of"]
