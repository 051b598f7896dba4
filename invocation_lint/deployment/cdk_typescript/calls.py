"""Calls: functions, methods and constructors of the application, and what is asked of libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.cdk_constructs.adopting import adopt, noted
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
    cases_of,
    choice_of,
    is_nameless,
)
from invocation_lint.deployment.cdk_typescript.classes import class_of, fields_of
from invocation_lint.deployment.cdk_typescript.members import member
from invocation_lint.deployment.cdk_typescript.patterns import bind
from invocation_lint.deployment.cdk_typescript.statements import RETURNS
from invocation_lint.deployment.cdk_typescript.syntax import children, text
from invocation_lint.deployment.values import Case, Conditions, Hole

if TYPE_CHECKING:
    from tree_sitter import Node

    from invocation_lint.deployment.cdk_typescript.running import Run


def call(run: Run, node: Node, scope: Scope) -> Any:
    """A call."""
    function, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None:
        return run.unknown(node)
    if given is not None and given.type == "template_string":
        return run.unknown(node)
    if function.type == "super":
        arguments = _arguments(run, given, scope)
        _super(run, arguments, node, scope)
        return None
    while function.type in {"non_null_expression", "parenthesized_expression"}:
        function = next(children(function), function)
        if function.type == "comment":
            return run.unknown(node)
    if function.type == "member_expression":
        owner_node = function.child_by_field_name("object")
        name = text(function.child_by_field_name("property"))
        if owner_node is not None and owner_node.type == "super":
            return _super_method(run, name, _arguments(run, given, scope), node, scope)
        owner = run.resolved(run.evaluate(owner_node, scope))
        is_optional = (
            function.child_by_field_name("optional_chain") is not None
            or node.child_by_field_name("optional_chain") is not None
        )
        arguments = _arguments(run, given, scope)
        return call_member(run, owner, name, arguments, node, scope, is_optional=is_optional)
    callee = run.resolved(run.evaluate(function, scope))
    return apply(run, callee, _arguments(run, given, scope), node, scope)


def call_member(
    run: Run, owner: Any, name: str, arguments: list[Any], node: Node, scope: Scope, *, is_optional: bool = False
) -> Any:
    """A method of a value, in each of its cases."""
    if isinstance(owner, Choice):
        found = []
        for case in owner.cases:
            if case.content is None:
                if is_optional:
                    found.append(case)
                continue
            with run.under(case.when) as possible:
                if possible:
                    found.append(Case(call_member(run, case.content, name, arguments, node, scope), case.when))
        return choice_of(found)
    if owner is None:
        return None if is_optional else run.unknown(node, "has no known value")
    if isinstance(owner, Closure):
        if name in {"call", "bind", "apply"}:
            return apply(run, owner, arguments[1:], node, scope) if name == "call" else owner
        return run.unknown(node)
    if name in {"tryGetContext", "getContext"} and isinstance(owner, Call) and owner.name == "node":
        return run.program.context(scope.path, arguments[0] if arguments else None)
    is_own = isinstance(owner, Thing) and (
        name in owner.fields or (owner.cls is not None and owner.cls.method(name) is not None)
    )
    if isinstance(owner, Call) or (isinstance(owner, Thing) and owner.kind and not is_own):
        return noted(run, owner, name, arguments, node, scope)
    callee = member(run, owner, name, node, scope)
    if isinstance(callee, Hole) and not isinstance(owner, Hole):
        return run.unknown(node)
    return apply(run, callee, arguments, node, scope)


def apply(run: Run, callee: Any, arguments: list[Any], node: Node, scope: Scope) -> Any:
    """What calling a value gives."""
    from invocation_lint.deployment.cdk_typescript.library import called
    from invocation_lint.deployment.cdk_typescript.natives import native

    if isinstance(callee, Choice):
        return choice_of([Case(apply(run, one.content, arguments, node, scope), one.when) for one in callee.cases])
    if isinstance(callee, Closure):
        return call_closure(run, callee, arguments, node, scope)
    if isinstance(callee, Lib):
        return called(run, callee, arguments, node, scope)
    if isinstance(callee, Native):
        return native(run, callee, arguments, node, scope)
    if isinstance(callee, Call):
        return noted(run, callee, "()", arguments, node, scope)
    if isinstance(callee, Hole) and not is_nameless(callee) and not arguments:
        return Hole(f"{callee.name}()", callee.scope, callee.reason)
    return run.unknown(node)


def _arguments(run: Run, node: Node | None, scope: Scope) -> list[Any]:
    found: list[Any] = []
    for one in children(node):
        if one.type == "spread_element":
            value = run.evaluate(next(children(one), None), scope)
            found += value if isinstance(value, list) else [run.unknown(one)]
        else:
            found.append(run.evaluate(one, scope))
    return found


def call_closure(run: Run, closure: Closure, arguments: list[Any], node: Node, scope: Scope) -> Any:
    """What a function of the application returns."""
    body = closure.node.child_by_field_name("body")
    if body is None or len(run.calls) >= run.max_calls or sum(1 for one in run.calls if one == closure.node.id) > 2:
        return run.unknown(node, "is called too deeply")
    returned: list[Case] = []
    own = Scope({RETURNS: returned}, closure.scope, closure.scope.path, closure.this, run.when, closure.owner)
    _bind_parameters(run, closure.node, arguments, own)
    run.calls.append(closure.node.id)
    try:
        if body.type != "statement_block":
            return run.evaluate(body, own)
        ended = run.execute(children(body), own)
    finally:
        run.calls.pop()
    if not returned:
        return None
    cases = [Case(case.content, _beyond(case.when, run.when)) for case in returned]
    if not ended and len(cases) == 1 and cases[0].when and len(cases[0].when) == 1:
        key, holds = cases[0].when[0]
        if isinstance(holds, bool):
            cases.append(Case(None, ((key, not holds),)))
    return choice_of(cases)


def _beyond(when: Conditions, known: Conditions) -> Conditions:
    return tuple(one for one in when if one not in known)


def _bind_parameters(run: Run, function: Node, arguments: list[Any], own: Scope) -> None:
    only = function.child_by_field_name("parameter")
    if only is not None:
        bind(run, only, arguments[0] if arguments else None, own)
        return
    index = 0
    for one in children(function.child_by_field_name("parameters"), "required_parameter", "optional_parameter"):
        pattern = one.child_by_field_name("pattern")
        if pattern is None or pattern.type == "this":
            continue
        if pattern.type == "rest_pattern":
            bind(run, next(children(pattern), None), arguments[index:], own)
            continue
        value = arguments[index] if index < len(arguments) else None
        default = one.child_by_field_name("value")
        if value is None and default is not None:
            value = run.evaluate(default, own)
        elif default is not None and isinstance(value, Choice):
            value = choice_of(
                [Case(run.evaluate(default, own), c.when) if c.content is None else c for c in value.cases]
            )
        bind(run, pattern, value, own)
        if any(part.type in {"accessibility_modifier", "readonly"} for part in one.children) and isinstance(
            own.this, Thing
        ):
            own.this.fields[text(pattern)] = value
        index += 1


# -- constructors ----------------------------------------------------------------------------------------------------


def new(run: Run, node: Node, scope: Scope) -> Any:
    """What `new` makes."""
    callee = run.resolved(run.evaluate(node.child_by_field_name("constructor"), scope))
    arguments = _arguments(run, node.child_by_field_name("arguments"), scope)
    found = [Case(_made(run, one.content, arguments, node, scope), one.when) for one in cases_of(callee)]
    return choice_of(found)


def _made(run: Run, callee: Any, arguments: list[Any], node: Node, scope: Scope) -> Any:
    if isinstance(callee, Lib):
        if callee.names in {("Map",), ("Set",)}:
            return _map(callee.last, arguments)
        thing = Thing(run.place(scope, node), when=run.when)
        adopt(run, thing, callee, arguments)
        return thing
    if isinstance(callee, ClassOf):
        if len(run.calls) >= run.max_calls:
            return run.unknown(node, "is called too deeply")
        return instance(run, callee, arguments, node, scope)
    return run.unknown(node)


def _map(kind: str, arguments: list[Any]) -> Any:
    given = arguments[0] if arguments else []
    if kind == "Set":
        return list(given) if isinstance(given, list) else []
    found = Obj()
    for pair in given if isinstance(given, list) else ():
        if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str):
            found.entries[pair[0]] = pair[1]
    return found


def instance(run: Run, cls: ClassOf, arguments: list[Any], node: Node, scope: Scope) -> Thing:
    """An object of a class of the application."""
    thing = Thing(run.place(scope, node), cls=cls, when=run.when)
    run.calls.append(cls.node.id)
    try:
        construct(run, cls, thing, arguments, node)
    finally:
        run.calls.pop()
    return thing


def construct(run: Run, cls: ClassOf, thing: Thing, arguments: list[Any], node: Node) -> None:
    """Run the constructor of a class for an object."""
    run.prepared(cls)
    own = Scope({RETURNS: []}, cls.scope, cls.scope.path, thing, run.when, cls)
    constructor = cls.methods.get("constructor")
    base = run.resolved(cls.base)
    if constructor is None:
        _construct_base(run, base, thing, arguments, node)
        _set_fields(run, cls, thing, own)
        return
    if base is None:
        _set_fields(run, cls, thing, own)
    _bind_parameters(run, constructor.node, arguments, own)
    run.execute(children(constructor.node.child_by_field_name("body")), own)


def _set_fields(run: Run, cls: ClassOf, thing: Thing, own: Scope) -> None:
    for name, value in fields_of(cls):
        thing.fields[name] = run.evaluate(value, own)


def _construct_base(run: Run, base: Any, thing: Thing, arguments: list[Any], node: Node) -> None:
    if isinstance(base, ClassOf):
        construct(run, base, thing, arguments, node)
    elif isinstance(base, Lib):
        adopt(run, thing, base, arguments)
    elif base is not None:
        adopt(run, thing, Lib(("", "Construct")), arguments)


def _super(run: Run, arguments: list[Any], node: Node, scope: Scope) -> None:
    holder: Scope | None = scope
    while holder is not None and not isinstance(holder.this, Thing):
        holder = holder.around
    if holder is None or holder.owner is None or not isinstance(holder.this, Thing):
        return
    _construct_base(run, run.resolved(holder.owner.base), holder.this, arguments, node)
    _set_fields(run, holder.owner, holder.this, holder)


def _super_method(run: Run, name: str, arguments: list[Any], node: Node, scope: Scope) -> Any:
    owner: Any = run.resolved(scope.owner.base) if scope.owner is not None else None
    this = member_of_this(scope)
    method = owner.method(name) if isinstance(owner, ClassOf) else None
    if method is not None:
        return call_closure(run, Closure(method.node, method.scope, this, method.owner), arguments, node, scope)
    return noted(run, this, name, arguments, node, scope)


def member_of_this(scope: Scope) -> Any:
    """The object whose method runs."""
    holder: Scope | None = scope
    while holder is not None and holder.this is None:
        holder = holder.around
    return holder.this if holder is not None else None


def class_expression(run: Run, node: Node, scope: Scope) -> Any:
    """A class without a declaration."""
    return class_of(run, node, scope)
