"""Statements: assignments, branches, loops, imports, functions and classes."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from invocation_lint.deployment.cdk_constructs.runs import Stopped
from invocation_lint.deployment.cdk_constructs.things import (
    Choice,
    ClassOf,
    Closure,
    Lib,
    Obj,
    Scope,
    Thing,
    is_nameless,
    open_value,
    truth,
)
from invocation_lint.deployment.cdk_python.running import RETURNS, Run
from invocation_lint.deployment.values import Case, Conditions, Hole, Key, Text, both

MAX_ROUNDS = 64

MAX_GROWN = 1_000
"""Rounds of a loop over a list that grows meanwhile."""


def run_block(run: Run, nodes: Sequence[ast.stmt], scope: Scope) -> bool:
    """Run statements; whether what stands behind them is surely not reached."""
    before = run.when
    try:
        return any(_run(run, node, scope) for node in nodes)
    finally:
        run.when = before


def _run(run: Run, node: ast.stmt, scope: Scope) -> bool:
    if isinstance(node, ast.Expr):
        run.evaluate(node.value, scope)
        return isinstance(node.value, ast.Call) and ast.unparse(node.value.func) in {"sys.exit", "exit"}
    if isinstance(node, ast.Assign):
        value = run.evaluate(node.value, scope)
        for target in node.targets:
            bind(run, target, value, scope)
    elif isinstance(node, ast.AnnAssign):
        if node.value is not None:
            bind(run, node.target, run.evaluate(node.value, scope), scope)
    elif isinstance(node, ast.AugAssign):
        _augmented(run, node, scope)
    elif isinstance(node, ast.If):
        return _if(run, node, scope)
    elif isinstance(node, ast.Return):
        holder = scope.holder(RETURNS)
        if holder is not None:
            holder.names[RETURNS].append(Case(run.evaluate(node.value, scope), run.when))
        return True
    elif isinstance(node, (ast.Raise, ast.Continue, ast.Break)):
        return True
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        scope.names[node.name] = Closure(node, scope, None, scope.owner)
    elif isinstance(node, ast.ClassDef):
        from invocation_lint.deployment.cdk_python.classes import class_of

        scope.names[node.name] = class_of(run, node, scope)
    elif isinstance(node, (ast.For, ast.AsyncFor)):
        _for_each(run, node, scope)
    elif isinstance(node, ast.While):
        with run.under(((run.condition(scope, node.test), True),)) as possible:
            if possible and truth(run.evaluate(node.test, scope)) is not False:
                run_block(run, node.body, scope)
    elif isinstance(node, ast.With):
        for item in node.items:
            value = run.evaluate(item.context_expr, scope)
            if item.optional_vars is not None:
                bind(run, item.optional_vars, value, scope)
        return run_block(run, node.body, scope)
    elif isinstance(node, ast.Try):  # nothing of what it does is expected to fail
        ended = run_block(run, [*node.body, *node.orelse], scope)
        return run_block(run, node.finalbody, scope) or ended
    elif isinstance(node, ast.Import):
        _import(run, node, scope)
    elif isinstance(node, ast.ImportFrom):
        _import_from(run, node, scope)
    elif isinstance(node, ast.Match):
        _match(run, node, scope)
    elif isinstance(node, ast.Delete):
        for target in node.targets:
            _delete(run, target, scope)
    return False


# -- names -----------------------------------------------------------------------------------------------------------


def bind(run: Run, target: ast.expr, value: Any, scope: Scope) -> None:
    """Give a name, an attribute or an element a value."""
    if isinstance(target, ast.Name):
        run.assign(scope.names, target.id, value, scope.when)
    elif isinstance(target, ast.Attribute):
        owner = run.resolved(run.evaluate(target.value, scope))
        if isinstance(owner, Thing):
            run.assign(owner.fields, target.attr, value, owner.when)
        elif isinstance(owner, ClassOf):
            owner.statics[target.attr] = value
        elif isinstance(owner, Obj):
            run.assign(owner.entries, target.attr, value, owner.when)
    elif isinstance(target, ast.Subscript):
        owner, key = run.resolved(run.evaluate(target.value, scope)), run.evaluate(target.slice, scope)
        if isinstance(owner, Obj):
            if isinstance(key, str):
                run.assign(owner.entries, key, value, owner.when)
            else:
                owner.open = owner.open or "an entry is added whose name is not known"
    elif isinstance(target, (ast.Tuple, ast.List)):
        for index, one in enumerate(target.elts):
            if isinstance(one, ast.Starred):
                rest = value[index:] if isinstance(value, list) else open_value("the list is not known")
                bind(run, one.value, rest, scope)
            elif isinstance(value, list):
                bind(run, one, value[index] if index < len(value) else None, scope)
            else:
                bind(run, one, open_value("the list is not known"), scope)


def _delete(run: Run, target: ast.expr, scope: Scope) -> None:
    if isinstance(target, ast.Subscript):
        owner, key = run.resolved(run.evaluate(target.value, scope)), run.evaluate(target.slice, scope)
        if isinstance(owner, Obj) and isinstance(key, str) and key in owner.entries:
            run.assign(owner.entries, key, None, owner.when)
            if owner.entries[key] is None:
                owner.entries.pop(key)


def _augmented(run: Run, node: ast.AugAssign, scope: Scope) -> None:
    from invocation_lint.deployment.cdk_python.operators import operated

    current = run.evaluate(node.target, scope)
    given = run.evaluate(node.value, scope)
    if isinstance(current, list) and isinstance(given, list):
        current.extend(given)
        return
    bind(run, node.target, operated(run, node, node.op, current, given), scope)


# -- branches --------------------------------------------------------------------------------------------------------


def holds(value: Any) -> bool | None:
    """Whether a value counts as true, as Python has it; None when that is open."""
    if isinstance(value, (list, Obj)):
        size = len(value) if isinstance(value, list) else len(value.entries)
        return True if size else None if isinstance(value, Obj) and value.open else False
    return True if isinstance(value, Text) else truth(value)


def _if(run: Run, node: ast.If, scope: Scope) -> bool:
    value = run.evaluate(node.test, scope)
    known = holds(value)
    if known is not None:
        return _execute(run, node.body if known else node.orelse, scope)
    yes, no = branches(run, node.test, value, scope)
    ended = {}
    for is_first, when, body in ((True, yes, node.body), (False, no, node.orelse)):
        with run.under(when) as possible:
            ended[is_first] = possible and run_block(run, body, scope)
    if all(ended.values()):
        return True
    if ended[True] != ended[False]:  # the rest of the block runs in the other case
        left = both(run.when, no if ended[True] else yes)
        run.when = left if left is not None else run.when
    return False


def _execute(run: Run, nodes: Sequence[ast.stmt], scope: Scope) -> bool:
    """Run the statements of a branch that is surely taken: what holds at its end, holds behind it."""
    return any(_run(run, node, scope) for node in nodes)


def branches(run: Run, test: ast.expr, value: Any, scope: Scope) -> tuple[Conditions, Conditions]:
    """The conditions under which a value counts as true, and as false."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        no, yes = branches(run, test.operand, run.evaluate(test.operand, scope), scope)
        return yes, no
    if isinstance(value, Choice) and len(value.cases) == 2:
        first, second = value.cases
        if holds(first.content) is False:
            first, second = second, first
        if holds(first.content) and holds(second.content) is False and len(first.when) == len(second.when) == 1:
            return first.when, second.when
    key = run.condition(scope, test)
    if isinstance(value, Hole) and not is_nameless(value):
        key = Key(value.scope or scope.path, value.name)
    return ((key, True),), ((key, False),)


def _match(run: Run, node: ast.Match, scope: Scope) -> None:
    """Each arm of a `match` may be the one."""
    for index, arm in enumerate(node.cases):
        with run.under(((run.condition(scope, node.subject), f"case {index + 1}"),)) as possible:
            if possible:
                run_block(run, arm.body, scope)


# -- loops -----------------------------------------------------------------------------------------------------------


def elements_of(run: Run, value: Any) -> list[Any] | None:
    """The elements over which a loop goes; None when they are not known."""
    value = run.resolved(value)
    if isinstance(value, Obj):
        return None if value.open else list(value.entries)
    if isinstance(value, ClassOf):
        return list(value.statics.values())
    return value if isinstance(value, list) else None


def _for_each(run: Run, node: ast.For | ast.AsyncFor, scope: Scope) -> None:
    elements = elements_of(run, run.evaluate(node.iter, scope))
    if elements is not None and len(elements) <= MAX_ROUNDS:
        for rounds, one in enumerate(elements):
            if rounds > MAX_GROWN:
                raise Stopped
            for case in one.cases if isinstance(one, Choice) and len(one.cases) == 1 else (Case(one),):
                with run.under(case.when) as possible:
                    if possible:
                        scope_names(run, node.target, case.content, scope)
                        run_block(run, node.body, scope)
        return
    with run.under(((run.condition(scope, node.iter), True),)) as possible:
        if possible:
            scope_names(run, node.target, open_value("the list of the loop is not known"), scope)
            run_block(run, node.body, scope)


def scope_names(run: Run, target: ast.expr, value: Any, scope: Scope) -> None:
    """Give the names of a loop a new value, whatever they had."""
    for one in ast.walk(target):
        if isinstance(one, ast.Name):
            scope.names.pop(one.id, None)
    before, run.when = run.when, scope.when
    try:
        bind(run, target, value, scope)
    finally:
        run.when = before


# -- imports ---------------------------------------------------------------------------------------------------------


def _import(run: Run, node: ast.Import, scope: Scope) -> None:
    from invocation_lint.deployment.cdk_constructs.things import Imported

    for one in node.names:
        target = run.program.module_of(scope.path, one.name, 0)
        if target is not None and one.asname:
            scope.names[one.asname] = Imported(target, "")
        elif one.asname:
            scope.names[one.asname] = Lib(tuple(one.name.split(".")))
        elif target is None:
            scope.names[one.name.partition(".")[0]] = Lib((one.name.partition(".")[0],))
        else:
            _nested(scope, one.name.split("."), Imported(target, ""))


def _nested(scope: Scope, names: list[str], value: Any) -> None:
    """`import a.b` binds `a`, which has `b`."""
    if len(names) == 1:
        scope.names[names[0]] = value
        return
    held = scope.names.get(names[0])
    if not isinstance(held, Obj):
        held = scope.names[names[0]] = Obj()
    for name in names[1:-1]:
        inner = held.entries.get(name)
        if not isinstance(inner, Obj):
            inner = held.entries[name] = Obj()
        held = inner
    held.entries[names[-1]] = value


def _import_from(run: Run, node: ast.ImportFrom, scope: Scope) -> None:
    source = node.module or ""
    for one in node.names:
        if one.name == "*":
            target = run.program.module_of(scope.path, source, node.level)
            inner = run.program.module(run, target) if target is not None else None
            for name, value in inner.names.items() if inner is not None else ():
                if not name.startswith("_"):
                    scope.names.setdefault(name, value)
            continue
        scope.names[one.asname or one.name] = run.program.imported_from(scope.path, source, node.level, one.name)
