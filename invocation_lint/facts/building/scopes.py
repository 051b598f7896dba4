"""The code of a function, or of a module, as its syntax shows it: what stands around what, and what names are given."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import libcst as cst

from invocation_lint.analysis.program.acts import LOGGING
from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.records import record
from invocation_lint.source.parsing.walk import children, walk

_NOTED = frozenset({cst.Name, cst.Call, cst.SimpleString, cst.Assign, cst.AnnAssign})
"""By type: to ask whether a node is an instance of one of libcst's abstract classes takes ten times as long."""


@record
class Given:
    """A statement that gives a name a value, also with its type (`request: dict = {}`)."""

    node: cst.Assign | cst.AnnAssign
    value: cst.BaseExpression


class Scope:
    """The code of a function, or of a module: what stands around each node, and where names are used and assigned."""

    def __init__(self, root: cst.CSTNode) -> None:
        self.root = root
        self.parents: dict[cst.CSTNode, cst.CSTNode] = {}
        self.names: dict[str, list[cst.Name]] = {}
        self.assignments: dict[str, list[Given]] = {}
        self.texts: set[str] = set()
        self.calls: list[cst.Call] = []
        waiting = [root]
        while waiting:  # as `walk` does; the children of a node are asked for once
            node = waiting.pop()
            below = children(node)
            for child in below:
                self.parents[child] = node
            waiting.extend(reversed(below))
            if type(node) not in _NOTED:
                continue
            if isinstance(node, cst.Name):
                self.names.setdefault(node.value, []).append(node)
            elif isinstance(node, cst.Call):
                self.calls.append(node)
            elif isinstance(node, cst.SimpleString):
                self.texts.add(str(node.raw_value))
            elif isinstance(node, (cst.Assign, cst.AnnAssign)) and node.value is not None:
                for target in targets_of(node):
                    if isinstance(target, cst.Name):
                        self.assignments.setdefault(target.value, []).append(Given(node, node.value))

    def around(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """What stands around a node, the nearest first."""
        parent = self.parents.get(node)
        while parent is not None:
            yield parent
            parent = self.parents.get(parent)

    def region_after(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The outermost block in which what stands below a node runs after it, where that goes well; None in a function
        or comprehension of its own."""
        found = None
        for outer in self.around(node):
            if isinstance(outer, (cst.IndentedBlock, cst.FunctionDef)):
                found = outer
            if outer is self.root or isinstance(outer, (cst.If, cst.For, cst.While, cst.ExceptHandler, cst.Match)):
                return found
            if isinstance(outer, (cst.Lambda, cst.FunctionDef, cst.ClassDef, cst.CompFor)):
                return None
        return found

    def is_logged(self, node: cst.CSTNode) -> bool:
        """Whether an expression is only put into a log line."""
        for outer in self.around(node):
            if isinstance(outer, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
                return False
            if isinstance(outer, cst.Call) and called_name(outer) in LOGGING:
                return True
        return False


@lru_cache(maxsize=16)  # of many call sites one after another
def scope_of(function: FunctionInfo) -> Scope:
    """The code of a function."""
    return Scope(function.node)


def only_prints(loop: cst.For) -> bool:
    """Whether nothing is done with each entry but to show it, in any branch."""
    statements = [one for one in walk(loop.body) if isinstance(one, cst.BaseSmallStatement)]
    if any(isinstance(one, (cst.For, cst.While)) for one in walk(loop.body)):
        return False
    return all(
        isinstance(one, cst.Pass)
        or (isinstance(one, cst.Expr) and isinstance(one.value, cst.Call) and called_name(one.value) in LOGGING)
        for one in statements
    )


def targets_of(statement: cst.CSTNode) -> list[cst.BaseExpression]:
    """What an assignment gives a value, with its type or in an expression, too; nothing for anything else."""
    if isinstance(statement, cst.Assign):
        return [one.target for one in statement.targets]
    return [statement.target] if isinstance(statement, (cst.AnnAssign, cst.NamedExpr)) else []


def called_name(call: cst.Call) -> str:
    """The last part of the name of what is called."""
    return call.func.attr.value if isinstance(call.func, cst.Attribute) else dotted(call.func)


def text_of(node: cst.CSTNode) -> str:
    """The text that an expression, or the index that it is, writes; empty for any other."""
    if isinstance(node, cst.Index):
        node = node.value
    return str(node.raw_value) if isinstance(node, cst.SimpleString) else ""
