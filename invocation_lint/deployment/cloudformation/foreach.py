"""`Fn::ForEach` of AWS::LanguageExtensions: a loop over literal words is unrolled.

AWS: CloudFormation template reference, Fn::ForEach. A loop over what a parameter holds is left as it is, and said.
"""

from __future__ import annotations

from collections.abc import Iterator

from invocation_lint.deployment.documents.nodes import get, items, mapping, text
from invocation_lint.documents.nodes import Node

PREFIX = "Fn::ForEach"
MAX_ROUNDS = 200


def unrolled(
    root: Node, section: Node | None
) -> tuple[list[tuple[str, Node, tuple[int, int]]], list[tuple[str, Node]]]:
    """The entries of a section, each with its key's place, and the loops that cannot be unrolled, with the reason."""
    found: list[tuple[str, Node, tuple[int, int]]] = []
    left: list[tuple[str, Node]] = []
    for key, node in mapping(section).items():
        if not key.startswith(PREFIX):
            place = section.keys.get(key, (node.line, node.column)) if section is not None else (0, 0)
            found.append((key, node, place))
            continue
        rounds = list(_rounds(root, node))
        if not rounds:
            left.append((f"{key} loops over what is known at deployment", node))
        for inner in rounds[:MAX_ROUNDS]:
            more, others = unrolled(root, inner)
            found += more
            left += others
    return found, left


def _rounds(root: Node, loop: Node) -> Iterator[Node]:
    """The entries that a loop makes, one mapping a round."""
    given = items(loop)
    if len(given) != 3:
        return
    name, collection, body = text(given[0]), given[1], given[2]
    words = [text(one) for one in items(collection)]
    if not words:
        parameter = get(root, "Parameters", text(get(collection, "Ref")))
        words = [one.strip() for one in text(get(parameter, "Default")).split(",") if one.strip()]
    for word in words:
        yield _replaced(body, name, word)


def _replaced(node: Node, name: str, word: str) -> Node:
    """A copy with the word of this round for the name of the loop."""
    if isinstance(node.value, dict) and text(node.value.get("Ref")) == name and len(node.value) == 1:
        copy = Node(word, node.path, node.line, node.column)
    else:
        copy = Node(node.value, node.path, node.line, node.column)
        if isinstance(node.value, str):
            copy.value = _filled(node.value, name, word)
        elif isinstance(node.value, list):
            copy.value = [_replaced(one, name, word) for one in node.value]
        elif isinstance(node.value, dict):
            copy.value = {_filled(key, name, word): _replaced(one, name, word) for key, one in node.value.items()}
            copy.keys = {_filled(key, name, word): place for key, place in node.keys.items()}
    copy.end = node.end
    return copy


def _filled(content: str, name: str, word: str) -> str:
    plain = "".join(sign for sign in word if sign.isalnum())
    return content.replace(f"${{{name}}}", word).replace(f"&{{{name}}}", plain)
