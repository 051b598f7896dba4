"""Expressions, a function a kind of node."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.cdk_constructs.texts import joined
from invocation_lint.deployment.cdk_constructs.things import (
    Choice,
    Closure,
    Lib,
    Obj,
    Scope,
    cases_of,
    each,
    open_value,
    spread,
    truth,
)
from invocation_lint.deployment.cdk_typescript import calls
from invocation_lint.deployment.cdk_typescript.logic import joined_by, ternary
from invocation_lint.deployment.cdk_typescript.members import element, member
from invocation_lint.deployment.cdk_typescript.patterns import assign
from invocation_lint.deployment.cdk_typescript.syntax import children, text
from invocation_lint.deployment.values import Case

if TYPE_CHECKING:
    from tree_sitter import Node

    from invocation_lint.deployment.cdk_typescript.running import Evaluate, Run

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b"}
_GLOBALS = frozenset(
    {"process", "console", "Object", "JSON", "Math", "Array", "String", "Number", "Boolean", "Map", "Set", "Error",
     "Promise", "Date", "Buffer", "RegExp", "require", "parseInt", "parseFloat", "encodeURIComponent", "Symbol"}
)  # fmt: skip


def _identifier(run: Run, node: Node, scope: Scope) -> Any:
    name = text(node)
    try:
        return run.look_up(name, scope)
    except KeyError:
        pass
    if name == "undefined":
        return None
    if name == "__dirname":
        return scope.path.rpartition("/")[0]
    if name == "__filename":
        return scope.path
    return Lib((name,) if name in _GLOBALS else ("", name))  # of a file or a library that is not read


def _this(run: Run, node: Node, scope: Scope) -> Any:
    holder: Scope | None = scope
    while holder is not None and holder.this is None:
        holder = holder.around
    return holder.this if holder is not None else run.unknown(node)


def _string(run: Run, node: Node, scope: Scope) -> Any:
    found = ""
    for one in node.named_children:
        found += _unescaped(text(one)) if one.type == "escape_sequence" else text(one)
    return found


def _unescaped(sequence: str) -> str:
    if sequence[1:2] in {"x", "u"}:
        digits = sequence[2:].strip("{}")
        point = int(digits, 16) if re.fullmatch(r"[0-9a-fA-F]{1,6}", digits) else 0
        return chr(point) if 0 < point < 0x110000 and not 0xD800 <= point < 0xE000 else ""
    return _ESCAPES.get(sequence[1:], sequence[1:])


def _template(run: Run, node: Node, scope: Scope) -> Any:
    parts: list[Any] = []
    for one in node.named_children:
        if one.type == "template_substitution":
            parts.append(run.evaluate(next(children(one), None), scope))
        elif one.type == "escape_sequence":
            parts.append(_unescaped(text(one)))
        else:
            parts.append(text(one))
    return joined(parts)


def _number(run: Run, node: Node, scope: Scope) -> Any:
    told = text(node).replace("_", "").lower()
    try:
        return int(told, 0)
    except ValueError:
        pass
    try:
        return float(told)
    except ValueError:
        return run.unknown(node)


def _array(run: Run, node: Node, scope: Scope) -> Any:
    found: list[Any] = []
    for one in children(node):
        if one.type != "spread_element":
            found.append(run.evaluate(one, scope))
            continue
        value = run.evaluate(next(children(one), None), scope)
        for case in cases_of(value):
            if isinstance(case.content, list):
                found += [Choice((Case(inner, case.when),)) if case.when else inner for inner in case.content]
            elif case.content is not None and case.content is not False:
                found.append(open_value("the elements of a list are not known"))
    return found


def _object(run: Run, node: Node, scope: Scope) -> Any:
    found = Obj({}, when=run.when)
    for one in children(node):
        if one.type == "pair":
            key = one.child_by_field_name("key")
            name = _key(run, key, scope)
            value = run.evaluate(one.child_by_field_name("value"), scope)
            if name is None:
                found.open = found.open or "it has a key that is not known"
            else:
                found.entries[name] = value
        elif one.type == "shorthand_property_identifier":
            found.entries[text(one)] = _identifier(run, one, scope)
        elif one.type == "spread_element":
            spread(found, run.evaluate(next(children(one), None), scope))
        elif one.type == "method_definition":
            found.entries[text(one.child_by_field_name("name"))] = Closure(one, scope, found)
    return found


def _key(run: Run, key: Node | None, scope: Scope) -> str | None:
    if key is None:
        return None
    if key.type == "string":
        return str(_string(run, key, scope))
    if key.type == "computed_property_name":
        value = run.evaluate(next(children(key), None), scope)
        return str(value) if isinstance(value, (str, int, float)) else None
    return text(key)


def _member(run: Run, node: Node, scope: Scope) -> Any:
    owner = run.evaluate(node.child_by_field_name("object"), scope)
    is_optional = node.child_by_field_name("optional_chain") is not None
    name = text(node.child_by_field_name("property"))
    return member(run, owner, name, node, scope, is_optional=is_optional)


def _subscript(run: Run, node: Node, scope: Scope) -> Any:
    owner = run.evaluate(node.child_by_field_name("object"), scope)
    index = run.evaluate(node.child_by_field_name("index"), scope)
    return element(run, owner, index, node, scope)


def _closure(run: Run, node: Node, scope: Scope) -> Any:
    return Closure(node, scope, None, scope.owner)


def _inner(run: Run, node: Node, scope: Scope) -> Any:
    return run.evaluate(next(children(node), None), scope)


def _last(run: Run, node: Node, scope: Scope) -> Any:
    found = None
    for one in children(node):
        found = run.evaluate(one, scope)
    return found


def _assignment(run: Run, node: Node, scope: Scope) -> Any:
    value = run.evaluate(node.child_by_field_name("right"), scope)
    left = node.child_by_field_name("left")
    if left is not None and left.type in {"object_pattern", "array_pattern"}:
        from invocation_lint.deployment.cdk_typescript.patterns import bind

        bind(run, left, value, scope)
    else:
        assign(run, left, value, scope)
    return value


def _augmented(run: Run, node: Node, scope: Scope) -> Any:
    left = node.child_by_field_name("left")
    word = text(node.child_by_field_name("operator"))[:-1]
    value = joined_by(run, node, word, scope)
    assign(run, left, value, scope)
    return value


def _update(run: Run, node: Node, scope: Scope) -> Any:
    argument = node.child_by_field_name("argument")
    value = run.evaluate(argument, scope)
    step = 1 if text(node.child_by_field_name("operator")) == "++" else -1
    assign(run, argument, value + step if isinstance(value, (int, float)) else run.unknown(node), scope)
    return value


def _binary(run: Run, node: Node, scope: Scope) -> Any:
    return joined_by(run, node, text(node.child_by_field_name("operator")), scope)


def _unary(run: Run, node: Node, scope: Scope) -> Any:
    word = text(node.child_by_field_name("operator"))
    value = run.evaluate(node.child_by_field_name("argument"), scope)
    if word == "!":
        return each(value, lambda one: run.unknown(node) if truth(one) is None else not truth(one))
    if word == "-" and isinstance(value, (int, float)):
        return -value
    return None if word == "void" else run.unknown(node)


def _super(run: Run, node: Node, scope: Scope) -> Any:
    return _this(run, node, scope)


EXPRESSIONS: dict[str, Evaluate] = {
    "identifier": _identifier,
    "shorthand_property_identifier": _identifier,
    "undefined": lambda run, node, scope: None,
    "null": lambda run, node, scope: None,
    "true": lambda run, node, scope: True,
    "false": lambda run, node, scope: False,
    "this": _this,
    "super": _super,
    "string": _string,
    "template_string": _template,
    "number": _number,
    "array": _array,
    "object": _object,
    "member_expression": _member,
    "subscript_expression": _subscript,
    "call_expression": calls.call,
    "new_expression": calls.new,
    "arrow_function": _closure,
    "function_expression": _closure,
    "function": _closure,
    "class": calls.class_expression,
    "assignment_expression": _assignment,
    "augmented_assignment_expression": _augmented,
    "update_expression": _update,
    "binary_expression": _binary,
    "ternary_expression": ternary,
    "unary_expression": _unary,
    "parenthesized_expression": _inner,
    "as_expression": _inner,
    "satisfies_expression": _inner,
    "non_null_expression": _inner,
    "await_expression": _inner,
    "type_assertion": _last,
    "sequence_expression": _last,
    "lexical_declaration": _last,
    "expression_statement": _inner,
}
