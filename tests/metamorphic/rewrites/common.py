"""What the rewrites share: which call is an invocation, which names are bound where, and new statements before one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import libcst as cst

from invocation_lint.source.parsing.walk import children

INVOKES = frozenset({"invoke", "invoke_async", "invoke_with_response_stream"})
PARAMETERS = frozenset({"FunctionName", "functionName", "InvocationType", "Payload", "InvokeArgs"})

Statement = cst.BaseStatement | cst.BaseSmallStatement


def is_invocation(node: cst.CSTNode) -> bool:
    """Whether the node is a call of a Lambda client's method, judged by its name and its keywords."""
    if (
        not isinstance(node, cst.Call)
        or not isinstance(node.func, cst.Attribute)
        or node.func.attr.value not in INVOKES
    ):
        return False
    keywords = {argument.keyword.value for argument in node.args if argument.keyword}
    return bool(keywords & PARAMETERS) or any(argument.star == "**" for argument in node.args)


def walk(node: cst.CSTNode) -> Iterable[cst.CSTNode]:
    """The node and all below it, in no order that matters."""
    stack = [node]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(children(top))


def names_read(nodes: Iterable[cst.CSTNode]) -> set[str]:
    """The names that stand in the nodes as such: no attributes, no keywords of calls."""
    found: set[str] = set()
    for root in nodes:
        hidden = {node.attr for node in walk(root) if isinstance(node, cst.Attribute)}
        hidden |= {node.keyword for node in walk(root) if isinstance(node, cst.Arg) and node.keyword}
        found |= {node.value for node in walk(root) if isinstance(node, cst.Name) and node not in hidden}
    return found


def names_bound(nodes: Iterable[cst.CSTNode]) -> set[str]:
    """The plain names that the nodes bind, functions and classes within them left out."""
    found: set[str] = set()
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if isinstance(node, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
            continue
        stack.extend(children(node))
        targets: Sequence[cst.CSTNode] = ()
        if isinstance(node, cst.AssignTarget | cst.AnnAssign | cst.AugAssign | cst.NamedExpr | cst.For | cst.CompFor):
            targets = (node.target,)
        elif isinstance(node, cst.AsName) or (isinstance(node, cst.MatchAs) and node.name):
            targets = (node.name,)
        found |= {name for target in targets for name in _target_names(target)}
    return found


def _target_names(target: cst.CSTNode) -> set[str]:
    if isinstance(target, cst.Name):
        return {target.value}
    if isinstance(target, cst.Tuple | cst.List):
        return {name for element in target.elements for name in _target_names(element.value)}
    return set()


def parameters_of(function: cst.FunctionDef | cst.Lambda) -> set[str]:
    """The names of all parameters."""
    return {node.name.value for node in walk(function.params) if isinstance(node, cst.Param)}


def assignment(name: str, value: cst.BaseExpression) -> cst.SimpleStatementLine:
    """`name = value` as a line of its own."""
    target = cst.AssignTarget(cst.Name(name))
    return cst.SimpleStatementLine([cst.Assign([target], value)])


class Rewriter(cst.CSTTransformer):
    """A transformer that makes only those nodes anew that it may change, and what they stand in: libcst makes all of a
    tree anew, its layout too, and takes as long as an analysis of it."""

    def __init__(self, root: cst.CSTNode, may_change: Callable[[cst.CSTNode], bool]) -> None:
        """`may_change` is asked for each node below the root, layout aside; the others are left as they are."""
        super().__init__()
        self._near: set[cst.CSTNode] = set()
        around: dict[cst.CSTNode, cst.CSTNode] = {}
        waiting = [root]
        while waiting:
            node = waiting.pop()
            below = children(node)
            around.update(dict.fromkeys(below, node))
            waiting += below
            if may_change(node):
                outer: cst.CSTNode | None = node
                while outer is not None and outer not in self._near:
                    self._near.add(outer)
                    outer = around.get(outer)

    def on_visit(self, node: cst.CSTNode) -> bool:
        return node in self._near and super().on_visit(node)

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> Any:
        return super().on_leave(original_node, updated_node) if original_node in self._near else updated_node


class LineRewriter(Rewriter):
    """A rewriter that may put lines before the simple statement it is in: `self.before` collects them.

    `self.movable` says whether an expression can be moved there: it stands in a simple statement, and in no lambda or
    comprehension, where it would be evaluated another number of times.
    """

    def __init__(self, module: cst.Module, may_change: Callable[[cst.CSTNode], bool] = is_invocation) -> None:
        super().__init__(module, may_change)
        self.before: list[cst.SimpleStatementLine] = []
        self._in_line = False
        self._deferred = 0
        self.changed = 0

    @property
    def movable(self) -> bool:
        return self._in_line and not self._deferred

    def visit_SimpleStatementLine(self, node: cst.SimpleStatementLine) -> None:
        self._in_line = True
        self.before = []

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.FlattenSentinel[cst.SimpleStatementLine]:
        self._in_line = False
        if not self.before:
            return updated_node
        first = self.before[0].with_changes(leading_lines=updated_node.leading_lines)
        return cst.FlattenSentinel([first, *self.before[1:], updated_node.with_changes(leading_lines=())])

    def _defer(self, node: cst.CSTNode) -> None:
        self._deferred += 1

    visit_Lambda = visit_GeneratorExp = visit_ListComp = visit_SetComp = visit_DictComp = _defer

    def _resume(self, original_node: cst.CSTNode, updated_node: cst.BaseExpression) -> cst.BaseExpression:
        self._deferred -= 1
        return updated_node

    leave_Lambda = leave_GeneratorExp = leave_ListComp = leave_SetComp = leave_DictComp = _resume  # type: ignore[assignment]


def after_imports(module: cst.Module, new: Sequence[Statement]) -> cst.Module:
    """The module with statements put after its last import at the top level."""
    last = 0
    for index, statement in enumerate(module.body):
        if isinstance(statement, cst.SimpleStatementLine) and isinstance(
            statement.body[0], cst.Import | cst.ImportFrom
        ):
            last = index + 1
    return module.with_changes(body=[*module.body[:last], *new, *module.body[last:]])
