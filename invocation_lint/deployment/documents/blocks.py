"""Where the lines of a text stand that a template holds as a literal block (`|`; YAML 1.2.2, 8.1.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from invocation_lint.documents.nodes import Node

_HEADER = re.compile(r"\|[-+1-9]{0,2}\s*(?:#.*)?$")


def block_of(node: Node | None, data: bytes | None) -> tuple[int, int] | None:
    """The line of a document above the text that a node is, and the columns by which the text is moved to the right:
    None where the text is written in another way than as a literal block."""
    if node is None or data is None or not isinstance(node.value, str):
        return None
    lines = data.decode("utf-8-sig", "replace").splitlines()
    if not 0 < node.line <= len(lines) or _HEADER.search(lines[node.line - 1]) is None:
        return None
    texts = node.value.split("\n")
    written = lines[node.line : node.line + len(texts)]
    first = next((index for index, line in enumerate(texts) if line.strip()), None)
    if first is None or len(written) <= first:
        return None
    right = len(written[first]) - len(texts[first])
    pairs = zip(texts, written, strict=False)
    if all(line == there[right:] and not there[:right].strip() for line, there in pairs if line.strip()):
        return node.line, right
    return None


def move(root: Node, down: int, right: int) -> None:
    """Move the places of a node and of all below it by lines and by columns."""
    for node in _each_once(root):
        node.line, node.column = node.line + down, node.column + right
        node.end = (node.end[0] + down, node.end[1] + right)
        node.keys = {key: (line + down, column + right) for key, (line, column) in node.keys.items()}


def put_in_line(root: Node, line: int) -> None:
    """Put a node and all below it into one line of which no column is known."""
    for node in _each_once(root):
        node.line, node.column, node.end = line, 1, (line, 1)
        node.keys = dict.fromkeys(node.keys, (line, 1))


def _each_once(root: Node) -> Iterator[Node]:
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        below = node.value
        waiting.extend(below.values() if isinstance(below, dict) else below if isinstance(below, list) else ())
