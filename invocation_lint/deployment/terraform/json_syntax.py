"""Configurations of Terraform in JSON, as blocks of HCL (HashiCorp: Terraform language, JSON configuration syntax).

Each block is written anew as HCL, with its arguments on the lines on which they stand, as far as each has a line of its
own; it is parsed as others are, once it is asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from invocation_lint.deployment.documents.nodes import mapping
from invocation_lint.deployment.documents.yaml_nodes import Unreadable, read_nodes
from invocation_lint.documents.nodes import Node

ENDING = ".tf.json"

_LABELS = {"resource": 2, "data": 2, "module": 1, "variable": 1, "output": 1, "locals": 0}
"""The kinds of blocks that are read, with the number of their labels."""

_NESTED = frozenset({
    "attribute", "condition", "content", "cors", "cors_configuration", "dead_letter_config", "destination_config",
    "environment", "ephemeral_storage", "event_source_mapping", "file_system_config", "filter", "filter_criteria",
    "flexible_time_window", "global_secondary_index", "image_config", "inline_policy", "input_transformer",
    "lambda_config", "lambda_function", "local_secondary_index", "logging_config", "not_principals", "on_failure",
    "on_success", "principals", "queue", "replica", "retry_policy", "scaling_config", "snap_start", "source",
    "sqs_target", "statement", "target", "topic", "tracing_config", "ttl", "vpc_config",
})  # fmt: skip
"""Arguments of resources that are blocks: in JSON nothing tells them from maps."""

_WHOLE = re.compile(r"\$\{((?:[^{}\"]|\"[^\"{}]*\")*)\}", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][\w-]*")


def blocks_of(path: str, data: bytes) -> Unreadable | Iterator[tuple[str, tuple[str, ...], str, int, int]]:
    """The blocks of a file: kind, labels, the source in HCL, and line and column of the name. Unreadable when the file
    is no JSON."""
    root = read_nodes(path, data)
    if isinstance(root, Unreadable):
        return root
    if not isinstance(root.value, dict):
        return Unreadable("it is not a mapping", root.line, root.column)
    return _blocks(root)


def values_of(path: str, data: bytes) -> str:
    """The values of a file of values in JSON, as HCL; empty when it is no JSON."""
    root = read_nodes(path, data)
    return "" if isinstance(root, Unreadable) else "".join(f"{name} = {_value(one)}\n" for name, one in _named(root))


def _named(node: Node) -> Iterator[tuple[str, Node]]:
    return ((name, one) for name, one in mapping(node).items() if _NAME.fullmatch(name))


def _blocks(root: Node) -> Iterator[tuple[str, tuple[str, ...], str, int, int]]:
    for kind, count in _LABELS.items():
        for outer in _each(mapping(root).get(kind)):
            found: list[tuple[tuple[str, ...], Node, tuple[int, int]]] = [((), outer, (outer.line, outer.column))]
            for _ in range(count):
                found = [
                    ((*labels, name), body, node.keys.get(name, (node.line, node.column)))
                    for labels, node, _ in found
                    for one in _each(node)
                    for name, body in mapping(one).items()
                ]
            for labels, node, (line, column) in found:
                for body in _each(node):
                    head = " ".join([kind, *(json.dumps(label) for label in labels)])
                    yield kind, labels, f"{head} {{{_body(body, line, kind in {'resource', 'data'})}\n}}", line, column


def _each(node: Node | None) -> list[Node]:
    """A node, or the nodes of a list: any level of a configuration may be one."""
    if node is None:
        return []
    return node.value if isinstance(node.value, list) else [node]


def _body(node: Node, line: int, has_blocks: bool) -> str:
    """The arguments of a block whose brace stands on a line."""
    found: list[str] = []
    for name, value in _named(node):
        at = node.keys.get(name, (line, 1))[0]
        nested = [one for one in _each(value) if isinstance(one.value, dict)] if has_blocks and name in _NESTED else []
        for number, one in enumerate(nested or [value]):
            at = one.line if number else at
            gap = "\n" * max(at - line, 1)
            line = max(at, line + 1)
            written = f"{name} {{{_body(one, line, True)}\n}}" if nested else f"{name} = {_value(one)}"
            found.append(gap + written)
            line += written.count("\n")
    return "".join(found)


def _value(node: Node) -> str:
    value: Any = node.value
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {_value(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str):
        whole = _WHOLE.fullmatch(value)
        return f"({whole[1]})" if whole is not None and whole[1].strip() else json.dumps(value, ensure_ascii=False)
    return "null" if value is None else json.dumps(value)
