"""What a handler reads of its event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo, own_nodes
from invocation_lint.analysis.program.names import dotted
from invocation_lint.source.parsing.texts import written


def constants(nodes: Iterable[cst.CSTNode]) -> set[str]:
    """The texts among nodes."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, cst.SimpleString):
            try:
                value = written(node)
            except (ValueError, SyntaxError):
                continue
            if isinstance(value, str):
                found.add(value)
    return found


def paths_read(handler: FunctionInfo) -> Iterator[tuple[str, ...]]:
    """The keys that are read of the event, one below the other: `event["iterator"]["index"]`, `event.get("a")`."""
    event = event_name(handler)
    for node in own_nodes(handler.node):
        keys: list[str] = []
        current: cst.CSTNode = node
        while (key := _key_read(current)) is not None:
            keys.insert(0, key[0])
            current = key[1]
        if keys and isinstance(current, cst.Name) and current.value == event:
            yield tuple(keys)


def keys_read(handler: FunctionInfo) -> set[str]:
    """The keys that a handler itself reads of its event."""
    return {path[0] for path in paths_read(handler)}


def _key_read(node: cst.CSTNode) -> tuple[str, cst.CSTNode] | None:
    """The key that an expression reads, and of what."""
    if isinstance(node, cst.Subscript) and len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Index):
        key, owner = node.slice[0].slice.value, node.value
    elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "get":
        if not node.args:
            return None
        key, owner = node.args[0].value, node.func.value
    else:
        return None
    text = next(iter(constants([key])), None)
    return None if text is None else (text, owner)


def event_name(handler: FunctionInfo) -> str:
    """The name of the parameter that takes the event."""
    names = handler.positional
    return next(iter(names[1:] if handler.cls is not None else names), "")


_OF_TEXT = frozenset({"loads", "isinstance", "type", "b64decode", "parse_qs", "parse_json", "decode"})
"""What is done to a body that may be text."""


def takes_body_apart(handler: FunctionInfo) -> bool:
    """Whether a handler reads keys of the body as it comes: `event["body"]["id"]`, or `body["id"]` where the name is
    given nothing else, and asks nowhere whether it is text."""
    event = event_name(handler)
    owners = [key[1] for node in own_nodes(handler.node) if (key := _key_read(node)) is not None]
    bodies = {
        node.value for node in owners if isinstance(node, cst.Name) and _is_body(_given(handler, node.value), event)
    }
    if not bodies and not any(_is_body([node], event) for node in owners):
        return False
    calls = (node for node in own_nodes(handler.node) if isinstance(node, cst.Call))
    asked = [arg.value for call in calls if dotted(call.func).rpartition(".")[2] in _OF_TEXT for arg in call.args]
    return not any(_is_body([node], event) or getattr(node, "value", "") in bodies for node in asked)


def _given(handler: FunctionInfo, name: str) -> list[cst.BaseExpression]:
    """What a handler assigns to a name."""
    assigned = (node for node in own_nodes(handler.node) if isinstance(node, cst.Assign))
    return [node.value for node in assigned if getattr(node.targets[0].target, "value", "") == name]


def _is_body(values: Sequence[cst.CSTNode], event: str) -> bool:
    """Whether the one value is the body of the event."""
    key = _key_read(values[0]) if len(values) == 1 else None
    return key is not None and key[0] == "body" and isinstance(key[1], cst.Name) and key[1].value == event
