"""Runs an application in TypeScript."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.cdk_constructs.runs import BaseRun
from invocation_lint.deployment.cdk_constructs.things import Scope, open_value
from invocation_lint.deployment.cdk_typescript.syntax import place_of, text
from invocation_lint.findings import Place

if TYPE_CHECKING:
    from tree_sitter import Node

    from invocation_lint.deployment.cdk_typescript.programs import Program

Evaluate = Callable[["Run", "Node", Scope], Any]


class Run(BaseRun):
    """One run."""

    def __init__(self, program: Program) -> None:
        from invocation_lint.deployment.cdk_typescript.expressions import EXPRESSIONS

        super().__init__(program)
        self.program = program
        self._expressions: dict[str, Evaluate] = EXPRESSIONS

    def evaluate(self, node: Node | None, scope: Scope) -> Any:
        """What an expression is."""
        if node is None:
            return None
        known = self._expressions.get(node.type)
        if known is None:
            return open_value(f"`{self.short(node)}` is not followed")
        return self.look(known, node, scope)

    def execute(self, nodes: Iterator[Node], scope: Scope) -> bool:
        """Run statements; whether what stands behind them is surely not reached."""
        from invocation_lint.deployment.cdk_typescript.statements import run_block

        return run_block(self, nodes, scope)

    def place(self, scope: Scope, node: Node) -> Place:
        """Where a node stands."""
        return place_of(scope.path, node)

    def short(self, node: Node) -> str:
        """The text of a node, for a message."""
        told = " ".join(text(node).split())
        return told if len(told) <= 60 else f"{told[:57]}..."
