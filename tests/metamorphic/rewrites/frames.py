"""Other frames for the same invocation: the call in a helper of its own, and the body of a `try` in one."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst

from invocation_lint.source.parsing.walk import children
from tests.metamorphic.rewrites.common import (
    Rewriter,
    after_imports,
    is_invocation,
    names_bound,
    names_read,
    parameters_of,
    walk,
)

LITERALS = (cst.SimpleString, cst.Integer, cst.Float)
TIGHT = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))


class _Wrapper(Rewriter):
    def __init__(self, module: cst.Module) -> None:
        super().__init__(module, is_invocation)
        self.helpers: list[cst.FunctionDef] = []
        self._awaited: set[cst.CSTNode] = set()

    def visit_Await(self, node: cst.Await) -> None:
        self._awaited.add(node.expression)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        if not is_invocation(updated_node):
            return updated_node
        assert isinstance(updated_node.func, cst.Attribute)
        parameters = ["lambda_api"]
        given: list[cst.BaseExpression] = [updated_node.func.value]
        inner: list[cst.Arg] = []
        for number, argument in enumerate(updated_node.args, 1):
            value = argument.value
            if not isinstance(value, LITERALS):
                parameters.append(_parameter(argument, number))
                given.append(value)
                value = cst.Name(parameters[-1])
            equal = TIGHT if argument.keyword else cst.MaybeSentinel.DEFAULT
            inner.append(cst.Arg(value, keyword=argument.keyword, star=argument.star, equal=equal))
        name = f"wrapped_{len(self.helpers) + 1}"
        call: cst.BaseExpression = cst.Call(cst.Attribute(cst.Name("lambda_api"), updated_node.func.attr), inner)
        awaited = original_node in self._awaited
        self.helpers.append(_function(name, parameters, [_return(cst.Await(call) if awaited else call)], awaited))
        return cst.Call(
            cst.Name(name), [cst.Arg(value) for value in given], lpar=updated_node.lpar, rpar=updated_node.rpar
        )


def _parameter(argument: cst.Arg, number: int) -> str:
    name = argument.keyword.value if argument.keyword else f"argument_{number}"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _function(
    name: str, parameters: Sequence[str], body: Sequence[cst.BaseStatement], is_async: bool
) -> cst.FunctionDef:
    return cst.FunctionDef(
        cst.Name(name),
        cst.Parameters([cst.Param(cst.Name(parameter)) for parameter in parameters]),
        cst.IndentedBlock(body),
        asynchronous=cst.Asynchronous() if is_async else None,
        leading_lines=[cst.EmptyLine(), cst.EmptyLine()],
    )


def _return(value: cst.BaseExpression) -> cst.SimpleStatementLine:
    return cst.SimpleStatementLine([cst.Return(value)])


def wrap_in_helper(module: cst.Module) -> cst.Module | None:
    """Each invocation moves into a function of its own, to which all but literals are given; None without one."""
    wrapper = _Wrapper(module)
    rewritten = module.visit(wrapper)
    return after_imports(rewritten, wrapper.helpers) if wrapper.helpers else None


class _TryMover(Rewriter):
    """Moves the bodies of `try` statements that hold an invocation out of their functions."""

    def __init__(self, module: cst.Module) -> None:
        super().__init__(module, lambda node: is_invocation(node) or type(node) in (cst.FunctionDef, cst.ClassDef))
        self.moved = 0
        self._scopes: list[cst.FunctionDef] = []
        self._classes: list[cst.ClassDef | None] = [None]
        self._pending: list[list[cst.FunctionDef]] = [[]]

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self._classes.append(node)
        self._pending.append([])

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        self._classes.pop()
        methods = self._pending.pop()
        body = updated_node.body.with_changes(body=[*updated_node.body.body, *methods])
        return updated_node.with_changes(body=body)

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self._scopes.append(node)

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.FlattenSentinel[cst.BaseStatement]:
        self._scopes.pop()
        if self._scopes or self._classes[-1] is not None:
            return updated_node
        helpers, self._pending[-1] = self._pending[-1], []
        return cst.FlattenSentinel([*helpers, updated_node])

    def leave_Try(self, original_node: cst.Try, updated_node: cst.Try) -> cst.Try:
        body = original_node.body.body
        if not self._scopes or not any(is_invocation(node) for node in walk(original_node.body)):
            return updated_node
        if _leaves(body) or any(isinstance(node, cst.Try) for node in walk(original_node.body)):
            return updated_node
        inside = names_bound(body)
        outside = [node for function in self._scopes for node in _around(function, original_node)]
        known: set[str] = names_bound(outside)
        for function in self._scopes:
            known |= parameters_of(function)
        results = sorted(inside & names_read(outside))
        returns = isinstance(body[-1], cst.SimpleStatementLine) and isinstance(body[-1].body[-1], cst.Return)
        if results and (returns or inside & names_read(_handling(original_node))):
            return updated_node
        self.moved += 1
        return self._replaced(updated_node, sorted(names_read(body) & known), results, returns)

    def _replaced(self, node: cst.Try, given: list[str], results: list[str], returns: bool) -> cst.Try:
        in_class = self._classes[-1] is not None and "self" in given
        if in_class:
            given = ["self", *(name for name in given if name != "self")]
        name = f"attempt_{self.moved}"
        awaits = any(isinstance(inner, cst.Await | cst.Asynchronous) for inner in walk(node.body))
        value: cst.BaseExpression = _tuple_of(results)
        body = [*node.body.body, *([_return(value)] if results else [])]
        self._pending[-1 if in_class else 0].append(_function(name, given, body, awaits))
        function: cst.BaseExpression = cst.Name(name)
        if in_class:
            function, given = cst.Attribute(cst.Name("self"), cst.Name(name)), given[1:]
        call: cst.BaseExpression = cst.Call(function, [cst.Arg(cst.Name(parameter)) for parameter in given])
        if awaits:
            call = cst.Await(call)
        line: cst.BaseSmallStatement = cst.Expr(call)
        if returns:
            line = cst.Return(call)
        elif results:
            line = cst.Assign([cst.AssignTarget(_tuple_of(results))], call)
        return node.with_changes(body=cst.IndentedBlock([cst.SimpleStatementLine([line])]))


def _tuple_of(names: Sequence[str]) -> cst.Name | cst.Tuple:
    if len(names) == 1:
        return cst.Name(names[0])
    return cst.Tuple([cst.Element(cst.Name(name)) for name in names])


def _leaves(body: Sequence[cst.CSTNode]) -> bool:
    """Whether the statements leave by more ways than their end and a `return` there, or cannot be moved at all."""
    stack = list(body)
    last = body[-1].body[-1] if isinstance(body[-1], cst.SimpleStatementLine) else None
    while stack:
        node = stack.pop()
        if isinstance(node, cst.FunctionDef | cst.Lambda):
            continue
        if isinstance(node, cst.Break | cst.Continue | cst.Yield | cst.Global | cst.Nonlocal):
            return True
        if isinstance(node, cst.Return) and node is not last:
            return True
        stack.extend(children(node))
    return False


def _handling(node: cst.Try) -> list[cst.CSTNode]:
    return [part for part in (*node.handlers, node.finalbody) if part is not None]


def _around(function: cst.FunctionDef, without: cst.Try) -> list[cst.CSTNode]:
    """The parts of the function's body that do not hold the body of `without`."""
    found: list[cst.CSTNode] = []
    stack: list[cst.CSTNode] = list(children(function.body))
    while stack:
        node = stack.pop()
        if node is without.body:
            continue
        if any(inner is without.body for inner in walk(node)):
            found += [part for part in children(node) if isinstance(part, cst.AsName)]
            if isinstance(node, cst.For):
                found += [cst.AssignTarget(node.target), node.iter]
            stack.extend(children(node))
        else:
            found.append(node)
    return found


def move_try_to_caller(module: cst.Module) -> cst.Module | None:
    """The body of each `try` that invokes becomes a function, and the `try` its caller; None where that cannot be."""
    mover = _TryMover(module)
    rewritten = module.visit(mover)
    return rewritten if mover.moved else None
