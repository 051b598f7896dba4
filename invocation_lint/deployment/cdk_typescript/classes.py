"""Classes and enumerations of the application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.cdk_constructs.things import ClassOf, Closure, Obj, Scope
from invocation_lint.deployment.cdk_typescript.syntax import children, text

if TYPE_CHECKING:
    from tree_sitter import Node

    from invocation_lint.deployment.cdk_typescript.running import Run


def class_of(run: Run, node: Node, scope: Scope) -> ClassOf:
    """The class that a node declares."""
    name = text(node.child_by_field_name("name"))
    found = ClassOf(name, node, scope)
    for heritage in children(node, "class_heritage"):
        for clause in children(heritage, "extends_clause"):
            found.base = run.evaluate(clause.child_by_field_name("value"), scope)
    body = node.child_by_field_name("body")
    inner = Scope({name: found} if name else {}, scope, scope.path, found, run.when, found)
    for one in children(body, "method_definition"):
        is_getter = any(part.type == "get" for part in one.children)
        closure = Closure(one, inner, None, found, is_getter)
        own = text(one.child_by_field_name("name"))
        if any(part.type == "static" for part in one.children):
            found.statics[own] = Closure(one, inner, found, found, is_getter)
        elif not any(part.type == "set" for part in one.children):
            found.methods[own] = closure
    for one in children(body, "public_field_definition"):
        if any(part.type == "static" for part in one.children):
            own = text(one.child_by_field_name("name"))
            found.statics[own] = run.evaluate(one.child_by_field_name("value"), inner)
    return found


def fields_of(cls: ClassOf) -> list[tuple[str, Node]]:
    """The fields of the instances of a class that are set where they are declared."""
    found = []
    for one in children(cls.node.child_by_field_name("body"), "public_field_definition"):
        value = one.child_by_field_name("value")
        if value is not None and not any(part.type == "static" for part in one.children):
            found.append((text(one.child_by_field_name("name")), value))
    return found


def enum_of(run: Run, node: Node, scope: Scope) -> Obj:
    """The members of an enumeration."""
    found: dict[str, Any] = {}
    number = 0
    for one in children(node.child_by_field_name("body")):
        if one.type == "enum_assignment":
            name = text(one.child_by_field_name("name")).strip("'\"")
            value = run.evaluate(one.child_by_field_name("value"), Scope(dict(found), scope, scope.path))
            found[name] = value
            number = value + 1 if isinstance(value, int) else number
        else:
            found[text(one).strip("'\"")] = number
            number += 1
    return Obj(found)
