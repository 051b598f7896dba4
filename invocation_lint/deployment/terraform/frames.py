"""Where an expression of Terraform stands."""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.terraform.parsing import Block
from invocation_lint.deployment.values import (
    Hole,
    Value,
)
from invocation_lint.findings import Place
from invocation_lint.records import mutable

if TYPE_CHECKING:
    from lark import Tree

    from invocation_lint.deployment.terraform.modules import Instance


@mutable(eq=False)
class Frame:
    """Where an expression stands: the module, the block, and the names that `for`, `each` and `dynamic` give."""

    instance: Instance
    block: Block
    names: dict[str, Value] = field(default_factory=dict)
    depth: int = 0

    def place(self, node: Tree[Any]) -> Place:
        """Where a node stands."""
        meta, line = node.meta, self.block.line - 1
        if meta.empty:
            return self.block.place
        return Place(self.block.path, meta.line + line, meta.column, meta.end_line + line, meta.end_column)

    def source(self, node: Tree[Any]) -> str:
        """The text of a node, on one line."""
        return " ".join(self.block.source[node.meta.start_pos : node.meta.end_pos].split())

    def hole(self, node: Tree[Any], reason: str) -> Hole:
        """A part of a text that cannot be told, and is equal to no other."""
        place = self.place(node)
        return Hole(f"?{self.instance.prefix}{place.path}:{place.line}:{place.column}", self.instance.scope, reason)

    def with_names(self, names: dict[str, Value]) -> Frame:
        """The frame in which more names are known."""
        return replace(self, names={**self.names, **names})
