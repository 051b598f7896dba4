"""What makes a function of another one, or calls it: partials, attributes by their names, helpers that try again.

Signatures are those of functools, operator, tenacity 9, retrying 1.4, backoff 2.2, stamina 25 and retry 0.9.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    NEVER,
    Const,
    FunctionRef,
    Method,
    Partial,
    Symbol,
    Value,
    join_values,
    unknown,
)
from invocation_lint.analysis.domain.state import Obj
from invocation_lint.analysis.domain.values import text_constant
from invocation_lint.analysis.libraries.executors import keywords_of
from invocation_lint.analysis.python import iteration, lookup
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame

Handler = Callable[[Frame, str, Arguments, cst.CSTNode], Value]


def _partial(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    if not arguments.args:
        return unknown()
    target, bound = arguments.args[0], arguments.args[1:]
    kwargs = tuple(arguments.plain().items())
    more = arguments.open or ("how many it is given is not known" if arguments.star else None)
    found: list[Value] = []
    for atom in target.atoms:
        if isinstance(atom, FunctionRef) and more is None:
            found.append(Value((replace(atom, args=(*atom.args, *bound), kwargs=(*atom.kwargs, *kwargs)),)))
        else:
            found.append(Value((Partial(Value((atom,)), tuple(bound), kwargs, more),)))
    return join_values(found)


def _getattr(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    key = arguments.args[1].single if len(arguments.args) > 1 else None
    if isinstance(key, Const) and isinstance(key.value, str):
        found = lookup.attribute(frame, arguments.args[0], key.value, node)
        return join_values([found, *arguments.args[2:3]])
    return unknown("an attribute that is not known")


# --- operator ---------------------------------------------------------------------------------------------------------


def _kept(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`methodcaller(..)`, `attrgetter(..)`, `itemgetter(..)`: what they are given, kept until they are called."""
    if arguments.open or arguments.star:
        return unknown("a function of operator whose arguments are not known")
    kwargs = tuple(arguments.plain().items())
    return Value((Partial(Value((Symbol(f"@{name}"),)), tuple(arguments.args), kwargs),))


def _method_called(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`methodcaller(name, *args, **kwargs)(object)`: the object comes last."""
    method = text_constant(arguments.args[0]) if arguments.args else None
    if method is None or len(arguments.args) < 2:
        return unknown("what a method whose name is not known returns")
    found = lookup.attribute(frame, arguments.args[-1], method, node)
    return frame.call(found, replace(arguments, args=arguments.args[1:-1], nodes=[]), node)


def _attribute_got(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`attrgetter("a.b", ..)(object)`."""
    *names, of = arguments.args or [unknown()]
    found: list[Value] = []
    for one in names:
        path, value = text_constant(one), of
        for part in path.split(".") if path is not None else ():
            if frame.state is None:
                return NEVER
            value = lookup.attribute(frame, value, part, node)
        found.append(value if path is not None else unknown("an attribute that is not known"))
    return _one_or_all(frame, found, node) if frame.state is not None else NEVER


def _item_got(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`itemgetter(key, ..)(object)`."""
    *keys, of = arguments.args or [unknown()]
    found: list[Value] = []
    for key in keys:
        if frame.state is None:  # an item before it is missing
            return NEVER
        found.append(lookup.item(frame, of, key, node))
    return _one_or_all(frame, found, node) if frame.state is not None else NEVER


def _one_or_all(frame: Frame, found: list[Value], node: cst.CSTNode) -> Value:
    if len(found) == 1:
        return found[0]
    return frame.allocate(node, Obj("tuple", items=tuple(found), made=frame.place(node)))


# --- trying again -----------------------------------------------------------------------------------------------------


def _retrier(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`Retrying(..)`: something that calls what it is handed, until it is satisfied."""
    return Value((Symbol("@retrier"),))


def _called(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`retrier(function, *args, **kwargs)`: what the function gives."""
    if not arguments.args:
        return unknown("what a helper that is handed nothing returns")
    rest = replace(arguments, args=arguments.args[1:], nodes=arguments.nodes[1:])
    return frame.call(arguments.args[0], rest, node)


def _called_second(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`caller(Error, function, *args, **kwargs)`."""
    return _called(frame, name, replace(arguments, args=arguments.args[1:], nodes=arguments.nodes[1:]), node)


def _called_with(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`retry_call(function, fargs=.., fkwargs=..)`."""
    target = arguments.get(0, "f")
    given = arguments.get(1, "fargs")
    items = iteration.iteration_items(frame, given) if given is not None else []
    if target is None or items is None:
        return unknown("what a helper that tries again returns")
    kwargs = keywords_of(frame, arguments.get(2, "fkwargs"), node)
    return frame.call(target, Arguments(args=items, kwargs=kwargs, place=frame.place(node)), node)


def _decorator(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`retry(..)`: leaves a function's calls what they are. `retry(function)` is that function."""
    given = arguments.args[0].single if len(arguments.args) == 1 and not arguments.kwargs else None
    if isinstance(given, (FunctionRef, Method, Partial)):
        return arguments.args[0]
    return Value((Symbol("@decorator"),))


def _identity(frame: Frame, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    return arguments.args[0] if arguments.args else unknown()


_RETRIERS = ("tenacity.Retrying", "tenacity.AsyncRetrying", "retrying.Retrying")
_DECORATORS = (
    "tenacity.retry",
    "backoff.on_exception",
    "backoff.on_predicate",
    "retrying.retry",
    "retry.retry",
    "retry.api.retry",
    "stamina.retry",
    "google.api_core.retry.Retry",
)

HANDLERS: dict[str, Handler] = {
    "builtins.getattr": _getattr,
    "functools.partial": _partial,
    **dict.fromkeys(("operator.methodcaller", "operator.attrgetter", "operator.itemgetter"), _kept),
    "@operator.methodcaller": _method_called,
    "@operator.attrgetter": _attribute_got,
    "@operator.itemgetter": _item_got,
    **dict.fromkeys(_RETRIERS, _retrier),
    **dict.fromkeys(("@retrier.copy", "@retrier.with_options"), _retrier),
    **dict.fromkeys(("@retrier", "@retrier.call", "@retrier.__call__"), _called),
    **dict.fromkeys(("stamina.RetryingCaller", "stamina.AsyncRetryingCaller"), lambda *_: Value((Symbol("@caller"),))),
    "@caller": _called_second,
    "@caller.on": _retrier,
    **dict.fromkeys(("retry.retry_call", "retry.api.retry_call"), _called_with),
    **dict.fromkeys(_DECORATORS, _decorator),
    **dict.fromkeys(("@decorator", "@retrier.wraps"), _identity),
}

__all__ = ["HANDLERS"]
