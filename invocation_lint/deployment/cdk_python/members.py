"""Attributes and elements of values, of the language's own and of what libraries make."""

from __future__ import annotations

import ast
import posixpath
from typing import Any

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
from invocation_lint.deployment.cdk_python.classes import is_enumeration
from invocation_lint.deployment.cdk_python.names import camel
from invocation_lint.deployment.cdk_python.running import Run
from invocation_lint.deployment.values import Case, Hole, Text, both

_OF_PATHS = {
    "parent": posixpath.dirname,
    "name": posixpath.basename,
    "stem": lambda path: posixpath.splitext(posixpath.basename(path))[0],
    "suffix": lambda path: posixpath.splitext(path)[1],
}
_OF_MEMBERS = frozenset({"value"})


def member(run: Run, owner: Any, name: str, node: ast.expr, scope: Scope) -> Any:
    """An attribute of a value."""
    owner = run.resolved(owner)
    if isinstance(owner, (str, int, float, Text)) and isinstance(node, ast.Attribute):
        found_by = _of_enumeration(run, owner, name, node, scope)
        if found_by is not None:
            return found_by
    if isinstance(owner, Choice):
        found = []
        for case in owner.cases:
            if case.content is None:
                continue  # it would fail
            with run.under(case.when) as possible:
                if possible:
                    found.append(Case(member(run, case.content, name, node, scope), case.when))
        return choice_of(found) if found else run.unknown(node)
    if owner is None:
        return run.unknown(node, "has no known value")
    if isinstance(owner, Obj):
        return _of_object(run, owner, name)
    if isinstance(owner, Hole):
        return of_hole(owner, name)
    if isinstance(owner, Thing):
        return _of_thing(run, owner, name, node, scope)
    if isinstance(owner, Lib):
        is_method = owner.last[:1].isupper() or owner.last[:1] == "_"
        return of_library(owner, camel(name) if is_method else name)
    if isinstance(owner, ClassOf):
        return _of_class(run, owner, name, node, scope)
    if isinstance(owner, Call):
        return of_call(owner, camel(name), node, run, scope)
    if name in _OF_MEMBERS and isinstance(owner, (str, int, float, Text)):
        return owner  # the value of a member of an enumeration
    if name in _OF_PATHS and isinstance(owner, str):
        return _OF_PATHS[name](owner)
    if name == "parents" and isinstance(owner, str):
        found = []
        while owner not in {"", "/"}:
            owner = posixpath.dirname(owner)
            found.append(owner)
        return found
    if isinstance(owner, (str, list, int, float, Text, Seconds, Closure)):
        return Native(name, owner)
    return run.unknown(node)


def _of_enumeration(run: Run, value: Any, name: str, node: ast.Attribute, scope: Scope) -> Any:
    """An attribute of a member of an enumeration of the application, `Names.ORDERS.full`, by its value: what a property
    gives, or its name; None for any other."""
    if not isinstance(node.value, ast.Attribute):
        return None
    cls = run.resolved(run.evaluate(node.value.value, scope))
    if not isinstance(cls, ClassOf) or node.value.attr not in cls.statics:
        return None
    method = cls.method(name)
    if method is None or not method.is_getter:
        return node.value.attr if name == "name" and is_enumeration(run, cls) else None
    return got(run, method, value, node, scope)


def _of_object(run: Run, owner: Obj, name: str) -> Any:
    if name in owner.entries:
        return run.known_now(run.resolved(owner.entries[name]))
    return Native(name, owner)


def _of_thing(run: Run, owner: Thing, name: str, node: ast.expr, scope: Scope) -> Any:
    if name in owner.fields:
        return run.known_now(run.resolved(owner.fields[name]))
    if owner.cls is not None:
        method = owner.cls.method(name)
        if method is not None:
            return got(run, method, owner, node, scope)
        found = _static(run, owner.cls, name)
        if found is not None:
            return got(run, found, owner, node, scope) if isinstance(found, Closure) and found.is_getter else found
    if camel(name) in owner.fields:  # of what is made elsewhere
        return owner.fields[camel(name)]
    if not owner.kind:
        return run.unknown(node)
    return of_construct(run, owner, camel(name), node, scope)


def got(run: Run, value: Closure, this: Any, node: ast.expr, scope: Scope) -> Any:
    """What a method is for who reads it: of a property, what it returns."""
    from invocation_lint.deployment.cdk_python.calls import call_closure

    bound = Closure(value.node, value.scope, this, value.owner, value.is_getter)
    return call_closure(run, bound, [], Obj(), node, scope) if value.is_getter else bound


def _static(run: Run, cls: ClassOf, name: str) -> Any:
    current: Any = cls
    for _ in range(20):
        if not isinstance(current, ClassOf):
            return None
        if name in current.statics:
            return current.statics[name]
        current = run.resolved(current.base)
    return None


def _of_class(run: Run, owner: ClassOf, name: str, node: ast.expr, scope: Scope) -> Any:
    current: Any = owner
    for _ in range(20):
        if isinstance(current, Lib):
            return Lib((*current.names, camel(name)))
        if not isinstance(current, ClassOf):
            break
        if name in current.statics:
            value = current.statics[name]
            if isinstance(value, Closure) and value.this is not None:
                return Closure(value.node, value.scope, owner, value.owner)
            return run.known_now(run.resolved(value))
        if name in current.methods:
            return current.methods[name]
        current = run.resolved(current.base)
    return owner.name if name == "__name__" else run.unknown(node)


def element(run: Run, owner: Any, index: Any, node: ast.Subscript, scope: Scope) -> Any:
    """An element of a list, or an entry of a dict."""
    owner = run.resolved(owner)
    if isinstance(owner, Choice):
        return choice_of([Case(element(run, one.content, index, node, scope), one.when) for one in owner.cases])
    if isinstance(index, Choice):
        return choice_of([Case(element(run, owner, one.content, node, scope), one.when) for one in index.cases])
    if isinstance(owner, (list, str)):
        if isinstance(index, int) and -len(owner) <= index < len(owner):
            return owner[index]
        return run.unknown(node)
    if isinstance(owner, Lib) and owner.names[-1] == "environ" and isinstance(index, str):
        return variable(index)
    if isinstance(owner, Hole) and isinstance(index, (str, int)):
        return of_hole(owner, str(index))
    if isinstance(owner, ClassOf) and isinstance(index, str):
        return owner.statics.get(index, run.unknown(node))
    if isinstance(owner, Obj):
        if isinstance(index, (str, int)):
            if str(index) in owner.entries:
                return run.known_now(run.resolved(owner.entries[str(index)]))
            return open_value(owner.open) if owner.open else run.unknown(node)
        if not owner.open and isinstance(index, Hole) and 0 < len(owner.entries) <= 12:
            key = run.condition(scope, node.slice)
            cases = [Case(value, when) for name, value in owner.entries.items() if (when := both((), ((key, name),)))]
            return choice_of(cases)
    if isinstance(owner, Lib):
        return owner  # a type with its parameters
    return run.unknown(node)


def variable(name: str, default: Any = None) -> Hole:
    """A variable of the environment in which the application is run."""
    told = str(default) if isinstance(default, (str, int, float)) and not isinstance(default, bool) else None
    return Hole(f"env:{name}", "", f"the variable {name} is set where the application is deployed", told)
