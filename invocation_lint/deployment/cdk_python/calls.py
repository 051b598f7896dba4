"""Calls: functions, methods and constructors of the application, and what is asked of libraries."""

from __future__ import annotations

import ast
from typing import Any

from invocation_lint.deployment.cdk_constructs.adopting import adopt, noted
from invocation_lint.deployment.cdk_constructs.asking import asked
from invocation_lint.deployment.cdk_constructs.things import (
    Call,
    Choice,
    ClassOf,
    Closure,
    Lib,
    Native,
    Obj,
    Scope,
    Thing,
    choice_of,
    is_nameless,
    open_value,
    spread,
)
from invocation_lint.deployment.cdk_python.classes import fields_of, is_of_cdk
from invocation_lint.deployment.cdk_python.members import member
from invocation_lint.deployment.cdk_python.names import arguments_of, camel, is_structure
from invocation_lint.deployment.cdk_python.running import RETURNS, Run
from invocation_lint.deployment.cdk_python.statements import elements_of
from invocation_lint.deployment.values import Case, Conditions, Hole


def call(run: Run, node: ast.Call, scope: Scope) -> Any:
    """A call."""
    function = node.func
    if isinstance(function, ast.Attribute):
        if isinstance(function.value, ast.Call) and ast.unparse(function.value.func) == "super":
            positional, named = arguments(run, node, scope)
            return _super(run, function.attr, positional, named, node, scope)
        owner = run.resolved(run.evaluate(function.value, scope))
        positional, named = arguments(run, node, scope)
        return call_member(run, owner, function.attr, positional, named, node, scope)
    callee = run.resolved(run.evaluate(function, scope))
    positional, named = arguments(run, node, scope)
    return apply(run, callee, positional, named, node, scope)


def arguments(run: Run, node: ast.Call, scope: Scope) -> tuple[list[Any], Obj]:
    """What a call is given by position, and by name."""
    positional: list[Any] = []
    for one in node.args:
        if isinstance(one, ast.Starred):
            positional += elements_of(run, run.evaluate(one.value, scope)) or []
        else:
            positional.append(run.evaluate(one, scope))
    named = Obj(when=run.when)
    for keyword in node.keywords:
        value = run.evaluate(keyword.value, scope)
        if keyword.arg is None:
            spread(named, run.resolved(value))
        else:
            named.entries[keyword.arg] = value
    named.entries = {name: run.known_now(value) for name, value in named.entries.items()}
    return positional, named


def call_member(
    run: Run, owner: Any, name: str, positional: list[Any], named: Obj, node: ast.Call, scope: Scope
) -> Any:
    """A method of a value, in each of its cases."""
    if isinstance(owner, Choice):
        found = []
        for case in owner.cases:
            if case.content is None:
                continue  # it would fail
            with run.under(case.when) as possible:
                if possible:
                    value = call_member(run, case.content, name, positional, named, node, scope)
                    found.append(Case(value, case.when))
        return choice_of(found)
    if owner is None:
        return run.unknown(node, "has no known value")
    if camel(name) in {"tryGetContext", "getContext"} and isinstance(owner, Call) and owner.name == "node":
        given = arguments_of("tryGetContext", positional, named)
        return run.program.context(scope.path, given[0] if given else None)
    is_own = isinstance(owner, Thing) and (
        name in owner.fields
        or (owner.cls is not None and (owner.cls.method(name) is not None or name in owner.cls.statics))
    )
    if isinstance(owner, Call) or (isinstance(owner, Thing) and owner.kind and not is_own):
        return noted(run, owner, camel(name), arguments_of(camel(name), positional, named), node, scope)
    if isinstance(owner, Thing) and not owner.kind and not is_own:
        return run.unknown(node)
    callee = member(run, owner, name, node, scope)
    if isinstance(callee, Hole) and not isinstance(owner, Hole):
        return run.unknown(node)
    return apply(run, callee, positional, named, node, scope)


def apply(run: Run, callee: Any, positional: list[Any], named: Obj, node: ast.Call, scope: Scope) -> Any:
    """What calling a value gives."""
    from invocation_lint.deployment.cdk_python.natives import builtin, native

    if isinstance(callee, Choice):
        found = [Case(apply(run, one.content, positional, named, node, scope), one.when) for one in callee.cases]
        return choice_of(found)
    if isinstance(callee, Closure):
        return call_closure(run, callee, positional, named, node, scope)
    if isinstance(callee, ClassOf):
        if len(run.calls) >= run.max_calls:
            return run.unknown(node, "is called too deeply")
        return instance(run, callee, positional, named, node, scope)
    if isinstance(callee, Lib):
        if is_of_cdk(callee) or (len(callee.names) > 1 and callee.last[:1].isupper() and "aws" in callee.names[0]):
            return _of_library(run, callee, positional, named, node, scope)
        return builtin(run, callee, positional, named, node, scope)
    if isinstance(callee, Native):
        return native(run, callee, positional, named, node, scope)
    if isinstance(callee, Call):
        return noted(run, callee, "()", arguments_of("()", positional, named), node, scope)
    if isinstance(callee, Hole) and not is_nameless(callee) and not positional and not named.entries:
        return Hole(f"{callee.name}()", callee.scope, callee.reason)
    return run.unknown(node)


def _of_library(run: Run, callee: Lib, positional: list[Any], named: Obj, node: ast.Call, scope: Scope) -> Any:
    """A class of the construct library, or a function in one."""
    if not callee.last[:1].isupper():
        return asked(run, callee, arguments_of(callee.last, positional, named), node, scope)
    if is_structure(callee.last) and not positional:
        return Obj({camel(name): value for name, value in named.entries.items()}, named.open, run.when)
    thing = Thing(run.place(scope, node), when=run.when)
    adopt(run, thing, callee, arguments_of(callee.last, positional, named, is_class=True))
    return thing


# -- functions of the application ------------------------------------------------------------------------------------


def call_closure(run: Run, closure: Closure, positional: list[Any], named: Obj, node: ast.expr, scope: Scope) -> Any:
    """What a function of the application returns."""
    function: Any = closure.node
    if len(run.calls) >= run.max_calls or sum(1 for one in run.calls if one == id(function)) > 2:
        return run.unknown(node, "is called too deeply")
    returned: list[Case] = []
    own = Scope({RETURNS: returned}, closure.scope, closure.scope.path, closure.this, run.when, closure.owner)
    given = [closure.this, *positional] if closure.this is not None else positional
    bind_parameters(run, function.args, given, named, own)
    run.calls.append(id(function))
    try:
        if isinstance(function, ast.Lambda):
            return run.evaluate(function.body, own)
        ended = run.execute(function.body, own)
    finally:
        run.calls.pop()
    if not returned:
        return None
    cases = [Case(case.content, _beyond(case.when, run.when)) for case in returned]
    if not ended and len(cases) == 1 and len(cases[0].when) == 1:
        key, holds = cases[0].when[0]
        if isinstance(holds, bool):
            cases.append(Case(None, ((key, not holds),)))
    return choice_of(cases)


def _beyond(when: Conditions, known: Conditions) -> Conditions:
    return tuple(one for one in when if one not in known)


def bind_parameters(run: Run, given: ast.arguments, positional: list[Any], named: Obj, own: Scope) -> None:
    """Give the parameters of a function their values."""
    rest = dict(named.entries)
    names = [*given.posonlyargs, *given.args]
    without = len(names) - len(given.defaults)
    for index, one in enumerate(names):
        if index < len(positional):
            own.names[one.arg] = positional[index]
        elif one.arg in rest:
            own.names[one.arg] = rest.pop(one.arg)
        elif index >= without:
            own.names[one.arg] = run.evaluate(given.defaults[index - without], _around(own))
        else:
            own.names[one.arg] = open_value(f"{one.arg} is given when the application runs")
    for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        if one.arg in rest:
            own.names[one.arg] = rest.pop(one.arg)
        elif default is not None:
            own.names[one.arg] = run.evaluate(default, _around(own))
        else:
            own.names[one.arg] = open_value(named.open or f"{one.arg} is given when the application runs")
    if given.vararg is not None:
        own.names[given.vararg.arg] = positional[len(names) :]
    if given.kwarg is not None:
        own.names[given.kwarg.arg] = Obj(rest, named.open, run.when)


def _around(own: Scope) -> Scope:
    return own.around if own.around is not None else own


# -- objects of the application --------------------------------------------------------------------------------------


def instance(run: Run, cls: ClassOf, positional: list[Any], named: Obj, node: Any, scope: Scope) -> Any:
    """An object of a class of the application."""
    thing = Thing(run.place(scope, node), cls=cls, when=run.when)
    run.calls.append(id(cls.node))
    try:
        construct(run, cls, thing, positional, named, node)
    finally:
        run.calls.pop()
    return thing


def construct(run: Run, cls: ClassOf, thing: Thing, positional: list[Any], named: Obj, node: Any) -> None:
    """Run the constructor of a class for an object."""
    run.prepared(cls)
    fields = fields_of(cls)
    if fields is not None:
        _set_fields(run, cls, thing, fields, positional, named)
        return
    init = cls.methods.get("__init__")
    if init is None:
        _construct_base(run, run.resolved(cls.base), thing, positional, named, node)
        return
    own = Scope({RETURNS: []}, init.scope, init.scope.path, thing, run.when, cls)
    function: Any = init.node
    bind_parameters(run, function.args, [thing, *positional], named, own)
    run.execute(function.body, own)


def _set_fields(
    run: Run, cls: ClassOf, thing: Thing, fields: list[tuple[str, ast.expr | None]], positional: list[Any], named: Obj
) -> None:
    """What the constructor does that is made for a class with fields."""
    for index, (name, default) in enumerate(fields):
        if index < len(positional):
            thing.fields[name] = positional[index]
        elif name in named.entries:
            thing.fields[name] = named.entries[name]
        elif default is None or named.open:
            thing.fields[name] = open_value(f"{name} is given when the application runs")
        else:
            thing.fields[name] = _default(run, default, cls.scope)
    post = cls.method("__post_init__")
    if post is not None:
        function: Any = post.node
        own = Scope({RETURNS: []}, post.scope, post.scope.path, thing, run.when, cls)
        bind_parameters(run, function.args, [thing], Obj(), own)
        run.execute(function.body, own)


def _default(run: Run, node: ast.expr, scope: Scope) -> Any:
    """A default, which `field(..)` may hold."""
    if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {"field", "Field"}:
        told = {keyword.arg: keyword.value for keyword in node.keywords}
        if "default" in told:
            return run.evaluate(told["default"], scope)
        if "default_factory" in told:
            factory = run.resolved(run.evaluate(told["default_factory"], scope))
            return apply(run, factory, [], Obj(), node, scope)
        return run.evaluate(node.args[0], scope) if node.args else run.unknown(node)
    return run.evaluate(node, scope)


def _construct_base(run: Run, base: Any, thing: Thing, positional: list[Any], named: Obj, node: Any) -> None:
    if isinstance(base, ClassOf):
        construct(run, base, thing, positional, named, node)
    elif isinstance(base, Lib) and (is_of_cdk(base) or "aws" in base.names[0]):
        adopt(run, thing, base, arguments_of(base.last, positional, named, is_class=True))
    elif isinstance(base, Hole):
        adopt(run, thing, Lib(("", "Construct")), positional)


def _super(run: Run, name: str, positional: list[Any], named: Obj, node: ast.Call, scope: Scope) -> Any:
    holder: Scope | None = scope
    while holder is not None and not (isinstance(holder.this, Thing) and holder.owner is not None):
        holder = holder.around
    if holder is None or holder.owner is None or not isinstance(holder.this, Thing):
        return run.unknown(node)
    base, this = run.resolved(holder.owner.base), holder.this
    if name == "__init__":
        _construct_base(run, base, this, positional, named, node)
        return None
    method = base.method(name) if isinstance(base, ClassOf) else None
    if method is not None:
        bound = Closure(method.node, method.scope, this, method.owner)
        return call_closure(run, bound, positional, named, node, scope)
    return noted(run, this, camel(name), arguments_of(camel(name), positional, named), node, scope)
