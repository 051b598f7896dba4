"""Classes of the application: their methods, fields and members of enumerations."""

from __future__ import annotations

import ast
from typing import Any

from invocation_lint.deployment.cdk_constructs.things import ClassOf, Closure, Lib, Scope
from invocation_lint.deployment.cdk_python.running import Run

_ENUMERATIONS = frozenset({"Enum", "StrEnum", "IntEnum"})
_NO_BASES = frozenset({"ABC", "Protocol", "Generic", "object", "str", "int"})
_PLAIN = frozenset({"BaseModel", "NamedTuple", "TypedDict", "BaseSettings"})


def class_of(run: Run, node: ast.ClassDef, scope: Scope) -> ClassOf:
    """The class that a node declares."""
    found = ClassOf(node.name, node, scope)
    bases = [run.resolved(run.evaluate(one, scope)) for one in node.bases]
    chosen = [one for one in bases if isinstance(one, ClassOf) or (isinstance(one, Lib) and one.last not in _NO_BASES)]
    found.base = next((one for one in chosen if isinstance(one, ClassOf) or is_of_cdk(one)), next(iter(chosen), None))
    inner = Scope({}, scope, scope.path, found, run.when, found)
    is_one = any(isinstance(one, Lib) and one.last in _ENUMERATIONS for one in bases)
    for one in node.body:
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)):
            _method(found, one, scope)
        elif isinstance(one, ast.Assign):
            value = run.evaluate(one.value, inner)
            for target in one.targets:
                if isinstance(target, ast.Name):
                    if is_one and _is_auto(one.value):
                        value = target.id.lower()
                    inner.names[target.id] = found.statics[target.id] = value
        elif isinstance(one, ast.AnnAssign) and one.value is not None and isinstance(one.target, ast.Name):
            inner.names[one.target.id] = found.statics[one.target.id] = run.evaluate(one.value, inner)
        elif isinstance(one, ast.ClassDef):
            inner.names[one.name] = found.statics[one.name] = class_of(run, one, inner)
    return found


def is_enumeration(run: Run, cls: ClassOf) -> bool:
    """Whether the members of a class are those of an enumeration."""
    return any(
        isinstance(base := run.resolved(run.evaluate(one, cls.scope)), Lib) and base.last in _ENUMERATIONS
        for one in cls.node.bases
    )


def _is_auto(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith("auto")


def _method(cls: ClassOf, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
    words = {ast.unparse(one).rpartition(".")[2] for one in node.decorator_list}
    if "setter" in words or "overload" in words:
        return
    closure = Closure(node, scope, None, cls, bool(words & {"property", "cached_property"}))
    if "staticmethod" in words:
        cls.statics[node.name] = closure
    elif "classmethod" in words:
        cls.statics[node.name] = Closure(node, scope, cls, cls)
    else:
        cls.methods[node.name] = closure


def is_of_cdk(value: Any) -> bool:
    """Whether a name is one of the construct library."""
    return isinstance(value, Lib) and value.names[0] in {"aws_cdk", "constructs", "aws_solutions_constructs", "cdk_nag"}


def is_construct(run: Run, cls: ClassOf) -> bool:
    """Whether the instances of a class are constructs."""
    current: Any = cls
    for _ in range(20):
        if not isinstance(current, ClassOf):
            return is_of_cdk(current)
        current = run.resolved(current.base)
    return False


def fields_of(cls: ClassOf) -> list[tuple[str, ast.expr | None]] | None:
    """The fields of a class whose constructor is made for it, with their defaults, those of classes above first; None
    when it has a constructor of its own."""
    found: dict[str, ast.expr | None] = {}
    current: Any = cls
    above: list[ClassOf] = []
    while isinstance(current, ClassOf) and len(above) < 20:
        if "__init__" in current.methods:
            return None
        above.insert(0, current)
        current = current.base
    if isinstance(current, Lib) and current.last not in _PLAIN:
        return None
    for one in above:
        for statement in one.node.body:
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                found[statement.target.id] = statement.value
    return list(found.items())
