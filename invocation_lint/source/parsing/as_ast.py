"""A tree of libcst as one of Python's `ast`, for files that only libcst takes: those in newer Python than ours.

Names, calls, definitions, imports, texts and what binds something become what Python's parser makes of them. All
else is `Parts`: the nodes below it, in order.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import libcst as cst

from invocation_lint.source.parsing.python_tree import ConvertedTree
from invocation_lint.source.parsing.texts import written
from invocation_lint.source.parsing.walk import children

Position = tuple[int, int, int, int]


_PLACED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.Assign)
"""What is asked for its place; of an assignment also the last target."""


class Parts(ast.expr):
    """Code of no interest but for what is in it."""

    _fields = ("parts",)
    parts: list[Any]


def as_ast(module: cst.Module, position_of: Callable[[cst.CSTNode], Position]) -> ast.Module:
    """The tree of a module; `position_of` answers with the first line and column and the last, as `ast` has them."""
    return ConvertedTree(_Converter(position_of).statements(module.body), [])


class _Converter:
    def __init__(self, position_of: Callable[[cst.CSTNode], Position]) -> None:
        self._position_of = position_of

    def statements(self, body: Iterable[cst.CSTNode]) -> list[Any]:
        """The statements of a body, each for itself."""
        found: list[Any] = []
        for node in body:
            if isinstance(node, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
                found += map(self.node, node.body)
            else:
                found.append(self.node(node))
        return found

    def _block(self, suite: cst.BaseSuite) -> list[Any]:
        body: Sequence[cst.CSTNode] = suite.body
        return self.statements(body)

    def node(self, node: cst.CSTNode) -> Any:
        """One node, with its place."""
        make = getattr(self, f"_{type(node).__name__}", None)
        made = make(node) if make is not None else self._parts(children(node))
        if isinstance(made, _PLACED):
            made.lineno, made.col_offset, made.end_lineno, made.end_col_offset = self._position_of(node)
        return made

    def _parts(self, nodes: Iterable[cst.CSTNode]) -> Parts:
        made = Parts()
        made.parts = self.statements(nodes)
        return made

    # -- expressions -------------------------------------------------------------------------------------------------

    def _Name(self, node: cst.Name) -> ast.Name:
        return ast.Name(node.value)

    def _Attribute(self, node: cst.Attribute) -> ast.Attribute:
        return ast.Attribute(self.node(node.value), node.attr.value)

    def _Subscript(self, node: cst.Subscript) -> ast.Subscript:
        return ast.Subscript(self.node(node.value), self._parts(node.slice))

    def _Call(self, node: cst.Call) -> ast.Call:
        given = [arg for arg in node.args if arg.keyword is None and arg.star != "**"]
        named = [arg for arg in node.args if arg.keyword is not None or arg.star == "**"]
        return ast.Call(self.node(node.func), list(map(self._argument, given)), list(map(self._keyword, named)))

    def _argument(self, node: cst.Arg) -> Any:
        return self._parts([node.value]) if node.star else self.node(node.value)

    def _keyword(self, node: cst.Arg) -> ast.keyword:
        return ast.keyword(node.keyword.value if node.keyword is not None else None, self.node(node.value))

    def _NamedExpr(self, node: cst.NamedExpr) -> ast.NamedExpr:
        return ast.NamedExpr(self.node(node.target), self.node(node.value))

    def _Lambda(self, node: cst.Lambda) -> ast.Lambda:
        return ast.Lambda(self._arguments(node.params), self.node(node.body))

    def _BooleanOperation(self, node: cst.BooleanOperation) -> ast.BoolOp:
        operator = ast.And() if isinstance(node.operator, cst.And) else ast.Or()
        return ast.BoolOp(operator, [self.node(node.left), self.node(node.right)])

    def _IfExp(self, node: cst.IfExp) -> ast.IfExp:
        return ast.IfExp(self.node(node.test), self.node(node.body), self.node(node.orelse))

    def _Await(self, node: cst.Await) -> ast.Await:
        return ast.Await(self.node(node.expression))

    def _Yield(self, node: cst.Yield) -> ast.Yield:
        return ast.Yield(self._parts(children(node)))

    def _SimpleString(self, node: cst.SimpleString) -> ast.Constant:
        return ast.Constant(written(node))

    def _FormattedString(self, node: cst.FormattedString) -> ast.JoinedStr:
        return ast.JoinedStr(list(map(self.node, node.parts)))

    def _FormattedStringText(self, node: cst.FormattedStringText) -> ast.Constant:
        return ast.Constant(node.value)

    def _Tuple(self, node: cst.Tuple) -> ast.Tuple:
        return ast.Tuple(self._elements(node.elements))

    def _List(self, node: cst.List) -> ast.List:
        return ast.List(self._elements(node.elements))

    def _elements(self, elements: Iterable[cst.BaseElement]) -> list[Any]:
        return [
            self.node(one.value) if isinstance(one, cst.Element) else ast.Starred(self.node(one.value))
            for one in elements
        ]

    def _Dict(self, node: cst.Dict) -> ast.Dict:
        keys = [self.node(one.key) if isinstance(one, cst.DictElement) else None for one in node.elements]
        return ast.Dict(keys, [self.node(one.value) for one in node.elements])

    # -- statements --------------------------------------------------------------------------------------------------

    def _Expr(self, node: cst.Expr) -> ast.Expr:
        return ast.Expr(self.node(node.value))

    def _Assign(self, node: cst.Assign) -> ast.Assign:
        made = ast.Assign([self.node(one.target) for one in node.targets], self.node(node.value))
        last = made.targets[-1]
        last.lineno, last.col_offset, last.end_lineno, last.end_col_offset = self._position_of(node.targets[-1].target)
        return made

    def _AnnAssign(self, node: cst.AnnAssign) -> ast.AnnAssign:
        value = self.node(node.value) if node.value is not None else None
        return ast.AnnAssign(self.node(node.target), self.node(node.annotation), value, 0)

    def _AugAssign(self, node: cst.AugAssign) -> ast.AugAssign:
        return ast.AugAssign(self.node(node.target), ast.Add(), self.node(node.value))

    def _Del(self, node: cst.Del) -> ast.Delete:
        return ast.Delete([self.node(node.target)])

    def _Global(self, node: cst.Global) -> ast.Global:
        return ast.Global([item.name.value for item in node.names])

    def _Nonlocal(self, node: cst.Nonlocal) -> ast.Nonlocal:
        return ast.Nonlocal([item.name.value for item in node.names])

    def _Import(self, node: cst.Import) -> ast.Import:
        return ast.Import(list(map(self._alias, node.names)))

    def _ImportFrom(self, node: cst.ImportFrom) -> ast.ImportFrom:
        names = [ast.alias("*")] if isinstance(node.names, cst.ImportStar) else list(map(self._alias, node.names))
        module = cst.ImportAlias(node.module).evaluated_name if node.module is not None else None
        return ast.ImportFrom(module, names, len(node.relative))

    _LazyImport = _Import
    _LazyImportFrom = _ImportFrom

    def _alias(self, node: cst.ImportAlias) -> ast.alias:
        return ast.alias(node.evaluated_name, node.evaluated_alias)

    def _For(self, node: cst.For) -> ast.For:
        rest = [self.node(node.orelse)] if node.orelse is not None else []
        return ast.For(self.node(node.target), self.node(node.iter), self._block(node.body), rest)

    def _WithItem(self, node: cst.WithItem) -> ast.withitem:
        name = self.node(node.asname.name) if node.asname is not None else None
        return ast.withitem(self.node(node.item), name)

    def _ClassDef(self, node: cst.ClassDef) -> ast.ClassDef:
        return ast.ClassDef(
            node.name.value,
            list(map(self._argument, node.bases)),
            list(map(self._keyword, node.keywords)),
            self._block(node.body),
            [self.node(one.decorator) for one in node.decorators],
        )

    def _FunctionDef(self, node: cst.FunctionDef) -> ast.FunctionDef | ast.AsyncFunctionDef:
        make = ast.FunctionDef if node.asynchronous is None else ast.AsyncFunctionDef
        decorators = [self.node(one.decorator) for one in node.decorators]
        returns = self.node(node.returns) if node.returns is not None else None
        made = make(node.name.value, self._arguments(node.params), self._block(node.body), decorators, returns)
        if node.type_parameters is not None:
            made.type_params = [self.node(node.type_parameters)]  # type: ignore[union-attr, unused-ignore]
        return made

    def _arguments(self, node: cst.Parameters) -> ast.arguments:
        every = [*node.posonly_params, *node.params, *node.kwonly_params]
        return ast.arguments(
            posonlyargs=list(map(self._arg, node.posonly_params)),
            args=list(map(self._arg, node.params)),
            vararg=self._arg(node.star_arg) if isinstance(node.star_arg, cst.Param) else None,
            kwonlyargs=list(map(self._arg, node.kwonly_params)),
            kw_defaults=[],
            kwarg=self._arg(node.star_kwarg) if node.star_kwarg is not None else None,
            defaults=[self.node(one.default) for one in every if one.default is not None],
        )

    def _arg(self, node: cst.Param) -> ast.arg:
        return ast.arg(node.name.value, self.node(node.annotation) if node.annotation is not None else None)
