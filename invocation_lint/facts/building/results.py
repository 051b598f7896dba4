"""Whether anybody looks at what a write to a table answers: the rows, or the number of rows, that it changed."""

from __future__ import annotations

from typing import Any

import libcst as cst

from invocation_lint.analysis.interpreter import Interpreter
from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo, own_nodes
from invocation_lint.analysis.program.reads import is_read
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.findings import Place

_OF_A_CURSOR = frozenset({"rowcount", "statusmessage", "fetchone", "fetchmany", "fetchval", "changes", "total_changes"})
"""What a cursor or connection tells afterwards of the statement that it executed last."""


class Results:
    """Looks writes up by their place. What is not the whole of an expression statement, or bound to a name that is
    never read, is looked at."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        self._dropped: dict[str, dict[Place, FunctionInfo]] = {}

    def is_looked_at(self, place: Place, dialect: str) -> Any:
        """Whether the answer of the write at a place is looked at: yes, no, or not known."""
        module = self._interpreter.modules.module_at(place)
        if module is None:
            return UnknownAnswer("the code of the write is not in sight")
        if module.name not in self._dropped:
            self._dropped[module.name] = _dropped(module)
        function = self._dropped[module.name].get(place)
        if function is None:
            return "yes"
        if dialect == "sql" and function.mentions & _OF_A_CURSOR:
            return UnknownAnswer("whether the cursor is asked about this statement is not known")
        return "no"


def _dropped(module: ModuleInfo) -> dict[Place, FunctionInfo]:
    """The calls whose value nobody uses, with the function that holds each."""
    found: dict[Place, FunctionInfo] = {}
    for info in module.functions.values():
        if info.is_lambda:
            continue
        for node in own_nodes(info.node):
            value = _called(node.value) if isinstance(node, (cst.Expr, cst.Assign)) else None
            if not isinstance(value, cst.Call):
                continue
            if isinstance(node, cst.Expr):
                found[module.source.place(value)] = info
            elif isinstance(node, cst.Assign) and len(node.targets) == 1:
                target = node.targets[0].target
                kept = target.value if isinstance(target, cst.Name) else ""
                if kept and kept not in info.globals and not is_read(info, kept):
                    found[module.source.place(value)] = info
    return found


def _called(node: cst.BaseExpression) -> cst.BaseExpression:
    return node.expression if isinstance(node, cst.Await) else node
