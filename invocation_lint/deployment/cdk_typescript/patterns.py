"""Names that are given to values: by declarations, parameters, patterns and assignments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.cdk_constructs.things import ClassOf, Obj, Scope, Thing, open_value
from invocation_lint.deployment.cdk_typescript.syntax import children, text

if TYPE_CHECKING:
    from tree_sitter import Node

    from invocation_lint.deployment.cdk_typescript.running import Run


def bind(run: Run, pattern: Node | None, value: Any, scope: Scope) -> None:
    """Give new names to a value, or to its parts."""
    from invocation_lint.deployment.cdk_typescript.members import member

    if pattern is None:
        return
    kind = pattern.type
    if kind in {"identifier", "shorthand_property_identifier_pattern"}:
        scope.names[text(pattern)] = value
    elif kind in {"assignment_pattern", "object_assignment_pattern"}:
        left, right = pattern.child_by_field_name("left"), pattern.child_by_field_name("right")
        bind(run, left, run.evaluate(right, scope) if value is None else value, scope)
    elif kind == "object_pattern":
        taken: list[str] = []
        for one in children(pattern):
            name, inner = _entry(one)
            if one.type == "rest_pattern":
                bind(run, next(children(one), None), _rest(value, taken), scope)
                continue
            taken.append(name)
            bind(run, inner, member(run, value, name, pattern, scope), scope)
    elif kind == "array_pattern":
        for index, one in enumerate(children(pattern)):
            if one.type == "rest_pattern":
                rest = value[index:] if isinstance(value, list) else open_value("the list is not known")
                bind(run, next(children(one), None), rest, scope)
            elif isinstance(value, list):
                bind(run, one, value[index] if index < len(value) else None, scope)
            else:
                bind(run, one, open_value("the list is not known"), scope)
    elif kind in {"lexical_declaration", "variable_declaration"}:
        for one in children(pattern, "variable_declarator"):
            bind(run, one.child_by_field_name("name"), value, scope)


def _entry(node: Node) -> tuple[str, Node]:
    """The name of an entry of an object pattern, and what is bound to it."""
    if node.type == "pair_pattern":
        key = text(node.child_by_field_name("key")).strip("'\"")
        return key, node.child_by_field_name("value") or node
    if node.type == "object_assignment_pattern":
        return text(node.child_by_field_name("left")), node
    return text(node), node


def _rest(value: Any, taken: list[str]) -> Any:
    if not isinstance(value, Obj):
        return open_value("the rest of an object that is not known")
    left = {name: one for name, one in value.entries.items() if name not in taken}
    return Obj(left, value.open, value.when)


def assign(run: Run, target: Node | None, value: Any, scope: Scope) -> None:
    """Assign to a name, a property or an element."""
    if target is None:
        return
    if target.type in {"non_null_expression", "parenthesized_expression", "as_expression"}:
        assign(run, next(children(target), None), value, scope)
    elif target.type == "identifier":
        holder = scope.holder(text(target)) or scope
        run.assign(holder.names, text(target), value, holder.when)
    elif target.type in {"member_expression", "subscript_expression"}:
        owner = run.evaluate(target.child_by_field_name("object"), scope)
        if target.type == "member_expression":
            name: Any = text(target.child_by_field_name("property"))
        else:
            name = run.evaluate(target.child_by_field_name("index"), scope)
        put(run, owner, name, value)


def put(run: Run, owner: Any, name: Any, value: Any) -> None:
    """Set a property of an object, or an element."""
    if isinstance(owner, Obj):
        if isinstance(name, (str, int, float)):
            run.assign(owner.entries, str(name), value, owner.when)
        else:
            owner.open = "entries are set whose names are not known"
    elif isinstance(owner, Thing) and isinstance(name, str):
        run.assign(owner.fields, name, value, owner.when)
    elif isinstance(owner, ClassOf) and isinstance(name, str):
        owner.statics[name] = value
    elif isinstance(owner, list) and isinstance(name, int) and 0 <= name <= len(owner):
        owner[name : name + 1] = [value]
