"""Which class bodies need not be walked where they stand, since they do nothing but bind names."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Set

from invocation_lint.analysis.program.naming import flat, root, targets


def bound_by(statements: Iterable[ast.stmt]) -> Counter[str]:
    """How often these statements assign to a name or to a part of it; `del` counts twice."""
    bound: Counter[str] = Counter()
    for node in statements:
        for target in flat(targets(node)):
            bound[root(target)] += 2 if isinstance(node, ast.Delete) else 1
    return bound


def does_nothing(node: ast.ClassDef, calls: Iterable[ast.Call], own: Set[str]) -> bool:
    """Whether a class calls nothing in its own body but decorators of its methods that are imported, with constants.
    `own` are the names of what the module makes itself: their objects could change."""
    harmless = {
        decorator
        for statement in node.body
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef))
        for decorator in statement.decorator_list
        if isinstance(decorator, ast.Call) and _is_plain(decorator) and root(decorator.func) not in own
    }
    return all(call in harmless for call in calls)


def _is_plain(call: ast.Call) -> bool:
    given = (*call.args, *(keyword.value for keyword in call.keywords))
    return bool(root(call.func)) and all(isinstance(value, ast.Constant) for value in given)
