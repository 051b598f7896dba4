"""What the type of a variable adds to its value: defaults of optional attributes (HashiCorp: Terraform language, type
constraints)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.terraform.expressions import evaluate
from invocation_lint.deployment.terraform.frames import Frame
from invocation_lint.deployment.terraform.parsing import label_of, parts
from invocation_lint.deployment.terraform.values import each
from invocation_lint.deployment.values import Value, known

if TYPE_CHECKING:
    from lark import Tree


def with_defaults(frame: Frame, type: Tree[Any], value: Value) -> Value:
    """A value with the defaults of the attributes that its type calls optional, and that it does not have."""
    while type.data == "expr_term" and len(parts(type)) == 1:
        type = parts(type)[0]
    if type.data != "function_call":
        return value
    name, arguments = _call(type)
    if not arguments:
        return value
    place = value.place

    def of(content: Any) -> Any:
        if name in {"map", "list", "set"} and isinstance(content, dict):
            return {key: with_defaults(frame, arguments[0], one) for key, one in content.items()}
        if name in {"list", "set"} and isinstance(content, tuple):
            return tuple(with_defaults(frame, arguments[0], one) for one in content)
        if name == "object" and isinstance(content, dict):
            return {**content, **_attributes(frame, arguments[0], content, known(None, place))}
        return content

    return each([value], of, place)


def _attributes(frame: Frame, node: Tree[Any], given: dict[str, Value], nothing: Value) -> dict[str, Value]:
    """The attributes that an object has by its type."""
    while node.data == "expr_term" and len(parts(node)) == 1:
        node = parts(node)[0]
    found: dict[str, Value] = {}
    for element in parts(node) if node.data == "object" else ():
        key, type = parts(element)
        name = label_of(key).strip('"')
        value = given.get(name)
        inner: Tree[Any] = type
        while inner.data == "expr_term" and len(parts(inner)) == 1:
            inner = parts(inner)[0]
        word, arguments = _call(inner) if inner.data == "function_call" else ("", [])
        if word == "optional" and arguments:
            if value is None or all(content is None for content in value.contents):
                value = evaluate(frame, arguments[1]) if len(arguments) > 1 else nothing
            type = arguments[0]
        if value is not None:
            found[name] = with_defaults(frame, type, value)
    return found


def _call(node: Tree[Any]) -> tuple[str, list[Tree[Any]]]:
    named, *given = parts(node)
    return label_of(named), parts(given[0]) if given else []
