"""Properties and elements of values, of the language's own and of what libraries make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.cdk_constructs.attributes import of_call, of_construct, of_hole, of_library
from invocation_lint.deployment.cdk_constructs.things import (
    Call,
    Choice,
    ClassOf,
    Closure,
    Lib,
    Native,
    Obj,
    Scope,
    Seconds,
    Thing,
    choice_of,
    open_value,
)
from invocation_lint.deployment.values import Case, Hole, Text, both

if TYPE_CHECKING:
    from tree_sitter import Node

    from invocation_lint.deployment.cdk_typescript.running import Run


def member(run: Run, owner: Any, name: str, node: Node, scope: Scope, *, is_optional: bool = False) -> Any:
    """A property of a value."""
    owner = run.resolved(owner)
    if isinstance(owner, Choice):
        found = []
        for case in owner.cases:
            if case.content is None and not is_optional:
                continue  # it would fail
            with run.under(case.when) as possible:
                if possible:
                    value = member(run, case.content, name, node, scope, is_optional=is_optional)
                    found.append(Case(value, case.when))
        return choice_of(found) if found else run.unknown(node)
    if owner is None:
        return None if is_optional else run.unknown(node, "has no known value")
    if isinstance(owner, Obj):
        return _of_object(run, owner, name, node, scope)
    if isinstance(owner, Hole):
        return of_hole(owner, name)
    if isinstance(owner, Thing):
        return of_thing(run, owner, name, node, scope)
    if isinstance(owner, Lib):
        return _of_library(run, owner, name)
    if isinstance(owner, ClassOf):
        return _of_class(run, owner, name, node, scope)
    if isinstance(owner, Call):
        return of_call(owner, name, node, run, scope)
    if name == "length" and isinstance(owner, (str, list)):
        return len(owner)
    if isinstance(owner, (str, list, int, float, Text, Seconds, Closure)):
        return Native(name, owner)
    return run.unknown(node)


def element(run: Run, owner: Any, index: Any, node: Node, scope: Scope) -> Any:
    """An element of a list, or an entry of an object."""
    if isinstance(index, Choice):
        return choice_of([Case(element(run, owner, one.content, node, scope), one.when) for one in index.cases])
    if isinstance(owner, list):
        if isinstance(index, int):
            return owner[index] if -1 < index < len(owner) else None
        return run.unknown(node)
    if isinstance(index, (str, int, float)):
        return member(run, owner, str(index), node, scope, is_optional=True)
    if isinstance(owner, Obj) and not owner.open and isinstance(index, Hole) and 0 < len(owner.entries) <= 12:
        key = run.condition(scope, node.child_by_field_name("index") or node)
        cases = [Case(value, when) for name, value in owner.entries.items() if (when := both((), ((key, name),)))]
        return choice_of(cases)
    return run.unknown(node)


def _of_object(run: Run, owner: Obj, name: str, node: Node, scope: Scope) -> Any:
    if name in owner.entries:
        value = run.known_now(run.resolved(owner.entries[name]))
        if isinstance(value, Closure) and value.this is None:
            value.this = owner if value.node.type == "method_definition" else None
        return value
    if name in {"get", "set", "has", "values", "keys", "entries", "forEach", "delete", "size"}:
        return Native(name, owner)
    return open_value(owner.open) if owner.open else None


def _of_library(run: Run, owner: Lib, name: str) -> Any:
    if owner.names == ("process", "env"):
        return Hole(f"env:{name}", "", f"the variable {name} is set where the application is deployed")
    return of_library(owner, name)


def _of_class(run: Run, owner: ClassOf, name: str, node: Node, scope: Scope) -> Any:
    current: Any = owner
    for _ in range(20):
        if isinstance(current, Lib):
            return Lib((*current.names, name))
        if not isinstance(current, ClassOf):
            break
        if name in current.statics:
            return _got(run, current.statics[name], owner, node, scope)
        current = run.resolved(current.base)
    return None if name != "name" else owner.name


def _got(run: Run, value: Any, this: Any, node: Node, scope: Scope) -> Any:
    """What a method is for who reads it: of a getter, what it returns."""
    from invocation_lint.deployment.cdk_typescript.calls import call_closure

    if isinstance(value, Closure) and value.node.type == "method_definition":
        bound = Closure(value.node, value.scope, this, value.owner, value.is_getter)
        return call_closure(run, bound, [], node, scope) if value.is_getter else bound
    return value


def of_thing(run: Run, owner: Thing, name: str, node: Node, scope: Scope) -> Any:
    """A property of what `new` made."""
    if name in owner.fields:
        return run.known_now(run.resolved(owner.fields[name]))
    method = owner.cls.method(name) if owner.cls is not None else None
    if method is not None:
        return _got(run, method, owner, node, scope)
    return of_construct(run, owner, name, node, scope)
