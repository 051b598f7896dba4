"""TypeScript as a tree, by tree-sitter, which reads on behind a mistake."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from invocation_lint.findings import Place

if TYPE_CHECKING:
    from tree_sitter import Node, Parser


@cache
def _parser() -> Parser:
    from tree_sitter import Language, Parser
    from tree_sitter_typescript import language_typescript

    return Parser(Language(language_typescript()))


def parse(data: bytes) -> Node:
    """The tree of a file."""
    return _parser().parse(data).root_node


def text(node: Node | None) -> str:
    """The text of a node as it stands there."""
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def place_of(path: str, node: Node) -> Place:
    """Where a node stands in the file at a path. Columns count bytes of a line as characters."""
    (line, column), (end_line, end_column) = node.start_point, node.end_point
    return Place(path, line + 1, column + 1, end_line + 1, end_column + 1)


def first_mistake(root: Node) -> Node | None:
    """The first node that could not be read; None when the whole file could be."""
    if not root.has_error:
        return None
    waiting = [root]
    while waiting:
        current = waiting.pop()
        if current.is_error or current.is_missing:
            return current
        waiting.extend(one for one in reversed(current.children) if one.has_error or one.is_missing)
    return root


def children(node: Node | None, *types: str) -> Iterator[Node]:
    """The children of some types, of all without comments when none is given."""
    if node is None:
        return iter(())
    if types:
        return iter([one for one in node.named_children if one.type in types])
    return iter([one for one in node.named_children if one.type != "comment"])
