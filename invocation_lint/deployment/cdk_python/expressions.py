"""Expressions: literals, names, texts, collections, comprehensions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from invocation_lint.deployment.cdk_constructs.texts import joined
from invocation_lint.deployment.cdk_constructs.things import Closure, Lib, Obj, Scope, open_value, spread
from invocation_lint.deployment.cdk_python import operators
from invocation_lint.deployment.cdk_python.members import element, member
from invocation_lint.deployment.cdk_python.running import Run
from invocation_lint.deployment.cdk_python.statements import bind, elements_of, holds

MAX_ELEMENTS = 500


def _constant(run: Run, node: ast.Constant, scope: Scope) -> Any:
    value = node.value
    return value if isinstance(value, (str, bool, int, float, type(None))) else run.unknown(node)


def _name(run: Run, node: ast.Name, scope: Scope) -> Any:
    try:
        return run.look_up(node.id, scope)
    except KeyError:
        return Lib((node.id,))


def _attribute(run: Run, node: ast.Attribute, scope: Scope) -> Any:
    return member(run, run.evaluate(node.value, scope), node.attr, node, scope)


def _subscript(run: Run, node: ast.Subscript, scope: Scope) -> Any:
    owner = run.evaluate(node.value, scope)
    if isinstance(node.slice, ast.Slice):
        bounds = [run.evaluate(one, scope) for one in (node.slice.lower, node.slice.upper, node.slice.step)]
        if isinstance(owner, (str, list)) and all(one is None or isinstance(one, int) for one in bounds):
            return owner[slice(*bounds)]
        return run.unknown(node)
    return element(run, owner, run.evaluate(node.slice, scope), node, scope)


def _formatted(run: Run, node: ast.JoinedStr, scope: Scope) -> Any:
    found: list[Any] = []
    for one in node.values:
        if isinstance(one, ast.FormattedValue):
            value = run.evaluate(one.value, scope)
            found.append(run.unknown(one.value) if one.format_spec is not None else "None" if value is None else value)
        else:
            found.append(run.evaluate(one, scope))
    return joined(found) if found else ""


def _dict(run: Run, node: ast.Dict, scope: Scope) -> Any:
    found = Obj(when=run.when)
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            spread(found, run.resolved(run.evaluate(value, scope)))
            continue
        name = run.evaluate(key, scope)
        content = run.evaluate(value, scope)
        if isinstance(name, (str, int)) and not isinstance(name, bool):
            found.entries[str(name)] = content
        else:
            found.open = found.open or "an entry is there whose name is not known"
    return found


def _list(run: Run, node: ast.List | ast.Tuple | ast.Set, scope: Scope) -> Any:
    found: list[Any] = []
    for one in node.elts:
        if isinstance(one, ast.Starred):
            inner = elements_of(run, run.evaluate(one.value, scope))
            if inner is None:
                return open_value("a list in it is not known")
            found += inner
        else:
            found.append(run.evaluate(one, scope))
    return found


def _comprehended(run: Run, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope) -> Any:
    found: list[Any] = []
    own = Scope({}, scope, scope.path, scope.this, run.when, scope.owner)
    is_known = _each(run, node.generators, own, lambda: found.append(run.evaluate(node.elt, own)))
    return found if is_known else run.unknown(node)


def _dict_comprehended(run: Run, node: ast.DictComp, scope: Scope) -> Any:
    found = Obj(when=run.when)
    own = Scope({}, scope, scope.path, scope.this, run.when, scope.owner)

    def add() -> None:
        name = run.evaluate(node.key, own)
        value = run.evaluate(node.value, own)
        if isinstance(name, (str, int)):
            found.entries[str(name)] = value
        else:
            found.open = found.open or "an entry is there whose name is not known"

    if not _each(run, node.generators, own, add):
        found.open = found.open or f"`{run.short(node)}` is worked out when the application runs"
    return found


def _each(run: Run, generators: list[ast.comprehension], own: Scope, act: Callable[[], None]) -> bool:
    """Act for each of what a comprehension goes over; false when that is not known."""
    if not generators:
        act()
        return True
    first, *rest = generators
    elements = elements_of(run, run.evaluate(first.iter, own))
    if elements is None or len(elements) > MAX_ELEMENTS:
        return False
    for one in elements:
        for name in ast.walk(first.target):
            if isinstance(name, ast.Name):
                own.names.pop(name.id, None)
        bind(run, first.target, one, own)
        tests = [holds(run.evaluate(test, own)) for test in first.ifs]
        if False in tests:
            continue
        if None in tests or not _each(run, rest, own, act):
            return False
    return True


def _lambda(run: Run, node: ast.Lambda, scope: Scope) -> Any:
    return Closure(node, scope, None, scope.owner)


def _call(run: Run, node: ast.Call, scope: Scope) -> Any:
    from invocation_lint.deployment.cdk_python.calls import call

    return call(run, node, scope)


def _walrus(run: Run, node: ast.NamedExpr, scope: Scope) -> Any:
    value = run.evaluate(node.value, scope)
    bind(run, node.target, value, scope)
    return value


EXPRESSIONS: dict[type[ast.expr], Callable[[Run, Any, Scope], Any]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.JoinedStr: _formatted,
    ast.Dict: _dict,
    ast.List: _list,
    ast.Tuple: _list,
    ast.Set: _list,
    ast.ListComp: _comprehended,
    ast.SetComp: _comprehended,
    ast.GeneratorExp: _comprehended,
    ast.DictComp: _dict_comprehended,
    ast.Lambda: _lambda,
    ast.Call: _call,
    ast.NamedExpr: _walrus,
    ast.BinOp: operators.binary,
    ast.UnaryOp: operators.unary,
    ast.Compare: operators.compare,
    ast.BoolOp: operators.logical,
    ast.IfExp: operators.chosen,
}
