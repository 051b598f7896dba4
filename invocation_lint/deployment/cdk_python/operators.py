"""Operators, and conditions: what is chosen where one side is open."""

from __future__ import annotations

import ast
import operator
import posixpath
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from invocation_lint.deployment.cdk_constructs.texts import joined
from invocation_lint.deployment.cdk_constructs.things import (
    Lib,
    Obj,
    Scope,
    cases_of,
    choice_of,
    each,
    is_nameless,
    spread,
)
from invocation_lint.deployment.cdk_python.running import Run
from invocation_lint.deployment.cdk_python.statements import branches, holds
from invocation_lint.deployment.values import Case, Hole, Text, both

_NUMBERS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
}  # fmt: skip
_ORDERS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.Gt: operator.gt, ast.LtE: operator.le, ast.GtE: operator.ge,
}  # fmt: skip


def binary(run: Run, node: ast.BinOp, scope: Scope) -> Any:
    """What an operator makes of two sides."""
    left, right = run.evaluate(node.left, scope), run.evaluate(node.right, scope)
    return operated(run, node, node.op, left, right)


def operated(run: Run, node: ast.AST, op: ast.operator, left: Any, right: Any) -> Any:
    """The same, of values."""
    return each(left, lambda one: each(right, lambda other: _two(run, node, op, one, other)))


def _two(run: Run, node: ast.AST, op: ast.operator, left: Any, right: Any) -> Any:
    numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
    if numbers and type(op) in _NUMBERS:
        if isinstance(op, (ast.Div, ast.FloorDiv, ast.Mod)) and not right:
            return run.unknown(node)
        return _NUMBERS[type(op)](left, right)
    if isinstance(op, ast.Add):
        if isinstance(left, list) and isinstance(right, list):
            return [*left, *right]
        if isinstance(left, (str, Text, Hole)) and isinstance(right, (str, Text, Hole)):
            return joined([left, right])
    if isinstance(op, ast.Div) and isinstance(left, str) and isinstance(right, str):  # of paths
        return posixpath.normpath(posixpath.join(left, right))
    if isinstance(op, ast.BitOr) and isinstance(left, Obj) and isinstance(right, Obj):
        found = Obj(dict(left.entries), left.open, run.when)
        spread(found, right)
        return found
    if isinstance(op, ast.Mod) and isinstance(left, str):
        from invocation_lint.deployment.cdk_python.natives import filled_by_percent

        return filled_by_percent(run, node, left, right)
    return run.unknown(node)


def unary(run: Run, node: ast.UnaryOp, scope: Scope) -> Any:
    """`not` and signs."""
    value = run.evaluate(node.operand, scope)

    def of(one: Any) -> Any:
        if isinstance(node.op, ast.Not):
            known = holds(one)
            return run.unknown(node) if known is None else not known
        if isinstance(one, (int, float)) and isinstance(node.op, ast.USub):
            return -one
        return one if isinstance(node.op, ast.UAdd) else run.unknown(node)

    return each(value, of)


def compare(run: Run, node: ast.Compare, scope: Scope) -> Any:
    """A comparison of two values."""
    if len(node.ops) != 1:
        return run.unknown(node)
    left, right = run.evaluate(node.left, scope), run.evaluate(node.comparators[0], scope)
    op = node.ops[0]
    return each(left, lambda one: each(right, lambda other: _compared(run, node, op, one, other)))


def _compared(run: Run, node: ast.AST, op: ast.cmpop, left: Any, right: Any) -> Any:
    if isinstance(op, (ast.Eq, ast.NotEq, ast.Is, ast.IsNot)):
        equal = equals(left, right)
        return run.unknown(node) if equal is None else equal is isinstance(op, (ast.Eq, ast.Is))
    if isinstance(op, (ast.In, ast.NotIn)):
        found = _contains(right, left)
        return run.unknown(node) if found is None else found is isinstance(op, ast.In)
    if isinstance(left, (int, float)) and isinstance(right, (int, float)) and type(op) in _ORDERS:
        return _ORDERS[type(op)](left, right)
    return run.unknown(node)


def equals(left: Any, right: Any) -> bool | None:
    """Whether two values are equal; None when that is open."""
    if isinstance(left, (Hole, Text)) or isinstance(right, (Hole, Text)):
        if left == right and not (isinstance(left, Hole) and is_nameless(left)):
            return True
        return False if {type(left), type(right)} == {Text, type(None)} else None
    scalars = (str, int, float, bool, type(None), Lib)
    if isinstance(left, scalars) and isinstance(right, scalars):
        return bool(left == right)
    if left is None or right is None:
        return False
    return left is right or None


def _contains(owner: Any, one: Any) -> bool | None:
    if isinstance(owner, Obj) and isinstance(one, str):
        return True if one in owner.entries else None if owner.open else False
    if isinstance(owner, str) and isinstance(one, str):
        return one in owner
    if isinstance(owner, list):
        found = [equals(one, each_one) for each_one in owner]
        return True if True in found else None if None in found else False
    return None


def logical(run: Run, node: ast.BoolOp, scope: Scope) -> Any:
    """`and` and `or`: the value of one side."""
    value = run.evaluate(node.values[0], scope)
    for before, right in zip(node.values, node.values[1:], strict=False):
        value = _logical(run, before, isinstance(node.op, ast.And), value, right, scope)
    return value


def _logical(run: Run, test: ast.expr, is_and: bool, left: Any, right: ast.expr, scope: Scope) -> Any:
    found: list[Case] = []
    for case in cases_of(left):
        known = holds(case.content)
        if known is not None and known is not is_and:
            found.append(case)
            continue
        with run.under(case.when) as possible:
            if not possible:
                continue
            if known is not None:
                found.append(Case(run.evaluate(right, scope), case.when))
                continue
            found += _either(run, test, is_and, case, right, scope)
    return choice_of(found)


def _either(run: Run, test: ast.expr, is_and: bool, case: Case, right: ast.expr, scope: Scope) -> list[Case]:
    """The cases of an expression whose left side is open."""
    left = case.content
    yes, no = branches(run, test, left, scope)
    when, other = (yes, no) if is_and else (no, yes)
    with run.under(when) as possible:
        value = run.evaluate(right, scope) if possible else None
    if isinstance(left, Hole) and not is_and and isinstance(value, (str, int, float)) and not is_nameless(left):
        return [Case(replace(left, default=str(value)), case.when)]  # a setting with a default
    first = False if is_and else left
    return [
        Case(content, together)
        for content, own in ((value, when), (first, other))
        if (together := both(case.when, own)) is not None
    ]


def chosen(run: Run, node: ast.IfExp, scope: Scope) -> Any:
    """One of two values, by a condition."""
    value = run.evaluate(node.test, scope)
    known = holds(value)
    if known is not None:
        return run.evaluate(node.body if known else node.orelse, scope)
    found: list[Case] = []
    for when, branch in zip(branches(run, node.test, value, scope), (node.body, node.orelse), strict=True):
        with run.under(when) as possible:
            if possible:
                found.append(Case(run.evaluate(branch, scope), when))
    return choice_of(found)
