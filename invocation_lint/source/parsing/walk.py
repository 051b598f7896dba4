"""Walking a libcst tree with an explicit stack: deep trees cost no recursion, layout is never visited."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

import libcst as cst

# Fields of libcst nodes that hold layout or punctuation, by name; whitespace fields are found by their prefix.
_LAYOUT = frozenset(
    {
        "lpar", "rpar", "lbracket", "rbracket", "lbrace", "rbrace", "lpar_whitespace", "comma", "semicolon", "equal",
        "dot", "colon", "arrow", "leading_lines", "lines_after_decorators", "lines_after_module_docstring", "header",
        "footer", "trailing_whitespace", "newline", "separator", "relative", "star", "default_indent",
        "default_newline", "has_trailing_newline", "encoding", "indent", "asynchronous", "operator",
        "leading_whitespace", "first_colon", "second_colon", "trailing_comma", "posonly_ind",
    }
)  # fmt: skip
_child_fields: dict[type[cst.CSTNode], tuple[str, ...]] = {}
_is_node: dict[type, bool] = {}  # by type: an instance check of libcst's abstract classes costs ten times as much


def _fields_of(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    names = _child_fields.get(kind)
    if names is None:
        names = tuple(
            field.name
            for field in fields(kind)
            if field.name not in _LAYOUT and not field.name.startswith("whitespace") and field.name[0] != "_"
        )
        _child_fields[kind] = names
    return names


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The direct children of a node that carry meaning: no layout, operators or comments; in field order."""
    found: list[cst.CSTNode] = []
    for name in _fields_of(type(node)):
        value: Any = getattr(node, name)
        kind = type(value)
        if kind is tuple or kind is list:
            for item in value:
                if _is_node.get(type(item)) or (type(item) not in _is_node and _judge(item)):
                    found.append(item)
        elif _is_node.get(kind) or (kind not in _is_node and _judge(value)):
            found.append(value)
    return found


def _judge(value: Any) -> bool:
    return _is_node.setdefault(type(value), isinstance(value, cst.CSTNode))


def walk(root: cst.CSTNode, *, enter: Callable[[cst.CSTNode], bool] | None = None) -> Iterator[cst.CSTNode]:
    """The nodes at and below `root`, parents first. Below a node for which `enter` answers False nothing is visited."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        if enter is None or enter(node):
            stack.extend(reversed(children(node)))


def walk_own(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The node and what belongs to it, in source order: not what the functions, classes and lambdas in it hold."""
    return walk(node, enter=_is_no_definition)


def _is_no_definition(node: cst.CSTNode) -> bool:
    return not isinstance(node, (cst.FunctionDef, cst.ClassDef, cst.Lambda))
