"""Statements: blocks, branches, loops, classes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from invocation_lint.deployment.cdk_constructs.things import (
    Choice,
    Closure,
    Imported,
    Obj,
    Scope,
    open_value,
    truth,
)
from invocation_lint.deployment.cdk_typescript.classes import class_of, enum_of
from invocation_lint.deployment.cdk_typescript.patterns import bind
from invocation_lint.deployment.cdk_typescript.syntax import children, text
from invocation_lint.deployment.values import Case, Conditions, both

if TYPE_CHECKING:
    from tree_sitter import Node

    from invocation_lint.deployment.cdk_typescript.running import Run

MAX_ROUNDS = 300
"""Rounds of one loop."""

_LEAVES = frozenset({"throw_statement", "break_statement", "continue_statement"})
RETURNS = " returns"
"""Under this name a function's block keeps what it returns: a list of cases."""


def run_block(run: Run, nodes: Iterable[Node], scope: Scope) -> bool:
    """Run statements; whether what stands behind them is surely not reached."""
    statements = list(nodes)
    for node in statements:
        inner = _exported(node)
        if inner.type in {"function_declaration", "generator_function_declaration"}:
            scope.names[text(inner.child_by_field_name("name"))] = Closure(inner, scope, scope.this, scope.owner)
        elif inner.type in {"class_declaration", "abstract_class_declaration"}:
            scope.names.setdefault(text(inner.child_by_field_name("name")), None)
    before = run.when
    try:
        return any(_run(run, node, scope) for node in statements)
    finally:
        run.when = before


def _exported(node: Node) -> Node:
    inner = node.child_by_field_name("declaration") if node.type == "export_statement" else None
    return inner if inner is not None else node


def _run(run: Run, node: Node, scope: Scope) -> bool:
    kind = node.type
    if kind == "export_statement":
        return _export(run, node, scope)
    if kind in {"lexical_declaration", "variable_declaration"}:
        for one in children(node, "variable_declarator"):
            bind(run, one.child_by_field_name("name"), run.evaluate(one.child_by_field_name("value"), scope), scope)
    elif kind == "expression_statement":
        for one in children(node):
            run.evaluate(one, scope)
            if _never_returns(one):
                return True
    elif kind == "if_statement":
        return _if(run, node, scope)
    elif kind == "return_statement":
        value = next(children(node), None)
        _returns(scope).append(Case(run.evaluate(value, scope), run.when))
        return True
    elif kind in _LEAVES:
        return True
    elif kind == "statement_block":
        return run_block(run, children(node), inside(run, scope))
    elif kind in {"class_declaration", "abstract_class_declaration"}:
        name = text(node.child_by_field_name("name"))
        scope.names[name] = class_of(run, node, scope)
    elif kind == "enum_declaration":
        scope.names[text(node.child_by_field_name("name"))] = enum_of(run, node, scope)
    elif kind == "for_in_statement":
        _for_each(run, node, scope)
    elif kind in {"for_statement", "while_statement", "do_statement"}:
        _loop(run, node, scope)
    elif kind == "try_statement":
        return _try(run, node, scope)
    elif kind == "switch_statement":
        return _switch(run, node, scope)
    elif kind == "import_statement":
        _import(run, node, scope)
    elif kind in {"labeled_statement", "internal_module", "module"}:
        body = node.child_by_field_name("body")
        return body is not None and run_block(run, children(body), scope)
    return False


def inside(run: Run, scope: Scope, this: Any = None) -> Scope:
    """A block in a block."""
    return Scope({}, scope, scope.path, this if this is not None else scope.this, run.when, scope.owner)


def _never_returns(node: Node) -> bool:
    return node.type == "call_expression" and text(node.child_by_field_name("function")) == "process.exit"


def _returns(scope: Scope) -> list[Case]:
    holder = scope.holder(RETURNS)
    found = holder.names[RETURNS] if holder is not None else []
    assert isinstance(found, list)
    return found


def _if(run: Run, node: Node, scope: Scope) -> bool:
    test = node.child_by_field_name("condition")
    then, other = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
    otherwise = next(children(other), None) if other is not None else None
    value = run.evaluate(test, scope)
    known = truth(value)
    if known is not None:
        chosen = then if known else otherwise
        return chosen is not None and _run(run, chosen, inside(run, scope))
    yes, no = branches(run, test or node, value, scope)
    ended = {}
    for when, branch in ((yes, then), (no, otherwise)):
        with run.under(when) as possible:
            ended[when] = possible and branch is not None and _run(run, branch, inside(run, scope))
    if ended[yes] and ended[no]:
        return True
    if ended[yes] != ended[no]:  # the rest of the block runs in the other case
        left = both(run.when, no if ended[yes] else yes)
        run.when = left if left is not None else run.when
    return False


def branches(run: Run, test: Node, value: Any, scope: Scope) -> tuple[Conditions, Conditions]:
    """The conditions under which a value counts as true, and as false."""
    while test.type in {"parenthesized_expression", "non_null_expression", "as_expression"}:
        test = next(children(test), test)
        if test.type == "comment":
            break
    if test.type == "unary_expression" and text(test).startswith("!"):
        argument = test.child_by_field_name("argument")
        if argument is not None:
            no, yes = branches(run, argument, run.evaluate(argument, scope), scope)
            return yes, no
    if isinstance(value, Choice) and len(value.cases) == 2:
        first, second = value.cases
        if truth(first.content) is False:
            first, second = second, first
        if truth(first.content) and truth(second.content) is False and len(first.when) == len(second.when) == 1:
            return first.when, second.when
    key = run.condition(scope, test)
    return ((key, True),), ((key, False),)


def _for_each(run: Run, node: Node, scope: Scope) -> None:
    value = run.evaluate(node.child_by_field_name("right"), scope)
    body, left = node.child_by_field_name("body"), node.child_by_field_name("left")
    if text(node.child_by_field_name("operator")) == "in" and isinstance(value, Obj):
        value = list(value.entries) if not value.open else None
    if body is None:
        return
    if isinstance(value, list) and len(value) <= MAX_ROUNDS:
        for one in value:
            own = inside(run, scope)
            for case in one.cases if isinstance(one, Choice) and len(one.cases) == 1 else (Case(one),):
                with run.under(case.when) as possible:
                    if possible:
                        bind(run, left, case.content, own)
                        _run(run, body, own)
        return
    with run.under(((run.condition(scope, node.child_by_field_name("right") or node), True),)) as possible:
        if possible:
            own = inside(run, scope)
            bind(run, left, open_value("the list of the loop is not known"), own)
            _run(run, body, own)


def _loop(run: Run, node: Node, scope: Scope) -> None:
    own = inside(run, scope)
    first, test = node.child_by_field_name("initializer"), node.child_by_field_name("condition")
    step, body = node.child_by_field_name("increment"), node.child_by_field_name("body")
    if first is not None:
        _run(run, first, own)
    for _ in range(MAX_ROUNDS):
        holds = truth(run.evaluate(_inner(test), own)) if test is not None else None
        if holds is False or body is None:
            return
        if holds is None:
            with run.under(((run.condition(scope, test or node), True),)) as possible:
                if possible:
                    _run(run, body, inside(run, own))
            return
        _run(run, body, inside(run, own))
        if step is not None:
            run.evaluate(step, own)


def _inner(node: Node) -> Node:
    return next(children(node), node) if node.type == "expression_statement" else node


def _try(run: Run, node: Node, scope: Scope) -> bool:
    """The body of a `try`: nothing of what it does is expected to fail."""
    body = node.child_by_field_name("body")
    ended = body is not None and _run(run, body, scope)
    for one in children(node, "finally_clause"):
        inner = one.child_by_field_name("body")
        ended = (inner is not None and _run(run, inner, scope)) or ended
    return ended


def _switch(run: Run, node: Node, scope: Scope) -> bool:
    value = run.evaluate(node.child_by_field_name("value"), scope)
    body = node.child_by_field_name("body")
    key = run.condition(scope, node.child_by_field_name("value") or node)
    arms = list(children(body, "switch_case", "switch_default"))
    names = [run.evaluate(one.child_by_field_name("value"), scope) for one in arms]
    matched = not isinstance(value, (str, int, float, bool))
    ended = []
    for index, (arm, name) in enumerate(zip(arms, names, strict=True)):
        is_default = arm.type == "switch_default"
        statements = [one for one in arm.children_by_field_name("body") if one.type != "comment"]
        if isinstance(value, (str, int, float, bool)):
            if not matched and (name == value or (is_default and value not in names)):
                matched = True
            if matched:
                left = run_block(run, statements, inside(run, scope))
                if left:
                    return _last_returns(statements)
            continue
        if not statements and index + 1 < len(arms):
            continue  # falls through to the next
        word = "otherwise" if is_default else name if isinstance(name, str) else text(arm.child_by_field_name("value"))
        with run.under(((key, word),)) as possible:
            if possible:
                left = run_block(run, statements, inside(run, scope))
                ended.append(left and _last_returns(statements))
    return bool(ended) and all(ended) and any(arm.type == "switch_default" for arm in arms)


def _last_returns(statements: list[Node]) -> bool:
    last = statements[-1] if statements else None
    while last is not None and last.type == "statement_block":
        last = next(reversed(list(children(last))), None)
    return last is not None and last.type in {"return_statement", "throw_statement"}


def _export(run: Run, node: Node, scope: Scope) -> bool:
    inner = node.child_by_field_name("declaration")
    value = node.child_by_field_name("value")
    if inner is not None:
        _run(run, inner, scope)
        name = text(inner.child_by_field_name("name"))
        if any(one.type == "default" for one in node.children) and name:
            scope.names["default"] = scope.names.get(name)
    elif value is not None:
        scope.names["default"] = run.evaluate(value, scope)
    else:
        source = text(node.child_by_field_name("source"))[1:-1]
        target = run.program.module_of(scope.path, source) if source else None
        for clause in children(node, "export_clause"):
            for one in children(clause, "export_specifier"):
                name, alias = text(one.child_by_field_name("name")), text(one.child_by_field_name("alias"))
                if source:
                    scope.names.setdefault(alias or name, run.program.imported(target, source, name))
                elif alias and alias != name:
                    scope.names[alias] = scope.names.get(name) or Imported(scope.path, name)
        if source and not any(children(node, "export_clause")) and target is not None:
            run.program.passes_on(scope.path, target)
    return False


def _import(run: Run, node: Node, scope: Scope) -> None:
    for clause in children(node, "import_require_clause"):
        source = text(clause.child_by_field_name("source"))[1:-1]
        for one in children(clause, "identifier"):
            scope.names[text(one)] = run.program.imported(run.program.module_of(scope.path, source), source, "")
    source = text(node.child_by_field_name("source"))[1:-1]
    target = run.program.module_of(scope.path, source) if source else None
    for clause in children(node, "import_clause"):
        for one in children(clause):
            if one.type == "identifier":
                scope.names[text(one)] = run.program.imported(target, source, "default")
            elif one.type == "namespace_import":
                scope.names[text(next(children(one), None))] = run.program.imported(target, source, "")
            elif one.type == "named_imports":
                for name in children(one, "import_specifier"):
                    own = text(name.child_by_field_name("name"))
                    alias = text(name.child_by_field_name("alias")) or own
                    scope.names[alias] = run.program.imported(target, source, own)
