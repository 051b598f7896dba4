"""Runs an application in Python."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.cdk_constructs.runs import BaseRun
from invocation_lint.deployment.cdk_constructs.things import Scope, open_value
from invocation_lint.findings import Place

if TYPE_CHECKING:
    from invocation_lint.deployment.cdk_python.programs import Program

RETURNS = " returns"
"""Under which the values stand that a function returns."""


class Run(BaseRun):
    """One run."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.program = program

    def evaluate(self, node: ast.expr | None, scope: Scope) -> Any:
        """What an expression is."""
        from invocation_lint.deployment.cdk_python.expressions import EXPRESSIONS

        if node is None:
            return None
        known = EXPRESSIONS.get(type(node))
        if known is None:
            return open_value(f"`{self.short(node)}` is not followed")
        return self.look(known, node, scope)

    def execute(self, nodes: Sequence[ast.stmt], scope: Scope) -> bool:
        """Run statements; whether what stands behind them is surely not reached."""
        from invocation_lint.deployment.cdk_python.statements import run_block

        return run_block(self, nodes, scope)

    def place(self, scope: Scope, node: ast.AST) -> Place:
        """Where a node stands."""
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        end = getattr(node, "end_lineno", None) or line, getattr(node, "end_col_offset", None) or column + 1
        return Place(scope.path, line, column + 1, end[0], end[1] + 1)

    def short(self, node: ast.AST) -> str:
        """The text of a node, for a message."""
        told = " ".join(ast.unparse(node).split()) if isinstance(node, (ast.expr, ast.stmt)) else type(node).__name__
        return told if len(told) <= 60 else f"{told[:57]}..."
