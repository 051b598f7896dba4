"""Answers of boto3 that a handler returns as they are, where JSON has no form for a part: `startDate` of executions.

Lambda's runtime takes bytes and Decimal, and neither a datetime nor a stream. A member counts that every such answer
has by the model of the service, and a stream, which boto3 puts into each answer that may have one (botocore: parsers).
"""

from __future__ import annotations

import libcst as cst

from invocation_lint.data.output_shapes import Member, OutputShapes, shapes_of
from invocation_lint.facts.building.handling.returned import Written, settled
from invocation_lint.facts.building.scopes import called_name, text_of

_REFUSED = frozenset({"datetime", "StreamingBody"})
_EDITS = frozenset({"pop", "update", "clear", "setdefault", "popitem"})
_MAX_DEPTH = 4
_PAYLOAD = Member("Payload", "StreamingBody", -1, 0, is_sure=True)
"""Of an invocation: the model has bytes for it, and boto3 makes a stream of a payload of bytes (botocore: parsers)."""


def refused_in(written: Written) -> str | None:
    """What an expression holds that JSON has no form for, where it is an answer of boto3 or a member of one."""
    node = written.node
    if isinstance(node, cst.Subscript):
        return _member(node, written)
    found = settled(written)
    if found is None or not isinstance(found.node, cst.Call) or _is_edited(written):
        return None
    operation = _operation(found)
    if operation is None:
        return None
    kind = _surely(operation[0], operation[1], 0)
    return f"what {called_name(found.node)} returned, with {_named(kind)} in it" if kind is not None else None


def _member(node: cst.Subscript, written: Written) -> str | None:
    """`response["startDate"]`."""
    key = text_of(node.slice[0].slice) if len(node.slice) == 1 else ""
    held = Written(node.value, written.resolver, written.function, written.given)
    found = settled(held)
    operation = _operation(found) if found is not None and key and not _is_edited(held) else None
    if operation is None:
        return None
    member = next((one for one in _members(*operation) if one.name == key), None)
    is_one = member is not None and member.type in _REFUSED and not member.lists
    return _named(member.type) if member is not None and is_one else None


def _operation(written: Written) -> tuple[OutputShapes, int] | None:
    """The service of a call and the shape of its answer."""
    call = written.node
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
        return None
    made = settled(Written(call.func.value, written.resolver, written.function, written.given))
    client = made.node if made is not None else None
    if not isinstance(client, cst.Call) or called_name(client) != "client" or not client.args:
        return None
    service = text_of(client.args[0].value)
    if not service:
        return None
    shapes = shapes_of(service)
    shape = shapes.operations.get(called_name(call))
    return (shapes, shape) if shape is not None else None


def _members(shapes: OutputShapes, shape: int) -> tuple[Member, ...]:
    found = shapes.members(shape)
    is_of_lambda = "get_function_event_invoke_config" in shapes.operations
    return (_PAYLOAD,) if is_of_lambda and shape == shapes.operations.get("invoke") else found


def _surely(shapes: OutputShapes, shape: int, depth: int) -> str | None:
    """A type that every such structure holds."""
    for one in _members(shapes, shape):
        if one.lists:
            continue
        if one.type == "StreamingBody" or (one.type in _REFUSED and one.is_sure):
            return one.type
        inner = _inner(shapes, one, depth)
        if inner is not None:
            return inner
    return None


def _inner(shapes: OutputShapes, one: Member, depth: int) -> str | None:
    return _surely(shapes, one.shape, depth + 1) if not one.type and one.is_sure and depth < _MAX_DEPTH else None


def _named(kind: str) -> str:
    return "a datetime" if kind == "datetime" else "a stream"


def _is_edited(written: Written) -> bool:
    """Whether an answer that has a name may be changed before it is returned: a key of it is set or taken out, or it is
    handed on."""
    if not isinstance(written.node, cst.Name):
        return False
    scope = written.resolver.scope
    for use in scope.names.get(written.node.value, ()):
        parent = scope.parents.get(use)
        if isinstance(parent, cst.Subscript):
            outer = scope.parents.get(parent)
            if parent.value is use and isinstance(outer, (cst.AssignTarget, cst.Del)):
                return True
        elif isinstance(parent, cst.Attribute):
            if parent.attr.value in _EDITS:
                return True
        elif isinstance(parent, cst.Arg) and not scope.is_logged(use):
            call = scope.parents.get(parent)
            if not isinstance(call, cst.Call) or called_name(call) not in {"dumps", "str", "len", "print"}:
                return True
    return False


__all__ = ["refused_in"]
