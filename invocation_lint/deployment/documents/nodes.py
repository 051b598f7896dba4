"""Looking into a document of which nothing is certain: what is not there, or of another type, is empty."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from invocation_lint.documents.nodes import Node

_HOLES = re.compile(r"\$\{([\w:]+)(?:\.[\w.]+)?\}")
"""`${Name}` and `${Name.Arn}` of Fn::Sub (AWS: CloudFormation user guide, Fn::Sub)."""


def get(node: Node | None, *keys: str) -> Node | None:
    """What stands under keys, one below the other."""
    for key in keys:
        node = mapping(node).get(key)
    return node


def mapping(node: Node | None) -> dict[str, Node]:
    """The entries of a mapping."""
    return node.value if node is not None and isinstance(node.value, dict) else {}


def items(node: Node | None) -> list[Node]:
    """The elements of a list."""
    return node.value if node is not None and isinstance(node.value, list) else []


def text(node: Node | None) -> str:
    """A text."""
    return node.value if node is not None and isinstance(node.value, str) else ""


def number(node: Node | None) -> float | None:
    """A number, None where there is none."""
    value = node.value if node is not None else None
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def below(folder: str, where: str) -> str:
    """A path that is relative to a folder."""
    return posixpath.normpath(posixpath.join(folder, where))


def within(node: Node | None) -> Iterator[Node]:
    """A node and all nodes below it; a tree read from a document ends."""
    waiting = [node] if node is not None else []
    while waiting:
        current = waiting.pop()
        yield current
        if isinstance(current.value, list):
            waiting.extend(current.value)
        elif isinstance(current.value, dict):
            waiting.extend(current.value.values())


def texts(node: Node | None) -> Iterator[str]:
    """All texts in a value, however deep."""
    return (one.value for one in within(node) if isinstance(one.value, str))


def references(node: Node | None) -> Iterator[str]:
    """The names of the resources that a value refers to, however deep: by Ref, Fn::GetAtt and Fn::Sub."""
    for one in within(node):
        if not isinstance(one.value, dict):
            continue
        if "Ref" in one.value:
            yield text(one.value["Ref"])
        if "Fn::GetAtt" in one.value:
            named = one.value["Fn::GetAtt"]
            yield text(named).partition(".")[0] or (text(items(named)[0]) if items(named) else "")
        if "Fn::Sub" in one.value:
            pattern = one.value["Fn::Sub"]
            yield from _HOLES.findall(text(pattern) or (text(items(pattern)[0]) if items(pattern) else ""))
