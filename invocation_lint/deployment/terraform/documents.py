"""Documents of JSON within a configuration: as structures, whether they are written in HCL or as a text."""

from __future__ import annotations

from typing import Any

from invocation_lint.deployment.definitions import ValueOf, filled_in, plain
from invocation_lint.deployment.documents.yaml_nodes import Unreadable, read_text
from invocation_lint.deployment.terraform.values import Json, settled
from invocation_lint.deployment.values import (
    Case,
    Text,
    Value,
    both,
    known,
    pieces_of,
    value_of,
)
from invocation_lint.documents.nodes import Node
from invocation_lint.findings import Place


def structured(value: Value) -> Value:
    """A value of which texts of JSON are structures."""
    found: list[Case] = []
    for case in value.cases:
        inner: Value | None = None
        if isinstance(case.content, Json):
            inner = case.content.value
        elif isinstance(case.content, (str, Text)):
            read = read_document(case.content, value.place)
            inner = read[1](read[0]) if read is not None else None
        if inner is None:
            found.append(case)
            continue
        found += [Case(one.content, when) for one in inner.cases if (when := both(case.when, one.when)) is not None]
    return settled(value_of(found, value.place))


def read_document(content: Any, place: Place, path: str = "") -> tuple[Node, ValueOf] | None:
    """The nodes of a text of JSON, and what each stands for; None when it is none. `path` is the file of the text."""
    if isinstance(content, Json):
        told: dict[int, Value] = {}
        node = _node_of(content.value, told)
        return node, lambda one: _told(one, told)
    pieces = pieces_of(content)
    if not pieces or not isinstance(pieces[0], str) or not (path or pieces[0].lstrip().startswith(("{", "["))):
        return None
    source, stands_for = filled_in(pieces)
    node_or_not = read_text(path or place.path, source)
    if isinstance(node_or_not, Unreadable) or not isinstance(node_or_not.value, (dict, list)):
        return None
    if not path:
        _move(node_or_not, place)
    return node_or_not, stands_for


def _node_of(value: Value, told: dict[int, Value]) -> Node:
    content, place = value.content, value.place
    if isinstance(content, Json):
        return _node_of(content.value, told)
    node = Node(None, place.path, place.line, place.column)
    node.end = (place.end_line, place.end_column)
    if isinstance(content, dict):
        node.value = {key: _node_of(one, told) for key, one in content.items()}
        node.keys = {key: (one.place.line, one.place.column) for key, one in content.items()}
    elif isinstance(content, tuple):
        node.value = [_node_of(one, told) for one in content]
    elif isinstance(content, (str, int, float)) or content is None:
        node.value = content
    else:
        node.value = content.shown() if isinstance(content, Text) else ""
        told[id(node)] = settled(value)
    return node


def _told(node: Node, told: dict[int, Value]) -> Value:
    if id(node) in told:
        return told[id(node)]
    place = Place(node.path, node.line, node.column, *node.end)
    if isinstance(node.value, dict):
        return known({key: _told(one, told) for key, one in node.value.items()}, place)
    if isinstance(node.value, list):
        return known(tuple(_told(one, told) for one in node.value), place)
    return plain(node)


def _move(node: Node, place: Place) -> None:
    """Give nodes of a text that stands in a file places in it."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        line = min(place.line + current.line, place.end_line) if place.end_line > place.line else place.line
        current.line, current.column, current.end = line, 1, (line, 1)
        current.keys = {
            key: (min(place.line + own, place.end_line) if place.end_line > place.line else place.line, 1)
            for key, (own, _) in current.keys.items()
        }
        if isinstance(current.value, dict):
            waiting.extend(current.value.values())
        elif isinstance(current.value, list):
            waiting.extend(current.value)
